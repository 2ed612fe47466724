using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>
/// What a moment brings to plans and invoices: periods end and begin, scheduled plans come, canceled ones go, unpaid
/// invoices are tried again. One moment at a time, in order, however late anyone looks.
/// </summary>
internal static class Renewing
{
    /// <summary>The next such moment; null when there is none.</summary>
    public static Instant? NextMoment(Customer customer)
    {
        if (customer.Billing.StandsStill) return customer.Billing.NextDue;
        var next = Holdings.Earlier(customer.Billing.NextDue, customer.Own.NextPlanDue());
        foreach (var entity in customer.Entities.WithPlans) next = Holdings.Earlier(next, entity.Own.NextPlanDue());
        return next;
    }

    /// <param name="at">The moment, which <see cref="NextMoment"/> gave.</param>
    /// <param name="now">When it is looked at: answers are waited for from then on.</param>
    public static ImmutableArray<CustomerEvent> At(Customer customer, Catalog catalog, Instant at, Instant now)
    {
        var story = new EventList(customer, now);
        if (customer.Billing.Checkout is { } checkout && checkout.ExpiresAt <= at) story.Add(new CustomerEvent.CheckoutClosed(checkout.No, CheckoutEnd.Expired));
        foreach (var invoice in customer.Billing.Open)
        {
            if (invoice.NextDue <= at && (invoice.Asked is not null || !customer.Billing.StandsStill) && story.Customer.Billing.Find(invoice.No) is { } standing) story.AddRange(Payments.Due(story.Customer, catalog, standing, at, now));
        }

        foreach (var cycle in customer.Billing.StandsStill ? [] : DueCycles(story.Customer, at)) if (!story.Customer.Billing.StandsStill) story.AddRange(new Renewal(story.Customer, catalog, cycle, at, now).Events());
        if (story.IsEmpty) throw new InvariantViolation($"{customer.Key} has something due at {at} and nothing happens");
        return story.Events;
    }

    // The first cycle whose payment must be answered stops the others of the same moment.
    // What is in no cycle ends or begins by itself.
    private static List<CycleNo?> DueCycles(Customer customer, Instant at)
    {
        var due = new List<CycleNo?>();
        void Add(Holdings own)
        {
            if (!(own.NextPlanDue() <= at)) return;
            foreach (var held in own.Subscriptions)
            {
                if (held.NextDue <= at && !due.Contains(held.Cycle)) due.Add(held.Cycle);
            }

            foreach (var planned in own.Planned)
            {
                if (planned.Incoming!.StartsAt <= at && !due.Contains(planned.Cycle)) due.Add(planned.Cycle);
            }
        }

        Add(customer.Own);
        foreach (var entity in customer.Entities.WithPlans) Add(entity.Own);
        return due;
    }
}
