using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Core;

namespace Sluice.Server.Api.Balances;

/// <summary>
/// Balances field by field. Checks and tracks answer with little else, and the serializer takes twice as long over the same
/// text and a third of a kilobyte of memory. What a field is called and when it is left out is as everywhere in <see cref="ApiJson"/>; a test holds both together.
/// </summary>
internal sealed class BalanceJson : JsonConverter<BalanceBody>
{
    public override BalanceBody Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException("An answer is only written.");

    public override void Write(Utf8JsonWriter to, BalanceBody balance, JsonSerializerOptions options)
    {
        to.WriteStartObject();
        to.WriteString("feature_id"u8, balance.FeatureId.Value);
        if (balance.Feature is { } feature) Whole(to, "feature"u8, feature, ApiJson.Default.FeatureBody);
        Number(to, "granted"u8, balance.Granted);
        Number(to, "remaining"u8, balance.Remaining);
        Number(to, "usage"u8, balance.Usage);
        to.WriteBoolean("unlimited"u8, balance.Unlimited);
        to.WriteBoolean("overage_allowed"u8, balance.OverageAllowed);
        Number(to, "max_purchase"u8, balance.MaxPurchase);
        Moment(to, "next_reset_at"u8, balance.NextResetAt);
        to.WriteStartArray("breakdown"u8);
        foreach (var row in balance.Breakdown) Write(to, row);
        to.WriteEndArray();
        if (balance.Rollovers is { } rollovers) Whole(to, "rollovers"u8, rollovers, ApiJson.Default.IReadOnlyListBalanceRolloverBody);
        to.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter to, BreakdownBody row)
    {
        to.WriteStartObject();
        to.WriteString("id"u8, row.Id);
        to.WriteString("plan_id"u8, row.PlanId?.Value);
        Number(to, "included_grant"u8, row.IncludedGrant);
        Number(to, "prepaid_grant"u8, row.PrepaidGrant);
        Number(to, "remaining"u8, row.Remaining);
        Number(to, "usage"u8, row.Usage);
        to.WriteBoolean("unlimited"u8, row.Unlimited);
        Write(to, "reset"u8, row.Reset);
        if (row.Price is { } price) Whole(to, "price"u8, price, ApiJson.Default.BreakdownPriceBody);
        else to.WriteNull("price"u8);
        Moment(to, "expires_at"u8, row.ExpiresAt);
        to.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter to, ReadOnlySpan<byte> name, ResetBody? reset)
    {
        if (reset is null)
        {
            to.WriteNull(name);
            return;
        }

        to.WriteStartObject(name);
        to.WriteString("interval"u8, reset.Interval);
        if (reset.IntervalCount is { } count) to.WriteNumber("interval_count"u8, count);
        Moment(to, "resets_at"u8, reset.ResetsAt);
        to.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter to, ReadOnlySpan<byte> name, Quantity? number)
    {
        to.WritePropertyName(name);
        if (number is { } some) ExactNumber.Write(to, some.Value);
        else to.WriteNullValue();
    }

    private static void Moment(Utf8JsonWriter to, ReadOnlySpan<byte> name, Instant? moment)
    {
        if (moment is { } at) to.WriteNumber(name, at.Milliseconds);
        else to.WriteNull(name);
    }

    private static void Whole<T>(Utf8JsonWriter to, ReadOnlySpan<byte> name, T body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        to.WritePropertyName(name);
        JsonSerializer.Serialize(to, body, type);
    }
}
