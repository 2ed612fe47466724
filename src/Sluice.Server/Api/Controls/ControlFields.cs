using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Server.Api.Controls;

/// <summary>The field billing_controls as callers send it. A list that is not sent stays unset.</summary>
internal static class ControlFields
{
    /// <param name="topUps">False for entities, which have no auto_topups.</param>
    public static BillingControls? Read(Body body, bool topUps = true)
    {
        if (body.Object("billing_controls", nullable: true) is not { } sent) return null;
        var controls = new BillingControls(
            List(sent, "spend_limits", SpendLimit),
            List(sent, "usage_limits", UsageLimit),
            List(sent, "overage_allowed", static item => new OverageSwitch(Feature(item), item.Flag("enabled", otherwise: false))),
            List(sent, "usage_alerts", Alert),
            topUps ? List(sent, "auto_topups", TopUp) : default);
        Once(sent, "spend_limits", controls.SpendLimits, static limit => limit.Feature);
        Once(sent, "overage_allowed", controls.Overage, static entry => entry.Feature);
        Once(sent, "auto_topups", controls.TopUps, static topUp => topUp.Feature);
        Once(sent, "usage_limits", controls.UsageLimits, static limit => (limit.Feature, limit.Filter));
        return controls;
    }

    private static SpendLimit SpendLimit(Body item)
    {
        var limit = new SpendLimit(
            item.Text("feature_id", minLength: 1) is { } id ? new FeatureId(id) : null,
            item.Flag("enabled", otherwise: false),
            item.Choice("limit_type", ControlWords.SpendLimitTypes),
            item.Quantity("overage_limit", min: 0),
            item.Flag("skip_overage_billing"));
        if (limit is { Feature: null, Limit: not null }) item.Fault("feature_id", "is required with an overage_limit");
        return limit;
    }

    private static UsageLimit UsageLimit(Body item) => new(
        Feature(item),
        item.Quantity("limit", required: true, min: 0) ?? Quantity.Zero,
        item.Choice("interval", ControlWords.WindowIntervals, required: true) ?? IntervalUnit.Month,
        item.Flag("enabled", otherwise: true),
        item.Choice("anchor", ControlWords.Anchors),
        Filter(item));

    private static UsageAlert Alert(Body item)
    {
        var alert = new UsageAlert(
            item.Text("feature_id", minLength: 1) is { } id ? new FeatureId(id) : null,
            item.Text("name"),
            item.Quantity("threshold", required: true, min: 0) ?? Quantity.Zero,
            item.Choice("threshold_type", ControlWords.AlertTypes, required: true) ?? AlertType.Usage,
            item.Flag("enabled", otherwise: true),
            item.Choice("basis", ControlWords.AlertBases),
            Filter(item));
        if (alert is { Type: AlertType.RemainingPercentage, Threshold.Value: > 100m }) item.Fault("threshold", "must be at most 100 percent");
        return alert;
    }

    private static AutoTopUp TopUp(Body item) => new(
        Feature(item),
        item.Flag("enabled", otherwise: false),
        item.Quantity("threshold", required: true) ?? Quantity.Zero,
        item.Quantity("quantity", required: true, min: 1) ?? Quantity.One,
        item.Object("purchase_limit") is { } limit
            ? new PurchaseLimit(
                new Interval(limit.Choice("interval", ControlWords.PurchaseIntervals, required: true) ?? IntervalUnit.Month, limit.WholeNumber("interval_count", min: 1) ?? 1),
                limit.Quantity("limit", required: true, min: 1) ?? Quantity.One,
                limit.Quantity("count", min: 0))
            : null,
        item.Flag("invoice_mode"));

    private static PropertyFilter? Filter(Body item)
    {
        if (item.Object("filter") is not { } filter || filter.Object("properties", required: true) is not { } properties) return null;
        var matches = properties.Scalars();
        if (matches.Count is 0 or > 4) filter.Fault("properties", "expected 1 to 4 properties");
        return PropertyFilter.Of(matches);
    }

    private static FeatureId Feature(Body item) => new(item.RequiredText("feature_id"));

    private static ImmutableArray<T> List<T>(Body sent, string field, Func<Body, T> read) =>
        sent.Objects(field) is { } items ? [.. items.Select(read)] : default;

    private static void Once<T, TKey>(Body sent, string field, ImmutableArray<T> entries, Func<T, TKey> key)
    {
        if (!entries.IsDefault && entries.GroupBy(key).Any(static same => same.Count() > 1)) sent.Fault(field, "has more than one entry for the same feature");
    }
}
