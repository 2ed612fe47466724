using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Core;

namespace Sluice.Server.Api.Controls;

/// <summary>Billing controls as the API shows them: the lists that were set, those that were emptied included.</summary>
public sealed record ControlsBody
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AutoTopUpBody>? AutoTopups { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SpendLimitBody>? SpendLimits { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UsageLimitBody>? UsageLimits { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UsageAlertBody>? UsageAlerts { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<OverageBody>? OverageAllowed { get; init; }

    public static ControlsBody Of(BillingControls? controls) => controls is null ? new ControlsBody() : new ControlsBody
    {
        AutoTopups = All(controls.TopUps, AutoTopUpBody.Of),
        SpendLimits = All(controls.SpendLimits, SpendLimitBody.Of),
        UsageLimits = All(controls.UsageLimits, UsageLimitBody.Of),
        UsageAlerts = All(controls.Alerts, UsageAlertBody.Of),
        OverageAllowed = All(controls.Overage, static entry => new OverageBody(entry.Feature, entry.Enabled)),
    };

    /// <summary>What holds for a customer: its own entries and the defaults of its plans, each with its source, limits with what is used of them.</summary>
    internal static ControlsBody Effective(View view, Customer customer)
    {
        var (own, plans) = EffectiveControls.Shown(customer, view.Catalog);
        if (own.IsEmpty && plans.IsEmpty) return Of(own);
        UsageLimitBody Used(UsageLimit limit, string source) => UsageLimitBody.Of(limit) with
        {
            Usage = view.Catalog.Feature(limit.Feature) is null ? null : Core.UsageLimits.Used(customer, view.Catalog, limit, view.NowOf(customer)), Source = source,
        };
        return new ControlsBody
        {
            AutoTopups = Both(own.TopUps, plans.TopUps, static (entry, source) => AutoTopUpBody.Of(entry) with { Source = source }),
            SpendLimits = Both(own.SpendLimits, plans.SpendLimits, static (entry, source) => SpendLimitBody.Of(entry) with { Source = source }),
            UsageLimits = Both(own.UsageLimits, plans.UsageLimits, Used),
            UsageAlerts = Both(own.Alerts, plans.Alerts, static (entry, source) => UsageAlertBody.Of(entry) with { Source = source }),
            OverageAllowed = Both(own.Overage, plans.Overage, static (entry, source) => new OverageBody(entry.Feature, entry.Enabled) { Source = source }),
        };
    }

    private static IReadOnlyList<TBody>? Both<T, TBody>(ImmutableArray<T> own, ImmutableArray<T> plans, Func<T, string, TBody> of) => own.IsDefault && plans.IsDefault
        ? null
        : [.. (own.IsDefault ? [] : own).Select(entry => of(entry, "customer")), .. (plans.IsDefault ? [] : plans).Select(entry => of(entry, "plan"))];

    private static IReadOnlyList<TBody>? All<T, TBody>(ImmutableArray<T> entries, Func<T, TBody> of) => entries.IsDefault ? null : [.. entries.Select(of)];
}

public sealed record AutoTopUpBody(
    FeatureId FeatureId,
    bool Enabled,
    Quantity Threshold,
    Quantity Quantity,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PurchaseLimitBody? PurchaseLimit,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? InvoiceMode)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Source { get; init; }

    internal static AutoTopUpBody Of(AutoTopUp topUp) => new(
        topUp.Feature, topUp.Enabled, topUp.Threshold, topUp.Amount, topUp.Limit is { } limit ? PurchaseLimitBody.Of(limit) : null, topUp.InvoiceMode);
}

public sealed record PurchaseLimitBody(
    string Interval,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? IntervalCount,
    Quantity Limit,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? Count)
{
    internal static PurchaseLimitBody Of(PurchaseLimit limit) => new(Words.Of(limit.Interval.Unit), limit.Interval.Count == 1 ? null : limit.Interval.Count, limit.Limit, limit.Count);
}

public sealed record SpendLimitBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FeatureId? FeatureId,
    bool Enabled,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? LimitType,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? OverageLimit,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? SkipOverageBilling)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Source { get; init; }

    internal static SpendLimitBody Of(SpendLimit limit) => new(
        limit.Feature, limit.Enabled, limit.Type is { } type ? ControlWords.Of(ControlWords.SpendLimitTypes, type) : null, limit.Limit, limit.SkipOverageBilling);
}

public sealed record UsageLimitBody(
    FeatureId FeatureId,
    bool Enabled,
    Quantity Limit,
    string Interval,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Anchor,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FilterBody? Filter)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Quantity? Usage { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Source { get; init; }

    internal static UsageLimitBody Of(UsageLimit limit) => new(
        limit.Feature, limit.Enabled, limit.Limit, Words.Of(limit.Interval), limit.Anchor is { } anchor ? ControlWords.Of(ControlWords.Anchors, anchor) : null, FilterBody.Of(limit.Filter));
}

public sealed record UsageAlertBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FeatureId? FeatureId,
    bool Enabled,
    Quantity Threshold,
    string ThresholdType,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Basis,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FilterBody? Filter)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Source { get; init; }

    internal static UsageAlertBody Of(UsageAlert alert) => new(
        alert.Feature, alert.Enabled, alert.Threshold, ControlWords.Of(ControlWords.AlertTypes, alert.Type), alert.Name,
        alert.Basis is { } basis ? ControlWords.Of(ControlWords.AlertBases, basis) : null, FilterBody.Of(alert.Filter));
}

public sealed record OverageBody(FeatureId FeatureId, bool Enabled)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Source { get; init; }
}

public sealed record FilterBody(IReadOnlyDictionary<string, JsonText> Properties)
{
    internal static FilterBody? Of(PropertyFilter? filter) => filter is null ? null : new FilterBody(filter.Properties.ToDictionary(static match => match.Name, static match => match.Json));
}
