using Sluice.Core;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Features;

/// <summary>features.delete: for what nobody has had and nothing refers to.</summary>
internal static class Delete
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var id = FeatureFields.Id(body);
        return body.Refusal is { } wrong ? new(call.Refuse(wrong)) : Deleted(call, id);
    }

    public static ValueTask<Answer> HandleRest(Call call) => Deleted(call, new FeatureId(call.Route("feature_id")));

    private static ValueTask<Answer> Deleted(Call call, FeatureId id) => call.ChangeCatalog(
        async context => FeatureRules.Delete(context, id, await CatalogUse.Of(call.Engine.Store, call.Scope.Id, context.Catalog, id)),
        _ => Answer.Ok(SuccessBody.True, ApiJson.Default.SuccessBody));
}
