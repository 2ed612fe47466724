using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Invoices that a call asks for: of their own, in place of one that is not paid, or recorded from elsewhere.</summary>
internal static class Issuing
{
    private const int LongestTerms = 3650;

    public static Planned Issue(Customer customer, Catalog catalog, Command.IssueInvoice command, Instant now)
    {
        var wish = command.Wish;
        if (wish.Plans.IsEmpty && wish.Lines.IsEmpty) return Invalid("There is nothing to invoice: name plans or custom_line_items.");
        var currency = customer.Billing.CurrencyIn(catalog);
        var (drafts, refusal) = Drafts(catalog, currency, wish, now);
        if (refusal is not null) return refusal;
        var wishes = wish.AllDiscounts;
        if (Redeeming.Refused(customer, wishes, wish.Plans.Select(static billed => billed.Plan), []) is { } notRedeemed) return notRedeemed;
        var invoice = Invoicing.Make(
            new InvoiceNo(customer.LastNo + 1), InvoiceReason.Request, now, currency, drafts, Discounts(customer, wish, now), wish.TaxRate.Or(catalog.Policy.TaxRate), customer.Billing.Credit);
        invoice = Sent(invoice, wish.TermsDays ?? Payments.UsualTermsDays);
        if (!invoice.Due.IsPositive) invoice = invoice with { Status = InvoiceStatus.Paid };
        var taken = wishes.Where(wish => invoice.Lines.Any(line => line.Discounts.Any(discount => discount.Id == wish.Discount.Id)));
        return new BillingPlan([new CustomerEvent.InvoiceIssued(invoice), .. Redeeming.Of(taken, invoice.Status == InvoiceStatus.Paid ? null : invoice.No)], invoice, [], [], PaymentPath.Send);
    }

    /// <summary>Its lines stay as they were billed, but for those that are named; tax and credit are counted anew.</summary>
    public static Planned Reissue(Customer customer, Catalog catalog, Command.ReissueInvoice command, Instant now)
    {
        if (customer.Billing.Find(command.Invoice) is not { } old) return new Refusal(RefusalCode.InvoiceNotFound, "The customer has no open invoice of that id.");
        if (old.Attempts > 0) return Invalid("A payment provider was asked to collect the invoice already, and it may have been paid: void it with invoices.void first, then issue another with invoices.create.");
        var wish = command.Adds;
        var places = command.Edits.Select(static edit => edit.At).Concat(command.Removes).ToList();
        if (places.Any(at => at < 0 || at >= old.Lines.Length)) return Invalid("lines: the invoice has no line of that id.");
        if (places.Count != places.Distinct().Count()) return Invalid("lines: a line is named twice.");
        var (drafts, refusal) = Drafts(catalog, old.Currency, wish, now);
        if (refusal is not null) return refusal;
        if (command.Edits.Any(static edit => edit.Amount is { } amount && Math.Abs(amount) >= Rating.Most)) return TooMuch;
        var lines = ImmutableArray.CreateBuilder<InvoiceLine>(old.Lines.Length + drafts.Count);
        for (var at = 0; at < old.Lines.Length; at++)
        {
            if (!command.Removes.Contains(at)) lines.Add(Edited(old.Lines[at], command.Edits.FirstOrDefault(edit => edit.At == at), old.Currency));
        }

        var no = new InvoiceNo(customer.LastNo + 1);
        lines.AddRange(Invoicing.Make(no, old.Reason, now, old.Currency, drafts, [], null, null).Lines);
        if (lines.Count == 0) return Invalid("lines: nothing would be left on the invoice: void it with invoices.void instead.");
        var credit = Credit(customer, old.Currency) + old.CreditUsed;
        var invoice = Invoicing.Total(no, old.Reason, now, old.Currency, lines.DrainToImmutable(), wish.TaxRate.Or(old.TaxRate), credit) with { Cycle = old.Cycle, Status = old.Status };
        var note = (command.Note ?? (static note => note))(old.Note ?? InvoiceNote.Empty);
        invoice = Sent(invoice, wish.TermsDays ?? Payments.UsualTermsDays) with { Note = note.IsEmpty ? null : note };

        var story = new EventList(customer, now);
        story.Add(new CustomerEvent.InvoiceIssued(invoice));
        story.Add(new CustomerEvent.InvoiceReplaced(old.No, no));
        story.Add(new CustomerEvent.InvoiceVoided(old.No));
        if (!invoice.Due.IsPositive && invoice.Status == InvoiceStatus.Open)
        {
            story.AddRange(Payments.Paid(story.Customer, catalog, invoice, byHand: false, now));
            invoice = invoice with { Status = InvoiceStatus.Paid };
        }

        return new BillingPlan(story.Events, invoice, [], [], PaymentPath.Send);
    }

    public static Outcome Record(Customer customer, Command.RecordInvoice command) =>
        new CustomerEvent.InvoiceRecorded(command.Invoice with { No = command.No ?? new InvoiceNo(customer.LastNo + 1) });

    private static (IReadOnlyList<DraftLine> Drafts, Refusal? Refusal) Drafts(Catalog catalog, Currency currency, InvoiceWish wish, Instant now)
    {
        if (wish.TermsDays is < 0 or > LongestTerms) return ([], Invalid($"net_terms_days must lie between 0 and {LongestTerms}."));
        if (wish.TaxRate.Or(null) is < 0m or > 100m) return ([], Invalid("The tax rate must lie between 0 and 100."));
        if (wish.To is { } to && to <= (wish.From ?? now)) return ([], Invalid("period_end must lie after period_start."));
        var (drafts, refusal) = BilledPlans.Lines(catalog, currency, wish, now);
        return refusal is null && drafts.Any(static draft => Math.Abs(draft.Amount) >= Rating.Most) ? ([], TooMuch) : (drafts, refusal);
    }

    private static IEnumerable<Discount> Discounts(Customer customer, InvoiceWish wish, Instant now) =>
    [
        .. customer.Billing.Discounts.Where(standing => standing.HoldsFor(null, now)).Select(static standing => standing.Discount),
        .. wish.AllDiscounts.Select(static discount => discount.Discount),
    ];

    // An amount of the caller's is final: what was off the line before is off no more.
    private static InvoiceLine Edited(InvoiceLine line, (int At, decimal? Amount, string? Description) edit, Currency currency)
    {
        if (edit.Description is { } description) line = line with { Description = description };
        return edit.Amount is { } amount ? line with { Subtotal = Money.Of(amount, currency), Total = Money.Of(amount, currency), Discounts = [] } : line;
    }

    private static Invoice Sent(Invoice invoice, int days) => invoice with { Send = true, DueAt = invoice.IssuedAt.Plus(TimeSpan.FromDays(days)) };

    private static Money Credit(Customer customer, Currency currency) => customer.Billing.Credit ?? Money.Zero(currency);

    private static readonly Refusal TooMuch = new(RefusalCode.InvalidInputs, "That costs more than can be charged: look at the amounts.");

    private static Refusal Invalid(string message) => new(RefusalCode.InvalidRequest, message);
}
