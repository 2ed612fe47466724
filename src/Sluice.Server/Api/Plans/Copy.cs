using System.Text.Json;
using Sluice.Core;

namespace Sluice.Server.Api.Plans;

/// <summary>/v1/products/{plan_id}/copy: the latest version under another id and name, in the same environment.</summary>
internal static class Copy
{
    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var (from, id, name) = (new PlanId(call.Route("plan_id")), new PlanId(body.RequiredText("id")), body.RequiredText("name"));
        if (body.Text("env") is { } environment && environment != call.Scope.Environment) body.Unbuilt($"env: {environment}, from a key of {call.Scope.Environment}");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        return await call.ChangeCatalog(
            context => new(Copied(call, context, from, id, name)),
            after => Answer.Ok(PlanBody.Of(call, after, after.Plan(id)!), ApiJson.Default.PlanBody));
    }

    // What plans.get shows is what plans.create takes.
    private static CatalogDecision Copied(Call call, CatalogContext context, PlanId from, PlanId id, string name)
    {
        if (context.Catalog.Plan(from) is not { } plan) return new CatalogDecision.Refused(Info.NoSuchPlan(from));
        var shown = JsonSerializer.SerializeToNode(PlanBody.Of(call, context.Catalog, plan), ApiJson.Default.PlanBody)!.AsObject();
        (shown["plan_id"], shown["name"]) = (id.Value, name);
        var body = Body.Of(JsonSerializer.SerializeToElement(shown, ApiJson.Default.JsonNode));
        var command = PlanFields.Create(body, id);
        return body.Refusal is { } wrong ? new CatalogDecision.Refused(wrong) : PlanRules.Create(context, command);
    }
}
