using System.Collections.Immutable;
using System.Text.Json;
using Sluice.Core;

namespace Sluice.Server.Api.Features;

/// <summary>The credit schema of a credit system as callers send it.</summary>
internal static class CreditFields
{
    public static ImmutableArray<CreditCost>? Read(Body body) => body.Objects("credit_schema") is { } rows ? [.. rows.Select(Cost)] : null;

    private static CreditCost Cost(Body row)
    {
        var feature = new FeatureId(row.RequiredText("metered_feature_id"));
        var (cost, tiers) = Curve(row);
        return new CreditCost(feature, cost)
        {
            BillingUnits = row.Quantity("billing_units", nullable: true) ?? Quantity.One,
            Tiers = tiers,
            Dimensions = [.. (row.Map("dimensions", nullable: true) ?? []).Select(item => Dimension(item.Key, item.Value))],
            Multipliers = [.. (row.Map("multipliers", nullable: true) ?? []).Select(item => new CreditMultiplier(
                item.Key, Match(item.Value), item.Value.Quantity("factor", nullable: true) ?? Quantity.One, item.Value.Quantity("add", nullable: true) ?? Quantity.Zero))],
        };
    }

    private static CreditDimension Dimension(string name, Body row)
    {
        var (cost, tiers) = Curve(row);
        return new CreditDimension(name, Match(row), row.Quantity("priority", nullable: true), cost, tiers);
    }

    // One cost, or tiers: where there are tiers the cost is that of the first.
    private static (Quantity Cost, ImmutableArray<CreditTier> Tiers) Curve(Body row)
    {
        ImmutableArray<CreditTier> tiers = [.. (row.Objects("tiers") ?? []).Select(Tier)];
        var isSaid = row.Choice("tier_behavior", Graduated) is not null;
        if (tiers.IsEmpty) return (row.Quantity("credit_cost", required: true) ?? Quantity.Zero, []);
        if (row.Has("credit_cost")) row.Fault("credit_cost", "stands beside tiers: keep one of the two");
        if (!isSaid && !row.Has("tier_behavior")) row.Fault("tier_behavior", "is required with tiers");
        return (tiers[0].Cost, tiers);
    }

    private static CreditTier Tier(Body tier) => new(
        tier.Says("to", "inf") ? null : tier.Quantity("to", required: true),
        tier.Quantity("credit_cost", required: true) ?? Quantity.Zero);

    private static PropertyFilter Match(Body row) => PropertyFilter.Of((row.Object("match", required: true)?.Texts() ?? [])
        .GroupBy(pair => pair.Name).Select(twice => twice.Last())
        .Select(pair => new PropertyMatch(pair.Name, pair.Value, new JsonText(JsonSerializer.Serialize(pair.Value, ApiJson.Default.String)))));

    private static readonly Dictionary<string, TierBehavior> Graduated = new() { ["graduated"] = TierBehavior.Graduated };
}
