namespace Sluice.Server.Api.Features;

/// <summary>features.list: all of them, archived ones too, in the order they were made.</summary>
internal static class List
{
    public static ValueTask<Answer> Handle(Call call) =>
        new(Answer.Ok(new ListBody<FeatureBody>([.. call.Catalog.Features.Select(FeatureBody.Of)]), ApiJson.Default.ListBodyFeatureBody));
}
