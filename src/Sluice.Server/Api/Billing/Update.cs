using Sluice.Core;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Billing;

/// <summary>billing.update and billing.multi_update: held plans changed, canceled or kept; and their previews.</summary>
internal static class Update
{
    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var (customerId, returnTo) = (body.RequiredText("customer_id"), body.Text("success_url"));
        var command = BillingFields.Update(call, body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await call.Read(customerId) is not { } customer) return call.NoSuchCustomer(customerId);
        using var turn = await call.Engine.Payments.TakeTurn(call.Scope, customer, call.Now);
        var ran = await call.Run([new Addressed(customer.Key, command)]);
        return ran.End == RunEnd.Done ? Answer.Ok(await AttachBody.Of(call, customerId, command.Entity, ran, returnTo), ApiJson.Default.AttachBody) : call.Failure(ran, command.Entity);
    }

    public static async ValueTask<Answer> Preview(Call call)
    {
        var body = Body.Of(call.Json);
        var customerId = body.RequiredText("customer_id");
        var withPlans = body.Texts("expand", orOne: true)?.Any(static what => what is "incoming.plan" or "outgoing.plan") ?? false;
        var command = BillingFields.Update(call, body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await call.Read(customerId) is not { } customer) return call.NoSuchCustomer(customerId);
        var (plan, refusal) = Decider.Preview(customer, call.Catalog, command, call.NowOf(customer));
        return plan is null ? call.Refuse(refusal!) : Answer.Ok(PreviewBody.Of(call, customerId, customer, plan, withPlans) with { Intent = Intent(command) }, ApiJson.Default.PreviewBody);
    }

    /// <summary>Several plans canceled or kept, all or none.</summary>
    public static async ValueTask<Answer> HandleSeveral(Call call)
    {
        var body = Body.Of(call.Json);
        var customerId = body.RequiredText("customer_id");
        var entity = Entities.EntityFields.Id(body);
        var refund = body.Choice("refund_last_payment", BillingFields.Refunds);
        var updates = (body.Objects("updates") ?? []).Select(update => BillingFields.Update(call, update)).Select(update => update with { Entity = update.Entity ?? entity }).ToList();
        if (updates.Count == 0) body.Fault("updates", "name one plan or more");
        if (refund is not null) updates = [.. updates.Select(update => update with { Refund = refund })];
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await call.Read(customerId) is not { } customer) return call.NoSuchCustomer(customerId);
        using var turn = await call.Engine.Payments.TakeTurn(call.Scope, customer, call.Now);
        var ran = await call.Run([.. updates.Select(update => new Addressed(customer.Key, update))]);
        if (ran.End == RunEnd.Refused && updates.Count > 1) return call.Refuse(ran.Refusal!.Of($"updates[{ran.RefusedAt}]"));
        return ran.End == RunEnd.Done ? Answer.Ok(await AttachBody.Of(call, customerId, entity, ran, null), ApiJson.Default.AttachBody) : call.Failure(ran, entity);
    }

    private static string Intent(Command.UpdatePlan command) => command switch
    {
        { Version: not null } or { Customize: not null } => "update_plan",
        { Quantities.IsEmpty: false } => "update_quantity",
        { Cancel: CancelAction.Immediately } => "cancel_immediately",
        { Cancel: CancelAction.EndOfCycle } => "cancel_end_of_cycle",
        { Cancel: CancelAction.Uncancel } => "uncancel",
        _ => "none",
    };
}
