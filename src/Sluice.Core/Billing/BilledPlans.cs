using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What an invoice shall be for that a call asks for.</summary>
/// <param name="Lines">Amounts of the caller's.</param>
public sealed record InvoiceWish(ImmutableArray<BilledPlan> Plans, ImmutableArray<CustomLine> Lines)
{
    /// <summary>Of the period that the plans are billed for; null = now.</summary>
    public Instant? From { get; init; }

    /// <summary>Null = one interval of each price.</summary>
    public Instant? To { get; init; }

    public ImmutableArray<DiscountWish> Discounts { get; init; } = [];

    /// <summary>Those of the plans are off these plans only.</summary>
    internal ImmutableArray<DiscountWish> AllDiscounts =>
        [.. Discounts, .. Plans.SelectMany(static billed => billed.Discounts.Select(wish => wish with { Discount = wish.Discount with { Plans = [billed.Plan] } }))];

    /// <summary>Days to pay it; null = the usual ones.</summary>
    public int? TermsDays { get; init; }

    /// <summary>In percent; not said = the tenant's, or that of the invoice that is replaced.</summary>
    public Change<decimal?> TaxRate { get; init; }
}

/// <summary>A plan to be billed once, held or not.</summary>
/// <param name="Version">Null = the latest.</param>
/// <param name="Prorates">The base price by the share that the period has of its interval.</param>
public sealed record BilledPlan(PlanId Plan, int? Version, Customization? Customize, ImmutableArray<BilledQuantity> Quantities, bool Prorates)
{
    /// <summary>Off this plan's lines only.</summary>
    public ImmutableArray<DiscountWish> Discounts { get; init; } = [];
}

/// <param name="Quantity">The included units counted in.</param>
public readonly record struct BilledQuantity(FeatureId Feature, bool IsPrepaid, Quantity Quantity, bool Prorates);

/// <summary>The lines of a plan that is billed by a call.</summary>
internal static class BilledPlans
{
    public static (IReadOnlyList<DraftLine> Lines, Refusal? Refusal) Lines(Catalog catalog, Currency currency, InvoiceWish wish, Instant now)
    {
        var charging = new Charging(catalog, currency);
        var lines = new List<DraftLine>();
        foreach (var billed in wish.Plans)
        {
            if (catalog.Plan(billed.Plan, billed.Version) is not { } plan)
                return ([], new Refusal(RefusalCode.PlanNotFound, billed.Version is { } version ? $"Plan {billed.Plan} has no version {version}." : $"Plan {billed.Plan} does not exist."));
            var (custom, unfit) = Offers.Customized(catalog, plan, billed.Customize);
            if (unfit is not null) return ([], unfit);
            if (CurrencyRules.Lacks(custom!, currency, catalog.Policy.Currency)) return ([], CurrencyRules.NoPrice(plan.Id, currency));
            if (custom!.Price is { } price)
            {
                var (period, share) = Span(wish, price.Interval, billed.Prorates, now);
                lines.Add(charging.Line(LineKind.Charge, plan.Id, plan.Version, null, charging.Base(price) * share, Quantity.One, period));
            }

            foreach (var quantity in billed.Quantities)
            {
                if (custom.Items.FirstOrDefault(item => item.Feature == quantity.Feature && (quantity.IsPrepaid ? item.IsPrepaid : item.IsUsageBased)) is not { } item)
                    return ([], new Refusal(RefusalCode.InvalidRequest, $"feature_quantities: plan {plan.Id} has no {(quantity.IsPrepaid ? "prepaid" : "usage-based")} item for feature {quantity.Feature}."));
                var (period, share) = Span(wish, item.Price!.Interval, quantity.Prorates, now);
                var cost = charging.Cost(item.Price, quantity.IsPrepaid ? Offers.Bought(item, quantity.Quantity) : quantity.Quantity - item.Included, item.Included);
                lines.Add(charging.Line(quantity.IsPrepaid ? LineKind.Charge : LineKind.Usage, plan.Id, plan.Version, item.Feature, cost * share, quantity.Quantity, period));
            }
        }

        lines.AddRange(wish.Lines.Select(static line => new DraftLine(LineKind.Custom, line.Description, line.Description, line.Amount.Amount, null, null, null, null, null, Quantity.One, null)));
        return (lines, null);
    }

    // Whole intervals count one each, the rest by its share: a month and a half of $20 a month is $30.
    private static (BillingPeriod? Period, decimal Share) Span(InvoiceWish wish, Interval interval, bool prorates, Instant now)
    {
        var from = wish.From ?? now;
        if (Cycle.End(interval, from, from) is not { } next) return (wish.To is { } end ? new BillingPeriod(from, end) : null, 1m);
        var period = new BillingPeriod(from, wish.To ?? next);
        return (period, prorates && Cycle.Around(interval, from, period.End) is { } last ? interval.Passed(from, period.End) + (1m - last.Left(period.End)) : 1m);
    }
}
