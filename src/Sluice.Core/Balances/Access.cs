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

/// <summary>What was asked for, and what there is.</summary>
/// <param name="Feature">Whose units the numbers are in: the evaluated feature's, or those a usage limit counts.</param>
/// <param name="Available">Null: there is no end to it, or the rule compares nothing.</param>
public readonly record struct Comparison(FeatureId Feature, Quantity Required, Quantity? Available);

/// <summary>A balance that was evaluated, and the numbers that were held against each other.</summary>
internal readonly record struct Evaluated(CheckAnswer Answer, Comparison Compared);

/// <summary>May a customer or an entity use so much of a feature? Never adds two balances up: one of them has to suffice.</summary>
public static class Access
{
    /// <param name="required">In units of the feature; may be 0 or negative.</param>
    /// <param name="property">A property of the usage that is asked about, as text.</param>
    public static CheckAnswer Check(Subject subject, Catalog catalog, Feature feature, Quantity required, Instant now, Func<string, string?>? property = null) =>
        Check(subject, catalog, feature, required, new Bounds(subject, catalog, now, property), property, told: null);

    /// <param name="told">Where every balance that was evaluated is told, in order; null when nobody asks.</param>
    internal static CheckAnswer Check(
        Subject subject, Catalog catalog, Feature feature, Quantity required, Bounds bounds, Func<string, string?>? property, List<Evaluated>? told)
    {
        if (feature.IsBoolean)
        {
            var flag = Flags.Of(subject, feature);
            var held = new CheckAnswer(flag is not null, required, feature.Id, null, flag, flag is null ? AccessRule.NotGranted : AccessRule.Flag);
            told?.Add(new Evaluated(held, new Comparison(feature.Id, required, null)));
            return held;
        }

        var own = Evaluate(subject, catalog, bounds, feature, required, null, required, told);
        var pools = DrawOrder.Pools(catalog, feature);
        if (own.Allowed || pools.IsEmpty) return own;
        CheckAnswer? firstOwned = null;
        foreach (var pool in pools)
        {
            var answer = Evaluate(subject, catalog, bounds, pool.Feature, InCredits(required, pool, property), feature, required, told);
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
    private static CheckAnswer Evaluate(Subject subject, Catalog catalog, Bounds bounds, Feature evaluated, Quantity required, Feature? tracked, Quantity units, List<Evaluated>? told)
    {
        var balance = Balance.Of(subject, catalog, evaluated);
        var closed = balance is null or { Unlimited: true } || required.IsNegative ? null
            : Closed(bounds.Windows(evaluated.Id), required) ?? (tracked is null ? null : Closed(bounds.Windows(tracked.Id), units));
        var (allowed, rule, available) = Decide(balance, required, bounds, closed);
        var answer = new CheckAnswer(allowed, required, evaluated.Id, balance, null, rule) { Window = closed?.Limit };
        told?.Add(new Evaluated(answer, closed is not null && closed.Limit.Feature != evaluated.Id ? new Comparison(closed.Limit.Feature, units, available) : new Comparison(evaluated.Id, required, available)));
        return answer;
    }

    // The first row that applies decides.
    private static (bool Allowed, AccessRule Rule, Quantity? Available) Decide(Balance? balance, Quantity required, Bounds bounds, OpenWindow? closed)
    {
        if (balance is null) return (false, AccessRule.NotGranted, null);
        if (balance.Unlimited) return (true, AccessRule.Unlimited, null);
        if (required.IsNegative) return (true, AccessRule.GivesBack, null);
        if (closed is not null) return (false, AccessRule.UsageLimit, Quantity.Total(closed.Left));
        var isSwitched = bounds.Overage(balance.Feature);
        if (isSwitched != false && balance.IsDrawable && (balance.DrawsBelowZero || isSwitched == true))
        {
            if (bounds.Spend(balance.Feature) is { } cap) return Compare(Quantity.Total(cap.Left + balance.Drawable.Value), required, AccessRule.SpendLimit);
            return balance.DrawsBelowZero && balance.Usable is { } usable ? Compare(usable, required, AccessRule.MaxPurchase) : (true, AccessRule.Overage, null);
        }

        return Compare(balance.Drawable, required, AccessRule.Included);
    }

    private static (bool Allowed, AccessRule Rule, Quantity? Available) Compare(Quantity available, Quantity required, AccessRule rule) =>
        (available >= required, rule, available);

    private static OpenWindow? Closed(IReadOnlyList<OpenWindow> windows, Quantity required)
    {
        foreach (var window in windows)
        {
            if (window.Left < required.Value) return window;
        }

        return null;
    }

    private static Quantity InCredits(Quantity units, Catalog.Pool pool, Func<string, string?>? property) => Quantity.Total(pool.RateFor(property).Credits(units.Value));
}
