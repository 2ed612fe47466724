using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Prices, of a plan and of its items.</summary>
internal static class ItemPrices
{
    public static ItemPrice Normal(PriceDraft draft) => new(
        draft.Amount,
        draft.Tiers,
        draft.Tiers.IsEmpty ? null : draft.TierBehavior ?? TierBehavior.Graduated,
        draft.Interval,
        draft.BillingUnits ?? Quantity.One,
        draft.Method,
        draft.MaxPurchase,
        draft.OtherCurrencies);

    /// <summary>A linear list; the first that does not hold is the answer.</summary>
    public static Refusal? Check(ItemDraft item, PriceDraft price, Feature feature)
    {
        if (feature.IsBoolean) return Refuse($"feature {feature.Id} is a flag, so there is nothing to count a price by: put the price on the plan.");
        if (item.Unlimited) return Refuse("an unlimited item has nothing left to sell: leave out unlimited or the price.");
        if (price.Amount is null == price.Tiers.IsEmpty)
            return Refuse(price.Amount is null ? "price has neither amount nor tiers: give one of them." : "price has both amount and tiers: keep one of them.");
        if (CheckInterval(price.Interval) is { } badInterval) return badInterval;
        if (price is { Method: BillingMethod.UsageBased, Interval.Recurs: false })
            return new Refusal(RefusalCode.InvalidPrice, "a usage_based price is billed at the end of each interval, so it cannot be one_off: use prepaid.");
        if (price.Method == BillingMethod.UsageBased && item.Reset is { } reset && reset != price.Interval)
            return Refuse($"reset.interval ({Wording.Interval(reset)}) and price.interval ({Wording.Interval(price.Interval)}) differ, which only a prepaid item may: send one of them.");
        if (price.Amount is { Amount: < 0m }) return Refuse("price.amount is negative.");
        if (price.BillingUnits is { IsPositive: false }) return Refuse("price.billing_units is not above 0.");
        if (price.MaxPurchase is { IsNegative: true }) return Refuse("price.max_purchase is negative.");
        var units = price.BillingUnits ?? Quantity.One;
        if (price.Method == BillingMethod.Prepaid && item.Included is { } included && included.Value % units.Value != 0m)
            return Refuse($"included ({included}) is not a multiple of price.billing_units ({units}): prepaid units come in whole packs.");
        return price.Tiers.IsEmpty ? null : CheckTiers(price, item.Included ?? Quantity.Zero);
    }

    public static Refusal? CheckBase(PlanPrice price)
    {
        if (price.Amount.Amount < 0m) return Refuse("price.amount is negative.");
        if (decimal.Round(price.Amount.Amount, 2) != price.Amount.Amount) return Refuse($"price.amount {price.Amount} has more than 2 decimals.");
        return CheckInterval(price.Interval);
    }

    /// <summary>Weeks never line up with months, so one plan cannot be billed by both.</summary>
    public static Refusal? CheckMix(PlanPrice? price, ImmutableArray<ItemTerms> items)
    {
        var units = items.Select(item => item.Price?.Interval.Unit).Append(price?.Interval.Unit).Where(unit => unit is not (null or IntervalUnit.OneOff)).ToList();
        return units.Contains(IntervalUnit.Week) && units.Any(unit => unit != IntervalUnit.Week)
            ? Refuse("the plan has weekly prices and prices by the month or year: use one kind.")
            : null;
    }

    private static Refusal? CheckInterval(Interval interval) =>
        interval.Count < 1 ? Refuse("price.interval_count is less than 1.")
        : interval.Unit is IntervalUnit.Minute or IntervalUnit.Hour or IntervalUnit.Day
            ? Refuse($"price.interval cannot be {Wording.Interval(interval)}: the shortest that is billed is week.")
            : null;

    private static Refusal? CheckTiers(PriceDraft price, Quantity included)
    {
        var volume = price.TierBehavior == TierBehavior.Volume;
        if (volume && price.Method != BillingMethod.Prepaid) return Refuse("tier_behavior volume is for prepaid items only: use graduated.");
        if (price.Tiers[^1].To is not null) return Refuse("the last tier must have no end: set its to to \"inf\".");
        var floor = included;
        for (var at = 0; at < price.Tiers.Length; at++)
        {
            var tier = price.Tiers[at];
            if (tier.Amount.Amount < 0m || tier.FlatAmount is { Amount: < 0m }) return Refuse("a tier has a negative amount.");
            if (tier.FlatAmount is not null && !volume) return Refuse("flat_amount is for tier_behavior volume only: leave it out.");
            if (tier.FlatAmount is not null && price.Tiers.Length < 2) return Refuse("flat_amount needs at least two tiers.");
            if (tier.To is null && at < price.Tiers.Length - 1) return Refuse("only the last tier may have to \"inf\".");
            if (tier.To <= floor)
            {
                return Refuse(at == 0
                    ? $"the first tier ends at {tier.To}, within the included {included}: tiers count the included units, so it must end above."
                    : $"a tier ends at {tier.To}, not above the one before ({floor}): list the tiers in ascending order.");
            }

            floor = tier.To ?? floor;
        }

        return null;
    }

    private static Refusal Refuse(string message) => new(RefusalCode.InvalidInputs, message);
}
