using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>The rule that decided a check. The names are stable.</summary>
public enum AccessRule
{
    /// <summary>The customer has neither a balance nor a flag of it.</summary>
    NotGranted,

    /// <summary>A boolean feature that the customer holds.</summary>
    Flag,

    Unlimited,

    /// <summary>Less than nothing was asked for.</summary>
    GivesBack,

    /// <summary>The window of a usage limit has not enough left.</summary>
    UsageLimit,

    /// <summary>Decided by what remains of the grants.</summary>
    Included,

    /// <summary>Decided by what remains and the overage that a spend limit allows.</summary>
    SpendLimit,

    /// <summary>Decided by what remains and the overage that prices pay for up to a limit.</summary>
    MaxPurchase,

    /// <summary>Overage is paid for without a limit.</summary>
    Overage,

    /// <summary>The usage was recorded with the check, so it was allowed.</summary>
    Recorded,
}

/// <summary>What a check answers.</summary>
/// <param name="Required">In credits when a credit system was evaluated.</param>
/// <param name="Evaluated">The feature whose balance decided; null when nothing could have served.</param>
/// <param name="Flag">The grant that holds a boolean feature.</param>
public sealed record CheckAnswer(bool Allowed, Quantity Required, FeatureId? Evaluated, Balance? Balance, Grant? Flag, AccessRule Rule)
{
    /// <summary>The usage limit that decided.</summary>
    public UsageLimit? Window { get; init; }
}

/// <summary>May a customer or an entity use so much of a feature? Never adds two balances up: one of them has to suffice.</summary>
public static class Access
{
    /// <param name="required">In units of the feature; may be 0 or negative.</param>
    /// <param name="property">A property of the usage that is asked about, as text.</param>
    public static CheckAnswer Check(Subject subject, Catalog catalog, Feature feature, Quantity required, Instant now, Func<string, string?>? property = null)
    {
        if (feature.IsBoolean)
        {
            var flag = Flags.Of(subject, feature);
            return new CheckAnswer(flag is not null, required, feature.Id, null, flag, flag is null ? AccessRule.NotGranted : AccessRule.Flag);
        }

        var bounds = new Bounds(subject, catalog, now, property);
        var own = Evaluate(subject, catalog, bounds, feature, required, null, required);
        var pools = DrawOrder.Pools(catalog, feature);
        if (own.Allowed || pools.IsEmpty) return own;
        CheckAnswer? firstOwned = null;
        foreach (var pool in pools)
        {
            var answer = Evaluate(subject, catalog, bounds, pool.Feature, InCredits(required, pool, property), feature, required);
            if (answer.Allowed) return answer;
            if (answer.Balance is not null) firstOwned ??= answer;
        }

        if (firstOwned is not null) return firstOwned;
        return own.Balance is not null ? own : new CheckAnswer(false, InCredits(required, pools[0], property), pools[0].Feature.Id, null, null, AccessRule.NotGranted);
    }

    /// <summary>The answer to a check that recorded its usage: decided by the deduction, shown as it is after it.</summary>
    public static CheckAnswer Recorded(Catalog catalog, Feature feature, Quantity required, TrackAnswer track, Func<string, string?>? property = null)
    {
        if (track.Balance is not { } balance) return new CheckAnswer(false, required, feature.Id, null, null, AccessRule.NotGranted);
        foreach (var pool in DrawOrder.Pools(catalog, feature))
        {
            if (pool.Feature.Id == balance.Feature) required = InCredits(required, pool, property);
        }

        return new CheckAnswer(true, required, balance.Feature, balance, null, AccessRule.Recorded);
    }

    /// <param name="required">In units of <paramref name="evaluated"/>.</param>
    /// <param name="tracked">The feature asked about when its pool is evaluated.</param>
    private static CheckAnswer Evaluate(Subject subject, Catalog catalog, Bounds bounds, Feature evaluated, Quantity required, Feature? tracked, Quantity units)
    {
        var balance = Balance.Of(subject, catalog, evaluated);
        var closed = balance is null or { Unlimited: true } || required.IsNegative ? null
            : Closed(bounds.Windows(evaluated.Id), required) ?? (tracked is null ? null : Closed(bounds.Windows(tracked.Id), units));
        var (allowed, rule) = Decide(balance, required, bounds, closed);
        return new CheckAnswer(allowed, required, evaluated.Id, balance, null, rule) { Window = closed };
    }

    // The first row that applies decides.
    private static (bool Allowed, AccessRule Rule) Decide(Balance? balance, Quantity required, Bounds bounds, UsageLimit? closed)
    {
        if (balance is null) return (false, AccessRule.NotGranted);
        if (balance.Unlimited) return (true, AccessRule.Unlimited);
        if (required.IsNegative) return (true, AccessRule.GivesBack);
        if (closed is not null) return (false, AccessRule.UsageLimit);
        var isSwitched = bounds.Overage(balance.Feature);
        if (isSwitched != false && balance.IsDrawable && (balance.DrawsBelowZero || isSwitched == true))
        {
            if (bounds.Spend(balance.Feature) is { } cap) return (cap.Left + balance.Drawable.Value >= required.Value, AccessRule.SpendLimit);
            return balance.DrawsBelowZero && balance.Usable is { } usable ? (usable >= required, AccessRule.MaxPurchase) : (true, AccessRule.Overage);
        }

        return (balance.Drawable >= required, AccessRule.Included);
    }

    private static UsageLimit? Closed(IReadOnlyList<OpenWindow> windows, Quantity required)
    {
        foreach (var window in windows)
        {
            if (window.Left < required.Value) return window.Limit;
        }

        return null;
    }

    private static Quantity InCredits(Quantity units, Catalog.Pool pool, Func<string, string?>? property) => Quantity.Total(pool.RateFor(property).Credits(units.Value));
}
