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
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonText? ModelMarkups,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonText? DefaultMarkup,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonText? ProviderMarkups,
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
        feature.Later.Member("model_markups"),
        feature.Later.Member("default_markup"),
        feature.Later.Member("provider_markups"),
        feature.Display is { } display ? new DisplayBody(display.Singular, display.Plural) : null,
        feature.EventNames,
        feature.Archived);
}

/// <summary>A row of a credit schema: one cost, or tiers, or a cost that depends on what is tracked.</summary>
public sealed record CreditCostBody(
    FeatureId MeteredFeatureId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? CreditCost,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonText? BillingUnits,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonText? Dimensions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonText? Multipliers,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonText? TierBehavior,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonText? Tiers)
{
    internal static CreditCostBody Of(CreditCost row)
    {
        var tiers = row.Later.Member("tiers");
        return new CreditCostBody(
            row.Feature,
            tiers is null ? row.Cost : null,
            row.Later.Member("billing_units"),
            row.Later.Member("dimensions"),
            row.Later.Member("multipliers"),
            row.Later.Member("tier_behavior"),
            tiers);
    }
}

public sealed record DisplayBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Singular,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Plural);
