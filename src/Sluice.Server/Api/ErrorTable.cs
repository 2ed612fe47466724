using Sluice.Core;

namespace Sluice.Server.Api;

/// <summary>Each refusal's HTTP status and code on the wire.</summary>
public static class ErrorTable
{
    public static (int Status, string Code) Of(RefusalCode code) => code switch
    {
        RefusalCode.InvalidInputs => (400, "invalid_inputs"),
        RefusalCode.InvalidRequest => (400, "invalid_request"),
        RefusalCode.InvalidFeature => (400, "invalid_feature"),
        RefusalCode.InvalidPrice => (400, "invalid_price"),
        RefusalCode.NotSupported => (400, "not_supported"),
        RefusalCode.NotFound => (404, "invalid_request"),
        RefusalCode.Conflict => (409, "invalid_request"),
        RefusalCode.FeatureNotFound => (404, "feature_not_found"),
        RefusalCode.FeatureExists => (409, "duplicate_feature_id"),
        RefusalCode.PlanNotFound => (404, "product_not_found"),
        RefusalCode.PlanExists => (400, "product_already_exists"),
        RefusalCode.CustomerNotFound => (404, "customer_not_found"),
        RefusalCode.CustomerExists => (409, "customer_already_exists"),
        RefusalCode.EntityNotFound => (404, "entity_not_found"),
        RefusalCode.EntityExists => (409, "entity_already_exists"),
        RefusalCode.EntityIdRequired => (400, "entity_id_required"),
        RefusalCode.FeatureLimitReached => (400, "feature_limit_reached"),
        RefusalCode.HoldExists => (409, "lock_already_exists"),
        RefusalCode.SubscriptionExists => (400, "duplicate_subscription_id"),
        RefusalCode.PlanAlreadyAttached => (409, "plan_already_attached"),
        RefusalCode.SubscriptionNotFound => (404, "cus_product_not_found"),
        RefusalCode.CurrencyMismatch => (400, "currency_mismatch"),
        RefusalCode.InvoiceNotFound => (404, "invoice_not_found"),
        RefusalCode.CheckoutNotFound => (404, "checkout_unavailable"),
        RefusalCode.MigrationNotFound => (404, "migration_not_found"),
        RefusalCode.MigrationInProgress => (409, "migration_already_in_progress"),
        RefusalCode.NoPaymentMethod => (400, "customer_has_no_payment_method"),
        RefusalCode.RewardNotFound => (404, "reward_not_found"),
        RefusalCode.RewardExists => (400, "duplicate_reward_id"),
        RefusalCode.PromoCodeExists => (400, "duplicate_promo_code"),
        RefusalCode.FirstTimeOnly => (400, "promo_code_first_time_only"),
        RefusalCode.OwnCode => (400, "customer_cannot_redeem_own_code"),
        RefusalCode.ProgramNotFound => (404, "reward_program_not_found"),
        RefusalCode.ReferralCodeNotFound => (404, "referral_code_not_found"),
        RefusalCode.RedemptionNotFound => (404, "reward_redemption_not_found"),
        RefusalCode.AlreadyReferred => (400, "customer_already_redeemed_referral_code"),
        RefusalCode.ReferralLimitReached => (400, "referral_code_max_redemptions_reached"),
        RefusalCode.InsufficientBalance => (400, "insufficient_balance"),
        RefusalCode.DuplicateIdempotencyKey => (409, "duplicate_idempotency_key"),
        RefusalCode.InvalidCursor => (400, "invalid_cursor"),
        _ => throw new InvariantViolation($"no status for {code}"),
    };
}
