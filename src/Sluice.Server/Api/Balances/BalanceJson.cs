using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Sluice.Core;

namespace Sluice.Server.Api.Balances;

/// <summary>
/// Balances, field by field as they stand in Core. Checks and tracks answer with little else, and records made for the serializer alone
/// took longer over the same text and half a kilobyte of memory.
/// </summary>
internal sealed class BalanceJson : JsonConverter<BalanceBody>
{
    public override BalanceBody Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException("An answer is only written.");

    public override void Write(Utf8JsonWriter to, BalanceBody body, JsonSerializerOptions options)
    {
        var balance = body.Balance;
        to.WriteStartObject();
        to.WriteString("feature_id"u8, balance.Feature.Value);
        if (body.Feature is { } feature) Whole(to, "feature"u8, feature, ApiJson.Default.FeatureBody);
        to.Number("granted"u8, balance.Granted);
        to.Number("remaining"u8, balance.Remaining);
        to.Number("usage"u8, balance.Usage);
        to.WriteBoolean("unlimited"u8, balance.Unlimited);
        to.WriteBoolean("overage_allowed"u8, balance.OverageAllowed);
        to.Number("max_purchase"u8, balance.MaxPurchase);
        to.Moment("next_reset_at"u8, balance.NextResetAt);
        to.WriteStartArray("breakdown"u8);
        foreach (var row in balance.Rows) Write(to, body.Customer, row);
        to.WriteEndArray();

        // Left out when nothing of it is ever saved from one cycle to the next.
        if (!balance.Rollovers.IsDefault)
        {
            to.WriteStartArray("rollovers"u8);
            foreach (var saved in balance.Rollovers) Write(to, saved);
            to.WriteEndArray();
        }

        to.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter to, CustomerKey customer, Grant grant)
    {
        to.WriteStartObject();
        to.WriteString("id"u8, PublicIds.Of(customer, grant));
        to.WriteString("plan_id"u8, grant.Plan?.Value);
        to.Number("included_grant"u8, grant.IncludedNow);
        to.Number("prepaid_grant"u8, grant.Prepaid);
        to.Number("remaining"u8, grant.Remaining);
        to.Number("usage"u8, grant.Usage);
        to.WriteBoolean("unlimited"u8, grant.Terms.Unlimited);
        to.Reset(grant.Terms.Unlimited ? null : grant.Terms.Reset, grant.NextResetAt);
        if (BreakdownPriceBody.Of(grant.Terms.Price) is { } price) Whole(to, "price"u8, price, ApiJson.Default.BreakdownPriceBody);
        else to.WriteNull("price"u8);
        to.Moment("expires_at"u8, grant.ExpiresAt);
        to.WriteEndObject();
    }

    // 0 = they never expire.
    private static void Write(Utf8JsonWriter to, RolledOver saved)
    {
        to.WriteStartObject();
        to.Number("granted"u8, saved.Balance + saved.Used);
        to.Number("balance"u8, saved.Balance);
        to.WriteNumber("expires_at"u8, saved.ExpiresAt?.Milliseconds ?? 0);
        to.WriteEndObject();
    }

    private static void Whole<T>(Utf8JsonWriter to, ReadOnlySpan<byte> name, T body, JsonTypeInfo<T> type)
    {
        to.WritePropertyName(name);
        JsonSerializer.Serialize(to, body, type);
    }
}

/// <summary>What a track took, field by field, for the same reason.</summary>
internal sealed class DeductionsJson : JsonConverter<DeductionsBody>
{
    public override DeductionsBody Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException("An answer is only written.");

    public override void Write(Utf8JsonWriter to, DeductionsBody body, JsonSerializerOptions options)
    {
        to.WriteStartArray();
        if (body.Draws is [var only]) Write(to, PublicIds.Of(body.Customer, only), only, only.Amount);
        else WriteTogether(to, body.Customer, body.Draws);
        to.WriteEndArray();
    }

    private static void WriteTogether(Utf8JsonWriter to, CustomerKey customer, ImmutableArray<Draw> draws)
    {
        foreach (var same in draws.GroupBy(draw => PublicIds.Of(customer, draw))) Write(to, same.Key, same.First(), Quantity.Total(same.Sum(static draw => draw.Amount.Value)));
    }

    private static void Write(Utf8JsonWriter to, string id, Draw draw, Quantity amount)
    {
        to.WriteStartObject();
        to.WriteString("balance_id"u8, id);
        to.WriteString("feature_id"u8, draw.Feature.Value);
        to.WriteString("plan_id"u8, draw.Plan?.Value);
        to.Reset(draw.Reset, draw.ResetsAt);
        to.Number("value"u8, amount);
        to.WriteEndObject();
    }
}

/// <summary>Fields that both have.</summary>
internal static class BalanceFields
{
    /// <summary>As <see cref="ResetBody"/>.</summary>
    public static void Reset(this Utf8JsonWriter to, Interval? interval, Instant? resetsAt)
    {
        if (interval is not { } every)
        {
            to.WriteNull("reset"u8);
            return;
        }

        to.WriteStartObject("reset"u8);
        to.WriteString("interval"u8, Words.Of(every.Unit));
        if (every.Count != 1) to.WriteNumber("interval_count"u8, every.Count);
        to.Moment("resets_at"u8, resetsAt);
        to.WriteEndObject();
    }

    public static void Number(this Utf8JsonWriter to, ReadOnlySpan<byte> name, Quantity? number)
    {
        to.WritePropertyName(name);
        if (number is { } some) ExactNumber.Write(to, some.Value);
        else to.WriteNullValue();
    }

    public static void Moment(this Utf8JsonWriter to, ReadOnlySpan<byte> name, Instant? moment)
    {
        if (moment is { } at) to.WriteNumber(name, at.Milliseconds);
        else to.WriteNull(name);
    }
}
