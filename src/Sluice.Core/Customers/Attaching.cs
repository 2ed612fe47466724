using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A plan comes to a customer: what it grants, and which held plan gives way to it.</summary>
internal static class Attaching
{
    /// <param name="subject">Who will hold it: the customer, or one of its entities.</param>
    public static Outcome Attach(Subject subject, Catalog catalog, Command.Attach command, Instant now)
    {
        var (customer, entity) = subject;
        if (catalog.Plan(command.Plan, command.Version) is not { } plan)
            return new Refusal(RefusalCode.PlanNotFound, command.Version is { } version ? $"Plan {command.Plan} has no version {version}." : $"Plan {command.Plan} does not exist.");
        if (Unbuilt(catalog, plan) is { } unbuilt) return unbuilt;
        if (!plan.IsFree && !command.NoBillingChanges)
            return new Refusal(RefusalCode.NotSupported, $"Plan {plan.Id} has a price, and this version of Sluice cannot charge yet: attach it with no_billing_changes: true.");
        if (entity is not null && plan.Items.FirstOrDefault(static item => item.EntityFeature is not null) is { } shared)
            return new Refusal(RefusalCode.InvalidRequest, $"Plan {plan.Id} gives each entity its own {shared.Feature}: attach it to the customer, not to one entity.");
        if (command.SubscriptionId is { } callerId && customer.Subscriptions.Concat(entity?.Own.Subscriptions ?? []).Any(held => held.CallerId == callerId))
            return new Refusal(RefusalCode.SubscriptionExists, $"The customer already has a subscription with the id {callerId}.");
        if (Unfit(plan, command.Quantities) is { } unfit) return unfit;

        var own = customer.HeldBy(entity?.No);
        var outgoing = Replaced(own, plan);
        if (outgoing?.Plan == plan.Id)
            return new Refusal(RefusalCode.PlanAlreadyAttached, $"The {(entity is null ? "customer" : "entity")} already has plan {plan.Id}.");

        var (attached, lastNo) = Open(plan, command.Quantities, command.SubscriptionId, entity?.No, customer.LastNo, now);
        var pooled = entity is null ? [] : attached.Grants.RemoveAll(static grant => !grant.Terms.Pooled);
        if (!pooled.IsEmpty) attached = attached with { Grants = attached.Grants.RemoveAll(static grant => grant.Terms.Pooled) };
        if (outgoing is not null) attached = Rolled(own, outgoing, CarryHeldUnits(own, catalog, outgoing, attached));
        var events = ImmutableArray.CreateBuilder<CustomerEvent>();

        // What comes joins a pool before what goes leaves it, so that the pool and its usage last.
        var joined = Pools.Join(customer, attached.Subscription, pooled, ref lastNo);
        events.AddRange(joined);
        if (outgoing is not null)
        {
            events.AddRange(Pools.Leave(joined.Aggregate(customer, (state, happened) => CustomerState.Apply(state, happened, now)), outgoing.No));
            events.Add(new CustomerEvent.PlanEnded(outgoing.No, outgoing.Plan, outgoing.Version, entity?.No));
        }

        events.Add(attached);
        events.AddRange(Shares(customer, attached.Grants, lastNo, now));
        return new Outcome(events.DrainToImmutable());
    }

    /// <summary>A refusal when the plan needs something that is not built yet.</summary>
    public static Refusal? Unbuilt(Catalog catalog, Plan plan) => plan.NeedsLater is { } field
        ? new Refusal(RefusalCode.NotSupported, $"Plan {plan.Id} uses {field}, which this version of Sluice cannot grant yet.")
        : null;

    /// <summary>The held plan and its grants as they begin; numbers follow on <paramref name="lastNo"/>.</summary>
    public static (CustomerEvent.PlanAttached Event, int LastNo) Open(
        Plan plan, ImmutableDictionary<FeatureId, Quantity> quantities, string? callerId, EntityNo? entity, int lastNo, Instant now)
    {
        var subscription = new Subscription(
            new SubscriptionNo(++lastNo), callerId, plan.Id, plan.Version, plan.Group, plan.AddOn, plan.AutoEnable, plan.IsOneOff, Quantity: 1, StartedAt: now) { Entity = entity };
        var grants = ImmutableArray.CreateBuilder<Grant>(plan.Items.Length);
        foreach (var terms in plan.Items)
        {
            var prepaid = terms.IsPrepaid ? Bought(terms, quantities.GetValueOrDefault(terms.Feature)) : Quantity.Zero;
            grants.Add(new Grant(
                new GrantNo(++lastNo), BalanceId: null, subscription.No, plan.Id, plan.AddOn, terms,
                Included: terms.Included, prepaid, Adjustment: Quantity.Zero, Balance: terms.Included + prepaid,
                Anchor: now, NextResetAt: terms.Reset?.NextAfter(now, now), ExpiresAt: null, CreatedAt: now) { Entity = entity });
        }

        return (new CustomerEvent.PlanAttached(subscription, grants.MoveToImmutable()), lastNo);
    }

