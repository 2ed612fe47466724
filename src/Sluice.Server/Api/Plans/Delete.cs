using Sluice.Core;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Plans;

/// <summary>plans.delete: the latest version, or all of them; only what nobody holds or held.</summary>
internal static class Delete
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        return Deleted(call, body, PlanFields.Id(body));
    }

    public static ValueTask<Answer> HandleRest(Call call) =>
        Deleted(call, Body.OfQuery(call.Request.Query, numbers: [], flags: ["all_versions"]), new PlanId(call.Route("plan_id")));

    private static async ValueTask<Answer> Deleted(Call call, Body body, PlanId id)
    {
        var command = new DeletePlan(id, body.Flag("all_versions", otherwise: false));
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        return await call.ChangeCatalog(
            async context => PlanRules.Delete(context, command, await CatalogUse.Of(call.Engine.Store, call.Scope.Id, context.Catalog, id)),
            _ => Answer.Ok(SuccessBody.True, ApiJson.Default.SuccessBody));
    }
}
