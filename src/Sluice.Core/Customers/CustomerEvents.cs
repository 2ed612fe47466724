using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What happened to a customer. These are the journal: names and meanings never change, new ones are added.</summary>
public abstract record CustomerEvent
{
    private CustomerEvent()
    {
    }

    public sealed record Created(CustomerKey Key, Profile Profile) : CustomerEvent;

    public sealed record ProfileChanged(Profile Profile) : CustomerEvent;

    /// <summary>The customer is gone: id free, name and email removed.</summary>
    public sealed record Deleted : CustomerEvent;

    public sealed record PlanAttached(Subscription Subscription, ImmutableArray<Grant> Grants) : CustomerEvent;

    /// <summary>The held plan ended and its grants with it.</summary>
    public sealed record PlanEnded(SubscriptionNo Subscription, PlanId Plan, int Version) : CustomerEvent;

    /// <summary>A balance was created by itself.</summary>
    public sealed record GrantOpened(Grant Grant) : CustomerEvent;

    public sealed record GrantClosed(GrantNo Grant, GrantEnd Why) : CustomerEvent;

    /// <summary>A reset: the balance filled up, adjustments gone, the next boundary set.</summary>
    public sealed record GrantReset(GrantNo Grant, Quantity Balance, Instant? NextResetAt) : CustomerEvent;

    /// <summary>The included units were changed by hand.</summary>
    public sealed record GrantAdjusted(GrantNo Grant, Quantity Adjustment) : CustomerEvent;

    public sealed record GrantRescheduled(GrantNo Grant, Instant Anchor, Instant? NextResetAt, Instant? ExpiresAt) : CustomerEvent;

    /// <summary>Balances were set by hand.</summary>
    public sealed record BalanceSet(ImmutableArray<Draw> Draws) : CustomerEvent;

    /// <summary>Usage was recorded. <c>Value</c> is what was asked for, the draws what was taken.</summary>
    /// <param name="Feature">The tracked feature or the event name, as said by the caller.</param>
    /// <param name="UsedAt">When the caller says it happened.</param>
    /// <param name="Properties">A JSON object of the caller's; kept beside the journal entry, covered by its hash.</param>
    /// <param name="Listed">False when the caller asked for no usage event.</param>
    public sealed record Used(string Feature, Quantity Value, Instant UsedAt, JsonText? Properties, ImmutableArray<Draw> Draws, bool Listed) : CustomerEvent;
}

public enum GrantEnd
{
    Deleted,
    Expired,
}

/// <summary>What was taken from one grant (negative: given back), in that grant's own unit, and the grant as answers name it.</summary>
/// <param name="BalanceId">The caller's own id of the balance; null when it has none.</param>
public sealed record Draw(GrantNo Grant, string? BalanceId, FeatureId Feature, PlanId? Plan, Interval? Reset, Instant? ResetsAt, Quantity Amount);