    // Entities that are there already get their share of what each has its own part of.
    private static IEnumerable<CustomerEvent> Shares(Customer customer, ImmutableArray<Grant> grants, int lastNo, Instant now)
    {
        foreach (var parent in grants.Where(static grant => grant.IsShared))
        {
            foreach (var entity in customer.Entities.Where(entity => entity.Feature == parent.Terms.EntityFeature))
                yield return new CustomerEvent.GrantOpened(EntityLifecycle.Share(parent, entity.No, new GrantNo(++lastNo), now));
        }
    }

    // Main recurring plans of one group replace each other; add-ons and purchases stand by themselves.
    private static Subscription? Replaced(Holdings own, Plan plan) => plan.AddOn || plan.IsOneOff
        ? null
        : own.Subscriptions.FirstOrDefault(held => !held.AddOn && !held.OneOff && held.Group == plan.Group);

    // Seats in use stay in use: the new grant starts with what the old plan's grants had in use, even below zero.
    private static CustomerEvent.PlanAttached CarryHeldUnits(Holdings own, Catalog catalog, Subscription outgoing, CustomerEvent.PlanAttached attached)
    {
        var carried = new HashSet<FeatureId>();
        return attached with
        {
            Grants = [.. attached.Grants.Select(grant =>
                catalog.Feature(grant.Feature) is { Type: FeatureType.Metered, Consumable: false } && carried.Add(grant.Feature)
                    ? grant with { Balance = own.Grants.Where(old => old.Subscription == outgoing.No && old.Feature == grant.Feature).Aggregate(grant.Balance, (balance, old) => balance - old.Usage) }
                    : grant)],
        };
    }

    // Saved units follow to a grant of the same feature that saves units too.
    private static CustomerEvent.PlanAttached Rolled(Holdings own, Subscription outgoing, CustomerEvent.PlanAttached attached)
    {
        var saved = own.Grants.Where(old => old.Subscription == outgoing.No && !old.Rollovers.IsEmpty).ToLookup(static old => old.Feature);
        if (saved.Count == 0) return attached;
        var moved = new HashSet<FeatureId>();
        return attached with
        {
            Grants = [.. attached.Grants.Select(grant => grant.Terms.Rollover is not null && !grant.IsShared && saved.Contains(grant.Feature) && moved.Add(grant.Feature)
                ? grant with { Rollovers = Rollovers.Numbered(saved[grant.Feature].SelectMany(static old => old.Rollovers)) }
                : grant)],
        };
    }

    private static Refusal? Unfit(Plan plan, ImmutableDictionary<FeatureId, Quantity> quantities)
    {
        foreach (var (feature, quantity) in quantities)
        {
            var item = plan.Items.FirstOrDefault(terms => terms.Feature == feature && terms.IsPrepaid);
            if (item is null)
                return new Refusal(RefusalCode.InvalidRequest, $"feature_quantities: plan {plan.Id} has no prepaid item for feature {feature}.");
            if (quantity.IsNegative)
                return new Refusal(RefusalCode.InvalidInputs, $"feature_quantities: the quantity of {feature} must not be negative.");
            if ((item.Included + Bought(item, quantity)).Value > Quantity.Limit)
                return new Refusal(RefusalCode.InvalidInputs, $"feature_quantities: {quantity} {feature} are more than a balance can hold.");
            if (item.Price!.MaxPurchase is { } most && Bought(item, quantity) > most)
                return new Refusal(RefusalCode.InvalidRequest, $"feature_quantities: at most {most} {feature} can be bought beyond the {item.Included} included.");
        }

        return null;
    }

    // The quantity counts the included units in; the rest is bought in whole packs.
    private static Quantity Bought(ItemTerms terms, Quantity quantity)
    {
        var beyond = quantity - terms.Included;
        if (!beyond.IsPositive) return Quantity.Zero;
        var units = terms.Price!.BillingUnits.Value;
        return Quantity.Total(Math.Ceiling(beyond.Value / units) * units);
    }
}
