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
        var planned = Everyone.SelectMany(static own => own.Planned).Where(static one => one.Incoming!.StartsAt is not null).ToList();
        if (planned.Count == 0 && !Held.Any()) page.Says("There is no plan.");
        foreach (var held in Held)
        {
            page.Tabulates([new Row(NameOf(held), Standing(held), held.Price is { } price ? PriceOf(price) : "")]);
            if (held.Runs.IsEmpty) continue;
            var no = held.No.Value.ToString(CultureInfo.InvariantCulture);
            page.Asks(visit.Address, [], held.CanceledAt is null ? new Choice("Cancel at the end of the period", "cancel", no, IsQuiet: true) : new Choice("Keep it", "keep", no));
        }

        foreach (var one in planned) page.Tabulates([new Row(NameOf(one), $"Begins {Visit.Day(one.Incoming!.StartsAt!.Value)}", "")]);

        page.Heads("Card").Says(customer.Billing.Method is { } method ? $"{Capital(method.Brand ?? method.Type)} ending in {method.Last4}" : "No card is saved.");
        if (visit.TakesTestCards) page.Asks(visit.Address, [Visit.Cards], new Choice("Use this card", "save", "card"));
        if (customer.Billing.Credit is { IsZero: false } credit) page.Says($"Credit: {Visit.Amount(credit)}");

        var invoices = await visit.Billing.ListInvoices(new InvoiceQuery(visit.Scope.Id, Invoices, Customer: customer.Key));
        if (invoices.Count > 0) page.Heads("Invoices");
        foreach (var stored in invoices)
        {
            var address = await visit.Links.Url(new PageLink(PageKind.Invoice, visit.Scope.Id, customer.Key, stored.Invoice.No.Value, visit.Link.ReturnTo), visit.Http.Request);
            page.Leads($"{Visit.NumberOf(stored)} of {Visit.Day(stored.Invoice.IssuedAt)}: {Visit.Amount(stored.Invoice.Total)}, {stored.Invoice.Status.ToString().ToLowerInvariant()}", address);
        }

        return visit.Link.Target is { } target ? page.Leads("Back", target.AbsoluteUri) : page;
    }

    public async Task<Page?> Submit()
    {
        if (await visit.Form() is not { } form) return await Show(null);
        Command? command = (Named(form["cancel"].ToString()), Named(form["keep"].ToString())) switch
        {
            ({ } canceled, _) => Change(canceled, CancelAction.EndOfCycle),
            (_, { } kept) => Change(kept, CancelAction.Uncancel),
            _ => visit.TakesTestCards && form.ContainsKey("save") && Visit.Chosen(form) is { } card ? new Command.ChangePaymentMethod(card) : null,
        };
        if (command is null) return await Show(null);
        var (after, refused) = await visit.Run(command);
        return refused is not null ? await Show(refused) : await new PortalPage(visit with { Customer = after! }).Show(null);
    }

    private IEnumerable<Holdings> Everyone => visit.Customer.Entities.Select(static entity => entity.Own).Prepend(visit.Customer.Own);

    // What stands aside for a trial is not held meanwhile; licences are handed out by whoever runs the product.
    private IEnumerable<Subscription> Held => Everyone.SelectMany(static own => own.Subscriptions).Where(static held => !held.IsPaused && !held.IsLicense);

    private Subscription? Named(string no) => int.TryParse(no, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? Held.FirstOrDefault(held => held.No.Value == number) : null;

    private Command Change(Subscription held, CancelAction action) =>
        new Command.UpdatePlan(new PlanSelector(Held: new HeldName(visit.Customer.Key, held.No))) { Entity = EntityOf(held)?.Id, Cancel = action };

    private string NameOf(Subscription held)
    {
        var plan = visit.Scope.Catalog.Plan(held.Plan, held.Version)?.Name ?? held.Plan.Value;
        return EntityOf(held) is { } entity ? $"{plan} for {entity.Name ?? entity.Id}" : plan;
    }

    private Entity? EntityOf(Subscription held) => held.Entity is { } no ? visit.Customer.Entities.Find(no) : null;

    private string PriceOf(PlanPrice price)
    {
        var currency = visit.Customer.Billing.CurrencyIn(visit.Scope.Catalog);
        var amount = Visit.Amount(Money.Of(price.In(currency).Amount.Amount, currency));
        return $"{amount}{(price.Interval.Recurs ? $" every {(price.Interval.Count == 1 ? "" : price.Interval.Count + " ")}{Api.Words.Of(price.Interval.Unit).Replace('_', ' ')}{(price.Interval.Count == 1 ? "" : "s")}" : "")}";
    }

    private static string Capital(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];

    private static string Standing(Subscription held) => (held.EndsAt, held.TrialEnd, held.PastDue, held.PeriodEnd) switch
    {
        ({ } ends, _, _, _) => $"Ends {Visit.Day(ends)}",
        (_, { } trial, _, _) => $"On trial until {Visit.Day(trial)}",
        (_, _, true, _) => "A payment is overdue",
        (_, _, _, { } renews) => $"Renews {Visit.Day(renews)}",
        _ => "",
    };
}
