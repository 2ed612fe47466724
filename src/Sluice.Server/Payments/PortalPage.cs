using System.Globalization;
using Sluice.Core;
using Sluice.Server.Pages;
using Sluice.Storage;
using static Sluice.Server.Pages.Page;

namespace Sluice.Server.Payments;

/// <summary>A customer's own page: plans and how to cancel them, the card, invoices.</summary>
internal sealed class PortalPage(Visit visit)
{
    private const int Invoices = 24;

    public async Task<Page?> Show(string? fault)
    {
        var customer = visit.Customer;
        var page = new Page(customer.Profile.Name is { Length: > 0 } name ? $"Plans of {name}" : "Your plans").Warns(fault);
        if (customer.Subscriptions.IsEmpty && customer.Own.Planned.IsEmpty) page.Says("There is no plan.");
        foreach (var held in customer.Subscriptions)
        {
            page.Tabulates([new Row(NameOf(held), Standing(held), held.Price is { } price ? $"{price.Amount.Amount.ToString(CultureInfo.InvariantCulture)} {CurrencyOf(customer)}" : "")]);
            if (held.Runs.IsEmpty) continue;
            var no = held.No.Value.ToString(CultureInfo.InvariantCulture);
            page.Asks(visit.Address, [], held.CanceledAt is null ? new Choice("Cancel at the end of the period", "cancel", no, IsQuiet: true) : new Choice("Keep it", "keep", no));
        }

        foreach (var planned in customer.Own.Planned.Where(static planned => planned.Incoming!.StartsAt is not null))
            page.Tabulates([new Row(NameOf(planned), $"Begins {Visit.Day(planned.Incoming!.StartsAt!.Value)}", "")]);

        page.Heads("Card").Says(customer.Billing.Method is { } method ? $"{method.Brand ?? method.Type} ending in {method.Last4}" : "No card is saved.");
        if (visit.TakesTestCards) page.Asks(visit.Address, [Visit.Cards], new Choice("Use this card", "save", "card"));
        if (customer.Billing.Credit is { IsZero: false } credit) page.Says($"Credit: {Visit.Amount(credit)}");

        var invoices = await visit.Billing.ListInvoices(new InvoiceQuery(visit.Scope.Id, Invoices, Customer: customer.Key));
        if (invoices.Count > 0) page.Heads("Invoices");
        foreach (var stored in invoices)
        {
            var address = await visit.Links.Url(new PageLink(PageKind.Invoice, visit.Scope.Id, customer.Key, stored.Invoice.No.Value, visit.Link.ReturnTo), visit.Http.Request);
            page.Leads($"{Visit.NumberOf(stored)} of {Visit.Day(stored.Invoice.IssuedAt)}: {Visit.Amount(stored.Invoice.Total)}, {stored.Invoice.Status.ToString().ToLowerInvariant()}", address);
        }

        return Target is { } target ? page.Leads("Back", target.AbsoluteUri) : page;
    }

    public async Task<Page?> Submit()
    {
        if (await visit.Form() is not { } form) return await Show(null);
        Command? command = (Held(form["cancel"].ToString()), Held(form["keep"].ToString())) switch
        {
            ({ } canceled, _) => new Command.UpdatePlan(new PlanSelector(Held: new HeldName(visit.Customer.Key, canceled.No))) { Cancel = CancelAction.EndOfCycle },
            (_, { } kept) => new Command.UpdatePlan(new PlanSelector(Held: new HeldName(visit.Customer.Key, kept.No))) { Cancel = CancelAction.Uncancel },
            _ => visit.TakesTestCards && form.ContainsKey("save") && Visit.Chosen(form) is { } card ? new Command.ChangePaymentMethod(card) : null,
        };
        if (command is null) return await Show(null);
        var (after, refused) = await visit.Run(command);
        return refused is not null ? await Show(refused) : await new PortalPage(visit with { Customer = after! }).Show(null);
    }

    private Subscription? Held(string no) =>
        int.TryParse(no, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? visit.Customer.Subscriptions.FirstOrDefault(held => held.No.Value == number) : null;

    private string NameOf(Subscription held) => visit.Scope.Catalog.Plan(held.Plan, held.Version)?.Name ?? held.Plan.Value;

    private static string CurrencyOf(Customer customer) => customer.Billing.Currency?.Code.ToUpperInvariant() ?? "";

    private static string Standing(Subscription held) => (held.EndsAt, held.TrialEnd, held.PastDue, held.PeriodEnd) switch
    {
        ({ } ends, _, _, _) => $"Ends {Visit.Day(ends)}",
        (_, { } trial, _, _) => $"On trial until {Visit.Day(trial)}",
        (_, _, true, _) => "A payment is overdue",
        (_, _, _, { } renews) => $"Renews {Visit.Day(renews)}",
        _ => "",
    };

    private Uri? Target => Uri.TryCreate(visit.Link.ReturnTo, UriKind.Absolute, out var target) && target.Scheme is "http" or "https" ? target : null;
}
