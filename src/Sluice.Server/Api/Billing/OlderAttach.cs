using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Customers;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Billing;

/// <summary>/v1/attach: one product or several, all or none. A product that is held and about to end is kept, and one held in other quantities changes them.</summary>
internal static class OlderAttach
{
    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var customerId = body.RequiredText("customer_id");
        var returnTo = body.Text("success_url");
        var wish = OlderWish.Of(call, body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await DiscountFields.UsedUp(call, customerId, wish.Discounts) is { } usedUp) return call.Refuse(usedUp);
        if (await Newcomers.Make(call, body) is { } notMade) return notMade;
        await using var turn = await call.BillingTurn(customerId);
        var (subject, notThere) = await call.Read(customerId, wish.Command.Entity);
        if (subject is not { Customer: var customer } known) return call.Refuse(notThere!);
        var command = wish.OfHeld(known.Own) ?? wish.Command;
        var code = Code(call, customer, command);
        var ran = await call.Run(customerId, command);
        if (ran.End != RunEnd.Done) return call.Failure(ran, command.Entity);
        var done = await AttachBody.Of(call, customerId, command.Entity, ran, returnTo);
        if (done.RequiredAction is not null) code = "invoice_action_required";
        return Answer.Ok(new OlderAttachBody(true, customerId, wish.Products, code, Said(code), done.PaymentUrl, done.Invoice), ApiJson.Default.OlderAttachBody);
    }

    // What will happen, from the decision; a refusal comes when it is run.
    private static string Code(Call call, Customer customer, Command command)
    {
        if (command is Command.UpdatePlan update) return update.Cancel == CancelAction.Uncancel ? "renewed_product" : "features_updated";
        if (Decider.Preview(customer, call.Catalog, command, call.NowOf(customer)).Plan is not { } plan) return "new_product_attached";
        var coming = plan.Incoming.Select(move => call.Catalog.Plan(move.Subscription.Plan, move.Subscription.Version)).OfType<Plan>().ToList();
        return plan switch
        {
            { Path: PaymentPath.Checkout } => "checkout_created",
            _ when plan.Incoming.Any(static move => move.At is not null) => "downgrade_scheduled",
            _ when coming.TrueForAll(static incoming => incoming.IsFree) => "free_product_attached",
            _ when coming.TrueForAll(static incoming => incoming.IsOneOff) => "one_off_product_attached",
            _ when plan.Outgoing.Any(static move => move.Subscription.Price is not null) => "upgraded_to_new_product",
            _ => "new_product_attached",
        };
    }

    private static string Said(string code) => code switch
    {
        "renewed_product" => "The product goes on.",
        "features_updated" => "The quantities are changed.",
        "checkout_created" => "Send the customer to checkout_url.",
        "invoice_action_required" => "The payment needs the customer: send them to checkout_url.",
        "downgrade_scheduled" => "The product comes at the end of the cycle.",
        _ => "Attached.",
    };
}

public sealed record OlderAttachBody(
    bool Success,
    string CustomerId,
    IReadOnlyList<string> ProductIds,
    string Code,
    string Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CheckoutUrl,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AttachInvoiceBody? Invoice);
