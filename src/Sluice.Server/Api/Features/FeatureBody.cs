using System.Text.Json.Serialization;
using Sluice.Core;

namespace Sluice.Server.Api.Features;

/// <summary>A feature as the API shows it. The credit schema is there for credit systems only.</summary>
public sealed record FeatureBody(
    FeatureId Id,
    string Name,
    string Type,
    bool Consumable,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CreditCostBody>? CreditSchema,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, ModelMarkupBody>? ModelMarkups,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? DefaultMarkup,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, ProviderMarkupBody>? ProviderMarkups,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DisplayBody? Display,
    IReadOnlyList<string> EventNames,
    bool Archived)
{
    public static FeatureBody Of(Feature feature) => new(
        feature.Id,
        feature.Name,
        Words.Of(feature.Type),
        feature.Consumable,
        feature.IsCredits ? [.. feature.CreditSchema.Select(CreditCostBody.Of)] : null,
        ModelMarkupBody.Of(feature.Markups),
        feature.Markups?.Default,
        ProviderMarkupBody.Of(feature.Markups),
        feature.Display is { } display ? new DisplayBody(display.Singular, display.Plural) : null,
        feature.EventNames,
        feature.Archived);
}

public sealed record DisplayBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Singular,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Plural);
