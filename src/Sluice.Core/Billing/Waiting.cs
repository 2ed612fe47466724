namespace Sluice.Core;

/// <summary>
/// Plans and changes that wait for a payment. The next thing that is asked for in their place makes them give way; while
/// the payment itself is under way it is refused.
/// </summary>
internal static class Waiting
{
    /// <param name="one">A plan that is held, or that shall come.</param>
    public static Refusal? UnderWay(Customer customer, Subscription one)
    {
        foreach (var invoice in Invoices(customer, one))
        {
            if (customer.Billing.Find(invoice)?.Asked is { What: PaymentAsk.Collect })
                return new Refusal(RefusalCode.Conflict, $"A payment for plan {one.Plan} or one in its place is under way: wait for its end.");
        }

        return null;
    }

    /// <summary>
    /// The running period was charged and is not paid: what would be given back of it was never there, and a change would
    /// charge the same time twice.
    /// </summary>
    public static Refusal? Unpaid(Customer customer, Subscription held, Instant now)
    {
        foreach (var run in held.Runs)
        {
            if (!run.Charged.IsPositive || run.Period.End <= now || run.Invoice is not { } no || customer.Billing.Find(no) is not { Asked: not { What: PaymentAsk.Void } } open) continue;
            return new Refusal(
                RefusalCode.Conflict,
                open.Asked is null
                    ? $"The invoice for the running period of plan {held.Plan} is not paid: pay it first, or cancel the plan."
                    : $"The invoice for the running period of plan {held.Plan} is being paid: try again in a moment.");
        }

        return null;
    }

    /// <summary>Their invoices are not to be paid any more.</summary>
    public static IEnumerable<CustomerEvent> GiveWay(Customer customer, Subscription one, Instant now)
    {
        foreach (var other in Plans(customer, one))
        {
            yield return new CustomerEvent.PlanDropped(other.No, other.Plan, other.Version, other.Entity);
            if (customer.Billing.Find(other.Incoming!.Invoice!.Value) is { } invoice) yield return Payments.Void(invoice, now);
        }

        foreach (var change in Changes(customer, one))
        {
            if (customer.Billing.Find(change.Invoice) is { Asked: not { What: PaymentAsk.Void } } invoice) yield return Payments.Void(invoice, now);
        }
    }

    /// <summary>The invoices of what would give way to it.</summary>
    public static IEnumerable<InvoiceNo> Invoices(Customer customer, Subscription one) =>
        Plans(customer, one).Select(static planned => planned.Incoming!.Invoice!.Value).Concat(Changes(customer, one).Select(static change => change.Invoice));

    // Plans that would take the place of this one, or that this one would take the place of.
    private static IEnumerable<Subscription> Plans(Customer customer, Subscription one) => customer.HeldBy(one.Entity).Planned
        .Where(other => other.No != one.No && other.Incoming!.Invoice is not null && ((one.IsMain && other.IsMain && other.Group == one.Group) || other.Incoming.Replaces == one.No));

    private static IEnumerable<PlanChange> Changes(Customer customer, Subscription one) => customer.Billing.Changes
        .Where(change => change.Subscription == one.No && customer.Billing.Find(change.Invoice) is { Reason: not InvoiceReason.TopUp });
}
