using Sluice.Core;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Features;

/// <summary>features.update: details, type, a new id, archiving.</summary>
internal static class Update
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        return Changed(call, body, FeatureFields.Id(body), NewId(body, "new_feature_id"));
    }

    /// <summary>The REST twin has the id in the path, and a new one in "new_feature_id" or "id".</summary>
    public static ValueTask<Answer> HandleRest(Call call)
    {
        var body = Body.Of(call.Json);
        return Changed(call, body, new FeatureId(call.Route("feature_id")), NewId(body, "new_feature_id") ?? NewId(body, "id"));
    }

    private static FeatureId? NewId(Body body, string field) => body.Text(field, minLength: 1) is { } id ? new FeatureId(id) : null;

    private static async ValueTask<Answer> Changed(Call call, Body body, FeatureId id, FeatureId? newId)
    {
        var command = FeatureFields.Update(body, id, newId);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        return await call.ChangeCatalog(
            async context => FeatureRules.Update(
                context,
                command,
                await CatalogUse.Of(call.Engine.Store, call.Scope.Id, context.Catalog, id)),
            after => Answer.Ok(FeatureBody.Of(after.Feature(newId ?? id)!), ApiJson.Default.FeatureBody));
    }
}
