using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>The invoice that time will bring, found by letting that time come: the renewal itself, not carried out.</summary>
public static class Forecasting
{
    /// <summary>Of each billing cycle, as things stand.</summary>
    public static ImmutableArray<Forecast> All(Customer customer, Catalog catalog, Instant now) =>
        [.. Cycles.Held(customer).Where(static held => held.Cycle is not null && !held.Runs.IsEmpty).Select(static held => held.Cycle!.Value).Distinct()
            .Select(cycle => Next(customer, catalog, cycle, now)).OfType<Forecast>()];

    /// <summary>Of the plans that a call brings or takes, when it is carried out and paid, and a card is there when it is needed.</summary>
    internal static Forecast? After(Customer customer, Catalog catalog, BillingPlan plan, Instant now)
    {
        var story = new EventList(WithCard(customer), now);
        story.AddRange(plan.Events);
        if (plan.Invoice is { } invoice && story.Customer.Billing.Find(invoice.No) is { } open) story.AddRange(Payments.Paid(story.Customer, catalog, open, byHand: false, now));
        var moved = plan.Incoming.Concat(plan.Outgoing).Select(static move => move.Subscription);
        var cycle = moved.Select(subscription => subscription.Cycle).FirstOrDefault(static cycle => cycle is not null);
        return cycle is { } no ? Next(story.Customer, catalog, no, now) : null;
    }

    private static Customer WithCard(Customer customer) =>
        customer.Billing.Method is not null ? customer : customer with { Billing = customer.Billing with { Method = new PaymentMethod("assumed", "card") } };

    private static Forecast? Next(Customer customer, Catalog catalog, CycleNo cycle, Instant now)
    {
        Instant? next = null;
        foreach (var held in Cycles.Held(customer).Where(held => held.Cycle == cycle)) next = Holdings.Earlier(next, held.NextDue);
        foreach (var planned in Cycles.Planned(customer).Where(planned => planned.Cycle == cycle)) next = Holdings.Earlier(next, planned.Incoming!.StartsAt);
        if (next is not { } at) return null;
        var issued = new Renewal(customer, catalog, cycle, at, Instant.Max(at, now)).Events().OfType<CustomerEvent.InvoiceIssued>().FirstOrDefault();
        return issued is null ? null : new Forecast(at, cycle, issued.Invoice);
    }
}
