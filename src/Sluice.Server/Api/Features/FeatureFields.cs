using Sluice.Core;

namespace Sluice.Server.Api.Features;

/// <summary>The fields of features as callers send them.</summary>
internal static class FeatureFields
{
    /// <summary>REST callers say "id".</summary>
    public static FeatureId Id(Body body, bool rest = false) => new(body.RequiredText(rest && !body.Has("feature_id") ? "id" : "feature_id"));

    public static CreateFeature Create(Body body, FeatureId id) => new(id, body.RequiredText("name"), body.Choice("type", Words.FeatureTypes, required: true) ?? default)
    {
        Consumable = body.Flag("consumable"),
        EventNames = [.. body.Texts("event_names") ?? []],
        CreditSchema = CreditFields.Read(body) ?? [],
        Display = Display(body),
        Markups = MarkupFields.Read(body).Of(null),
    };

    public static UpdateFeature Update(Body body, FeatureId id, FeatureId? newId) => new(id)
    {
        NewId = newId,
        Name = body.Text("name", minLength: 1),
        Type = body.Choice("type", Words.FeatureTypes),
        Consumable = body.Flag("consumable"),
        EventNames = body.Texts("event_names") is { } names ? [.. names] : null,
        CreditSchema = CreditFields.Read(body),
        Display = Display(body),
        Archived = body.Flag("archived"),
        Markups = MarkupFields.Read(body),
    };

    private static FeatureDisplay? Display(Body body) =>
        body.Object("display", nullable: true) is { } sent ? new FeatureDisplay(sent.Text("singular", nullable: true), sent.Text("plural", nullable: true)) : null;
}
