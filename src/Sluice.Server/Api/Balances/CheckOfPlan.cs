using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Customers;
using Sluice.Server.Api.Entities;

namespace Sluice.Server.Api.Balances;

/// <summary>balances.check with a product_id: does the customer hold this plan?</summary>
internal static class CheckOfPlan
{
    private const string Scheduled = "scheduled";

    public static async ValueTask<Answer> Handle(Call call, Body body)
    {
        var customerId = body.RequiredText("customer_id");
        var plan = new PlanId(body.RequiredText("product_id"));
        var entityId = EntityFields.Id(body);
        foreach (var field in (string[])["feature_id", "lock"])
        {
            if (body.Has(field)) body.Fault(field, "belongs to a check of a feature: send either feature_id or product_id");
        }

        foreach (var field in (string[])["send_event", "with_preview", "explain"])
        {
            if (body.Flag(field, otherwise: false)) body.Fault(field, "belongs to a check of a feature: leave it out, or send feature_id instead of product_id");
        }

        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (call.Catalog.Plan(plan) is null) return call.Refuse(RefusalCode.PlanNotFound, $"Plan {plan} does not exist.");
        if (await Newcomers.Make(call, body) is { } notMade) return notMade;
        var (subject, notThere) = await call.Read(customerId, entityId);
        return subject is { } holder ? Answered(customerId, holder, plan) : call.Refuse(notThere!);
    }

    // Overdue, it is still held; what is to come is not yet.
    private static Answer Answered(string customerId, Subject subject, PlanId plan)
    {
        var status = subject.Holds(plan) switch
        {
            { CanceledAt: not null } => "canceled",
            { TrialEnd: not null } => "trialing",
            { PastDue: true } => "past_due",
            { } => "active",
            null => subject.Own.Planned.Any(planned => planned.Plan == plan && planned.Incoming!.StartsAt is not null) ? Scheduled : null,
        };
        return Answer.Ok(new CheckOfPlanBody(customerId, "product_found", plan, subject.Entity?.Id, status is not (null or Scheduled), status), ApiJson.Default.CheckOfPlanBody);
    }
}

/// <summary>The answer to a check of a plan, the same at every version. <c>Status</c> is left out when it is neither held nor scheduled.</summary>
public sealed record CheckOfPlanBody(
    string CustomerId,
    string Code,
    PlanId ProductId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EntityId,
    bool Allowed,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Status);
