namespace Sluice.Core;

/// <summary>A part of a customer with holdings of its own: a workspace, a user, a device.</summary>
/// <param name="Id">The caller's; null for one that will get its id later. A customer has at most one such.</param>
/// <param name="Feature">What it is one of (seats); it takes one unit of it.</param>
public sealed record Entity(EntityNo No, string? Id, string? Name, FeatureId Feature, Instant CreatedAt, Holdings Own)
{
    /// <summary>Null when the feature can have entities; else why not.</summary>
    public static Refusal? Unfit(Catalog catalog, FeatureId id) => catalog.Feature(id) switch
    {
        null => new Refusal(RefusalCode.FeatureNotFound, $"Feature {id} does not exist."),
        { Type: FeatureType.Metered, Consumable: false } => null,
        _ => new Refusal(RefusalCode.InvalidRequest, $"Feature {id} cannot have entities: they need a metered feature that is not consumable."),
    };
}
