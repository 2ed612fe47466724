using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>
/// Held plans go over to another version of themselves, as when all who hold one are moved: nothing is charged or given
/// back now, running periods go on, and what was used beyond the old terms stands on the next invoice at the old price.
/// </summary>
internal static class Moving
{
    /// <summary>Nothing to move is no refusal: nothing happens. Plans on terms of the customer's own and purchases stay as they are.</summary>
    public static Planned Move(Customer customer, Catalog catalog, Command.MovePlan command, Instant now)
    {
        if (catalog.Plan(command.Plan, command.To) is not { } plan) return new Refusal(RefusalCode.PlanNotFound, $"Plan {command.Plan} has no version {command.To}.");
        if (Offers.Unbuilt(plan) is { } unbuilt) return unbuilt;
        var story = new EventList(customer, now);
        var (incoming, outgoing) = (ImmutableArray.CreateBuilder<PlanMove>(), ImmutableArray.CreateBuilder<PlanMove>());
        foreach (var target in Cycles.Held(customer).Where(held => IsMeant(held, command)).ToList())
        {
            if (target.AwaitsPayment) return new Refusal(RefusalCode.Conflict, $"The payment of a period of plan {target.Plan} is under way: try again in a moment.");
            if (Waiting.UnderWay(story.Customer, target) is { } underWay) return underWay;
            var (planned, refusal) = Moved(story.Customer, catalog, plan, target, now);
            if (refusal is not null) return refusal;
            story.AddRange(Beginning.Begin(story.Customer, catalog, planned!, now));
            incoming.Add(new PlanMove(planned!, null));
            outgoing.Add(new PlanMove(target with { EndsAt = now }, null));
        }

        var made = new BillingPlan(story.Events, null, incoming.ToImmutable(), outgoing.ToImmutable(), PaymentPath.Nothing);
        return made with { Next = Forecasting.After(customer, catalog, made, now) };
    }

    private static bool IsMeant(Subscription held, Command.MovePlan command) => held.Plan == command.Plan && held.Version != command.To
        && (command.From.IsEmpty || command.From.Contains(held.Version)) && held is { IsCustom: false, OneOff: false, IsLicense: false, IsPaused: false };

    private static (Subscription? Planned, Refusal? Refusal) Moved(Customer customer, Catalog catalog, Plan plan, Subscription target, Instant now)
    {
        if (plan.IsOneOff) return (null, Invalid($"Version {plan.Version} of plan {plan.Id} is paid once, and the customer's recurs."));
        var own = customer.HeldBy(target.Entity);
        var currency = customer.Billing.CurrencyIn(catalog);
        if (!target.Runs.IsEmpty && CurrencyRules.Lacks(plan, currency, catalog.Policy.Currency)) return (null, CurrencyRules.NoPrice(plan.Id, currency));
        var charging = new Charging(catalog, currency);
        var offer = Offers.Default(plan, target.Entity);
        var isBilled = !target.Runs.IsEmpty;
        var planned = target with
        {
            No = new SubscriptionNo(customer.LastNo + 1), Version = plan.Version, Group = plan.Group, AddOn = plan.AddOn, AutoEnable = plan.AutoEnable, IgnorePastDue = plan.IgnorePastDue,
            Price = isBilled ? plan.Price : null, Runs = [], Upcoming = [], Deferred = [],
            Incoming = new Incoming(null, null, offer.Items, Switching.Bought(own, offer, target, isNextPeriod: false))
            {
                CarryUsage = new CarryOver(true, []), Replaces = target.No, EndsAt = target.EndsAt, Since = target.StartedAt, Continues = true,
            },
        };
        if (!isBilled) return WasFree(catalog, target) && !offer.IsFree ? (null, Invalid($"Version {plan.Version} of plan {plan.Id} has a price, and the customer pays nothing yet: attach the plan instead.")) : (planned, null);

        var runs = ImmutableArray.CreateBuilder<PriceRun>();
        foreach (var run in charging.Open(planned, now, prorates: false).Runs)
        {
            if (Before(own, target, planned, run) is { } before) runs.Add(before with { Item = run.Item });
            else if (target.Runs.Any(running => running.Period.End == run.Period.End)) runs.Add(run);
            else return (null, Invalid($"Version {plan.Version} of plan {plan.Id} is billed in other periods than version {target.Version}: use billing.update, which settles the difference now."));
        }

        var used = target.TrialEnd > now ? [] : charging.Used(customer, target, now, (_, grant) => Carrying.IsUsedUp(catalog, grant.Feature));
        return (planned with { Runs = runs.ToImmutable(), Deferred = [.. used], Upcoming = Switching.Upcoming(own, offer, planned.No, target) }, null);
    }

    // The running period of the same price, with what was charged for it.
    private static PriceRun? Before(Holdings own, Subscription target, Subscription planned, PriceRun run)
    {
        foreach (var before in target.Runs)
        {
            if (before.Period.End == run.Period.End && FeatureOf(own, before.Item) == FeatureOf(planned, run.Item)) return before;
        }

        return null;
    }

    private static FeatureId? FeatureOf(Holdings own, GrantNo? item) => item is { } no ? own.Grants.FirstOrDefault(grant => grant.No == no)?.Feature : null;

    private static FeatureId? FeatureOf(Subscription planned, GrantNo? item) => item is { } no ? planned.Incoming!.Items[no.Value - planned.No.Value - 1].Feature : null;

    // Held without being billed although it has a price, it goes on so.
    private static bool WasFree(Catalog catalog, Subscription target) => catalog.Plan(target.Plan, target.Version) is not { } plan || Offers.Default(plan).IsFree;

    private static Refusal Invalid(string message) => new(RefusalCode.InvalidRequest, message);
}
