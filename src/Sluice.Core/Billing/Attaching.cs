using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Plans come to a customer: which held plan gives way to each, when, and what is to be paid.</summary>
internal static class Attaching
{
    // A start in the past is billed period by period, in one invoice.
    private static readonly TimeSpan Furthest = TimeSpan.FromDays(3653);

    public static Planned Attach(Subject subject, Catalog catalog, Command.Attach command, Instant now)
    {
        var options = command.NoBillingChanges ? command.Options with { NoBillingChanges = true } : command.Options;
        return Attach(subject.Customer, catalog, [(subject, new PlanWish(command.Plan, command.Version, command.Quantities, command.SubscriptionId, command.Customize))], options, now);
    }

    public static Planned Attach(Customer customer, Catalog catalog, Command.MultiAttach command, Instant now)
    {
        if (command.Plans.IsEmpty) return new Refusal(RefusalCode.InvalidInputs, "plans is empty: name at least one plan.");
        var wishes = ImmutableArray.CreateBuilder<(Subject, PlanWish)>(command.Plans.Length);
        foreach (var wish in command.Plans)
        {
            if (wish.Entity is { } id && customer.Entities.Find(id) is null) return Decider.NoSuchEntity(id);
            wishes.Add((customer.Subject(wish.Entity), wish));
        }

        return Attach(customer, catalog, wishes.MoveToImmutable(), command.Options, now);
    }

