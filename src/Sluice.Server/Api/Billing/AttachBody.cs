using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Billing;

/// <summary>What came of a call that may have to be paid for.</summary>
/// <param name="Invoice">Issued by it.</param>
/// <param name="PaymentUrl">Where the customer pays; null = nothing has to be paid, or it is paid.</param>
public sealed record AttachBody(
    string CustomerId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EntityId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AttachInvoiceBody? Invoice,
    string? PaymentUrl,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RequiredActionBody? RequiredAction)
{
    /// <summary>Asks the provider what the call asks of it, and tells how things stand then.</summary>
    internal static async ValueTask<AttachBody> Of(Call call, string customerId, string? entityId, Ran ran, string? returnTo)
    {
        var events = ran.Events.SelectMany(static happened => happened).ToList();
        var customer = await call.Engine.Payments.Settle(call.Scope, ran.Customer, call.Now);
        if (Page(events, customer) is { } checkout)
            return new AttachBody(customerId, entityId, null, await call.Engine.Links.CheckoutUrl(call.Scope, customer.Key, checkout, returnTo, call.Request), null);
        if (events.OfType<CustomerEvent.InvoiceIssued>().LastOrDefault() is not { Invoice.No: var no } || await call.Engine.Billing.FindInvoice(call.Scope.Id, customer.Key, no) is not { } stored)
            return new AttachBody(customerId, entityId, null, null, null);
        var (invoice, url) = (stored.Invoice, stored.Invoice.Status == InvoiceStatus.Draft ? null : await call.Engine.Links.InvoiceUrl(call.Scope, customer.Key, no, call.Request, returnTo));
        var shown = new AttachInvoiceBody(Words.Of(invoice.Status), PublicIds.Of(customer.Key, no), invoice.Total.Major, invoice.Currency.Code, url);
        return new AttachBody(customerId, entityId, shown, invoice.Status == InvoiceStatus.Open ? url : null, invoice is { Status: InvoiceStatus.Open, Problem: { } problem } ? RequiredActionBody.Of(problem) : null);
    }

    // The page that this opened; or the one that was open for the very same wish, when nothing happened.
    private static CheckoutNo? Page(List<CustomerEvent> events, Customer customer) =>
        events.OfType<CustomerEvent.CheckoutOpened>().LastOrDefault()?.Checkout.No ?? (events.Count == 0 ? customer.Billing.Checkout?.No : null);
}

public sealed record AttachInvoiceBody(string Status, string StripeId, decimal Total, string Currency, string? HostedInvoiceUrl);

/// <summary>What the customer has to do before it is paid.</summary>
public sealed record RequiredActionBody(string Code, string Reason)
{
    internal static RequiredActionBody Of(PaymentProblem problem) => problem switch
    {
        PaymentProblem.NeedsConfirmation => new("3ds_required", "The customer's bank asks for the payment to be confirmed."),
        PaymentProblem.NoPaymentMethod => new("payment_method_required", "The customer has no payment method: send them to payment_url."),
        PaymentProblem.Declined => new("payment_failed", "The card was declined: send the customer to payment_url to pay with another one."),
        PaymentProblem.Processing => new("payment_processing", "The payment is under way."),
        PaymentProblem.Unanswered => new("payment_processing", "The payment provider has not answered yet."),
        _ => throw new InvariantViolation($"payment problem {problem}"),
    };
}
