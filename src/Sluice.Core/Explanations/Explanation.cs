using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Why a check or a track is answered as it is: what the engine looked at, in its order, and what decided.</summary>
/// <param name="Allowed">What the check answers; of a track, whether it is accepted.</param>
/// <param name="Considered">
/// Of a check one for each balance that was evaluated, in order; none of them is added to another. Of a track one for
/// each feature that is tracked: several when an event name stands for several.
/// </param>
/// <param name="Controls">Those that hold for the features considered.</param>
/// <param name="LeftOut">Balances of those features that do not count here; the first hundred.</param>
/// <param name="LeftOutInAll">How many do not count.</param>
public sealed record Explanation(
    bool Allowed,
    Instant At,
    Entity? Entity,
    ImmutableArray<Consideration> Considered,
    ImmutableArray<ControlInForce> Controls,
    ImmutableArray<LeftOut> LeftOut,
    int LeftOutInAll);

/// <summary>One thing that was considered. Exactly one of the rules is set.</summary>
/// <param name="Feature">Whose balance was evaluated, or which feature is tracked.</param>
/// <param name="Decides">The answer is this one's.</param>
/// <param name="Check">The rule that decides a check.</param>
/// <param name="Track">How a track ends.</param>
/// <param name="Compared">Of a track: what is asked for, and what of it finds a place.</param>
/// <param name="Balances">In the order they are drawn on, saved units first.</param>
public sealed record Consideration(
    FeatureId Feature, bool Decides, bool Allowed, AccessRule? Check, TrackRule? Track, Comparison Compared, ImmutableArray<ConsideredBalance> Balances);

/// <summary>How a track ends. The names are stable.</summary>
public enum TrackRule
{
    /// <summary>There is no balance to draw on: recorded, and nothing taken.</summary>
    NotGranted,

    /// <summary>A boolean feature counts nothing.</summary>
    Flag,

    Unlimited,

    GivesBack,

    /// <summary>All of it found a place.</summary>
    Served,

    /// <summary>What found no place is dropped.</summary>
    Capped,

    /// <summary>Part of it found no place, so nothing is taken.</summary>
    Rejected,
}

/// <summary>A balance, or the units saved in it, and what it could give.</summary>
/// <param name="PlanVersion">Of the plan it came with, as it is held.</param>
/// <param name="EntityId">Of the entity that holds it; null = the customer.</param>
/// <param name="Saved">Set: these are units saved in the grant, not its own balance.</param>
/// <param name="CreditCost">What one unit of the request takes of it; where the cost has tiers, the first unit.</param>
/// <param name="Holds">Signed.</param>
/// <param name="Left">What may be used of it without overage; null = no end.</param>
/// <param name="Overage">
/// Of a check: how far below zero it may go; null = no end. Under <see cref="DrawStop.SpendLimit"/> all balances of the
/// feature share what is told.
/// </param>
/// <param name="Units">Of a track: what it gives, in units of the request.</param>
/// <param name="Amount">The same in the balance's own unit.</param>
/// <param name="Stop">Why it gives no more.</param>
public sealed record ConsideredBalance(
    Grant Grant,
    int? PlanVersion,
    string? EntityId,
    RolledOver? Saved,
    OrderKey PlacedBy,
    Quantity CreditCost,
    Quantity Holds,
    Quantity? Left,
    Quantity? Overage,
    Quantity Units,
    Quantity Amount,
    DrawStop Stop);

public enum ControlKind
{
    OverageAllowed,
    SpendLimit,
    UsageLimit,
}

/// <summary>A billing control that holds for a feature of the request.</summary>
/// <param name="Enabled">Of a switch.</param>
/// <param name="Limit">Units.</param>
/// <param name="Used">Before the request: overage that stands, or usage in the window.</param>
/// <param name="Counted">What the request adds to the window.</param>
public sealed record ControlInForce(
    ControlKind Kind, FeatureId Feature, ControlSource Source, bool? Enabled, Quantity? Limit, Quantity? Used, Quantity? Left, Quantity? Counted, UsageLimit? Window, BillingPeriod? Period);

/// <summary>Why a balance does not count. The names are stable.</summary>
public enum LeftOutReason
{
    Expired,

    /// <summary>An entity holds it, and the request names none.</summary>
    OfEntity,

    /// <summary>Another entity holds it.</summary>
    OtherEntity,

    /// <summary>Each entity has its own part of it, this one has none.</summary>
    NoShare,

    /// <summary>The customer holds it, and its entities draw on what they hold themselves only.</summary>
    PooledBalanceDisabled,
}

/// <summary>A balance of a feature of the request that does not count for it.</summary>
public sealed record LeftOut(Grant Grant, int? PlanVersion, string? EntityId, LeftOutReason Reason);
