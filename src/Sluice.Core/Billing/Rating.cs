namespace Sluice.Core;

/// <summary>What a quantity costs, exact: nothing is rounded to money here.</summary>
public static class Rating
{
    /// <summary>In major units: no line costs more. What would is held there, for an absurd price must not stop the clock of a customer.</summary>
    public const decimal Most = 1_000_000_000_000m;

    /// <summary>
    /// What is beyond the included units, in the price's terms: usage beyond the grant in arrears, or a bought quantity
    /// in advance. A price by volume looks at the whole quantity, the included units with it.
    /// </summary>
    /// <param name="beyond">Units beyond the included ones; 0 or less costs nothing.</param>
    /// <param name="included">The included units, which tiers count in.</param>
    public static decimal Cost(ItemPrice price, Quantity beyond, Quantity included)
    {
        if (!beyond.IsPositive) return 0m;
        if (price.Amount is { } amount) return Times(Packs(beyond.Value, price.BillingUnits.Value), amount.Amount);
        return price.TierBehavior == TierBehavior.Volume ? ByVolume(price, beyond.Value, included.Value) : Graduated(price, beyond.Value, included.Value);
    }

    /// <summary>Whole packs that hold the units. What is sold by the single unit is charged to the fraction.</summary>
    public static decimal Packs(decimal units, decimal perPack) => perPack == 1m ? Math.Max(0m, units) : Math.Ceiling(Math.Max(0m, units) / perPack);

    /// <summary>What one pack costs at the first tier: for comparing plans.</summary>
    public static decimal First(ItemPrice price) => price.Amount?.Amount ?? price.Tiers[0].Amount.Amount;

    private static decimal Times(decimal units, decimal price) => units > 0m && price > Most / units ? Most : units * price;

    // Each tier takes its own part; the quantity is rounded up to whole packs first.
    private static decimal Graduated(ItemPrice price, decimal beyond, decimal included)
    {
        var perPack = price.BillingUnits.Value;
        var left = Packs(beyond, perPack) * perPack;
        var (cost, from) = (0m, 0m);
        foreach (var tier in price.Tiers)
        {
            var to = tier.To is { } end ? end.Value - included : decimal.MaxValue;
            var taken = Math.Min(left, to - from);
            cost = Math.Min(Most, cost + Times(taken / perPack, tier.Amount.Amount));
            left -= taken;
            from = to;
            if (left <= 0m) break;
        }

        return cost;
    }

    // The whole quantity at the price of the tier it reaches.
    private static decimal ByVolume(ItemPrice price, decimal beyond, decimal included)
    {
        var total = beyond + included;
        foreach (var tier in price.Tiers)
        {
            if (tier.To is { } end && total > end.Value) continue;
            return Math.Min(Most, Times(Packs(total, price.BillingUnits.Value), tier.Amount.Amount) + Math.Min(Most, tier.FlatAmount?.Amount ?? 0m));
        }

        throw new InvariantViolation("a price whose last tier has an end");
    }
}
