using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Core;

namespace Sluice.Server.Api.Features;

/// <summary>The fields of features as callers send them.</summary>
internal static class FeatureFields
{
    private static readonly string[] Markups = ["model_markups", "default_markup", "provider_markups"];
    private static readonly JsonText OneUnit = new("""{"billing_units":1}""");

    /// <summary>REST callers say "id".</summary>
    public static FeatureId Id(Body body, bool rest = false) => new(body.RequiredText(rest && !body.Has("feature_id") ? "id" : "feature_id"));

    public static CreateFeature Create(Body body, FeatureId id) => new(id, body.RequiredText("name"), body.Choice("type", Words.FeatureTypes, required: true) ?? default)
    {
        Consumable = body.Flag("consumable"),
        EventNames = [.. body.Texts("event_names") ?? []],
        CreditSchema = CreditSchema(body) ?? [],
        Display = Display(body),
        Later = body.Picked(FeatureShapes.Markups),
    };

    public static UpdateFeature Update(Body body, FeatureId id, FeatureId? newId) => new(id)
    {
        NewId = newId,
        Name = body.Text("name", minLength: 1),
        Type = body.Choice("type", Words.FeatureTypes),
        Consumable = body.Flag("consumable"),
        EventNames = body.Texts("event_names") is { } names ? [.. names] : null,
        CreditSchema = CreditSchema(body),
        Display = Display(body),
        Archived = body.Flag("archived"),
    };

    /// <summary>The markups after an update: those sent in place of those that stood, null takes one away. Null = none was sent.</summary>
    public static Func<JsonText?, JsonText>? MarkupsAfter(Body body)
    {
        var sent = Markups.Where(body.IsSent).ToList();
        var picked = body.Picked(FeatureShapes.Markups);
        if (sent.Count == 0) return null;
        return standing =>
        {
            var merged = standing is { } text ? JsonNode.Parse(text.Value)!.AsObject() : [];
            using var changes = JsonDocument.Parse((picked ?? new JsonText("{}")).Value);
            var after = new JsonObject();
            foreach (var name in Markups)
            {
                if (!sent.Contains(name) && merged[name] is { } stays) after[name] = stays.DeepClone();
                else if (changes.RootElement.TryGetProperty(name, out var value)) after[name] = JsonNode.Parse(value.GetRawText());
            }

            return new JsonText(after.ToJsonString());
        };
    }

    private static FeatureDisplay? Display(Body body) =>
        body.Object("display", nullable: true) is { } sent ? new FeatureDisplay(sent.Text("singular", nullable: true), sent.Text("plural", nullable: true)) : null;

    private static ImmutableArray<CreditCost>? CreditSchema(Body body) => body.Objects("credit_schema") is { } rows ? [.. rows.Select(Cost)] : null;

    // One unit at one cost says what one cost says.
    private static CreditCost Cost(Body row)
    {
        var feature = new FeatureId(row.RequiredText("metered_feature_id"));
        var later = row.Picked(FeatureShapes.CostBeyondOne);
        var tiered = later.Member("tiers") is not null;
        if (tiered && row.Has("credit_cost")) row.Fault("credit_cost", "stands beside tiers: keep one of the two");
        if (tiered && !row.Has("tier_behavior")) row.Fault("tier_behavior", "is required with tiers");
        var cost = row.Quantity("credit_cost", required: !tiered) ?? Quantity.Zero;
        return new CreditCost(feature, cost, later is { Value: "{}" } || later == OneUnit ? null : later);
    }
}
