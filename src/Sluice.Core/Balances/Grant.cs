using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>
/// One grant of one feature to one customer: what was granted and the signed balance that is left of it. Below zero
/// is overage. Boolean features are granted too, with nothing to count.
/// </summary>
/// <param name="BalanceId">The caller's own id of a balance created by itself.</param>
/// <param name="Subscription">The held plan it came with; null for a balance created by itself.</param>
/// <param name="Plan">The plan it came with, for answers.</param>
/// <param name="AddOn">It came with an add-on.</param>
/// <param name="Included">Units granted without charge, plan quantity counted in.</param>
/// <param name="Prepaid">Units bought in advance.</param>
/// <param name="Adjustment">Change of the included units made by hand; cleared by a reset.</param>
/// <param name="Balance">What is left, signed. For an unlimited grant: minus the units used.</param>
/// <param name="Anchor">Resets fall on Anchor + k·interval.</param>
/// <param name="NextResetAt">The next boundary; null when it never resets.</param>
/// <param name="ExpiresAt">From this moment on it counts for nothing; null = never.</param>
/// <remarks>
/// An item that each entity has its own balance of (<see cref="ItemTerms.EntityFeature"/>) is a grant of the customer that
/// nothing is drawn on, and a share of it for each entity: <see cref="Parent"/> names the grant it is a share of.
/// </remarks>
public sealed record Grant(
    GrantNo No,
    string? BalanceId,
    SubscriptionNo? Subscription,
    PlanId? Plan,
    bool AddOn,
    ItemTerms Terms,
    Quantity Included,
    Quantity Prepaid,
    Quantity Adjustment,
    Quantity Balance,
    Instant Anchor,
    Instant? NextResetAt,
    Instant? ExpiresAt,
    Instant CreatedAt)
{
    /// <summary>The entity that holds it; null = the customer.</summary>
    public EntityNo? Entity { get; init; }

    /// <summary>The customer's grant that this is one entity's share of.</summary>
    public GrantNo? Parent { get; init; }

    /// <summary>The grant that answers name for it: a share goes by its parent.</summary>
    public GrantNo Shown => Parent ?? No;

    /// <summary>Units saved from earlier cycles, those that end first first. Not part of <see cref="Balance"/>.</summary>
    public ImmutableArray<RolledOver> Rollovers { get; init; } = [];

    /// <summary>What entities' plans put into this pool of the customer's; empty for every other grant.</summary>
    public ImmutableArray<PoolPart> Parts { get; init; } = [];

    public FeatureId Feature => Terms.Feature;

    /// <summary>Its balances are those of its shares.</summary>
    public bool IsShared => Terms.EntityFeature is not null && Parent is null;

    public bool IsPool => !Parts.IsEmpty;

    /// <summary>The next moment at which it falls due: a reset, its end, or the end of saved units.</summary>
    public Instant? NextDue => Holdings.Earlier(NextResetAt, NextEnd);

    /// <summary>The next moment at which it, or units saved in it, are gone.</summary>
    internal Instant? NextEnd => Rollovers.IsEmpty ? ExpiresAt : Holdings.Earlier(ExpiresAt, Rollovers[0].ExpiresAt);

    /// <summary>What a spend limit in percent counts of it: included units of a main plan that come round again.</summary>
    public Quantity RecurringBase => Subscription is not null && !AddOn && Terms.Reset is { Recurs: true } ? Included : Quantity.Zero;

    /// <summary>What a reset fills up to.</summary>
    public Quantity Starting => Included + Prepaid;

    /// <summary>Included units as they stand now, changes by hand counted in.</summary>
    public Quantity IncludedNow => Included + Adjustment;

    /// <summary>The ceiling of a refund: the whole grant as it stands now.</summary>
    public Quantity Granted => Included + Prepaid + Adjustment;

    /// <summary>Units used of it; more than granted = overage, negative after a credit.</summary>
    public Quantity Usage => Granted - Balance;

    /// <summary>What is left to use without overage.</summary>
    public Quantity Remaining => Quantity.Max(Quantity.Zero, Balance);

    /// <summary>Units used beyond what was granted.</summary>
    public Quantity Overage => Quantity.Max(Quantity.Zero, -Balance);

    /// <summary>Units that its price still allows below zero; null = without end.</summary>
    internal decimal? RoomBelowZero => !Terms.IsUsageBased ? 0m : Terms.Price!.MaxPurchase is { } most ? Math.Max(0m, most.Value - Overage.Value) : null;

    /// <summary>Units saved from earlier cycles that are left.</summary>
    internal decimal Saved
    {
        get
        {
            var left = 0m;
            foreach (var rollover in Rollovers) left += rollover.Balance.Value;
            return left;
        }
    }

    /// <summary>Units saved from earlier cycles that were used.</summary>
    internal decimal SavedUsed
    {
        get
        {
            var used = 0m;
            foreach (var rollover in Rollovers) used += rollover.Used.Value;
            return used;
        }
    }

    /// <summary>The reset as a draw shows it: an unlimited grant has none and still reads one-off there.</summary>
    public Interval? ResetOfDraw => Terms.Unlimited ? Interval.OneOff : Terms.Reset;
}

/// <summary>Units of an earlier cycle that outlived its reset.</summary>
/// <param name="No">Ascending within the grant, never reused while the grant lives: holds name what they took from by it.</param>
/// <param name="ExpiresAt">Null = never.</param>
public sealed record RolledOver(int No, Quantity Balance, Quantity Used, Instant? ExpiresAt);

/// <summary>What one entity's plan puts into a pool.</summary>
public readonly record struct PoolPart(SubscriptionNo From, EntityNo Entity, Quantity Amount);
