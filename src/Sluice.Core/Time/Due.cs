using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>
/// What falls due by itself as time passes: resets, expiries, the end of holds. The result never depends on when anyone
/// looked: a customer read once after a year equals one read every day.
/// </summary>
public static class Due
{
    /// <summary>The next moment at which something falls due; null when nothing ever does.</summary>
    public static Instant? Next(Customer customer) =>
        Holdings.Earlier(Holdings.Earlier(customer.Holds.NextEnd, customer.Billing.NextDue), customer.Billing.StandsStill ? NextOfGrants(customer) : Holdings.Earlier(customer.Own.NextDue(), customer.Entities.NextDue));

    /// <summary>
    /// What brings a customer up to <paramref name="now"/> (inclusive), in order. A hold that ends is a usage and stands
    /// at the end of a step of its own, so that each has an entry in the journal; what is left is the last step.
    /// </summary>
    public static ImmutableArray<ImmutableArray<CustomerEvent>> Steps(Customer customer, Catalog catalog, Instant now)
    {
        if (customer.NextDue is not { } due || due > now) return [];
        var steps = ImmutableArray.CreateBuilder<ImmutableArray<CustomerEvent>>(1);
        while (true)
        {
            var (end, billed) = (customer.Holds.NextEnd, Renewing.NextMoment(customer));
            if (Holdings.Earlier(end, billed) is not { } at || at > now) break;

            // Grants do not touch one another, but a hold gives back to grants as they are at its end; and what was used in
            // a period is billed before the balances of that moment fill up.
            var isBilled = at == billed;
            var before = Grants(customer, isBilled ? new Instant(at.Milliseconds - 1) : at);
            customer = Applied(customer, before, at);
            var happened = isBilled ? Renewing.At(customer, catalog, at, now) : Holding.EndByItself(customer, catalog, customer.Holds.First);
            customer = Applied(customer, happened, at);
            steps.Add(before.AddRange(happened));
        }

        var last = Grants(customer, now);
        if (!last.IsEmpty) steps.Add(last);
        return steps.DrainToImmutable();
    }

    /// <summary>The customer as of <paramref name="now"/>, for reading: computed, not stored.</summary>
    public static Customer AsOf(Customer customer, Catalog catalog, Instant now)
    {
        var steps = Steps(customer, catalog, now);
        if (steps.IsEmpty) return customer;
        foreach (var step in steps) customer = Applied(customer, step, now);
        return customer with { NextDue = Next(customer) };
    }

    private static Instant? NextOfGrants(Customer customer)
    {
        var stop = customer.Billing.StopsAt;
        var next = customer.Own.NextGrantDue(stop);
        foreach (var entity in customer.Entities) next = Holdings.Earlier(next, entity.Own.NextGrantDue(stop));
        return next;
    }

    private static Customer Applied(Customer customer, ImmutableArray<CustomerEvent> events, Instant at)
    {
        foreach (var happened in events) customer = CustomerState.Apply(customer, happened, at);
        return customer;
    }

    private static ImmutableArray<CustomerEvent> Grants(Customer customer, Instant now)
    {
        var (stop, events) = (customer.Billing.StopsAt, ImmutableArray.CreateBuilder<CustomerEvent>());
        foreach (var grant in customer.Own.Grants) Bring(customer.Own, grant, null, now, stop, events);
        foreach (var entity in customer.Entities.DueBy(now))
        {
            foreach (var grant in entity.Own.Grants) Bring(entity.Own, grant, entity.No, now, stop, events);
        }

        return events.DrainToImmutable();
    }

    private static CustomerEvent.GrantReset Reset(Grant grant, EntityNo? entity, Instant reset, Instant to) =>
        new(grant.No, grant.Starting, grant.Terms.Reset?.NextAfter(grant.Anchor, to), entity) { Rollovers = Rollovers.AfterResets(grant, reset, to) };

    // A grant that expires takes its late resets along.
    private static void Bring(Holdings own, Grant grant, EntityNo? entity, Instant now, Instant? stop, ImmutableArray<CustomerEvent>.Builder events)
    {
        if (grant.NextDue is not { } due || due > now) return;
        if (grant.ExpiresAt <= now)
            events.Add(new CustomerEvent.GrantClosed(grant.No, GrantEnd.Expired, entity));
        else if (grant.NextResetAt is { } reset && reset <= now && own.ResetLimit(grant, stop) is var limit && reset < limit)
            events.Add(Reset(grant, entity, reset, now < limit ? now : new Instant(limit.Milliseconds - 1)));
        else if (grant.NextEnd <= now)
            events.Add(new CustomerEvent.RolloversExpired(grant.No, Rollovers.Live(grant.Rollovers, now), entity));
    }
}
