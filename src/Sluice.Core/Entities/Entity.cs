namespace Sluice.Core;

/// <summary>A part of a customer with holdings of its own: a workspace, a user, a device.</summary>
/// <param name="Id">The caller's; null for one that will get its id later. A customer has at most one such.</param>
/// <param name="Feature">What it is one of (seats); it takes one unit of it.</param>
public sealed record Entity(EntityNo No, string? Id, string? Name, FeatureId Feature, Instant CreatedAt, Holdings Own);
