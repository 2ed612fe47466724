using System.Text.Json.Serialization;
using Sluice.Core;

namespace Sluice.Server.Api.Features;

/// <summary>A feature as the API shows it.</summary>
public sealed record FeatureBody(
    FeatureId Id,
    string Name,
    string Type,
    bool Consumable,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CreditCostBody>? CreditSchema,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DisplayBody? Display,
    IReadOnlyList<string> EventNames,
    bool Archived)
{
    public static FeatureBody Of(Feature feature) => throw new NotImplementedException();
}

public sealed record CreditCostBody(FeatureId MeteredFeatureId, Quantity CreditCost);

public sealed record DisplayBody(string? Singular, string? Plural);
