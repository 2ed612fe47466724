using Sluice.Core;
using Sluice.Server.Api.Billing;
using Sluice.Server.Pages;
using static Sluice.Server.Pages.Page;

namespace Sluice.Server.Payments;

/// <summary>Where a customer sees what was asked for and what it costs, gives a card, and pays.</summary>
internal sealed class CheckoutPage(Visit visit)
{
    private const string Code = "code";
    private const string NoCode = "no_code";

    private CheckoutNo No => new(visit.Link.No);

    public Task<Page?> Show(string? fault)
    {
        if (!IsOpen) return Task.FromResult<Page?>(Over());
        var (invoice, refusal) = Planned();
        var page = new Page(visit.Customer.Billing.Checkout!.Wanted is null ? "Save a card" : "Checkout").Warns(fault);
        if (refusal is not null) return Task.FromResult<Page?>(Return(page.Warns(refusal)));
        if (visit.Customer.Profile is { } who && (who.Name ?? who.Email) is { Length: > 0 } name) page.Says($"For {name}");
        if (invoice is not null) page.Tabulates(Visit.Rows(invoice));
        if (visit.Customer.Billing.Checkout!.Wanted is not null) AskForCode(page);
        if (!visit.TakesTestCards) return Task.FromResult<Page?>(page.Says("Cards are not taken here: the invoice is sent to you."));
        var pay = invoice is { Due.IsPositive: true } ? $"Pay {Visit.Amount(invoice.Due)}" : "Save the card";
        if (visit.Link.Target is { } target) page.LeadsTo(target);
        return Task.FromResult<Page?>(page.Asks(visit.Address, [Visit.Cards], new Choice(pay)));
    }

    public async Task<Page?> Submit()
    {
        if (!IsOpen) return Over();
        if (await visit.Form() is not { } form) return await Show("Choose one of the cards.");
        if (form.ContainsKey(Code) || form.ContainsKey(NoCode)) return await Enter(form.ContainsKey(NoCode) ? null : form[Code].ToString().Trim());
        if (!visit.TakesTestCards || Visit.Chosen(form) is not { } card) return await Show("Choose one of the cards.");
        var (after, refused) = await visit.Run(new Command.CompleteCheckout(No, card));
        if (refused is not null) return await Show(refused);

        // What could not be paid at once goes on with the page of its invoice.
        if (after!.Billing.Open.LastOrDefault(static open => open is { Status: InvoiceStatus.Open, Send: false, Reason: not InvoiceReason.Renewal }) is { } open && !visit.Customer.Billing.Open.Any(old => old.No == open.No))
        {
            visit.Http.Response.Redirect(await visit.Links.Url(new PageLink(PageKind.Invoice, visit.Scope.Id, after.Key, open.No.Value, visit.Link.ReturnTo), visit.Http.Request));
            return null;
        }

        if (visit.Link.Target is null) return Over();
        visit.Http.Response.Redirect(visit.Link.ReturnTo!);
        return null;
    }

    private PromoCode? Entered => visit.Customer.Billing.Checkout?.Wanted?.Options.Discounts.Select(static wish => wish.Code).FirstOrDefault(static code => code is not null);

    private void AskForCode(Page page)
    {
        if (Entered is { } code) page.Says($"With the promo code {code.Code}.").Asks(visit.Address, [], new Choice("Take the code away", NoCode, "yes", IsQuiet: true));
        else page.Asks(visit.Address, [Field.Text(Code, "Promo code", "", "off")], new Choice("Use the code", IsQuiet: true));
    }

    // The page with the new price; how often the code was used is judged again when it is paid.
    private async Task<Page?> Enter(string? word)
    {
        DiscountWish? wish = null;
        if (word is not null)
        {
            (wish, var unknown) = DiscountFields.OfCode(visit.Scope.Catalog.Rewards, word);
            if ((unknown ?? await visit.UsedUp(wish!)) is { } refusal) return await Show(refusal.Message);
        }

        var (after, refused) = await visit.Run(new Command.EnterCode(No, wish));
        return await (after is null ? this : new CheckoutPage(visit with { Customer = after })).Show(refused);
    }

    private bool IsOpen => visit.Customer.Billing.Checkout?.No == No;

    // The decision itself, with a card that pays, not carried out.
    private (Invoice? Invoice, string? Refusal) Planned() =>
        Decider.Decide(visit.Customer, visit.Scope.Catalog, new Command.CompleteCheckout(No, TestProvider.Cards["pm_card_visa"].Method), visit.Customer.Moment(visit.Now)) switch
        {
            Decision.Accepted accepted => (accepted.Events.OfType<CustomerEvent.InvoiceIssued>().FirstOrDefault()?.Invoice, null),
            Decision.Refused refused => (null, refused.Refusal.Message),
            var other => throw new InvariantViolation($"unknown decision {other.GetType().Name}"),
        };

    private Page Over() => Return(new Page("Done").Says("This checkout is completed, or another one took its place."));

    private Page Return(Page page) => visit.Link.Target is { } target ? page.Leads("Back", target.AbsoluteUri) : page;
}
