using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>State from events. Reads no catalog and no clock: the journal alone gives a customer back.</summary>
public static class CustomerState
{
    /// <summary>One journal entry: all events of one command, at one moment.</summary>
    public static Customer ApplyEntry(Customer? customer, ImmutableArray<CustomerEvent> events, Instant at)
    {
        foreach (var happened in events) customer = Apply(customer, happened, at);
        if (customer is null) throw new InvariantViolation("an entry without events");
        var moved = customer with { Version = customer.Version + 1, LastMoment = Instant.Max(customer.LastMoment, at) };
        return moved with { NextDue = Due.Next(moved) };
    }

    /// <summary>One event, version and time untouched.</summary>
    public static Customer Apply(Customer? customer, CustomerEvent happened, Instant at)
    {
        if (happened is CustomerEvent.Created created)
            return new Customer(created.Key, 0, at, at, created.Profile, [], [], 0, Deleted: false);
        if (customer is null) throw new InvariantViolation($"{happened.GetType().Name} before Created");
        return happened switch
        {
            CustomerEvent.ProfileChanged e => customer with { Profile = e.Profile },
            CustomerEvent.Deleted => customer with { Profile = new Profile(null), Subscriptions = [], Grants = [], Deleted = true },
            CustomerEvent.PlanAttached e => customer with
            {
                Subscriptions = customer.Subscriptions.Add(e.Subscription),
                Grants = customer.Grants.AddRange(e.Grants),
                LastNo = e.Grants.Aggregate(e.Subscription.No.Value, (last, grant) => Math.Max(last, grant.No.Value)),
            },
            CustomerEvent.PlanEnded e => customer with
            {
                Subscriptions = customer.Subscriptions.RemoveAll(held => held.No == e.Subscription),
                Grants = customer.Grants.RemoveAll(grant => grant.Subscription == e.Subscription),
            },
            CustomerEvent.GrantOpened e => customer with { Grants = customer.Grants.Add(e.Grant), LastNo = e.Grant.No.Value },
            CustomerEvent.GrantClosed e => customer with { Grants = customer.Grants.RemoveAll(grant => grant.No == e.Grant) },
            CustomerEvent.GrantReset e => Change(customer, e.Grant, grant => grant with { Balance = e.Balance, Adjustment = Quantity.Zero, NextResetAt = e.NextResetAt }),
            CustomerEvent.GrantAdjusted e => Change(customer, e.Grant, grant => grant with { Adjustment = e.Adjustment }),
            CustomerEvent.GrantRescheduled e => Change(customer, e.Grant, grant => grant with { Anchor = e.Anchor, NextResetAt = e.NextResetAt, ExpiresAt = e.ExpiresAt }),
            CustomerEvent.BalanceSet e => Take(customer, e.Draws),
            CustomerEvent.Used e => Take(customer, e.Draws),
            _ => throw new InvariantViolation($"unknown event {happened.GetType().Name}"),
        };
    }

    private static Customer Take(Customer customer, ImmutableArray<Draw> draws)
    {
        if (draws.IsEmpty) return customer;
        var grants = customer.Grants.ToBuilder();
        foreach (var draw in draws)
        {
            var at = IndexOf(grants, draw.Grant);
            grants[at] = grants[at] with { Balance = grants[at].Balance - draw.Amount };
        }

        return customer with { Grants = grants.DrainToImmutable() };
    }

    private static Customer Change(Customer customer, GrantNo no, Func<Grant, Grant> change)
    {
        var at = IndexOf(customer.Grants, no);
        return customer with { Grants = customer.Grants.SetItem(at, change(customer.Grants[at])) };
    }

    private static int IndexOf(IReadOnlyList<Grant> grants, GrantNo no)
    {
        for (var at = 0; at < grants.Count; at++)
        {
            if (grants[at].No == no) return at;
        }

        throw new InvariantViolation($"no grant {no.Value}");
    }
}
