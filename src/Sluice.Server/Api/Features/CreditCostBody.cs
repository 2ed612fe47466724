using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Core;

namespace Sluice.Server.Api.Features;

/// <summary>A row of a credit schema: one cost, or tiers, or a cost that depends on what is tracked.</summary>
public sealed record CreditCostBody(
    FeatureId MeteredFeatureId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? CreditCost,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? BillingUnits,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, DimensionBody>? Dimensions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, MultiplierBody>? Multipliers,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TierBehavior,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CreditTierBody>? Tiers)
{
    internal static CreditCostBody Of(CreditCost row)
    {
        var (cost, behavior, tiers) = CreditTierBody.Of(row.Cost, row.Tiers);
        return new CreditCostBody(
            row.Feature,
            cost,
            row.BillingUnits == Quantity.One ? null : row.BillingUnits,
            row.Dimensions.IsEmpty ? null : row.Dimensions.ToDictionary(dimension => dimension.Name, DimensionBody.Of),
            row.Multipliers.IsEmpty ? null : row.Multipliers.ToDictionary(multiplier => multiplier.Name, MultiplierBody.Of),
            behavior,
            tiers);
    }

    internal static IReadOnlyDictionary<string, string> Match(PropertyFilter filter) => filter.Properties.ToDictionary(match => match.Name, match => match.Value);
}

public sealed record DimensionBody(
    IReadOnlyDictionary<string, string> Match,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? Priority,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? CreditCost,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TierBehavior,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CreditTierBody>? Tiers)
{
    internal static DimensionBody Of(CreditDimension dimension)
    {
        var (cost, behavior, tiers) = CreditTierBody.Of(dimension.Cost, dimension.Tiers);
        return new DimensionBody(CreditCostBody.Match(dimension.Match), dimension.Priority, cost, behavior, tiers);
    }
}

public sealed record MultiplierBody(
    IReadOnlyDictionary<string, string> Match,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? Factor,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? Add)
{
    internal static MultiplierBody Of(CreditMultiplier multiplier) => new(
        CreditCostBody.Match(multiplier.Match),
        multiplier.Factor == Quantity.One ? null : multiplier.Factor,
        multiplier.Add.IsZero ? null : multiplier.Add);
}

/// <summary><c>To</c> is a number or "inf".</summary>
public sealed record CreditTierBody(JsonText To, Quantity CreditCost)
{
    internal static (Quantity? Cost, string? Behavior, IReadOnlyList<CreditTierBody>? Tiers) Of(Quantity cost, ImmutableArray<CreditTier> tiers) => tiers.IsEmpty
        ? (cost, null, null)
        : (null, "graduated", [.. tiers.Select(tier => new CreditTierBody(new JsonText(tier.To?.ToString() ?? "\"inf\""), tier.Cost))]);
}