    /// <summary>What was wished for before a checkout, on the terms of then and the balances of now.</summary>
    public static Planned Attach(Customer customer, Catalog catalog, AttachWish wish, Instant now, bool afterCheckout)
    {
        foreach (var offer in wish.Plans)
        {
            if (catalog.Plan(offer.Plan, offer.Version) is null) return new Refusal(RefusalCode.PlanNotFound, $"Plan {offer.Plan} version {offer.Version} does not exist any more.");
            if (offer.Entity is { } entity && customer.Entities.Find(entity) is null) return Decider.NoSuchEntity(entity.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return Refused(customer, wish, now) is { } refusal ? refusal : new Attachment(customer, catalog, wish, now, afterCheckout).Plan();
    }

    /// <summary>A held plan on other terms.</summary>
    public static Planned Replace(Customer customer, Catalog catalog, AttachWish wish, Subscription target, Instant now) => new Attachment(customer, catalog, wish, now, afterCheckout: false) { Target = target }.Plan();

    private static Planned Attach(Customer customer, Catalog catalog, ImmutableArray<(Subject, PlanWish)> wishes, AttachOptions options, Instant now)
    {
        var offers = ImmutableArray.CreateBuilder<PlanOffer>(wishes.Length);
        foreach (var (subject, wish) in wishes)
        {
            var (offer, refusal) = Offers.Of(subject, catalog, wish);
            if (refusal is not null) return refusal;
            if (options.Removes.FirstOrDefault(gone => !customer.HeldBy(subject.Entity?.No).Subscriptions.Any(held => held.Plan == gone)) is { Value: not null } missing)
                return new Refusal(RefusalCode.SubscriptionNotFound, $"remove_plan_ids: the customer does not hold plan {missing}.");
            offers.Add(offer!);
        }

        return Attach(customer, catalog, new AttachWish(offers.MoveToImmutable(), options), now, afterCheckout: false);
    }

    /// <summary>A linear list; the first that does not hold is the answer.</summary>
    private static Refusal? Refused(Customer customer, AttachWish wish, Instant now)
    {
        var (plans, options) = (wish.Plans, wish.Options);
        foreach (var offer in plans)
        {
            if (offer.IsMain && Beginning.Current(customer.HeldBy(offer.Entity), offer.Group)?.Plan == offer.Plan)
                return new Refusal(RefusalCode.PlanAlreadyAttached, $"The {(offer.Entity is null ? "customer" : "entity")} already has plan {offer.Plan}.");
            if (offer.IsMain && customer.HeldBy(offer.Entity).Subscriptions.Any(held => held.IsPaused && held.Plan == offer.Plan && held.Group == offer.Group))
                return new Refusal(RefusalCode.PlanAlreadyAttached, $"Plan {offer.Plan} comes back when the trial in its place ends: cancel the trial to have it now.");
        }

        if (plans.Where(static offer => offer.IsMain).GroupBy(static offer => (offer.Entity, offer.Group)).FirstOrDefault(static group => group.Count() > 1) is { } twice)
            return Invalid($"Plans {string.Join(" and ", twice.Select(static offer => offer.Plan))} would replace each other: keep one of a group.");
        if (options.NoBillingChanges) return options.Discounts.IsEmpty ? null : Invalid("discounts cannot go with no_billing_changes: nothing is charged.");
        if (options.TaxRate is < 0m or > 100m) return Invalid("The tax rate must lie between 0 and 100.");
        if (options.CustomLines.Any(static line => Math.Abs(line.Amount.Amount) >= Rating.Most)) return Invalid("custom_line_items: an amount is more than can be charged.");
        if (options.InvoiceMode is { NetTermsDays: < 0 or > 3650 }) return Invalid("net_terms_days must lie between 0 and 3650.");
        if (options.StartsAt is { } past && past < now.Plus(-Furthest)) return Invalid("starts_at lies more than ten years back.");
        var (isOneOff, hasTrial) = (plans.Any(static offer => offer.OneOff), plans.Any(static offer => offer.Trial is not null));
        foreach (var offer in plans.Where(static offer => offer.Trial is { Reverts: true }))
        {
            if (Beginning.Current(customer.HeldBy(offer.Entity), offer.Group) is not { Runs.IsEmpty: false })
                return Invalid($"The trial of plan {offer.Plan} gives way to the paid plan before it, and there is none: attach one first, or leave on_end out.");
        }

        if (options.AnchorsNow || options.AnchorsAt is not null)
        {
            if (isOneOff) return Invalid("billing_cycle_anchor: a plan that is paid once has no billing cycle.");
            if (options.AnchorsAt is not null && hasTrial) return Invalid("billing_cycle_anchor: a trial sets the anchor itself; leave one of the two out.");
            if (options.Schedule == PlanSchedule.EndOfCycle) return Invalid("billing_cycle_anchor cannot go with plan_schedule end_of_cycle.");
            if (options.AnchorsAt is { } anchor && (anchor <= now || anchor <= options.StartsAt || anchor >= options.EndsAt))
                return Invalid("billing_cycle_anchor must lie in the future, after starts_at and before ends_at.");
        }

        if (options.StartsAt is { } start)
        {
            if (options.Schedule == PlanSchedule.EndOfCycle) return Invalid("starts_at cannot go with plan_schedule end_of_cycle: keep one of the two.");
            if (isOneOff || plans.Any(static offer => offer.IsFree)) return Invalid("starts_at is for plans with a price that recurs.");
            if (hasTrial) return Invalid("starts_at cannot go with a free_trial.");
            if (start > now && options.InvoiceMode is not null) return Invalid("starts_at in the future cannot go with invoice_mode.");
            if (start < now && Cycles.Of(customer) is not null) return Invalid("starts_at in the past needs a customer without a running subscription.");
        }

        if (options.EndsAt is { } end && (end <= now || end <= options.StartsAt)) return Invalid("ends_at must lie in the future and after starts_at.");
        if (options.OwnCycle == false && Cycles.Of(customer) is null) return Invalid("new_billing_subscription: false needs a paid subscription to join.");
        return null;
    }

    private static Refusal Invalid(string message) => new(RefusalCode.InvalidRequest, message);
}

/// <summary>The billing cycles of a customer.</summary>
public static class Cycles
{
    /// <summary>A held plan of the cycle that others join: the customer's main plan first, then the oldest.</summary>
    public static Subscription? Of(Customer customer)
    {
        Subscription? found = null;
        foreach (var held in Held(customer))
        {
            if (held.Cycle is null || held.Runs.IsEmpty || held.IsPaused) continue;
            if (held.IsMain && held.Entity is null) return held;
            found ??= held;
        }

        return found;
    }

    /// <summary>All held plans, those of entities with them.</summary>
    public static IEnumerable<Subscription> Held(Customer customer) =>
        customer.Subscriptions.Concat(customer.Entities.SelectMany(static entity => entity.Own.Subscriptions));

    /// <summary>All plans that are not held yet, those of entities with them.</summary>
    public static IEnumerable<Subscription> Planned(Customer customer) =>
        customer.Own.Planned.Concat(customer.Entities.SelectMany(static entity => entity.Own.Planned));
}
