using System.Globalization;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>The stored word of every enum member. Written for ever: a word is never changed or given a new meaning.</summary>
internal static partial class Words
{
    /// <summary>"month", or "3 month" when the count is not 1.</summary>
    public static string Of(Interval interval) => interval.Count == 1
        ? Of(interval.Unit)
        : string.Create(CultureInfo.InvariantCulture, $"{interval.Count} {Of(interval.Unit)}");

    public static Interval ToInterval(string word)
    {
        var space = word.IndexOf(' ');
        return space < 0
            ? new Interval(ToUnit(word))
            : new Interval(ToUnit(word[(space + 1)..]), int.Parse(word.AsSpan(0, space), CultureInfo.InvariantCulture));
    }

    public static string Of(FeatureType type) => type switch
    {
        FeatureType.Boolean => "boolean",
        FeatureType.Metered => "metered",
        FeatureType.CreditSystem => "credit_system",
        FeatureType.AiCreditSystem => "ai_credit_system",
        _ => throw Unknown(type),
    };

    public static FeatureType ToFeatureType(string word) => word switch
    {
        "boolean" => FeatureType.Boolean,
        "metered" => FeatureType.Metered,
        "credit_system" => FeatureType.CreditSystem,
        "ai_credit_system" => FeatureType.AiCreditSystem,
        _ => throw Unknown(word),
    };

    public static string Of(BillingMethod method) => method switch
    {
        BillingMethod.Prepaid => "prepaid",
        BillingMethod.UsageBased => "usage_based",
        _ => throw Unknown(method),
    };

    public static BillingMethod ToBillingMethod(string word) => word switch
    {
        "prepaid" => BillingMethod.Prepaid,
        "usage_based" => BillingMethod.UsageBased,
        _ => throw Unknown(word),
    };

    public static string Of(TierBehavior behavior) => behavior switch
    {
        TierBehavior.Graduated => "graduated",
        TierBehavior.Volume => "volume",
        _ => throw Unknown(behavior),
    };

    public static TierBehavior ToTierBehavior(string word) => word switch
    {
        "graduated" => TierBehavior.Graduated,
        "volume" => TierBehavior.Volume,
        _ => throw Unknown(word),
    };

    public static string Of(RolloverExpiry expiry) => expiry switch
    {
        RolloverExpiry.Month => "month",
        RolloverExpiry.Forever => "forever",
        _ => throw Unknown(expiry),
    };

    public static RolloverExpiry ToRolloverExpiry(string word) => word switch
    {
        "month" => RolloverExpiry.Month,
        "forever" => RolloverExpiry.Forever,
        _ => throw Unknown(word),
    };

    public static string Of(OnIncrease increase) => increase switch
    {
        OnIncrease.BillImmediately => "bill_immediately",
        OnIncrease.ProrateImmediately => "prorate_immediately",
        OnIncrease.ProrateNextCycle => "prorate_next_cycle",
        OnIncrease.BillNextCycle => "bill_next_cycle",
        _ => throw Unknown(increase),
    };

    public static OnIncrease ToOnIncrease(string word) => word switch
    {
        "bill_immediately" => OnIncrease.BillImmediately,
        "prorate_immediately" => OnIncrease.ProrateImmediately,
        "prorate_next_cycle" => OnIncrease.ProrateNextCycle,
        "bill_next_cycle" => OnIncrease.BillNextCycle,
        _ => throw Unknown(word),
    };

    public static string Of(OnDecrease decrease) => decrease switch
    {
        OnDecrease.Prorate => "prorate",
        OnDecrease.ProrateImmediately => "prorate_immediately",
        OnDecrease.ProrateNextCycle => "prorate_next_cycle",
        OnDecrease.None => "none",
        OnDecrease.NoProrations => "no_prorations",
        _ => throw Unknown(decrease),
    };

    public static OnDecrease ToOnDecrease(string word) => word switch
    {
        "prorate" => OnDecrease.Prorate,
        "prorate_immediately" => OnDecrease.ProrateImmediately,
        "prorate_next_cycle" => OnDecrease.ProrateNextCycle,
        "none" => OnDecrease.None,
        "no_prorations" => OnDecrease.NoProrations,
        _ => throw Unknown(word),
    };

    public static string Of(TrialUnit unit) => unit switch
    {
        TrialUnit.Day => "day",
        TrialUnit.Month => "month",
        TrialUnit.Year => "year",
        _ => throw Unknown(unit),
    };

    public static TrialUnit ToTrialUnit(string word) => word switch
    {
        "day" => TrialUnit.Day,
        "month" => TrialUnit.Month,
        "year" => TrialUnit.Year,
        _ => throw Unknown(word),
    };

    public static string Of(GrantEnd end) => end switch
    {
        GrantEnd.Deleted => "deleted",
        GrantEnd.Expired => "expired",
        _ => throw Unknown(end),
    };

    public static GrantEnd ToGrantEnd(string word) => word switch
    {
        "deleted" => GrantEnd.Deleted,
        "expired" => GrantEnd.Expired,
        _ => throw Unknown(word),
    };

