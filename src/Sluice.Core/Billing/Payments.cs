using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>
/// Invoices on their way to be paid: what the payment provider is asked, what its answers lead to, and what time does to
/// those that stay open. An answer that comes twice, late or to an older question changes nothing.
/// </summary>
internal static class Payments
{
    public const int UsualTermsDays = 30;

    /// <summary>As it is issued.</summary>
    public static Invoice Asked(Invoice invoice, PaymentPath path, InvoiceMode? mode, Customer customer, Instant now) =>
        !invoice.Due.IsPositive ? invoice with { Status = InvoiceStatus.Paid }
        : path switch
        {
            PaymentPath.Send => invoice with
            {
                Send = true, Status = mode!.Finalizes ? InvoiceStatus.Open : InvoiceStatus.Draft, DueAt = invoice.IssuedAt.Plus(TimeSpan.FromDays(mode.NetTermsDays ?? UsualTermsDays)),
            },
            _ when customer.Billing.Method is null => invoice with { Problem = PaymentProblem.NoPaymentMethod, VoidsAt = now.Plus(BillingPolicy.ConfirmTime) },
            _ => Collect(invoice, now),
        };

    /// <summary>What was not answered may have been paid: it is the same question again, under the same number, so that nobody pays twice.</summary>
    public static Invoice Collect(Invoice invoice, Instant now)
    {
        var attempt = IsUnsure(invoice) ? invoice.Attempts : invoice.Attempts + 1;
        return invoice with
        {
            Attempts = attempt, Asked = new PaymentQuestion(PaymentAsk.Collect, attempt, now.Plus(BillingPolicy.AnswerTime)), NextAttemptAt = null, VoidsAt = null,
        };
    }

    /// <summary>At once, if nobody was asked to pay it; otherwise it may have been paid meanwhile, so that must be asked first.</summary>
    public static CustomerEvent Void(Invoice invoice, Instant now) => invoice.Attempts == 0
        ? new CustomerEvent.InvoiceVoided(invoice.No)
        : new CustomerEvent.InvoiceMoved(invoice with
        {
            Attempts = invoice.Attempts + 1, Asked = new PaymentQuestion(PaymentAsk.Void, invoice.Attempts + 1, now.Plus(BillingPolicy.AnswerTime)), NextAttemptAt = null, VoidsAt = null,
        });

    public static Outcome Answer(Customer customer, Catalog catalog, Command.AnswerPayment command, Instant now)
    {
        if (customer.Billing.Find(command.Invoice) is not { } invoice) return new Outcome([]);
        if (command.Answer == PaymentAnswer.Paid) return new Outcome(Paid(customer, catalog, invoice, byHand: false, now));
        if (invoice.Asked is not { } asked || asked.Attempt != command.Attempt) return new Outcome([]);
        if (asked.What == PaymentAsk.Void) return command.Answer == PaymentAnswer.Voided ? new Outcome(Voided(customer, invoice)) : new Outcome([]);
        return command.Answer switch
        {
            PaymentAnswer.Declined => new Outcome(Failed(customer, catalog, invoice, PaymentProblem.Declined, now)),
            PaymentAnswer.NeedsConfirmation => new Outcome(Failed(customer, catalog, invoice, PaymentProblem.NeedsConfirmation, now)),
            PaymentAnswer.NoPaymentMethod => new Outcome(Failed(customer, catalog, invoice, PaymentProblem.NoPaymentMethod, now)),
            PaymentAnswer.Processing => invoice.Problem == PaymentProblem.Processing ? new Outcome([])
                : new CustomerEvent.InvoiceMoved(invoice with { Problem = PaymentProblem.Processing, Asked = asked with { Deadline = now.Plus(BillingPolicy.AnswerTime) } }),
            PaymentAnswer.Voided => new Outcome([]),
            _ => throw new InvariantViolation($"payment answer {command.Answer}"),
        };
    }

