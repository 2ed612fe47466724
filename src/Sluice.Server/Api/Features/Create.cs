using Sluice.Core;

namespace Sluice.Server.Api.Features;

/// <summary>features.create</summary>
internal static class Create
{
    public static ValueTask<Answer> Handle(Call call) => Created(call, rest: false);

    public static ValueTask<Answer> HandleRest(Call call) => Created(call, rest: true);

    private static async ValueTask<Answer> Created(Call call, bool rest)
    {
        var body = Body.Of(call.Json);
        var command = FeatureFields.Create(body, FeatureFields.Id(body, rest));
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        return await call.ChangeCatalog(
            context => new(FeatureRules.Create(context, command)),
            after => Answer.Ok(FeatureBody.Of(after.Feature(command.Id)!), ApiJson.Default.FeatureBody));
    }
}