    public static string Of(SpendLimitType type) => type switch
    {
        SpendLimitType.Absolute => "absolute",
        SpendLimitType.UsagePercentage => "usage_percentage",
        _ => throw Unknown(type),
    };

    public static SpendLimitType ToSpendLimitType(string word) => word switch
    {
        "absolute" => SpendLimitType.Absolute,
        "usage_percentage" => SpendLimitType.UsagePercentage,
        _ => throw Unknown(word),
    };

    public static string Of(WindowAnchor anchor) => anchor switch
    {
        WindowAnchor.BillingCycle => "billing_cycle",
        WindowAnchor.Utc => "utc",
        _ => throw Unknown(anchor),
    };

    public static WindowAnchor ToWindowAnchor(string word) => word switch
    {
        "billing_cycle" => WindowAnchor.BillingCycle,
        "utc" => WindowAnchor.Utc,
        _ => throw Unknown(word),
    };

    public static string Of(AlertType type) => type switch
    {
        AlertType.Usage => "usage",
        AlertType.UsagePercentage => "usage_percentage",
        AlertType.Remaining => "remaining",
        AlertType.RemainingPercentage => "remaining_percentage",
        _ => throw Unknown(type),
    };

    public static AlertType ToAlertType(string word) => word switch
    {
        "usage" => AlertType.Usage,
        "usage_percentage" => AlertType.UsagePercentage,
        "remaining" => AlertType.Remaining,
        "remaining_percentage" => AlertType.RemainingPercentage,
        _ => throw Unknown(word),
    };

    public static string Of(AlertBasis basis) => basis switch
    {
        AlertBasis.Balance => "balance",
        AlertBasis.Included => "included",
        AlertBasis.Recurring => "recurring",
        AlertBasis.UsageLimit => "usage_limit",
        _ => throw Unknown(basis),
    };

    public static AlertBasis ToAlertBasis(string word) => word switch
    {
        "balance" => AlertBasis.Balance,
        "included" => AlertBasis.Included,
        "recurring" => AlertBasis.Recurring,
        "usage_limit" => AlertBasis.UsageLimit,
        _ => throw Unknown(word),
    };

    public static string Of(HoldEnd end) => end switch
    {
        HoldEnd.Settled => "settled",
        HoldEnd.Released => "released",
        HoldEnd.Expired => "expired",
        HoldEnd.Lapsed => "lapsed",
        _ => throw Unknown(end),
    };

    public static HoldEnd ToHoldEnd(string word) => word switch
    {
        "settled" => HoldEnd.Settled,
        "released" => HoldEnd.Released,
        "expired" => HoldEnd.Expired,
        "lapsed" => HoldEnd.Lapsed,
        _ => throw Unknown(word),
    };

    public static string Of(AccessRule rule) => rule switch
    {
        AccessRule.NotGranted => "not_granted",
        AccessRule.Flag => "flag",
        AccessRule.Unlimited => "unlimited",
        AccessRule.GivesBack => "gives_back",
        AccessRule.UsageLimit => "usage_limit",
        AccessRule.Included => "included",
        AccessRule.SpendLimit => "spend_limit",
        AccessRule.MaxPurchase => "max_purchase",
        AccessRule.Overage => "overage",
        AccessRule.Recorded => "recorded",
        _ => throw Unknown(rule),
    };

    public static AccessRule ToAccessRule(string word) => word switch
    {
        "not_granted" => AccessRule.NotGranted,
        "flag" => AccessRule.Flag,
        "unlimited" => AccessRule.Unlimited,
        "gives_back" => AccessRule.GivesBack,
        "usage_limit" => AccessRule.UsageLimit,
        "included" => AccessRule.Included,
        "spend_limit" => AccessRule.SpendLimit,
        "max_purchase" => AccessRule.MaxPurchase,
        "overage" => AccessRule.Overage,
        "recorded" => AccessRule.Recorded,
        _ => throw Unknown(word),
    };

    public static string Of(IntervalUnit unit) => unit switch
    {
        IntervalUnit.OneOff => "one_off",
        IntervalUnit.Minute => "minute",
        IntervalUnit.Hour => "hour",
        IntervalUnit.Day => "day",
        IntervalUnit.Week => "week",
        IntervalUnit.Month => "month",
        IntervalUnit.Quarter => "quarter",
        IntervalUnit.SemiAnnual => "semi_annual",
        IntervalUnit.Year => "year",
        _ => throw Unknown(unit),
    };

    public static IntervalUnit ToUnit(string word) => word switch
    {
        "one_off" => IntervalUnit.OneOff,
        "minute" => IntervalUnit.Minute,
        "hour" => IntervalUnit.Hour,
        "day" => IntervalUnit.Day,
        "week" => IntervalUnit.Week,
        "month" => IntervalUnit.Month,
        "quarter" => IntervalUnit.Quarter,
        "semi_annual" => IntervalUnit.SemiAnnual,
        "year" => IntervalUnit.Year,
        _ => throw Unknown(word),
    };

    private static InvariantViolation Unknown(object word) => new($"the journal has no word for {word.GetType().Name} {word}");
}