    /// <summary>What waited for the payment begins.</summary>
    public static ImmutableArray<CustomerEvent> Paid(Customer customer, Catalog catalog, Invoice invoice, bool byHand, Instant now)
    {
        var story = new EventList(customer, now);
        story.Add(new CustomerEvent.InvoicePaid(invoice.No, byHand));
        foreach (var change in customer.Billing.Changes.Where(change => change.Invoice == invoice.No))
        {
            story.AddRange(change.Events(story.Customer, now));
            if (change.TopUp is { IsAuto: true } topUp && TopUpTally.Of(story.Customer, topUp.Feature, change.Entity) is { Failures: > 0 } tally)
                story.Add(new CustomerEvent.TopUpTallied(tally with { FailedAt = null, Failures = 0 }));
        }

        var waiting = Cycles.Planned(customer).Where(planned => planned.Incoming!.Invoice == invoice.No).ToList();
        foreach (var planned in waiting)
        {
            if (BilledMeanwhile(story.Customer, catalog, planned, invoice, now) is { IsPositive: true } back) story.Add(new CustomerEvent.CreditAdded(back));
            story.AddRange(Beginning.Begin(story.Customer, catalog, planned, now));
        }

        // Paid while it was being taken back: the money is the customer's.
        if (waiting.Count == 0 && !customer.Billing.Changes.Any(change => change.Invoice == invoice.No) && invoice is { Asked.What: PaymentAsk.Void, Reason: not InvoiceReason.Renewal }) story.Add(new CustomerEvent.CreditAdded(invoice.Due));
        return story.Events;
    }

    // Paid only after the old plan was billed for another period: what is left of that is given back.
    private static Money BilledMeanwhile(Customer customer, Catalog catalog, Subscription planned, Invoice invoice, Instant now)
    {
        if (planned.Incoming!.Reverts || Beginning.Replaced(customer.HeldBy(planned.Entity), planned) is not { } outgoing) return Money.Zero(invoice.Currency);
        var unused = new Charging(catalog, invoice.Currency).Unused(customer, outgoing, now, run => run.Invoice is { } billed && billed.Value > invoice.No.Value);
        return Money.Of(-unused.Sum(static line => line.Amount), invoice.Currency);
    }

    public static ImmutableArray<CustomerEvent> Voided(Customer customer, Invoice invoice) =>
    [
        new CustomerEvent.InvoiceVoided(invoice.No),
        .. Cycles.Planned(customer).Where(planned => planned.Incoming!.Invoice == invoice.No)
            .Select(static planned => new CustomerEvent.PlanDropped(planned.No, planned.Plan, planned.Version, planned.Entity)),
    ];

    /// <summary>A period's invoice is tried again until the days for it run out; one for something new waits for its payer for a while.</summary>
    public static ImmutableArray<CustomerEvent> Failed(Customer customer, Catalog catalog, Invoice invoice, PaymentProblem problem, Instant now)
    {
        if (customer.Billing.Changes.FirstOrDefault(change => change.Invoice == invoice.No) is { TopUp: { IsAuto: true } topUp } bought) return NotToppedUp(customer, invoice, bought, topUp, problem, now);
        if (invoice.Reason != InvoiceReason.Renewal) return [new CustomerEvent.PaymentFailed(invoice.No, problem, null, now.Plus(BillingPolicy.ConfirmTime))];
        var policy = catalog.Policy;
        var attempts = Math.Max(1, invoice.Attempts);
        var next = attempts <= policy.RetryDays.Length && !policy.CancelWhenPastDue ? now.Plus(TimeSpan.FromDays(policy.RetryDays[attempts - 1])) : (Instant?)null;
        var story = new EventList(customer, now);
        story.Add(new CustomerEvent.PaymentFailed(invoice.No, problem, next, null));
        if (next is not null || (policy.AfterDunning == AfterDunning.Keep && !policy.CancelWhenPastDue)) return story.Events;
        foreach (var held in Cycles.Held(customer).Where(held => invoice.Lines.Any(line => line.Subscription == held.No)).ToList())
            story.AddRange(Ending.WithDefault(story.Customer, catalog, held, now));
        story.Add(Void(story.Customer.Billing.Find(invoice.No)!, now));
        return story.Events;
    }

    // Nobody asked for it just now, so nobody waits for it: it is taken back at once.
    private static ImmutableArray<CustomerEvent> NotToppedUp(Customer customer, Invoice invoice, PlanChange bought, TopUp topUp, PaymentProblem problem, Instant now)
    {
        var story = new EventList(customer, now);
        story.Add(new CustomerEvent.PaymentFailed(invoice.No, problem, null, null));
        story.Add(Void(story.Customer.Billing.Find(invoice.No)!, now));
        if (topUp.Run is not null)
        {
            story.AddRange(Seats.GivenBack(story.Customer, bought.Entity, topUp));
            return story.Events;
        }

        story.Add(AutoTopUps.Failed(story.Customer, bought.Entity, topUp.Feature, now));
        story.Add(new CustomerEvent.TopUpFailed(topUp.Feature, bought.Entity, problem));
        return story.Events;
    }

