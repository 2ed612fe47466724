using Sluice.Core;

namespace Sluice.Server.Api.Plans;

/// <summary>plans.get: the latest version, or the one asked for.</summary>
internal static class Get
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        return new(Shown(call, body, PlanFields.Id(body)));
    }

    public static ValueTask<Answer> HandleRest(Call call) =>
        new(Shown(call, Body.OfQuery(call.Request.Query, "version"), new PlanId(call.Route("plan_id"))));

    private static Answer Shown(Call call, Body body, PlanId id)
    {
        var version = body.WholeNumber("version", min: 1);
        var withFeatures = PlanExpand.Read(body, call.Query("expand"));
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        var catalog = call.Catalog;
        return catalog.Plan(id, version) is { } plan
            ? Answer.Ok(PlanBody.Of(call, catalog, plan, withFeatures), ApiJson.Default.PlanBody)
            : call.Refuse(RefusalCode.PlanNotFound, version is null ? $"Plan {id} does not exist." : $"Plan {id} has no version {version}.");
    }
}
