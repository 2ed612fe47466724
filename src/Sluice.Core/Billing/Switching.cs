using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>One plan in the place of another: now or later, and what was bought of the old one.</summary>
internal static class Switching
{
    /// <summary>When it begins, if that is not now: what is less than the held plan waits for the end of its period.</summary>
    /// <param name="currency">That the two plans are compared in.</param>
    public static Instant? StartsLater(Customer customer, Catalog catalog, PlanOffer offer, AttachOptions options, Currency currency, Instant now)
    {
        if (options.NoBillingChanges) return null;
        if (options.StartsAt is { } start && start > now) return start;
        if (!offer.IsMain || Beginning.Current(customer.HeldBy(offer.Entity), offer.Group) is not { LongestEnd: { } end } current) return null;
        return options.Schedule switch
        {
            PlanSchedule.Immediate => null,
            PlanSchedule.EndOfCycle => end,
            null => Between(catalog, Held(customer, catalog, current), Of(catalog, offer), currency) == Direction.Downgrade ? end : null,
            _ => throw new InvariantViolation($"plan schedule {options.Schedule}"),
        };
    }

    // In the customer's currency; at their own prices when the held plan, tried for nothing, has none in it.
    private static Direction Between(Catalog catalog, Plan held, Plan coming, Currency currency) => CurrencyRules.Lacks(held, currency, catalog.Policy.Currency)
        ? PlanComparison.Between(catalog, held, coming)
        : PlanComparison.Between(catalog, held.In(currency), coming.In(currency));

    /// <summary>The plan as it is held: at its version, with the customer's own terms. What an entity's plan put into a pool is the catalog's.</summary>
    public static Plan Held(Customer customer, Catalog catalog, Subscription held)
    {
        var plan = catalog.Plan(held.Plan, held.Version) ?? throw new InvariantViolation($"{customer.Key} holds {held.Plan} version {held.Version}, which is not in the catalog");
        return !held.IsCustom ? plan
            : plan with
            {
                Price = held.Price,
                Items = [.. customer.HeldBy(held.Entity).Grants.Where(grant => grant.Subscription == held.No).Select(static grant => grant.Terms), .. plan.Items.Where(item => item.Pooled && held.Entity is not null)],
            };
    }

    /// <summary>
    /// Units bought with each item: those asked for; left open, those bought of the plan before, in whole packs of the
    /// new one. Where a new period begins, those that were to hold from the next period on.
    /// </summary>
    /// <param name="isNextPeriod">No running period of the plan before goes on.</param>
    public static ImmutableArray<Quantity> Bought(Holdings own, PlanOffer offer, Subscription? current, bool isNextPeriod) =>
    [
        .. offer.Items.Select(item =>
        {
            if (item.IsChargedWhenTaken) return Quantity.Max(Quantity.Zero, InUse(own, current, item.Feature) - item.Included);
            if (!item.IsPrepaid) return Quantity.Zero;
            if (offer.Quantities.TryGetValue(item.Feature, out var asked)) return Offers.Bought(item, asked);
            if (Before(own, current, item) is not { } before) return Quantity.Zero;
            return InPacks(item, isNextPeriod || !IsSamePeriod(before, item) ? current!.NextPrepaid(before) : before.Prepaid);
        }),
    ];

    /// <summary>What was to hold from the next period on goes along where the running period does, unless asked for anew.</summary>
    /// <param name="no">Of the plan that comes.</param>
    public static ImmutableArray<Upcoming> Upcoming(Holdings own, PlanOffer offer, SubscriptionNo no, Subscription current)
    {
        if (current.Upcoming.IsEmpty) return [];
        var upcoming = ImmutableArray.CreateBuilder<Upcoming>();
        foreach (var (at, item) in offer.Items.Index())
        {
            if (!item.IsPrepaid || offer.Quantities.ContainsKey(item.Feature) || Before(own, current, item) is not { } before || !IsSamePeriod(before, item)) continue;
            if (current.NextPrepaid(before) is var next && next != before.Prepaid) upcoming.Add(new Upcoming(new GrantNo(no.Value + 1 + at), InPacks(item, next)));
        }

        return upcoming.DrainToImmutable();
    }

    // What was bought of the plan before in each period.
    private static Grant? Before(Holdings own, Subscription? current, ItemTerms item) => current is null || !item.Price!.Interval.Recurs ? null
        : own.Grants.FirstOrDefault(grant => grant.Subscription == current.No && grant.Feature == item.Feature && grant.Terms is { IsPrepaid: true, Price.Interval.Recurs: true });

    private static bool IsSamePeriod(Grant before, ItemTerms item) => before.Terms.Price!.Interval == item.Price!.Interval;

    private static Quantity InPacks(ItemTerms item, Quantity prepaid) => Offers.Bought(item, item.Included + prepaid);

    private static Quantity InUse(Holdings own, Subscription? current, FeatureId feature) => current is null ? Quantity.Zero
        : own.Grants.Where(grant => grant.Subscription == current.No && grant.Feature == feature).Aggregate(Quantity.Zero, static (sum, grant) => sum + grant.Usage);

    private static Plan Of(Catalog catalog, PlanOffer offer) =>
        (catalog.Plan(offer.Plan, offer.Version) ?? throw new InvariantViolation($"plan {offer.Plan} version {offer.Version} is offered and not in the catalog")) with { Price = offer.Price, Items = offer.Items };
}
