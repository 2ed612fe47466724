using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What events say of invoices. Those that are settled leave the state.</summary>
internal static class InvoiceState
{
    public static Customer Apply(Customer customer, CustomerEvent happened) => happened switch
    {
        CustomerEvent.InvoiceIssued e => Issue(customer, e.Invoice),
        CustomerEvent.InvoiceMoved e => customer with { Billing = customer.Billing.Put(e.Invoice) },
        CustomerEvent.InvoicePaid e => Settle(customer, e.Invoice, isPaid: true),
        CustomerEvent.InvoiceVoided e => Settle(customer, e.Invoice, isPaid: false),
        CustomerEvent.PaymentFailed e => Fail(customer, e),
        CustomerEvent.InvoiceReplaced e => Replace(customer, e.Invoice, e.By),
        CustomerEvent.InvoiceRecorded e => customer with { LastNo = Math.Max(customer.LastNo, e.Invoice.No.Value) },
        _ => throw new InvariantViolation($"{happened.GetType().Name} says nothing of invoices"),
    };

    /// <summary>Credit of no currency is none.</summary>
    public static BillingBook Credited(BillingBook book, Money amount) =>
        amount.IsZero ? book : book with { Credit = book.Credit is { } credit ? credit + amount : amount, Currency = book.Currency ?? amount.Currency };

    public static BillingBook Refunded(BillingBook book, InvoiceNo no, Money amount) => book with
    {
        Paid = [.. book.Paid.Select(paid => paid.No == no ? paid with { Left = paid.Left - amount } : paid)],
    };

    private static Customer Issue(Customer customer, Invoice invoice)
    {
        var book = Credited(customer.Billing, -invoice.CreditUsed);
        if (invoice.Total.IsPositive) book = book with { Currency = book.Currency ?? invoice.Currency };
        foreach (var id in Once(book, invoice)) book = book with { Discounts = book.Discounts.RemoveAll(standing => standing.Discount.Id == id) };
        if (invoice.Status is not InvoiceStatus.Paid) book = book.Put(invoice);
        else if (invoice.Total.IsPositive) book = book with { HasPaid = true };
        customer = customer with { Billing = book, LastNo = Math.Max(customer.LastNo, invoice.No.Value) };
        return invoice is { Reason: InvoiceReason.Renewal, Asked: not null } ? Mark(customer, invoice, static held => held with { AwaitsPayment = true }) : customer;
    }

    private static IEnumerable<string> Once(BillingBook book, Invoice invoice) => book.Discounts.IsEmpty ? [] : book.Discounts
        .Where(standing => standing.Once && invoice.Lines.Any(line => line.Discounts.Any(discount => discount.Id == standing.Discount.Id)))
        .Select(static standing => standing.Discount.Id).ToList();

    private static Customer Settle(Customer customer, InvoiceNo no, bool isPaid)
    {
        var invoice = customer.Billing.Find(no) ?? throw new InvariantViolation($"no open invoice {no.Value}");
        var book = customer.Billing.Without(no);
        if (!isPaid) book = Credited(book, invoice.CreditUsed) with { Redeemed = book.Redeemed.RemoveAll(redeemed => redeemed.Invoice == no) };
        else if (invoice.Total.IsPositive) book = book with { HasPaid = true };
        if (isPaid && invoice.Due.IsPositive) book = book with { Paid = [.. book.Paid.Where(paid => StillRuns(customer, paid.No)), new PaidInvoice(no, invoice.Due)] };
        customer = customer with { Billing = book };
        if (!isPaid) customer = Uncharged(customer, no);
        if (invoice.Reason != InvoiceReason.Renewal) return customer;
        return Mark(customer, invoice, held => held with { AwaitsPayment = false, PastDue = book.Open.Any(other => IsOverdue(other, held.No)) });
    }