    // A question to collect it was asked and never answered.
    private static bool IsUnsure(Invoice invoice) => invoice is { Attempts: > 0, Problem: PaymentProblem.Unanswered };

    public static Outcome CollectNow(Customer customer, InvoiceNo no, Instant now)
    {
        if (customer.Billing.Find(no) is not { } invoice) return Missing();
        if (invoice.Asked is not null) return new Refusal(RefusalCode.InvalidRequest, "A payment of the invoice is under way: wait for its end.");
        if (invoice.Status == InvoiceStatus.Draft) return new Refusal(RefusalCode.InvalidRequest, "The invoice is a draft: finalize it first.");
        return customer.Billing.Method is null
            ? new Refusal(RefusalCode.NoPaymentMethod, "The customer has no payment method: save one first, with setup_payment.")
            : new CustomerEvent.InvoiceMoved(Collect(invoice, now));
    }

    public static Outcome PaidOutside(Customer customer, Catalog catalog, InvoiceNo no, Instant now)
    {
        if (customer.Billing.Find(no) is not { } invoice) return Missing();
        if (invoice.Asked is { What: PaymentAsk.Collect } || IsUnsure(invoice))
            return new Refusal(RefusalCode.InvalidRequest, "The payment provider was asked to collect the invoice and has not answered yet: wait for its answer, or it may be paid twice.");
        return invoice.Problem == PaymentProblem.NeedsConfirmation
            ? new Refusal(RefusalCode.InvalidRequest, "The customer may still confirm the payment at the provider, and it would be paid twice: wait for that, or void the invoice.")
            : new Outcome(Paid(customer, catalog, invoice, byHand: true, now));
    }

    public static Outcome VoidByHand(Customer customer, InvoiceNo no, Instant now)
    {
        if (customer.Billing.Find(no) is not { } invoice) return Missing();
        if (invoice.Asked is { What: PaymentAsk.Void }) return new Outcome([]);
        return invoice.Attempts == 0 ? new Outcome(Voided(customer, invoice)) : Void(invoice, now);
    }

    public static Outcome FinalizeDraft(Customer customer, InvoiceNo no) => customer.Billing.Find(no) switch
    {
        null => Missing(),
        { Status: InvoiceStatus.Draft } draft => new CustomerEvent.InvoiceMoved(draft with { Status = InvoiceStatus.Open }),
        _ => new Outcome([]),
    };

    public static Outcome Credit(Customer customer, Catalog catalog, Command.AddCredit command)
    {
        var currency = customer.Billing.CurrencyIn(catalog);
        if (command.Amount.Currency != currency) return new Refusal(RefusalCode.CurrencyMismatch, $"The customer is billed in {currency}: give the credit in it.");
        if (Math.Abs(command.Amount.Major) >= Rating.Most) return new Refusal(RefusalCode.InvalidInputs, "The credit is more than can be charged.");
        return command.Amount.IsZero ? new Outcome([]) : new CustomerEvent.CreditAdded(command.Amount);
    }

    private static Refusal Missing() => new(RefusalCode.InvoiceNotFound, "The customer has no open invoice of that id.");

    /// <summary>What time brings to an open invoice.</summary>
    public static ImmutableArray<CustomerEvent> Due(Customer customer, Catalog catalog, Invoice invoice, Instant at, Instant now)
    {
        if (invoice.Asked is { } asked)
        {
            // Whether it was voided is asked until it is known; whether it was paid may still turn out later.
            return asked.What == PaymentAsk.Void ? [Void(invoice, now)] : Failed(customer, catalog, invoice, PaymentProblem.Unanswered, now);
        }

        if (invoice.VoidsAt <= at) return invoice.Attempts == 0 ? Voided(customer, invoice) : [Void(invoice, now)];
        if (invoice.IsOverdueAt(at)) return [new CustomerEvent.PaymentFailed(invoice.No, PaymentProblem.Unanswered, null, null)];
        if (customer.Billing.Method is not null || IsUnsure(invoice)) return [new CustomerEvent.InvoiceMoved(Collect(invoice, now))];
        var tried = invoice with { Attempts = invoice.Attempts + 1, NextAttemptAt = null };
        var story = new EventList(customer, now);
        story.Add(new CustomerEvent.InvoiceMoved(tried));
        story.AddRange(Failed(story.Customer, catalog, tried, invoice.Problem == PaymentProblem.NeedsConfirmation ? PaymentProblem.NeedsConfirmation : PaymentProblem.NoPaymentMethod, now));
        return story.Events;
    }
}
