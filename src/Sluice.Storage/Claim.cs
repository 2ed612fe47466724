using Sluice.Core;

namespace Sluice.Storage;

/// <summary>What is unique across the customers of a scope. The numbers are stored: never change one.</summary>
public enum ClaimKind
{
    /// <summary>The caller's customer id.</summary>
    CustomerId = 1,

    /// <summary>An email that stands for a customer without an id.</summary>
    CustomerEmail = 2,

    /// <summary>The header Idempotency-Key.</summary>
    HeaderKey = 3,

    /// <summary>idempotency_key of a track body.</summary>
    BodyKey = 4,

    /// <summary>The id of a pending hold.</summary>
    Hold = 5,

    /// <summary>One call of billing at a time for a customer. Never stored: it is held in memory only.</summary>
    BillingTurn = 6,

    /// <summary>An invoice of elsewhere that is listed here, by <see cref="InvoiceOrigin.Key"/>.</summary>
    RecordedInvoice = 7,

    /// <summary>A customer was moved by a bulk move: "id:customer". Each is moved once.</summary>
    PlanMigration = 8,

    /// <summary>Somebody was rewarded for a referral; for ever, so that it happens once.</summary>
    ReferralReward = 9,
}

public readonly record struct ClaimKey(ScopeId Scope, ClaimKind Kind, string Key);

/// <summary>A claim to be taken in a unit.</summary>
/// <param name="TakenAt">A claim of someone else that ran out at or before this moment is taken over.</param>
public sealed record Claim(ClaimKey Key, CustomerKey? Customer, Instant TakenAt, Instant? ExpiresAt);

public sealed record ClaimFound(CustomerKey? Customer, Instant? ExpiresAt);
