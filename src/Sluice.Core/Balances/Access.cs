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

    /// <summary>Decided by what remains of the grants.</summary>
    Included,

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
public sealed record CheckAnswer(bool Allowed, Quantity Required, FeatureId? Evaluated, Balance? Balance, Grant? Flag, AccessRule Rule);

/// <summary>May a customer use so much of a feature? Never adds two balances up: one of them has to suffice.</summary>
public static class Access
{
    /// <param name="customer">As of now: <see cref="Due.AsOf"/>.</param>
    /// <param name="required">In units of the feature; may be 0 or negative.</param>
    public static CheckAnswer Check(Customer customer, Catalog catalog, Feature feature, Quantity required)
    {
        if (feature.IsBoolean)
        {
            var flag = Flags.Of(customer, feature);
            return new CheckAnswer(flag is not null, required, feature.Id, null, flag, flag is null ? AccessRule.NotGranted : AccessRule.Flag);
        }

        var own = Evaluate(customer, feature, required);
        var pools = DrawOrder.Pools(catalog, feature);
        if (own.Allowed || pools.IsEmpty) return own;
        CheckAnswer? firstOwned = null;
        foreach (var pool in pools)
        {
            var answer = Evaluate(customer, pool.Feature, InCredits(required, pool));
            if (answer.Allowed) return answer;
            if (answer.Balance is not null) firstOwned ??= answer;
        }

        if (firstOwned is not null) return firstOwned;
        return own.Balance is not null ? own : new CheckAnswer(false, InCredits(required, pools[0]), pools[0].Feature.Id, null, null, AccessRule.NotGranted);
    }

    /// <summary>The answer to a check that recorded its usage: decided by the deduction, shown as it is after it.</summary>
    public static CheckAnswer Recorded(Catalog catalog, Feature feature, Quantity required, TrackAnswer track)
    {
        if (track.Balance is not { } balance) return new CheckAnswer(false, required, feature.Id, null, null, AccessRule.NotGranted);
        foreach (var pool in DrawOrder.Pools(catalog, feature))
        {
            if (pool.Feature.Id == balance.Feature) required = InCredits(required, pool);
        }

        return new CheckAnswer(true, required, balance.Feature, balance, null, AccessRule.Recorded);
    }

    private static CheckAnswer Evaluate(Customer customer, Feature feature, Quantity required)
    {
        var balance = Balance.Of(customer, feature);
        var (allowed, rule) = Decide(balance, required);
        return new CheckAnswer(allowed, required, feature.Id, balance, null, rule);
    }

    // The first row that applies decides.
    private static (bool Allowed, AccessRule Rule) Decide(Balance? balance, Quantity required)
    {
        if (balance is null) return (false, AccessRule.NotGranted);
        if (balance.Unlimited) return (true, AccessRule.Unlimited);
        if (required.IsNegative) return (true, AccessRule.GivesBack);

        // Here: a window of a usage limit without enough headroom. Then: overage switched off by a billing control.
        if (balance.OverageAllowed)
        {
            // Here: a spend limit, which replaces the limits of the prices.
            return balance.Usable is { } usable ? (usable >= required, AccessRule.MaxPurchase) : (true, AccessRule.Overage);
        }

        return (balance.Remaining >= required, AccessRule.Included);
    }

    private static Quantity InCredits(Quantity units, Catalog.Pool pool) => Quantity.Total(Credits.Of(units.Value, pool.Cost.Value));
}
