namespace Sluice.Core;

/// <summary>A plan that a customer holds, at one of its versions.</summary>
/// <param name="CallerId">The caller's own id for it.</param>
/// <param name="OneOff">A purchase: paid once, nothing recurs.</param>
public sealed record Subscription(
    SubscriptionNo No,
    string? CallerId,
    PlanId Plan,
    int Version,
    string? Group,
    bool AddOn,
    bool AutoEnable,
    bool OneOff,
    int Quantity,
    Instant StartedAt)
{
    /// <summary>The entity that holds it; null = the customer.</summary>
    public EntityNo? Entity { get; init; }

    /// <summary>Handed out by the customer: a seat of the licences that a plan of the customer offers.</summary>
    public bool IsLicense { get; init; }
}
