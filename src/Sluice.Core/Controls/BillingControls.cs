using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Rules beside the balances, set for a customer, an entity or (as defaults) a plan. A list that was never set is default, one that was emptied is empty.</summary>
public sealed record BillingControls(
    ImmutableArray<SpendLimit> SpendLimits = default,
    ImmutableArray<UsageLimit> UsageLimits = default,
    ImmutableArray<OverageSwitch> Overage = default,
    ImmutableArray<UsageAlert> Alerts = default,
    ImmutableArray<AutoTopUp> TopUps = default)
{
    public static readonly BillingControls None = new();

    /// <summary>Nothing in it decides anything.</summary>
    public bool IsEmpty => SpendLimits.IsDefaultOrEmpty && UsageLimits.IsDefaultOrEmpty && Overage.IsDefaultOrEmpty && Alerts.IsDefaultOrEmpty && TopUps.IsDefaultOrEmpty;

    /// <summary>The lists of <paramref name="change"/> that are set replace those here.</summary>
    public BillingControls With(BillingControls change) => new(
        change.SpendLimits.IsDefault ? SpendLimits : change.SpendLimits,
        change.UsageLimits.IsDefault ? UsageLimits : change.UsageLimits,
        change.Overage.IsDefault ? Overage : change.Overage,
        change.Alerts.IsDefault ? Alerts : change.Alerts,
        change.TopUps.IsDefault ? TopUps : change.TopUps);

    internal BillingControls WithoutEmptyLists() => new(NotEmpty(SpendLimits), NotEmpty(UsageLimits), NotEmpty(Overage), NotEmpty(Alerts), NotEmpty(TopUps));

    /// <summary>True when an entry is of the feature.</summary>
    public bool Names(FeatureId feature) =>
        Any(SpendLimits, entry => entry.Feature == feature) || Any(UsageLimits, entry => entry.Feature == feature) || Any(Overage, entry => entry.Feature == feature)
        || Any(Alerts, entry => entry.Feature == feature) || Any(TopUps, entry => entry.Feature == feature);

    /// <summary>Equal in content.</summary>
    public bool Equals(BillingControls? other) => other is not null && Same(SpendLimits, other.SpendLimits) && Same(UsageLimits, other.UsageLimits) && Same(Overage, other.Overage) && Same(Alerts, other.Alerts) && Same(TopUps, other.TopUps);

    public override int GetHashCode() => HashCode.Combine(Count(SpendLimits), Count(UsageLimits), Count(Overage), Count(Alerts), Count(TopUps));

    private static ImmutableArray<T> NotEmpty<T>(ImmutableArray<T> list) => list.IsDefaultOrEmpty ? default : list;

    private static int Count<T>(ImmutableArray<T> list) => list.IsDefault ? -1 : list.Length;

    private static bool Any<T>(ImmutableArray<T> list, Func<T, bool> isMeant) => !list.IsDefault && list.Any(isMeant);

    private static bool Same<T>(ImmutableArray<T> a, ImmutableArray<T> b) =>
        a.IsDefault == b.IsDefault && (a.IsDefault || a.AsSpan().SequenceEqual(b.AsSpan()));
}

public enum SpendLimitType
{
    Absolute,

    /// <summary>In percent of what the main recurring plans include.</summary>
    UsagePercentage,
}

/// <summary>A cap on units of overage of one feature (not on money).</summary>
/// <param name="Type">Null = absolute, as the default is not said.</param>
/// <param name="Limit">Units, or percent; null = no cap.</param>
/// <param name="SkipOverageBilling">Overage up to the limit is allowed and not invoiced.</param>
public sealed record SpendLimit(FeatureId? Feature, bool Enabled, SpendLimitType? Type, Quantity? Limit, bool? SkipOverageBilling = null);

public enum WindowAnchor
{
    /// <summary>Counted in step with the balance's resets.</summary>
    BillingCycle,

    /// <summary>Calendar days, weeks from Monday, months and years in UTC.</summary>
    Utc,
}

/// <summary>A cap on usage within a window of time, whatever the balance says.</summary>
/// <param name="Interval">Day, week, month or year.</param>
/// <param name="Anchor">Null = <see cref="WindowAnchor.BillingCycle"/>, as the default is not said.</param>
/// <param name="Filter">Counts only usage with these properties; null = all.</param>
public sealed record UsageLimit(FeatureId Feature, Quantity Limit, IntervalUnit Interval, bool Enabled = true, WindowAnchor? Anchor = null, PropertyFilter? Filter = null);

/// <summary>Overage of one feature switched on or off against what its prices say.</summary>
public sealed record OverageSwitch(FeatureId Feature, bool Enabled);

public enum AlertType
{
    Usage,
    UsagePercentage,
    Remaining,
    RemainingPercentage,
}

/// <summary>What an alert's usage is measured on.</summary>
public enum AlertBasis
{
    Balance,
    Included,
    Recurring,
    UsageLimit,
}

/// <summary>Tells when usage crosses a threshold. Without a feature it stands for every one.</summary>
public sealed record UsageAlert(
    FeatureId? Feature, string? Name, Quantity Threshold, AlertType Type, bool Enabled = true, AlertBasis? Basis = null, PropertyFilter? Filter = null);

/// <summary>Buys more when what is left falls to the threshold.</summary>
public sealed record AutoTopUp(FeatureId Feature, bool Enabled, Quantity Threshold, Quantity Amount, PurchaseLimit? Limit = null, bool? InvoiceMode = null);

/// <summary>At most so many purchases within a window.</summary>
/// <param name="Count">Purchases counted so far, as the caller said; null when it said nothing.</param>
public sealed record PurchaseLimit(Interval Interval, Quantity Limit, Quantity? Count = null);
