using Sluice.Core;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Billing;

/// <summary>/v1/cancel: a held product ends with its cycle, or at once.</summary>
internal static class OlderCancel
{
    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var (customerId, product) = (body.RequiredText("customer_id"), body.RequiredText("product_id"));
        var command = new Command.UpdatePlan(new PlanSelector(new PlanId(product)))
        {
            Entity = Entities.EntityFields.Id(body),
            Cancel = body.Flag("cancel_immediately", otherwise: false) ? CancelAction.Immediately : CancelAction.EndOfCycle,
            Prorates = body.Flag("prorate", otherwise: true),
        };
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        await using var turn = await call.BillingTurn(customerId);
        var ran = await call.Run(customerId, command);
        if (ran.End != RunEnd.Done) return call.Failure(ran, command.Entity);
        await call.Engine.Payments.Settle(call.Scope, ran.Customer, call.Now);
        return Answer.Ok(new OlderCancelBody(true, customerId, product), ApiJson.Default.OlderCancelBody);
    }
}

public sealed record OlderCancelBody(bool Success, string CustomerId, string ProductId);
