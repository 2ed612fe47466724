using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A held plan ends.</summary>
internal static class Ending
{
    public static ImmutableArray<CustomerEvent> End(Customer customer, Subscription held) =>
        [.. Pools.Leave(customer, held.No), new CustomerEvent.PlanEnded(held.No, held.Plan, held.Version, held.Entity)];

    /// <summary>Invoices of its periods that are still open, where the tenant wants them void.</summary>
    public static IEnumerable<CustomerEvent> TakenBack(Customer customer, Catalog catalog, Subscription held, Instant now) => !catalog.Policy.VoidOnEnd ? []
        : customer.Billing.Open.Where(open => open is { Reason: InvoiceReason.Renewal, Asked: not { What: PaymentAsk.Void } } && open.Lines.All(line => line.Subscription == held.No))
            .Select(open => Payments.Void(open, now)).ToList();

    /// <summary>The plan that stood aside while this one was tried comes back.</summary>
    public static IEnumerable<CustomerEvent> Back(Customer customer, Subscription gone)
    {
        if (Beginning.Aside(customer.HeldBy(gone.Entity), gone.No) is { } aside) yield return new CustomerEvent.PlanPaused(aside.No, null, gone.Entity);
    }

    /// <summary>It ends now, with what was planned after it; the plan it was tried instead of or the free plan of its group comes in its place.</summary>
    public static ImmutableArray<CustomerEvent> WithDefault(Customer customer, Catalog catalog, Subscription held, Instant at)
    {
        var story = new EventList(customer, at);
        foreach (var planned in customer.HeldBy(held.Entity).Planned.Where(planned => held.IsMain && planned.IsMain && planned.Group == held.Group && planned.Incoming!.StartsAt is not null).ToList())
            story.Add(new CustomerEvent.PlanDropped(planned.No, planned.Plan, planned.Version, planned.Entity));
        story.AddRange(End(story.Customer, held));
        story.AddRange(TakenBack(story.Customer, catalog, held, at));
        story.AddRange(Back(story.Customer, held));
        if (Default(story.Customer, catalog, held) is { } fallback) story.AddRange(Beginning.Begin(story.Customer, catalog, Free(story.Customer, fallback, at), at));
        story.AddRange(Licenses.AfterEnd(story.Customer, catalog, held, at));
        return story.Events;
    }

    /// <summary>The free plan that stands for the group when nothing else is held of it; the customer's only.</summary>
    public static Plan? Default(Customer customer, Catalog catalog, Subscription held)
    {
        if (!held.IsMain || held.Entity is not null || customer.Own.Subscriptions.Any(other => other.IsMain && other.No != held.No && other.Group == held.Group)) return null;
        return catalog.AutoEnabled.FirstOrDefault(plan => plan.IsFree && !plan.AddOn && plan.FreeTrial is null && plan.Group == held.Group && plan.Id != held.Plan && plan.NeedsLater is null);
    }

    /// <summary>A free plan as it begins.</summary>
    public static Subscription Free(Customer customer, Plan plan, Instant at, Instant? startsAt = null, int after = 0) =>
        new(new SubscriptionNo(Math.Max(customer.LastNo, after) + 1), CallerId: null, plan.Id, plan.Version, plan.Group, plan.AddOn, plan.AutoEnable, plan.IsOneOff, Quantity: 1, at)
        {
            Incoming = new Incoming(startsAt, null, plan.Items, [.. plan.Items.Select(static _ => Quantity.Zero)]),
        };
}
