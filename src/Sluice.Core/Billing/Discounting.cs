using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Money off: a share of each charge, or an amount of the whole. Exactly one of the two.</summary>
/// <param name="Id">Of the coupon: the same one counts once.</param>
/// <param name="Percent">0 to 100.</param>
/// <param name="Plans">Only charges of these plans; empty = all.</param>
public sealed record Discount(string Id, decimal? Percent, decimal? Amount, ImmutableArray<PlanId> Plans);

/// <summary>Discounts on the charges of one invoice.</summary>
public static class Discounting
{
    /// <summary>
    /// What is off each charge, exact, in the order of the charges: all percentages first, one on what the other left,
    /// in the order given; then amounts, split over the charges in proportion and never below zero. Credits are not
    /// touched.
    /// </summary>
    public static ImmutableArray<ImmutableArray<(Discount Discount, decimal Off)>> Of(ImmutableArray<(PlanId? Plan, decimal Amount)> charges, IEnumerable<Discount> discounts)
    {
        var left = charges.Select(static charge => Math.Max(0m, charge.Amount)).ToArray();
        var off = charges.Select(static _ => ImmutableArray.CreateBuilder<(Discount, decimal)>(0)).ToArray();
        var once = discounts.DistinctBy(static discount => discount.Id).ToList();
        foreach (var discount in once.Where(static discount => discount.Percent is not null))
        {
            for (var at = 0; at < left.Length; at++)
            {
                if (Matches(discount, charges[at].Plan)) Take(at, discount, left[at] * Math.Min(100m, discount.Percent!.Value) / 100m);
            }
        }

        foreach (var discount in once.Where(static discount => discount.Amount is not null))
        {
            var matching = Enumerable.Range(0, left.Length).Where(at => Matches(discount, charges[at].Plan) && left[at] > 0m).ToList();
            var total = matching.Sum(at => left[at]);
            var amount = Math.Min(discount.Amount!.Value, total);
            foreach (var at in matching) Take(at, discount, amount * left[at] / total);
        }

        return [.. off.Select(static taken => taken.ToImmutable())];

        void Take(int at, Discount discount, decimal amount)
        {
            if (amount <= 0m) return;
            left[at] -= amount;
            off[at].Add((discount, amount));
        }
    }

    private static bool Matches(Discount discount, PlanId? plan) => discount.Plans.IsEmpty || (plan is { } id && discount.Plans.Contains(id));
}
