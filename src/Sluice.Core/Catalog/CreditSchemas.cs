using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What a credit system may list.</summary>
internal static class CreditSchemas
{
    public static Refusal? Check(Catalog catalog, Feature feature)
    {
        if (feature.Type != FeatureType.CreditSystem)
        {
            return feature.CreditSchema.IsEmpty ? null
                : feature.Type == FeatureType.AiCreditSystem ? Refuse("An ai_credit_system is drawn on by tokens, so its credit_schema must be empty.")
                : Refuse("Only a credit_system has a credit_schema: leave it out.");
        }

        if (feature.CreditSchema.IsEmpty) return Refuse("A credit_system needs a credit_schema with at least one feature in it.");
        var twice = feature.CreditSchema.GroupBy(cost => cost.Feature).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null) return Refuse($"Feature {twice.Key} is in the credit_schema twice: keep one of the two.");
        return feature.CreditSchema.Select(CheckCost).FirstOrDefault(refusal => refusal is not null)
            ?? feature.CreditSchema.Where(cost => cost.Feature != feature.Id)
                .Select(cost => CheckMember(catalog.Feature(cost.Feature)))
                .FirstOrDefault(refusal => refusal is not null);
    }

    /// <summary>The first other feature whose credit schema lists this one.</summary>
    public static Feature? Listing(Catalog catalog, FeatureId id) =>
        catalog.Features.FirstOrDefault(feature => feature.Id != id && feature.CreditSchema.Any(cost => cost.Feature == id));

    // Unknown ids are let be: a push may send a credit system before its members.
    private static Refusal? CheckMember(Feature? member) => member switch
    {
        { Type: FeatureType.CreditSystem } => Refuse($"Feature {member.Id} is a credit_system itself, and one cannot draw on another: list the metered features instead."),
        { Type: FeatureType.Metered, Consumable: false } => Refuse($"Feature {member.Id} is not consumable (it is held, not used up), so it cannot draw on credits: take it out."),
        _ => null,
    };

    private static Refusal? CheckCost(CreditCost cost)
    {
        var where = $"The cost of {cost.Feature}";
        if (!cost.BillingUnits.IsPositive) return Refuse($"{where} is for {cost.BillingUnits} billing_units: say for how many units it is, more than 0.");
        if (cost.Multipliers.FirstOrDefault(multiplier => multiplier.Factor.IsNegative) is { } negative)
            return Refuse($"{where} has a negative factor in multiplier {negative.Name}: use 0 for free, between 0 and 1 for less.");
        return CheckTiers(cost.Tiers, where)
            ?? cost.Dimensions.Select(dimension => CheckTiers(dimension.Tiers, $"{where} in dimension {dimension.Name}")).FirstOrDefault(refusal => refusal is not null);
    }

    private static Refusal? CheckTiers(ImmutableArray<CreditTier> tiers, string where)
    {
        var floor = Quantity.Zero;
        for (var at = 0; at < tiers.Length; at++)
        {
            if (tiers[at].To is { } to && to <= floor) return Refuse($"{where} has a tier to {to}, not above {floor}: list the tiers in ascending order.");
            if (tiers[at].To is null != (at == tiers.Length - 1)) return Refuse($"{where}: the last tier, and only that, must have to \"inf\".");
            floor = tiers[at].To ?? floor;
        }

        return null;
    }

    private static Refusal Refuse(string message) => new(RefusalCode.InvalidFeature, message);
}
