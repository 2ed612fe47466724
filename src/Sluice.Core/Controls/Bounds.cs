using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>
/// What billing controls allow one request: effective for its subject, with what is used of each window and of each
/// spend limit. Made for one decision; what it counts is part of that decision.
/// </summary>
internal sealed class Bounds(Subject subject, Catalog catalog, Instant now, Func<string, string?>? property)
{
    private readonly EffectiveControls _controls = EffectiveControls.Of(subject, catalog);
    private OrderedDictionary<FeatureId, List<OpenWindow>>? _windows;

    /// <summary>No control decides anything about anyone: what most requests meet.</summary>
    public bool IsNone => _controls.IsNone;

    /// <summary>True or false when overage is switched; null when prices alone say.</summary>
    public bool? Overage(FeatureId feature) => IsNone ? null : _controls.Overage(feature);

    /// <summary>The switch that says so, and whose it is.</summary>
    public (bool IsOn, ControlSource Source)? Switched(FeatureId feature) => IsNone ? null : _controls.Switched(feature);

    /// <summary>The spend limit of a feature, in units of overage that may stand in all, and where it is counted; null = none.</summary>
    public SpendCap? Spend(FeatureId feature)
    {
        if (IsNone || _controls.Spend(feature) is not var (limits, source)) return null;
        var scope = source == ControlSource.Entity ? subject : new Subject(subject.Customer);
        decimal? least = null;
        foreach (var limit in limits)
        {
            if (!limit.Enabled || limit.Limit is not { } amount) continue;
            if (Units(limit, amount, scope, feature) is { } units && !(least <= units)) least = units;
        }

        return least is { } cap ? new SpendCap(cap, OverageIn(scope, feature), source) : null;
    }

    /// <summary>The windows that count usage of a feature with the properties of this request.</summary>
    public IReadOnlyList<OpenWindow> Windows(FeatureId feature)
    {
        if (IsNone) return [];
        _windows ??= [];
        if (_windows.TryGetValue(feature, out var windows)) return windows;
        _windows[feature] = windows = [];
        foreach (var (limit, source) in _controls.Windows(feature))
        {
            if (limit.Filter is not { } filter || filter.Matches(property)) windows.Add(Open(limit, source));
        }

        return windows;
    }

    /// <summary>What was counted, for the journal; nothing of what did not move.</summary>
    public ImmutableArray<WindowCount> Counts()
    {
        if (_windows is null) return [];
        var counts = ImmutableArray.CreateBuilder<WindowCount>();
        foreach (var window in _windows.Values.SelectMany(static windows => windows))
        {
            if (window.Counted != 0m)
                counts.Add(new WindowCount(window.Holder, window.Limit.Feature, window.Limit.Interval, window.Limit.Filter, window.Start, window.End, Quantity.Total(window.Counted)));
        }

        return counts.DrainToImmutable();
    }

    private OpenWindow Open(UsageLimit limit, ControlSource source)
    {
        // A limit of the customer keeps step with what the customer holds, whichever of its entities uses it.
        var holder = source == ControlSource.Entity ? subject : new Subject(subject.Customer);
        var (start, end) = Core.Windows.Around(limit, holder, catalog, now);
        var used = Core.Windows.Used(holder, limit, start);
        return new OpenWindow(limit, source, holder.Entity?.No, start, end, used.Value);
    }

    private static decimal? Units(SpendLimit limit, Quantity amount, Subject scope, FeatureId feature)
    {
        if (limit.Type != SpendLimitType.UsagePercentage) return amount.Value;
        var of = Sum(scope, feature, static grant => grant.RecurringBase.Value, static totals => totals.Recurring);
        return of == 0m ? null : of * amount.Value / 100m;
    }

    private static decimal OverageIn(Subject scope, FeatureId feature) =>
        Sum(scope, feature, static grant => grant.Terms.Unlimited ? 0m : grant.Overage.Value, static totals => totals.Overage);

    // Of an entity what it holds itself; of the customer everything, entities included.
    private static decimal Sum(Subject scope, FeatureId feature, Func<Grant, decimal> of, Func<EntityTotals, decimal> ofTotals)
    {
        var sum = 0m;
        foreach (var grant in (scope.Entity?.Own ?? scope.Customer.Own).Grants)
        {
            if (grant.Feature != feature) continue;
            sum += grant.IsShared ? ofTotals(scope.Customer.Entities.Shares(grant.No)) : of(grant);
        }

        return scope.Entity is null ? sum + ofTotals(scope.Customer.Entities.Own(feature)) : sum;
    }
}

/// <summary>How usage limits read.</summary>
public static class UsageLimits
{
    /// <summary>What is used of a limit in the window that holds <paramref name="now"/>.</summary>
    /// <param name="holder">Whose limit it is: the customer, or one of its entities.</param>
    public static Quantity Used(Subject holder, Catalog catalog, UsageLimit limit, Instant now) =>
        Windows.Used(holder, limit, Windows.Around(limit, holder, catalog, now).Start);
}

/// <summary>How many units of overage may stand, and how many do.</summary>
internal readonly record struct SpendCap(decimal Limit, decimal Standing, ControlSource Source)
{
    public decimal Left => Math.Max(0m, Limit - Standing);
}

/// <summary>A usage limit's current window while a request is decided.</summary>
/// <param name="Holder">Whose counter it is: an entity's, or the customer's (null).</param>
internal sealed record OpenWindow(UsageLimit Limit, ControlSource Source, EntityNo? Holder, Instant Start, Instant End, decimal Used)
{
    /// <summary>Added by this request.</summary>
    public decimal Counted { get; set; }

    public decimal Left => Math.Max(0m, Limit.Limit.Value - Used - Counted);

    /// <summary>What was left when the request came.</summary>
    public decimal LeftBefore => Math.Max(0m, Limit.Limit.Value - Used);
}
