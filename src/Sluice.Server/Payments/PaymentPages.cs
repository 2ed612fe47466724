using System.Globalization;
using Sluice.Core;
using Sluice.Server.Api.Billing;
using Sluice.Server.Customers;
using Sluice.Server.Pages;
using Sluice.Server.Tenants;
using Sluice.Storage;
using static Sluice.Server.Pages.Page;

namespace Sluice.Server.Payments;

/// <summary>
/// The pages that customers are sent to: <c>/pay/checkout</c>, <c>/pay/invoice</c>, <c>/pay/portal</c>. Plain HTML that works
/// without scripts. Cards can be typed in only where there are none: in a sandbox.
/// </summary>
internal sealed class PaymentPages(
    PageLinks links, IBillingStore billing, IRewardStore rewards, ScopeDirectory scopes, CustomerDirectory directory, CommandRunner runner, PaymentDesk desk, Providers providers, TimeProvider time)
{
    public void Map(WebApplication app)
    {
        app.MapGet("/pay/checkout/{token}", Serve(PageKind.Checkout, static visit => new CheckoutPage(visit).Show(null)));
        app.MapPost("/pay/checkout/{token}", Serve(PageKind.Checkout, static visit => new CheckoutPage(visit).Submit()));
        app.MapGet("/pay/invoice/{token}", Serve(PageKind.Invoice, static visit => new InvoicePage(visit).Show(null)));
        app.MapPost("/pay/invoice/{token}", Serve(PageKind.Invoice, static visit => new InvoicePage(visit).Submit()));
        app.MapGet("/pay/portal/{token}", Serve(PageKind.Portal, static visit => new PortalPage(visit).Show(null)));
        app.MapPost("/pay/portal/{token}", Serve(PageKind.Portal, static visit => new PortalPage(visit).Submit()));
    }

    private RequestDelegate Serve(PageKind kind, Func<Visit, Task<Page?>> answer) => async http =>
    {
        var now = Instant.Of(time.GetUtcNow());
        if (await links.Read(kind, (string)http.Request.RouteValues["token"]!, now) is not { } link
            || scopes.Find(link.Scope) is not { } scope
            || (await directory.Load(scope, link.Customer))?.Committed is not { Deleted: false } customer)
        {
            await new Page("This link is not valid").Says("It has run out, or was not copied whole. Ask for a new one where you got it.").WithStatus(404).Write(http.Response);
            return;
        }

        var visit = new Visit(http, link, scope, Due.AsOf(customer, scope.Catalog, customer.Moment(now)), now, links, billing, rewards, runner, desk, providers.Of(scope.Environment));
        if (await answer(visit) is { } page) await page.Write(http.Response);
    };
}

/// <summary>Somebody looks at a page of one customer, or sends its form.</summary>
/// <param name="Customer">As of now.</param>
internal sealed record Visit(
    HttpContext Http, PageLink Link, Scope Scope, Customer Customer, Instant Now, PageLinks Links, IBillingStore Billing, IRewardStore Rewards, CommandRunner Runner, PaymentDesk Desk, IPaymentProvider? Provider)
{
    private const string Card = "card";

    /// <summary>Cards can be typed in here.</summary>
    public bool TakesTestCards => Provider is TestProvider;

    public string Address => Http.Request.Path;

    public ValueTask<IFormCollection?> Form() => FormPost.Read(Http.Request);

    /// <summary>The card that a form chose; null when it chose none of ours.</summary>
    public static PaymentMethod? Chosen(IFormCollection form) => TestProvider.Cards.GetValueOrDefault(form[Card].ToString())?.Method;

    /// <summary>The choice of a test card.</summary>
    public static Field Cards { get; } = Field.Select(
        Card, "Test card: nothing is charged", TestProvider.Cards.Values.OrderBy(static card => card.Number == "4242424242424242" ? 0 : 1).ThenBy(static card => card.Number, StringComparer.Ordinal)
            .Select(static card => (card.Id, $"{card.Number} ({card.Brand}): {card.Does}")));

    /// <summary>Why the code of a discount is refused by now.</summary>
    public async ValueTask<Refusal?> UsedUp(DiscountWish wish) => await DiscountFields.UsedUp(Rewards, Scope.Id, Customer, [wish]);

    /// <summary>Runs commands as one step and asks the provider what comes of them. The customer after it, or why not.</summary>
    public async ValueTask<(Customer? After, string? Refused)> Run(params Command[] commands)
    {
        await using var turn = await Desk.TakeTurn(Scope, Customer.Key);
        var ran = await Runner.Run(Scope, [.. commands.Select(command => new Addressed(Customer.Key, command))], [], Now);
        return ran.End switch
        {
            RunEnd.Done => (await Desk.Settle(Scope, ran.Customer, Now), null),
            RunEnd.Refused => (null, ran.Refusal!.Message),
            _ => (null, "Sluice is busy. Nothing was done: try again."),
        };
    }

    public static string Amount(Money amount) => $"{amount.Major.ToString($"N{amount.Currency.Decimals}", CultureInfo.InvariantCulture)} {amount.Currency.Code.ToUpperInvariant()}";

    public static string Day(Instant at) => DateTimeOffset.FromUnixTimeMilliseconds(at.Milliseconds).ToString("d MMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>The lines of an invoice and what they come to.</summary>
    public static IEnumerable<Row> Rows(Invoice invoice)
    {
        foreach (var line in invoice.Lines)
        {
            var off = line.Discounts.IsEmpty ? null : $"{Amount(line.Subtotal)} less {Amount(line.Subtotal - line.Total)} ({string.Join(", ", line.Discounts.Select(static discount => discount.Id))})";
            yield return new Row(line.Description, off, Amount(line.Total));
        }

        if (!invoice.Tax.IsZero || invoice.TaxRate is not null)
        {
            yield return new Row("Subtotal", null, Amount(invoice.Subtotal));
            yield return new Row($"Tax {invoice.TaxRate?.ToString(CultureInfo.InvariantCulture)} %", null, Amount(invoice.Tax));
        }

        yield return new Row("Total", null, Amount(invoice.Total), IsSum: true);
        if (invoice.CreditUsed.IsZero) yield break;
        yield return new Row(invoice.CreditUsed.IsPositive ? "Paid from credit" : "Becomes credit", null, Amount(-invoice.CreditUsed));
        yield return new Row("To pay", null, Amount(invoice.Due), IsSum: true);
    }

    public static string NumberOf(StoredInvoice stored) => stored.Number is { } number ? string.Create(CultureInfo.InvariantCulture, $"INV-{number:D6}") : "Draft";
}
