namespace Sluice.Core;

/// <summary>Why a command was refused. The wire code and status of each stand in the server's error table.</summary>
public enum RefusalCode
{
    InvalidInputs,
    InvalidRequest,
    InvalidFeature,
    InvalidPrice,
    NotSupported,
    NotFound,
    Conflict,
    FeatureNotFound,
    FeatureExists,
    PlanNotFound,
    PlanExists,
    CustomerNotFound,
    CustomerExists,
    EntityNotFound,
    EntityExists,
    EntityIdRequired,
    FeatureLimitReached,
    HoldExists,
    SubscriptionExists,
    PlanAlreadyAttached,
    SubscriptionNotFound,
    CurrencyMismatch,
    InvoiceNotFound,
    CheckoutNotFound,
    MigrationNotFound,
    MigrationInProgress,
    NoPaymentMethod,
    RewardNotFound,
    RewardExists,
    PromoCodeExists,
    FirstTimeOnly,
    OwnCode,
    ProgramNotFound,
    ReferralCodeNotFound,
    RedemptionNotFound,
    ReferralLimitReached,
    AlreadyReferred,
    InsufficientBalance,
    DuplicateIdempotencyKey,
    InvalidCursor,
}

/// <summary>A business no: a stable code and a sentence that says what was wrong and what to do.</summary>
public sealed record Refusal(RefusalCode Code, string Message)
{
    /// <summary>The same refusal, said of one item of a list.</summary>
    public Refusal Of(string path) => this with { Message = $"{path}: {Message}" };
}

/// <summary>A bug of ours, never a fault of the caller: the request answers 500 and the customer's memory is dropped.</summary>
public sealed class InvariantViolation(string message) : Exception(message);
