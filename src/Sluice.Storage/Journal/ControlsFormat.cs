using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Billing controls and the windows they count in. A list that was never set is left out; an emptied one is there and empty.</summary>
internal static class ControlsFormat
{
    public static void Write(Utf8JsonWriter to, ReadOnlySpan<byte> name, BillingControls controls)
    {
        to.WriteStartObject(name);
        WriteList(to, "auto_topups"u8, controls.TopUps, WriteTopUp);
        WriteList(to, "spend_limits"u8, controls.SpendLimits, WriteSpendLimit);
        WriteList(to, "usage_limits"u8, controls.UsageLimits, WriteUsageLimit);
        WriteList(to, "usage_alerts"u8, controls.Alerts, WriteAlert);
        WriteList(to, "overage_allowed"u8, controls.Overage, static (to, entry) =>
        {
            to.Text("feature_id"u8, entry.Feature.Value);
            to.WriteBoolean("enabled"u8, entry.Enabled);
        });
        to.WriteEndObject();
    }

    /// <summary>Null when there are none.</summary>
    public static BillingControls? Read(JsonElement owner, ReadOnlySpan<byte> name) => !owner.TryGetProperty(name, out var from) ? null : new BillingControls(
        ListOf(from, "spend_limits"u8, static item => new SpendLimit(
            item.FeatureOrNone("feature_id"u8),
            item.Flag("enabled"u8),
            item.TextOrNone("limit_type"u8) is { } type ? Words.ToSpendLimitType(type) : null,
            item.AmountOrNone("overage_limit"u8),
            FlagOrNone(item, "skip_overage_billing"u8))),
        ListOf(from, "usage_limits"u8, static item => new UsageLimit(
            item.Feature("feature_id"u8),
            item.Amount("limit"u8),
            Words.ToUnit(item.Text("interval"u8)),
            item.Flag("enabled"u8, whenAbsent: true),
            item.TextOrNone("anchor"u8) is { } anchor ? Words.ToWindowAnchor(anchor) : null,
            ReadFilter(item))),
        ListOf(from, "overage_allowed"u8, static item => new OverageSwitch(item.Feature("feature_id"u8), item.Flag("enabled"u8))),
        ListOf(from, "usage_alerts"u8, ReadAlert),
        ListOf(from, "auto_topups"u8, ReadTopUp));

    public static void WriteWindow(Utf8JsonWriter to, UsageWindow window)
    {
        to.WriteStartObject();
        to.Text("feature"u8, window.Feature.Value);
        to.Text("interval"u8, Words.Of(window.Interval));
        WriteFilter(to, window.Filter);
        to.Moment("start"u8, window.Start);
        to.Moment("end"u8, window.End);
        to.Amount("used"u8, window.Used);
        to.WriteEndObject();
    }

    public static UsageWindow ReadWindow(JsonElement from) => new(
        from.Feature("feature"u8), Words.ToUnit(from.Text("interval"u8)), ReadFilter(from), from.Moment("start"u8), from.Moment("end"u8), from.Amount("used"u8));

    public static void WriteCount(Utf8JsonWriter to, WindowCount count)
    {
        to.WriteStartObject();
        HoldingsFormat.WriteEntityNo(to, "holder"u8, count.Holder);
        to.Text("feature"u8, count.Feature.Value);
        to.Text("interval"u8, Words.Of(count.Interval));
        WriteFilter(to, count.Filter);
        to.Moment("start"u8, count.Start);
        to.Moment("end"u8, count.End);
        to.Amount("amount"u8, count.Amount);
        to.WriteEndObject();
    }

    public static WindowCount ReadCount(JsonElement from) => new(
        HoldingsFormat.ReadEntityNo(from, "holder"u8), from.Feature("feature"u8), Words.ToUnit(from.Text("interval"u8)), ReadFilter(from),
        from.Moment("start"u8), from.Moment("end"u8), from.Amount("amount"u8));

    public static void WriteAlertObject(Utf8JsonWriter to, ReadOnlySpan<byte> name, UsageAlert alert)
    {
        to.WriteStartObject(name);
        WriteAlert(to, alert);
        to.WriteEndObject();
    }

    public static UsageAlert ReadAlert(JsonElement from) => new(
        from.FeatureOrNone("feature_id"u8),
        from.TextOrNone("name"u8),
        from.Amount("threshold"u8),
        Words.ToAlertType(from.Text("threshold_type"u8)),
        from.Flag("enabled"u8, whenAbsent: true),
        from.TextOrNone("basis"u8) is { } basis ? Words.ToAlertBasis(basis) : null,
        ReadFilter(from));

