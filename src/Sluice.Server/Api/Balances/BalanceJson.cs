using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Sluice.Core;

namespace Sluice.Server.Api.Balances;

/// <summary>
/// Balances, field by field. Checks and tracks answer with little else, and the serializer takes longer over the same text and
/// a third of a kilobyte of memory. What a field is called and when it is left out is as everywhere in <see cref="ApiJson"/>; a test holds both together.
/// </summary>
internal sealed class BalanceJson : JsonConverter<BalanceBody>
{
    public override BalanceBody Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException("An answer is only written.");

    public override void Write(Utf8JsonWriter to, BalanceBody balance, JsonSerializerOptions options)
    {
        to.WriteStartObject();
        to.WriteString("feature_id"u8, balance.FeatureId.Value);
        if (balance.Feature is { } feature) Whole(to, "feature"u8, feature, ApiJson.Default.FeatureBody);
        to.Number("granted"u8, balance.Granted);
        to.Number("remaining"u8, balance.Remaining);
        to.Number("usage"u8, balance.Usage);
        to.WriteBoolean("unlimited"u8, balance.Unlimited);
        to.WriteBoolean("overage_allowed"u8, balance.OverageAllowed);
        to.Number("max_purchase"u8, balance.MaxPurchase);
        to.Moment("next_reset_at"u8, balance.NextResetAt);
        to.WriteStartArray("breakdown"u8);
        for (var at = 0; at < balance.Breakdown.Count; at++) Write(to, balance.Breakdown[at]);
        to.WriteEndArray();
        if (balance.Rollovers is { } rollovers) Whole(to, "rollovers"u8, rollovers, ApiJson.Default.IReadOnlyListBalanceRolloverBody);
        to.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter to, BreakdownBody row)
    {
        to.WriteStartObject();
        to.WriteString("id"u8, row.Id);
        to.WriteString("plan_id"u8, row.PlanId?.Value);
        to.Number("included_grant"u8, row.IncludedGrant);
        to.Number("prepaid_grant"u8, row.PrepaidGrant);
        to.Number("remaining"u8, row.Remaining);
        to.Number("usage"u8, row.Usage);
        to.WriteBoolean("unlimited"u8, row.Unlimited);
        to.Reset(row.Reset);
        if (row.Price is { } price) Whole(to, "price"u8, price, ApiJson.Default.BreakdownPriceBody);
        else to.WriteNull("price"u8);
        to.Moment("expires_at"u8, row.ExpiresAt);
        to.WriteEndObject();
    }

    private static void Whole<T>(Utf8JsonWriter to, ReadOnlySpan<byte> name, T body, JsonTypeInfo<T> type)
    {
        to.WritePropertyName(name);
        JsonSerializer.Serialize(to, body, type);
    }
}

/// <summary>What a track took, field by field, for the same reason.</summary>
internal sealed class DeductionsJson : JsonConverter<IReadOnlyList<DeductionBody>>
{
    public override IReadOnlyList<DeductionBody> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException("An answer is only written.");

    public override void Write(Utf8JsonWriter to, IReadOnlyList<DeductionBody> deductions, JsonSerializerOptions options)
    {
        to.WriteStartArray();
        for (var at = 0; at < deductions.Count; at++)
        {
            var deduction = deductions[at];
            to.WriteStartObject();
            to.WriteString("balance_id"u8, deduction.BalanceId);
            to.WriteString("feature_id"u8, deduction.FeatureId.Value);
            to.WriteString("plan_id"u8, deduction.PlanId?.Value);
            to.Reset(deduction.Reset);
            to.Number("value"u8, deduction.Value);
            to.WriteEndObject();
        }

        to.WriteEndArray();
    }
}

/// <summary>Fields that both have.</summary>
internal static class BalanceFields
{
    public static void Reset(this Utf8JsonWriter to, ResetBody? reset)
    {
        if (reset is null)
        {
            to.WriteNull("reset"u8);
            return;
        }

        to.WriteStartObject("reset"u8);
        to.WriteString("interval"u8, reset.Interval);
        if (reset.IntervalCount is { } count) to.WriteNumber("interval_count"u8, count);
        to.Moment("resets_at"u8, reset.ResetsAt);
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
