using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A held plan is told to end, at the end of its period or now, or not to end after all.</summary>
internal static class Canceling
{
    public static Planned Cancel(Customer customer, Catalog catalog, Subscription target, Command.UpdatePlan command, Instant now) => command.Cancel switch
    {
        // Overdue, it has no paid period left to wait for.
        CancelAction.EndOfCycle when target.PastDue && catalog.Policy.VoidOnEnd => Now(customer, catalog, target, command with { Prorates = false, Refund = null }, now),
        CancelAction.EndOfCycle => AtEnd(customer, catalog, target, now),
        CancelAction.Immediately => Now(customer, catalog, target, command, now),
        CancelAction.Uncancel => Uncancel(customer, catalog, target, now),
        _ => throw new InvariantViolation($"cancel action {command.Cancel}"),
    };

    /// <summary>A plan that was planned does not come, and the one it would have replaced stays.</summary>
    public static Planned Unschedule(Customer customer, Catalog catalog, Subscription planned, Instant now)
    {
        var story = new EventList(customer, now);
        story.Add(Drop(planned));
        if (planned.Incoming!.Invoice is { } no && customer.Billing.Find(no) is { } invoice) story.Add(Payments.Void(invoice, now));
        if (Beginning.Replaced(customer.HeldBy(planned.Entity), planned) is { CanceledAt: not null } current)
            story.Add(new CustomerEvent.PlanCanceled(current.No, null, null, current.Entity));
        return Shown(customer, catalog, story, null, [], [new PlanMove(planned, null)], now);
    }

    private static Planned AtEnd(Customer customer, Catalog catalog, Subscription target, Instant now)
    {
        if (target.LongestEnd is not { } end)
            return new Refusal(RefusalCode.InvalidRequest, $"Plan {target.Plan} has no period that ends, so it cannot be canceled at its end: use cancel_immediately.");
        var story = new EventList(customer, now);
        foreach (var planned in Successors(customer, target)) story.Add(Drop(planned));
        story.Add(new CustomerEvent.PlanCanceled(target.No, now, end, target.Entity));
        var incoming = ImmutableArray<PlanMove>.Empty;
        if (Ending.Default(story.Customer, catalog, target) is { } fallback)
        {
            var planned = Ending.Free(story.Customer, fallback, now, end) with { Cycle = target.Cycle };
            story.Add(new CustomerEvent.PlanPlanned(planned));
            incoming = [new PlanMove(planned, end)];
        }

        return Shown(customer, catalog, story, null, incoming, [new PlanMove(target with { CanceledAt = now, EndsAt = end }, end)], now);
    }

    // What was paid for the rest of the period is given back; use is not billed.
    private static Planned Now(Customer customer, Catalog catalog, Subscription target, Command.UpdatePlan command, Instant now)
    {
        if (command.Refund is not null && !command.Prorates)
            return new Refusal(RefusalCode.InvalidRequest, "refund_last_payment cannot go with proration_behavior none: keep one of the two.");
        if (Waiting.UnderWay(customer, target) is { } underWay) return underWay;
        var currency = customer.Billing.CurrencyIn(catalog);
        var lines = command.Prorates && command.Refund is null ? new Charging(catalog, currency).Unused(customer, target, now).Concat(Charging.Settled(target.Deferred, now)).ToList() : [];
        var story = new EventList(customer, now);
        story.AddRange(Waiting.GiveWay(customer, target, now));
        foreach (var open in customer.Billing.Open.Where(open => open.Reason == InvoiceReason.Renewal && open.Asked is not { What: PaymentAsk.Void } && open.Lines.All(line => line.Subscription == target.No)))
            story.Add(Payments.Void(open, now));
        story.AddRange(Ending.WithDefault(story.Customer, catalog, target, now));
        Invoice? invoice = null;
        if (lines.Count > 0)
        {
            invoice = Invoicing.Make(new InvoiceNo(story.Customer.LastNo + 1), InvoiceReason.Change, now, currency, lines, [], TaxRates.Of(customer, catalog, target.Cycle), story.Customer.Billing.Credit) with { Cycle = target.Cycle };
            story.Add(new CustomerEvent.InvoiceIssued(invoice = Payments.Asked(invoice, PaymentPath.Collect, null, customer, now)));
        }

        var refund = command.Refund is { } amount ? Refund(customer, target, amount, story, now) : (Money?)null;
        var planned = Shown(customer, catalog, story, invoice, [], [new PlanMove(target with { CanceledAt = now, EndsAt = now }, null)], now);
        return planned.Plan! with { Refund = refund };
    }

    private static Planned Uncancel(Customer customer, Catalog catalog, Subscription target, Instant now)
    {
        var story = new EventList(customer, now);
        if (target.CanceledAt is not null)
        {
            foreach (var planned in Successors(customer, target)) story.Add(Drop(planned));
            story.Add(new CustomerEvent.PlanCanceled(target.No, null, null, target.Entity));
        }

        return Shown(customer, catalog, story, null, [], [], now);
    }

    // Each payment back to the card it came from, never more than was collected for it: what was paid with credit, or with
    // what an earlier plan had left, comes back as credit.
    private static Money Refund(Customer customer, Subscription target, RefundAmount amount, EventList story, Instant now)
    {
        var currency = customer.Billing.Currency ?? story.Customer.Billing.Currency ?? Currency.Usd;
        var (total, asCredit) = (Money.Zero(currency), Money.Zero(currency));
        foreach (var paid in target.Runs.Where(run => run.Invoice is { } no && run.Charged.IsPositive && customer.Billing.Find(no) is null).GroupBy(static run => run.Invoice!.Value))
        {
            var owed = Money.Sum(paid.Select(run => amount == RefundAmount.Full ? run.Charged : Money.Of(run.Charged.Major * run.Period.Left(now), currency)), currency);
            var back = Money.Min(owed, customer.Billing.Refundable(paid.Key, currency));
            asCredit += owed - back;
            if (!back.IsPositive) continue;
            total += back;
            story.Add(new CustomerEvent.RefundAsked(paid.Key, story.Customer.LastNo + 1, back));
        }

        if (asCredit.IsPositive) story.Add(new CustomerEvent.CreditAdded(asCredit));
        return total;
    }

    private static List<Subscription> Successors(Customer customer, Subscription target) => !target.IsMain ? [] : customer.HeldBy(target.Entity).Planned
        .Where(planned => planned.IsMain && planned.Group == target.Group && planned.Incoming!.StartsAt is not null).ToList();

    private static CustomerEvent Drop(Subscription planned) => new CustomerEvent.PlanDropped(planned.No, planned.Plan, planned.Version, planned.Entity);

    private static Planned Shown(
        Customer customer, Catalog catalog, EventList story, Invoice? invoice, ImmutableArray<PlanMove> incoming, ImmutableArray<PlanMove> outgoing, Instant now)
    {
        var plan = new BillingPlan(story.Events, invoice, incoming, outgoing, PaymentPath.Nothing);
        return plan with { Next = Forecasting.After(customer, catalog, plan, now) };
    }
}
