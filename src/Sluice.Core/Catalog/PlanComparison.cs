namespace Sluice.Core;

public enum Direction
{
    Upgrade,
    Downgrade,
}

/// <summary>Plans side by side: which is more, and the order they are shown in.</summary>
public static class PlanComparison
{
    /// <summary>Main plans by price, free ones first, then add-ons; ties by age, then id.</summary>
    public static IEnumerable<Plan> InOrder(Catalog catalog, IEnumerable<Plan> plans) => plans
        .OrderBy(plan => plan.AddOn)
        .ThenBy(plan => !plan.IsFree)
        .ThenBy(plan => Monthly(catalog, plan))
        .ThenBy(plan => plan.CreatedAt)
        .ThenBy(plan => plan.Id)
        .ThenBy(plan => plan.Version);

    /// <summary>Whether a switch goes up or down. The first rule that fits decides; the same price counts as up.</summary>
    public static Direction Between(Catalog catalog, Plan from, Plan to) =>
        from.IsFree && !to.IsFree ? Direction.Upgrade
        : !from.IsFree && to.IsFree ? Direction.Downgrade
        : from.IsOneOff || to.IsOneOff ? Direction.Upgrade
        : OnlyByUse(catalog, from) && OnlyByUse(catalog, to) ? Direction.Upgrade
        : Longest(to) > Longest(from) ? Direction.Upgrade
        : Monthly(catalog, to) >= Monthly(catalog, from) ? Direction.Upgrade : Direction.Downgrade;

    /// <summary>
    /// What is known of a month's price before any use: base price, prepaid packs and seats, each at its first tier.
    /// Prices of what is used up depend on use and count as nothing, one-off prices as they are.
    /// </summary>
    public static decimal Monthly(Catalog catalog, Plan plan)
    {
        var sum = plan.Price is { } price ? PerMonth(price.Amount.Amount, price.Interval) : 0m;
        foreach (var item in plan.Items)
        {
            if (item.Price is { } rate && !IsByUse(catalog, item)) sum += PerMonth(FirstAmount(rate), rate.Interval);
        }

        // Thirds and twelfths do not terminate; 12 decimals make 240 a year and 20 a month meet.
        return decimal.Round(sum, 12);
    }

    private static bool OnlyByUse(Catalog catalog, Plan plan) => plan.Price is null && plan.Items.All(item => item.Price is null || IsByUse(catalog, item));

    private static bool IsByUse(Catalog catalog, ItemTerms item) => item.IsUsageBased && catalog.Feature(item.Feature) is not { Consumable: false };

    private static long Longest(Plan plan) => plan.Items.Select(item => item.Price?.Interval)
        .Append(plan.Price?.Interval)
        .Select(interval => interval is { Recurs: true } recurring ? recurring.Weight : 0L)
        .Max();

    private static decimal FirstAmount(ItemPrice price) => price.Amount?.Amount ?? price.Tiers[0].Amount.Amount;

    private static decimal PerMonth(decimal amount, Interval interval) => interval.Unit switch
    {
        IntervalUnit.Week => amount * 4m,
        IntervalUnit.Month or IntervalUnit.OneOff => amount,
        IntervalUnit.Quarter => amount / 3m,
        IntervalUnit.SemiAnnual => amount / 6m,
        IntervalUnit.Year => amount / 12m,
        _ => throw new InvariantViolation($"no plan is billed by {interval.Unit}"),
    } / interval.Count;
}
