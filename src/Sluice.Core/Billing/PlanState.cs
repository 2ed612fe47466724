using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What events say of plans, planned and held.</summary>
internal static class PlanState
{
    public static Customer Apply(Customer customer, CustomerEvent happened) => happened switch
    {
        CustomerEvent.PlanPlanned e => Plan(customer, e.Subscription),
        CustomerEvent.PlanDropped e => Drop(customer, e),
        CustomerEvent.PlanCanceled e => Change(customer, e.Entity, e.Subscription, held => held with { CanceledAt = e.CanceledAt, EndsAt = e.EndsAt }),
        CustomerEvent.PlanPaused e => e.For is { } other ? StandAside(customer, e, other) : ComeBack(customer, e),
        CustomerEvent.PlanBilled e => Change(customer, e.Entity, e.Subscription, held => held with
        {
            Runs = e.Runs, Upcoming = e.Upcoming, Deferred = e.Deferred, Anchor = e.Anchor ?? held.Anchor, TrialEnd = e.TrialEnd,
        }),
        _ => throw new InvariantViolation($"{happened.GetType().Name} says nothing of plans"),
    };

    public static BillingBook Tried(BillingBook book, UsedTrial trial) => book.Trials.Contains(trial) ? book : book with { Trials = book.Trials.Add(trial) };

    /// <summary>One held plan changed; one that has ended meanwhile stays ended.</summary>
    public static Customer Change(Customer customer, EntityNo? entity, SubscriptionNo no, Func<Subscription, Subscription> change)
    {
        if (entity is { } holder && customer.Entities.Find(holder) is null) return customer;
        var own = customer.HeldBy(entity);
        for (var at = 0; at < own.Subscriptions.Length; at++)
        {
            if (own.Subscriptions[at].No == no) return customer.With(entity, own with { Subscriptions = own.Subscriptions.SetItem(at, change(own.Subscriptions[at])) });
        }

        return customer;
    }

    private static Customer StandAside(Customer customer, CustomerEvent.PlanPaused paused, SubscriptionNo other)
    {
        if (customer.HeldBy(paused.Entity).Held(paused.Subscription) is { IsPaused: true }) return Change(customer, paused.Entity, paused.Subscription, held => held with { PausedFor = other });
        var aside = customer.HeldBy(paused.Entity).Grants.Where(grant => grant.Subscription == paused.Subscription).ToImmutableArray();
        customer = customer.With(paused.Entity, customer.HeldBy(paused.Entity) with { Grants = customer.HeldBy(paused.Entity).Grants.RemoveAll(grant => grant.Subscription == paused.Subscription) });
        return Change(customer, paused.Entity, paused.Subscription, held => held with { PausedFor = other, Aside = aside });
    }

    private static Customer ComeBack(Customer customer, CustomerEvent.PlanPaused paused)
    {
        var own = customer.HeldBy(paused.Entity);
        if (own.Held(paused.Subscription) is not { } held) return customer;
        customer = customer.With(paused.Entity, own with { Grants = own.Grants.AddRange(held.Aside) });
        return Change(customer, paused.Entity, paused.Subscription, static held => held with { PausedFor = null, Aside = [] });
    }

    // Its grants get the numbers that follow, so these are taken from now on.
    private static Customer Plan(Customer customer, Subscription planned)
    {
        var own = customer.HeldBy(planned.Entity);
        return customer.With(planned.Entity, own with { Planned = own.Planned.Add(planned) }) with
        {
            LastNo = Math.Max(customer.LastNo, planned.No.Value + planned.Incoming!.Items.Length),
        };
    }

    private static Customer Drop(Customer customer, CustomerEvent.PlanDropped dropped)
    {
        var own = customer.HeldBy(dropped.Entity);
        return customer.With(dropped.Entity, own with { Planned = own.Planned.RemoveAll(planned => planned.No == dropped.Subscription) });
    }
}
