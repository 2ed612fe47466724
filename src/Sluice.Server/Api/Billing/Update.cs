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
        if (await DiscountFields.UsedUp(call, customerId, command.Discounts) is { } usedUp) return call.Refuse(usedUp);
        if (await call.Read(customerId) is not { } customer) return call.NoSuchCustomer(customerId);
        await using var turn = await call.Engine.Payments.TakeTurn(call.Scope, customer, call.Now);
        var ran = await call.Run([new Addressed(customer.Key, command)]);
        return ran.End == RunEnd.Done ? Answer.Ok(await AttachBody.Of(call, customerId, command.Entity, ran, returnTo), ApiJson.Default.AttachBody) : call.Failure(ran, command.Entity);
    }

    public static async ValueTask<Answer> Preview(Call call)
    {
        var body = Body.Of(call.Json);
        var customerId = body.RequiredText("customer_id");
        var withPlans = WithPlans(body);
        var command = BillingFields.Update(call, body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await DiscountFields.UsedUp(call, customerId, command.Discounts) is { } usedUp) return call.Refuse(usedUp);
        if (await call.Read(customerId) is not { } customer) return call.NoSuchCustomer(customerId);
        var (plan, refusal) = Decider.Preview(customer, call.Catalog, command, call.NowOf(customer));
        return plan is null ? call.Refuse(refusal!) : Answer.Ok(PreviewBody.Of(call, customerId, customer, plan, withPlans) with { Intent = Intent(command) }, ApiJson.Default.PreviewBody);
    }

    /// <summary>Several plans canceled or kept, all or none.</summary>
    public static async ValueTask<Answer> HandleSeveral(Call call)
    {
        var body = Body.Of(call.Json);
        var (customerId, entity, updates) = Several(call, body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await DiscountFields.UsedUp(call, customerId, updates.SelectMany(static update => update.Discounts)) is { } usedUp) return call.Refuse(usedUp);
        if (await call.Read(customerId) is not { } customer) return call.NoSuchCustomer(customerId);
        await using var turn = await call.Engine.Payments.TakeTurn(call.Scope, customer, call.Now);
        var ran = await call.Run([.. updates.Select(update => new Addressed(customer.Key, update))]);
        if (ran.End == RunEnd.Refused && updates.Count > 1) return call.Refuse(ran.Refusal!.Of($"updates[{ran.RefusedAt}]"));
        return ran.End == RunEnd.Done ? Answer.Ok(await AttachBody.Of(call, customerId, entity, ran, null), ApiJson.Default.AttachBody) : call.Failure(ran, entity);
    }

    /// <summary>What that would do and cost: each decided on what the ones before it leave.</summary>
    public static async ValueTask<Answer> PreviewSeveral(Call call)
    {
        var body = Body.Of(call.Json);
        var (customerId, _, updates) = Several(call, body);
        var withPlans = WithPlans(body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await DiscountFields.UsedUp(call, customerId, updates.SelectMany(static update => update.Discounts)) is { } usedUp) return call.Refuse(usedUp);
        if (await call.Read(customerId) is not { } customer) return call.NoSuchCustomer(customerId);
        var previews = new List<PreviewBody>();
        for (var at = 0; at < updates.Count; at++)
        {
            var (plan, refusal) = Decider.Preview(customer, call.Catalog, updates[at], call.NowOf(customer));
            if (plan is null) return call.Refuse(updates.Count > 1 ? refusal!.Of($"updates[{at}]") : refusal!);
            previews.Add(PreviewBody.Of(call, customerId, customer, plan, withPlans) with { Intent = Intent(updates[at]) });
            if (Decider.Decide(customer, call.Catalog, updates[at], call.NowOf(customer)) is Decision.Accepted accepted) customer = accepted.Customer;
        }

        return Answer.Ok(new SeveralPreviewBody(customerId, previews[0].Currency, previews.Sum(static preview => preview.Total), previews), ApiJson.Default.SeveralPreviewBody);
    }

    private static (string CustomerId, string? Entity, List<Command.UpdatePlan> Updates) Several(Call call, Body body)
    {
        var (customerId, entity) = (body.RequiredText("customer_id"), Entities.EntityFields.Id(body));
        var refund = body.Choice("refund_last_payment", BillingFields.Refunds);
        var updates = (body.Objects("updates") ?? []).Select(update => BillingFields.Update(call, update)).Select(update => update with { Entity = update.Entity ?? entity }).ToList();
        if (updates.Count == 0) body.Fault("updates", "name one plan or more");
        return (customerId, entity, refund is null ? updates : [.. updates.Select(update => update with { Refund = refund })]);
    }

    private static bool WithPlans(Body body) => body.Texts("expand", orOne: true)?.Any(static what => what is "incoming.plan" or "outgoing.plan") ?? false;

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

/// <summary>What several changes would do and cost together.</summary>
public sealed record SeveralPreviewBody(string CustomerId, string Currency, decimal Total, IReadOnlyList<PreviewBody> Subscriptions);
