using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A plan begins to be held: at once, when it is paid, or at the moment it was scheduled for. One road for all three.</summary>
internal static class Beginning
{
    /// <param name="planned">With <see cref="Subscription.Incoming"/>; it need not stand in the state.</param>
    public static ImmutableArray<CustomerEvent> Begin(Customer customer, Catalog catalog, Subscription planned, Instant at)
    {
        var incoming = planned.Incoming!;
        var own = customer.HeldBy(planned.Entity);
        var entity = planned.Entity is { } no ? customer.Entities.Find(no) : null;
        var outgoing = Replaced(own, planned);
        var lastNo = Math.Max(customer.LastNo, planned.No.Value + incoming.Items.Length);
        var attached = Opened(planned, at);
        var pooled = entity is null ? [] : attached.Grants.RemoveAll(static grant => !grant.Terms.Pooled);
        if (!pooled.IsEmpty) attached = attached with { Grants = attached.Grants.RemoveAll(static grant => grant.Terms.Pooled) };
        if (incoming.StartsAt is null) attached = attached with { Subscription = attached.Subscription with { Deferred = Deferred(own, planned, outgoing, at) } };
        if (outgoing is not null) attached = Carrying.Carry(own, catalog, outgoing, attached, incoming);
        var events = ImmutableArray.CreateBuilder<CustomerEvent>();
        if (incoming.Clears) events.AddRange(Cleared(own, planned));

        // What comes joins a pool before what goes leaves it, so that the pool and its usage last.
        var joined = Pools.Join(customer, attached.Subscription, pooled, ref lastNo);
        events.AddRange(joined);
        var after = joined.Aggregate(customer, (state, happened) => CustomerState.Apply(state, happened, at));
        if (outgoing is not null)
        {
            if (incoming.Reverts) events.Add(new CustomerEvent.PlanPaused(outgoing.No, planned.No, planned.Entity));
            else events.AddRange(Ending.End(after, outgoing));
            if (incoming.Replaces == outgoing.No && Aside(own, outgoing.No) is { } aside) events.Add(new CustomerEvent.PlanPaused(aside.No, planned.No, planned.Entity));
        }

        foreach (var removed in incoming.Removes.IsDefault ? [] : incoming.Removes)
        {
            if (own.Held(removed) is { } held && removed != outgoing?.No) events.AddRange(Ending.End(after, held));
        }

        events.Add(attached);
        foreach (var parent in attached.Grants.Where(static grant => grant.IsShared))
        {
            foreach (var each in customer.Entities.Where(each => each.Feature == parent.Terms.EntityFeature))
            {
                var share = EntityLifecycle.Share(parent, each.No, new GrantNo(++lastNo), at);
                events.Add(new CustomerEvent.GrantOpened(outgoing is null ? share : Carrying.Carry(own, catalog, outgoing, share, each, incoming)));
            }
        }

        if (outgoing is not null && !incoming.Reverts) events.AddRange(Carrying.Kept(own, catalog, outgoing, attached, incoming, ref lastNo, at));
        foreach (var gone in own.Subscriptions.Where(held => events.Any(happened => happened is CustomerEvent.PlanEnded ended && ended.Subscription == held.No)).ToList())
            events.AddRange(Licenses.AfterEnd(events.Aggregate(customer, (state, happened) => CustomerState.Apply(state, happened, at)), catalog, gone, at));
        return events.DrainToImmutable();
    }

    /// <summary>Main recurring plans of one group replace each other; add-ons and purchases stand by themselves.</summary>
    public static Subscription? Replaced(Holdings own, Subscription planned) => planned.Incoming!.Replaces is { } no ? own.Held(no) : !planned.IsMain ? null : Current(own, planned.Group);

    /// <summary>The plan that stands aside while the other one is tried.</summary>
    public static Subscription? Aside(Holdings own, SubscriptionNo other) => own.Subscriptions.FirstOrDefault(held => held.PausedFor == other);

    public static Subscription? Current(Holdings own, string? group) => own.Subscriptions.FirstOrDefault(held => held.IsMain && !held.IsPaused && held.Group == group);

    // What waits for the next invoice waits on with the plan that comes; one that is billed itself is billed what was waiting.
    private static ImmutableArray<DraftLine> Deferred(Holdings own, Subscription planned, Subscription? outgoing, Instant at)
    {
        if (planned.Cycle is null || planned.Incoming!.Reverts) return planned.Deferred;
        var going = (planned.Incoming.Removes.IsDefault ? [] : planned.Incoming.Removes).Select(own.Held).Prepend(outgoing).OfType<Subscription>().DistinctBy(static held => held.No);
        return [.. planned.Deferred, .. going.SelectMany(held => planned.Incoming.Continues ? held.Deferred : Charging.Settled(held.Deferred, at))];
    }

    // Its grants, numbered after it.
    private static CustomerEvent.PlanAttached Opened(Subscription planned, Instant at)
    {
        var incoming = planned.Incoming!;
        var begun = planned with { Incoming = null, StartedAt = incoming.Since ?? at, EndsAt = incoming.EndsAt ?? planned.EndsAt };
        var grants = ImmutableArray.CreateBuilder<Grant>(incoming.Items.Length);
        var anchor = planned.Anchor ?? at;
        for (var i = 0; i < incoming.Items.Length; i++)
        {
            var (terms, bought) = (incoming.Items[i], incoming.Bought[i]);
            grants.Add(new Grant(
                new GrantNo(planned.No.Value + 1 + i), BalanceId: null, planned.No, planned.Plan, planned.AddOn, terms,
                terms.Included, bought, Adjustment: Quantity.Zero, Balance: terms.Included + bought,
                Anchor: anchor, NextReset(terms, anchor, at, planned.TrialEnd), ExpiresAt: planned.OneOff ? begun.EndsAt : null, CreatedAt: at) { Entity = planned.Entity });
        }

        return new CustomerEvent.PlanAttached(begun, grants.MoveToImmutable());
    }

    // Never before a trial ends, for that is when the first real period begins.
    private static Instant? NextReset(ItemTerms terms, Instant anchor, Instant at, Instant? trialEnd) =>
        terms.Reset is not { Recurs: true } every ? null : trialEnd > at ? trialEnd : Cycle.End(every, anchor, at);

    private static IEnumerable<CustomerEvent> Cleared(Holdings own, Subscription planned) => own.Planned
        .Where(other => planned.IsMain && other.IsMain && other.No != planned.No && other.Group == planned.Group)
        .Select(static other => new CustomerEvent.PlanDropped(other.No, other.Plan, other.Version, other.Entity));
}
