using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>
/// What falls due by itself as time passes: resets and expiries. The result never depends on when anyone looked: a
/// customer read once after a year equals one read every day.
/// </summary>
public static class Due
{
    /// <summary>The next moment at which something falls due; null when nothing ever does.</summary>
    public static Instant? Next(Customer customer)
    {
        Instant? next = null;
        foreach (var grant in customer.Grants)
        {
            if (grant.NextResetAt is { } reset && (next is null || reset < next)) next = reset;
            if (grant.ExpiresAt is { } expiry && (next is null || expiry < next)) next = expiry;
        }

        return next;
    }

    /// <summary>The events that bring a customer up to <paramref name="now"/> (inclusive); empty when nothing is due.</summary>
    public static ImmutableArray<CustomerEvent> Events(Customer customer, Instant now)
    {
        if (customer.NextDue is not { } due || due > now) return [];
        var events = ImmutableArray.CreateBuilder<CustomerEvent>();
        foreach (var grant in customer.Grants)
        {
            // Grants do not touch one another, so each is brought up by itself; one that expires takes its late resets along.
            if (grant.ExpiresAt <= now)
                events.Add(new CustomerEvent.GrantClosed(grant.No, GrantEnd.Expired));
            else if (grant.NextResetAt <= now)
                events.Add(new CustomerEvent.GrantReset(grant.No, grant.Starting, grant.Terms.Reset?.NextAfter(grant.Anchor, now)));
        }

        return events.DrainToImmutable();
    }

    /// <summary>The customer as of <paramref name="now"/>, for reading: computed, not stored.</summary>
    public static Customer AsOf(Customer customer, Instant now)
    {
        var events = Events(customer, now);
        if (events.IsEmpty) return customer;
        foreach (var happened in events) customer = CustomerState.Apply(customer, happened, now);
        return customer with { NextDue = Next(customer) };
    }
}
