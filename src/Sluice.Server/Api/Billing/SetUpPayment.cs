using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Entities;
using Sluice.Server.Customers;
using Sluice.Server.Payments;

namespace Sluice.Server.Api.Billing;

/// <summary>billing.setup_payment: a page where a card is saved, and a plan attached after that when one is named. billing.open_customer_portal: the customer's own page.</summary>
internal static class SetUpPayment
{
    private static readonly TimeSpan PortalLasts = TimeSpan.FromHours(24);

    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var (customerId, returnTo) = (body.RequiredText("customer_id"), body.Text("success_url"));
        var wanted = body.Has("plan_id") ? BillingFields.Attach(call, body) : null;
        var entity = EntityFields.Id(body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (NoCards(call) is { } refusal) return refusal;
        if (await DiscountFields.UsedUp(call, customerId, wanted?.Options.Discounts ?? []) is { } usedUp) return call.Refuse(usedUp);
        await using var turn = await call.BillingTurn(customerId);
        var ran = await call.Run(customerId, new Command.SetUpPayment(wanted) { Entity = entity });
        if (ran.End != RunEnd.Done) return call.Failure(ran, entity);
        var url = await call.Engine.Links.CheckoutUrl(call.Scope, ran.Customer.Key, ran.Customer.Billing.Checkout!.No, returnTo, call.Request);
        return Answer.Ok(new SetUpPaymentBody(customerId, entity, url), ApiJson.Default.SetUpPaymentBody);
    }

    public static ValueTask<Answer> OpenPortal(Call call)
    {
        var body = Body.Of(call.Json);
        return OpenPortal(call, body, body.RequiredText("customer_id"));
    }

    /// <summary>The older twin, with the customer in the path.</summary>
    public static ValueTask<Answer> OpenPortalOlder(Call call) => OpenPortal(call, Body.Of(call.Json), call.Route("customer_id"));

    private static async ValueTask<Answer> OpenPortal(Call call, Body body, string customerId)
    {
        var returnTo = body.Text("return_url");
        _ = body.Text("configuration_id");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await call.Read(customerId) is not { } customer) return call.NoSuchCustomer(customerId);
        var url = await call.Engine.Links.Url(new PageLink(PageKind.Portal, call.Scope.Id, customer.Key, 0, returnTo, call.Now.Plus(PortalLasts)), call.Request);
        return Answer.Ok(new PortalBody(customerId, url), ApiJson.Default.PortalBody);
    }

    private static Answer? NoCards(Call call) => call.Engine.Providers.Of(call.Scope.Environment) switch
    {
        null => call.Refuse(RefusalCode.NotSupported, "No payment provider is set up for this environment: set SLUICE_PAYMENTS_LIVE, or use a sandbox."),
        { KeepsCards: false } => call.Refuse(RefusalCode.NotSupported, "No cards are kept here: invoices are sent and marked as paid with invoices.pay."),
        _ => null,
    };
}

public sealed record SetUpPaymentBody(string CustomerId, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EntityId, string Url);

public sealed record PortalBody(string CustomerId, string Url);
