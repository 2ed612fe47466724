using Sluice.Core;
using Sluice.Server.Api.Billing;
using Sluice.Server.Api.Customers;
using Sluice.Server.Customers;
using Sluice.Storage;

namespace Sluice.Server.Api.Invoices;

/// <summary>invoices.create and invoices.reissue: an invoice that is sent; with <c>preview: true</c> the same decision, not carried out.</summary>
internal static class Issue
{
    public static async ValueTask<Answer> Create(Call call)
    {
        var body = Body.Of(call.Json);
        var customerId = CustomerFields.Id(body);
        var (command, isPreview) = (new Command.IssueInvoice(InvoiceFields.Wish(call, body)), body.Flag("preview", otherwise: false));
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await call.Stored(customerId) is not { } customer) return call.NoSuchCustomer(customerId);
        if (await DiscountFields.UsedUp(call, customerId, [.. command.Wish.Discounts, .. command.Wish.Plans.SelectMany(static plan => plan.Discounts)]) is { } usedUp) return call.Refuse(usedUp);
        var (refused, invoice, preview) = await Done(call, customer, [command], isPreview);
        return refused ?? Answer.Ok(new IssuedInvoiceBody(invoice, preview!), ApiJson.Default.IssuedInvoiceBody);
    }

    public static async ValueTask<Answer> Reissue(Call call)
    {
        var body = Body.Of(call.Json);
        var (id, isPreview) = (body.RequiredText("invoice_id"), body.Flag("preview", otherwise: false));
        var email = CustomerFields.Email(body, "update_customer_email");
        var named = PublicIds.Invoice(id);
        var command = InvoiceFields.Changes(call, body, id, named?.No ?? default);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        var (stored, customer, missing) = await Found.Invoice(call, id);
        if (missing is { } notThere) return notThere;
        if (Found.Settled(call, id, stored!) is { } settled) return settled;
        Command[] commands = email is null ? [command] : [command, new Command.ChangeProfile(profile => profile with { Email = email })];
        var (refused, invoice, preview) = await Done(call, customer!, commands, isPreview);
        return refused ?? Answer.Ok(new ReissuedInvoiceBody(invoice, isPreview ? null : id, null, preview!), ApiJson.Default.ReissuedInvoiceBody);
    }

    private static async ValueTask<(Answer? Refused, InvoiceBody? Invoice, IssuedPreviewBody? Preview)> Done(Call call, Customer customer, Command[] commands, bool isPreview)
    {
        await using var turn = await call.Engine.Payments.TakeTurn(call.Scope, customer.Key);
        if ((await call.Engine.Customers.Load(call.Scope, customer.Key))?.Committed is not { Deleted: false } standing) return (call.NoSuchCustomer(customer.Profile.Id ?? ""), null, null);
        var before = call.AsOfNow(standing);
        if (isPreview)
        {
            var (plan, refusal) = Decider.Preview(standing, call.Catalog, commands[0], call.NowOf(standing));
            return refusal is null ? (null, null, IssuedPreviewBody.Of(plan!.Invoice!, before)) : (call.Refuse(refusal), null, null);
        }

        var ran = await call.Run([.. commands.Select(command => new Addressed(customer.Key, command))]);
        if (ran.End != RunEnd.Done) return (call.Failure(ran), null, null);
        var issued = ran.Events[0].OfType<CustomerEvent.InvoiceIssued>().First().Invoice;
        return (null, await InvoiceBody.Of(call, (await call.Engine.Billing.FindInvoice(call.Scope.Id, customer.Key, issued.No))!), IssuedPreviewBody.Of(issued, before));
    }
}

/// <summary>The invoice that a call names by its id.</summary>
internal static class Found
{
    public static async ValueTask<(StoredInvoice? Invoice, Customer? Customer, Answer? Missing)> Invoice(Call call, string id) =>
        PublicIds.Invoice(id) is var (key, no) && await call.Engine.Billing.FindInvoice(call.Scope.Id, key, no) is { } stored && (await call.Engine.Customers.Load(call.Scope, key))?.Committed is { Deleted: false } customer
            ? (stored, customer, null)
            : (null, null, call.Refuse(RefusalCode.InvoiceNotFound, $"There is no invoice {id}: invoices.list has those there are."));

    /// <summary>The refusal of a call that is for invoices still to be paid.</summary>
    public static Answer? Settled(Call call, string id, StoredInvoice stored) => stored.Invoice switch
    {
        { Origin: { } origin } => call.Refuse(RefusalCode.InvalidRequest, $"Invoice {id} was issued by {origin.Processor} and only recorded here: change it there."),
        { Status: InvoiceStatus.Paid or InvoiceStatus.Void } invoice => call.Refuse(RefusalCode.InvalidRequest, $"Invoice {id} is {Words.Of(invoice.Status)} already."),
        _ => null,
    };
}
