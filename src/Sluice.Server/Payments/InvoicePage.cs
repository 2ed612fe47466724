using Sluice.Core;
using Sluice.Server.Pages;
using Sluice.Storage;
using static Sluice.Server.Pages.Page;

namespace Sluice.Server.Payments;

/// <summary>One invoice, to be read, printed and paid.</summary>
internal sealed class InvoicePage(Visit visit)
{
    private InvoiceNo No => new(visit.Link.No);

    public async Task<Page?> Show(string? fault)
    {
        if (await visit.Billing.FindInvoice(visit.Scope.Id, visit.Customer.Key, No) is not { } stored) return new Page("There is no such invoice").WithStatus(404);
        var invoice = visit.Customer.Billing.Find(No) ?? stored.Invoice;
        var page = new Page($"Invoice {Visit.NumberOf(stored)}").Warns(fault ?? Problem(invoice)).Says(Standing(invoice, stored));
        var note = invoice.Note ?? InvoiceNote.Empty;
        if ((note.Name ?? visit.Customer.Profile.Name ?? note.Email ?? visit.Customer.Profile.Email) is { Length: > 0 } name) page.Says($"For {string.Join(", ", note.Address.Prepend(name))}");
        foreach (var (what, value) in note.TaxIds.Concat(note.Fields)) page.Says($"{what}: {value}");
        page.Says($"Issued {Visit.Day(invoice.IssuedAt)}{(invoice.DueAt is { } due ? $", to be paid by {Visit.Day(due)}" : "")}");
        page.Tabulates(Visit.Rows(invoice));
        foreach (var words in new[] { note.Memo, note.Footer }.OfType<string>()) page.Says(words);
        if (stored.Refunded.IsPositive) page.Tabulates([new Row("Given back", null, Visit.Amount(stored.Refunded))]);
        if (invoice.Status == InvoiceStatus.Open && visit.TakesTestCards) Ask(page, invoice);
        return Return(page);
    }

    public async Task<Page?> Submit()
    {
        if (!visit.TakesTestCards || await visit.Form() is not { } form || visit.Customer.Billing.Find(No) is not { Status: InvoiceStatus.Open } invoice) return await Show(null);
        if (form["confirm"].ToString() is { Length: > 0 } confirmed)
        {
            if (confirmed != "yes") return await Show("The payment was not confirmed. Try again, or with another card.");
            return await After(await visit.Run(new Command.AnswerPayment(No, invoice.Attempts, PaymentAnswer.Paid)));
        }

        if (Visit.Chosen(form) is not { } card) return await Show("Choose one of the cards.");
        return await After(await visit.Run(new Command.ChangePaymentMethod(card), new Command.CollectInvoice(No)));
    }

    private async Task<Page?> After((Customer? Customer, string? Refused) run)
    {
        if (run.Refused is not null) return await Show(run.Refused);
        var again = new InvoicePage(visit with { Customer = run.Customer! });
        if (run.Customer!.Billing.Find(No) is not null) return await again.Show(null);
        if (visit.Link.Target is null) return await again.Show(null);
        visit.Http.Response.Redirect(visit.Link.ReturnTo!);
        return null;
    }

    private void Ask(Page page, Invoice invoice)
    {
        if (visit.Link.Target is { } target) page.LeadsTo(target);
        if (invoice.Problem is PaymentProblem.NeedsConfirmation or PaymentProblem.Processing)
            page.Says("Your bank asks whether this payment is yours.").Asks(visit.Address, [], new Choice("Yes, pay", "confirm", "yes"), new Choice("No", "confirm", "no", IsQuiet: true));
        page.Asks(visit.Address, [Visit.Cards], new Choice($"Pay {Visit.Amount(invoice.Due)}"));
    }

    private static string? Problem(Invoice invoice) =>
        invoice is { Status: InvoiceStatus.Open, Problem: PaymentProblem.Declined } ? "The card was declined. Try another one." : null;

    private static string Standing(Invoice invoice, StoredInvoice stored) => invoice.Status switch
    {
        InvoiceStatus.Draft => "A draft: it is not final.",
        InvoiceStatus.Open => invoice.Problem switch
        {
            PaymentProblem.NeedsConfirmation => "Open. The payment has to be confirmed.",
            PaymentProblem.Processing => "Open. The payment is under way.",
            _ => "Open.",
        },
        InvoiceStatus.Paid => stored.SettledAt is { } at ? $"Paid on {Visit.Day(at)}." : "Paid.",
        InvoiceStatus.Void => "Void: it is not to be paid.",
        _ => throw new InvariantViolation($"invoice status {invoice.Status}"),
    };

    private Page Return(Page page) => visit.Link.Target is { } target ? page.Leads("Back", target.AbsoluteUri) : page;
}
