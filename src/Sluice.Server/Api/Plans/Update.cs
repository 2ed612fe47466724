using Sluice.Core;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Plans;

/// <summary>plans.update: in place, or as a new version when customers hold the plan and would feel it. Answers with the latest version.</summary>
internal static class Update
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        return Changed(call, body, PlanFields.Id(body), NewId(body, "new_plan_id"));
    }

    /// <summary>The REST twin has the id in the path, and a new one in "new_plan_id" or "id".</summary>
    public static ValueTask<Answer> HandleRest(Call call)
    {
        var body = Body.Of(call.Json);
        return Changed(call, body, new PlanId(call.Route("plan_id")), NewId(body, "new_plan_id") ?? NewId(body, "id"));
    }

    private static PlanId? NewId(Body body, string field) => body.Text(field, minLength: 1) is { } id ? new PlanId(id) : null;

    private static async ValueTask<Answer> Changed(Call call, Body body, PlanId id, PlanId? newId)
    {
        var command = PlanFields.Update(body, id, newId, call.Version.ProratesSeats);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        return await call.ChangeCatalog(
            async context => PlanRules.Update(context, command, await CatalogUse.Of(call.Engine.Store, call.Scope.Id, context.Catalog, id)),
            after => Answer.Ok(PlanBody.Of(call, after, after.Plan(newId ?? id)!), ApiJson.Default.PlanBody));
    }
}
