using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A purchase that is due: whole packs of a one-off prepaid price that the customer holds.</summary>
/// <param name="Grant">The grant that the units are for.</param>
/// <param name="Units">Those of all packs: the configured quantity, rounded up.</param>
/// <param name="ByInvoice">Billed by an invoice that is sent, not charged at once.</param>
public sealed record TopUpOrder(FeatureId Feature, GrantNo Grant, SubscriptionNo Subscription, PlanId Plan, Quantity Packs, Quantity Units, bool ByInvoice);

/// <summary>Why a top-up that is due is not started, or how one that was started failed. The names are stable.</summary>
public enum TopUpFailure
{
    /// <summary>Three failed in a row; another payment method lifts it.</summary>
    Suspended,

    /// <summary>No plan that the customer holds sells the feature once and in advance.</summary>
    NoPlan,

    NoPaymentMethod,

    /// <summary>The quantity is more than a balance can hold.</summary>
    InvalidAmount,

    PurchaseLimit,

    /// <summary>Two attempts within ten minutes.</summary>
    AttemptLimit,

    /// <summary>One failed within the last hour.</summary>
    FailedAttemptLimit,

    /// <summary>It was tried, and the charge did not come through.</summary>
    ChargeFailed,
}

/// <summary>What is kept about the top-ups of one feature: at most one in flight, and what the limits count.</summary>
/// <param name="Pending">Started and not answered yet.</param>
/// <param name="Attempts">Starts of the last ten minutes, oldest first.</param>
/// <param name="FailedAt">The last failure since the last success.</param>
/// <param name="Window">The window of the purchase limit; null before the first purchase.</param>
/// <param name="Purchases">Within the window.</param>
public sealed record TopUpBook(
    FeatureId Feature, TopUpOrder? Pending, ImmutableArray<Instant> Attempts, Instant? FailedAt, int FailuresInARow, BillingPeriod? Window, int Purchases)
{
    public static readonly TimeSpan AttemptsCountFor = TimeSpan.FromMinutes(10);

    public static TopUpBook Empty(FeatureId feature) => new(feature, null, [], null, 0, null, 0);

    public bool Equals(TopUpBook? other) => other is not null
        && (Feature, Pending, FailedAt, FailuresInARow, Window, Purchases) == (other.Feature, other.Pending, other.FailedAt, other.FailuresInARow, other.Window, other.Purchases)
        && Attempts.AsSpan().SequenceEqual(other.Attempts.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Feature, Pending, FailuresInARow, Purchases);

    internal TopUpBook Started(TopUpOrder order, Instant at) => Pending is not null ? throw new InvariantViolation($"two top-ups of {Feature} at once") : this with
    {
        Pending = order, Attempts = Attempts.RemoveAll(attempt => attempt.Plus(AttemptsCountFor) <= at).Add(at),
    };

    internal TopUpBook Ended(TopUpFailure? failure, BillingPeriod? window, Instant at)
    {
        if (Pending is null) throw new InvariantViolation($"no top-up of {Feature} is in flight");
        return failure is not null
            ? this with { Pending = null, FailedAt = at, FailuresInARow = FailuresInARow + 1 }
            : this with { Pending = null, FailedAt = null, FailuresInARow = 0, Window = window, Purchases = window is null ? 0 : window == Window ? Purchases + 1 : 1 };
    }

    internal TopUpBook Resumed() => this with { FailedAt = null, FailuresInARow = 0 };
}
