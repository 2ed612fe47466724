using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Server.Api.Customers;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Billing;

/// <summary>billing.attach and billing.multi_attach: plans for a customer or an entity, in one invoice; and their previews, the same decision not carried out.</summary>
internal static class Attach
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        return Run(call, body, BillingFields.Attach(call, body));
    }

    public static ValueTask<Answer> HandleSeveral(Call call)
    {
        var body = Body.Of(call.Json);
        return Run(call, body, Several(call, body));
    }

    public static ValueTask<Answer> Preview(Call call)
    {
        var body = Body.Of(call.Json);
        return Previewed(call, body, BillingFields.Attach(call, body));
    }

    public static ValueTask<Answer> PreviewSeveral(Call call)
    {
        var body = Body.Of(call.Json);
        return Previewed(call, body, Several(call, body));
    }

    private static Command.MultiAttach Several(Call call, Body body)
    {
        var entity = Entities.EntityFields.Id(body);
        var plans = (body.Objects("plans") ?? []).Select(plan => BillingFields.Wish(plan, entity)).ToImmutableArray();
        if (plans.IsEmpty) body.Fault("plans", "name one plan or more");
        body.Later("entity_data", "free_trial");
        return new Command.MultiAttach(plans, BillingFields.Options(call, body)) { Entity = entity };
    }

    private static async ValueTask<Answer> Run(Call call, Body body, Command command)
    {
        var (customerId, returnTo) = (body.RequiredText("customer_id"), body.Text("success_url"));
        if (body.Object("customer_data", nullable: true) is not null) _ = CustomerFields.Newcomer(body, customerId);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await DiscountFields.UsedUp(call, customerId, Discounts(command)) is { } usedUp) return call.Refuse(usedUp);
        if (await Newcomers.Make(call, body) is { } notMade) return notMade;
        await using var turn = await call.BillingTurn(customerId);
        var ran = await call.Run(customerId, command);
        return ran.End == RunEnd.Done
            ? Answer.Ok(await AttachBody.Of(call, customerId, command.Entity, ran, returnTo), ApiJson.Default.AttachBody)
            : call.Failure(ran, command.Entity);
    }

    private static ImmutableArray<DiscountWish> Discounts(Command command) => command switch
    {
        Command.Attach attach => attach.Options.Discounts,
        Command.MultiAttach several => several.Options.Discounts,
        _ => [],
    };

    private static async ValueTask<Answer> Previewed(Call call, Body body, Command command)
    {
        var customerId = body.RequiredText("customer_id");
        var withPlans = body.Texts("expand", orOne: true)?.Any(static what => what is "incoming.plan" or "outgoing.plan") ?? false;
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await DiscountFields.UsedUp(call, customerId, Discounts(command)) is { } usedUp) return call.Refuse(usedUp);
        var (subject, notThere) = await call.Read(customerId, command.Entity);
        if (subject is not { Customer: var customer }) return call.Refuse(notThere!);
        var (plan, refusal) = Decider.Preview(customer, call.Catalog, command, call.NowOf(customer));
        return plan is null ? call.Refuse(refusal!) : Answer.Ok(AttachPreviewBody.Of(call, customerId, customer, plan, withPlans), ApiJson.Default.AttachPreviewBody);
    }
}