    public static void WriteFilter(Utf8JsonWriter to, PropertyFilter? filter)
    {
        if (filter is null) return;
        to.WriteStartObject("filter"u8);
        to.WriteStartObject("properties"u8);
        foreach (var match in filter.Properties)
        {
            to.WritePropertyName(match.Name);
            to.WriteRawValue(match.Json.Value);
        }

        to.WriteEndObject();
        to.WriteEndObject();
    }

    public static PropertyFilter? ReadFilter(JsonElement owner)
    {
        if (!owner.TryGetProperty("filter"u8, out var filter)) return null;
        return PropertyFilter.Of(filter.GetProperty("properties"u8).EnumerateObject().Select(static property =>
            new PropertyMatch(property.Name, property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText(), new JsonText(property.Value.GetRawText()))));
    }

    private static void WriteSpendLimit(Utf8JsonWriter to, SpendLimit limit)
    {
        to.Text("feature_id"u8, limit.Feature?.Value);
        to.WriteBoolean("enabled"u8, limit.Enabled);
        to.Text("limit_type"u8, limit.Type is { } type ? Words.Of(type) : null);
        to.AmountOrNone("overage_limit"u8, limit.Limit);
        if (limit.SkipOverageBilling is { } skip) to.WriteBoolean("skip_overage_billing"u8, skip);
    }

    private static void WriteUsageLimit(Utf8JsonWriter to, UsageLimit limit)
    {
        to.Text("feature_id"u8, limit.Feature.Value);
        to.WriteBoolean("enabled"u8, limit.Enabled);
        to.Amount("limit"u8, limit.Limit);
        to.Text("interval"u8, Words.Of(limit.Interval));
        to.Text("anchor"u8, limit.Anchor is { } anchor ? Words.Of(anchor) : null);
        WriteFilter(to, limit.Filter);
    }

    private static void WriteAlert(Utf8JsonWriter to, UsageAlert alert)
    {
        to.Text("feature_id"u8, alert.Feature?.Value);
        to.WriteBoolean("enabled"u8, alert.Enabled);
        to.Amount("threshold"u8, alert.Threshold);
        to.Text("threshold_type"u8, Words.Of(alert.Type));
        to.Text("name"u8, alert.Name);
        to.Text("basis"u8, alert.Basis is { } basis ? Words.Of(basis) : null);
        WriteFilter(to, alert.Filter);
    }

    private static void WriteTopUp(Utf8JsonWriter to, AutoTopUp topUp)
    {
        to.Text("feature_id"u8, topUp.Feature.Value);
        to.WriteBoolean("enabled"u8, topUp.Enabled);
        to.Amount("threshold"u8, topUp.Threshold);
        to.Amount("quantity"u8, topUp.Amount);
        if (topUp.Limit is { } limit)
        {
            to.WriteStartObject("purchase_limit"u8);
            to.Text("interval"u8, Words.Of(limit.Interval.Unit));
            if (limit.Interval.Count != 1) to.WriteNumber("interval_count"u8, limit.Interval.Count);
            to.Amount("limit"u8, limit.Limit);
            to.AmountOrNone("count"u8, limit.Count);
            to.WriteEndObject();
        }

        if (topUp.InvoiceMode is { } invoice) to.WriteBoolean("invoice_mode"u8, invoice);
    }

    private static AutoTopUp ReadTopUp(JsonElement from) => new(
        from.Feature("feature_id"u8),
        from.Flag("enabled"u8),
        from.Amount("threshold"u8),
        from.Amount("quantity"u8),
        from.TryGetProperty("purchase_limit"u8, out var limit)
            ? new PurchaseLimit(
                new Interval(Words.ToUnit(limit.Text("interval"u8)), limit.TryGetProperty("interval_count"u8, out var count) ? count.GetInt32() : 1), limit.Amount("limit"u8), limit.AmountOrNone("count"u8))
            : null,
        FlagOrNone(from, "invoice_mode"u8));

    private static bool? FlagOrNone(JsonElement from, ReadOnlySpan<byte> name) => from.TryGetProperty(name, out var value) ? value.GetBoolean() : null;

    private static ImmutableArray<T> ListOf<T>(JsonElement from, ReadOnlySpan<byte> name, Func<JsonElement, T> read) =>
        from.TryGetProperty(name, out _) ? from.List(name, read) : default;

    private static void WriteList<T>(Utf8JsonWriter to, ReadOnlySpan<byte> name, ImmutableArray<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.IsDefault) return;
        to.WriteStartArray(name);
        foreach (var item in items)
        {
            to.WriteStartObject();
            write(to, item);
            to.WriteEndObject();
        }

        to.WriteEndArray();
    }
}
