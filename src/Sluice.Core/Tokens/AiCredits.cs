namespace Sluice.Core;

/// <summary>Which AI credit system pays for tokens.</summary>
public static class AiCredits
{
    /// <summary>The only one that the customer or entity has a balance of.</summary>
    public static (Feature? Feature, Refusal? Refusal) PayingFor(Subject subject, Catalog catalog)
    {
        var held = Balances.All(subject, catalog).Select(balance => catalog.Feature(balance.Feature)).OfType<Feature>().Where(static feature => feature.IsAi).ToList();
        return held.Count switch
        {
            1 => (held[0], null),
            0 => (null, new Refusal(RefusalCode.FeatureNotFound, "The customer has no balance of an ai_credit_system: grant one, or name the feature_id.")),
            _ => (null, new Refusal(RefusalCode.InvalidRequest, $"The customer has several AI credit balances ({string.Join(", ", held.Select(feature => feature.Id))}): say which by feature_id.")),
        };
    }

    /// <summary>The feature that the caller named.</summary>
    public static (Feature? Feature, Refusal? Refusal) Named(Catalog catalog, FeatureId id) => catalog.Feature(id) switch
    {
        null => (null, new Refusal(RefusalCode.FeatureNotFound, $"Feature {id} does not exist.")),
        { IsAi: false } => (null, new Refusal(RefusalCode.InvalidRequest, $"Feature {id} is no ai_credit_system: tokens are paid from one. To record its usage call balances.track.")),
        var feature => (feature, null),
    };
}