    private static Customer Replace(Customer customer, InvoiceNo old, InvoiceNo by)
    {
        var invoice = customer.Billing.Find(by) ?? throw new InvariantViolation($"no open invoice {by.Value}");
        customer = customer with
        {
            Billing = customer.Billing with
            {
                Changes = [.. customer.Billing.Changes.Select(change => Moved(change, old, invoice))],
                Redeemed = [.. customer.Billing.Redeemed.Select(redeemed => redeemed.Invoice == old ? redeemed with { Invoice = by } : redeemed)],
            },
        };
        foreach (var held in Cycles.Held(customer).Where(held => held.Runs.Any(run => run.Invoice == old)).ToList())
            customer = PlanState.Change(customer, held.Entity, held.No, held => held with { Runs = Moved(held.Runs, held.No, old, invoice) });
        foreach (var planned in Cycles.Planned(customer).Where(planned => planned.Incoming!.Invoice == old).ToList())
        {
            var own = customer.HeldBy(planned.Entity);
            customer = customer.With(planned.Entity, own with
            {
                Planned = own.Planned.Replace(planned, planned with { Incoming = planned.Incoming! with { Invoice = by }, Runs = Moved(planned.Runs, planned.No, old, invoice) }),
            });
        }

        return customer;
    }

    private static PlanChange Moved(PlanChange change, InvoiceNo old, Invoice by) => change.Invoice != old ? change : change with
    {
        Invoice = by.No,
        Runs = Moved(change.Runs, change.Subscription, old, by),
        TopUp = change.TopUp is { Run: { } run } topUp ? topUp with { Run = Moved([run], change.Subscription, old, by)[0] } : change.TopUp,
    };

    // What was charged for a period is what the new invoice says.
    private static ImmutableArray<PriceRun> Moved(ImmutableArray<PriceRun> runs, SubscriptionNo subscription, InvoiceNo old, Invoice by) =>
        Invoicing.Charged([.. runs.Select(run => run.Invoice == old ? run with { Charged = Money.Zero(by.Currency), Invoice = by.No } : run)], subscription, by);

    // Void, it has charged nothing; so nothing of it is given back later.
    private static Customer Uncharged(Customer customer, InvoiceNo no)
    {
        foreach (var held in Cycles.Held(customer).Where(held => held.Runs.Any(run => run.Invoice == no)).ToList())
        {
            customer = PlanState.Change(customer, held.Entity, held.No, plan => plan with
            {
                Runs = [.. plan.Runs.Select(run => run.Invoice == no ? run with { Charged = Money.Zero(run.Charged.Currency), Invoice = null } : run)],
            });
        }

        return customer;
    }

    private static bool StillRuns(Customer customer, InvoiceNo no) => Cycles.Held(customer).Any(held => held.Runs.Any(run => run.Invoice == no));

    private static Customer Fail(Customer customer, CustomerEvent.PaymentFailed failed)
    {
        var invoice = customer.Billing.Find(failed.Invoice) ?? throw new InvariantViolation($"no open invoice {failed.Invoice.Value}");
        customer = customer with { Billing = customer.Billing.Put(invoice with { Asked = null, Problem = failed.Problem, NextAttemptAt = failed.NextAttemptAt, VoidsAt = failed.VoidsAt }) };
        return invoice.Reason == InvoiceReason.Renewal ? Mark(customer, invoice, static held => held with { AwaitsPayment = false, PastDue = true }) : customer;
    }

    private static bool IsOverdue(Invoice invoice, SubscriptionNo subscription) =>
        invoice is { Reason: InvoiceReason.Renewal, Problem: not null } && invoice.Lines.Any(line => line.Subscription == subscription);

    private static Customer Mark(Customer customer, Invoice invoice, Func<Subscription, Subscription> change)
    {
        foreach (var (entity, no) in invoice.Lines.Where(static line => line.Subscription is not null).Select(static line => (line.Entity, line.Subscription!.Value)).Distinct().ToList())
            customer = PlanState.Change(customer, entity, no, change);
        return customer;
    }
}
