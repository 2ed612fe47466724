using Sluice.Core;

namespace Sluice.Server.Api.Features;

/// <summary>features.get</summary>
internal static class Get
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var id = FeatureFields.Id(body);
        return new(body.Refusal is { } wrong ? call.Refuse(wrong) : Shown(call, id));
    }

    public static ValueTask<Answer> HandleRest(Call call) => new(Shown(call, new FeatureId(call.Route("feature_id"))));

    private static Answer Shown(Call call, FeatureId id) => call.Catalog.Feature(id) is { } feature
        ? Answer.Ok(FeatureBody.Of(feature), ApiJson.Default.FeatureBody)
        : call.Refuse(RefusalCode.FeatureNotFound, $"Feature {id} does not exist.");
}
