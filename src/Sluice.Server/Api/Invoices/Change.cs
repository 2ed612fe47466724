using Sluice.Core;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Invoices;

/// <summary>invoices.pay and invoices.void: of an open invoice, by its id.</summary>
internal static class Change
{
    /// <summary>Collects it now from the saved card; without one it counts as paid outside, by this call.</summary>
    public static ValueTask<Answer> Pay(Call call) => Run(call, static (customer, no) => customer.Billing.Find(no) switch
    {
        { Status: InvoiceStatus.Draft } => new Command.FinalizeInvoice(no),
        { Send: false } when customer.Billing.Method is not null => new Command.CollectInvoice(no),
        _ => new Command.MarkPaid(no),
    });

    public static ValueTask<Answer> Void(Call call) => Run(call, static (_, no) => new Command.VoidInvoice(no));

    private static async ValueTask<Answer> Run(Call call, Func<Customer, InvoiceNo, Command> command)
    {
        var body = Body.Of(call.Json);
        var id = body.RequiredText("invoice_id");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        var (before, customer, missing) = await Found.Invoice(call, id);
        if (missing is { } notThere) return notThere;
        var (key, no) = (customer!.Key, before!.Invoice.No);
        await using var turn = await call.Engine.Payments.TakeTurn(call.Scope, key);

        // The call before this one may have settled it.
        (before, customer, missing) = await Found.Invoice(call, id);
        if (missing is { } gone) return gone;
        if (Found.Settled(call, id, before!) is { } settled) return settled;
        var ran = await call.Run([new Addressed(key, command(customer!, no))]);
        if (ran.End != RunEnd.Done) return call.Failure(ran);
        await call.Engine.Payments.Settle(call.Scope, ran.Customer, call.Now);
        return Answer.Ok(new OneInvoiceBody(await InvoiceBody.Of(call, (await call.Engine.Billing.FindInvoice(call.Scope.Id, key, no))!)), ApiJson.Default.OneInvoiceBody);
    }
}
