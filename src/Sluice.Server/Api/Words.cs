using System.Collections.Frozen;
using Sluice.Core;

namespace Sluice.Server.Api;

/// <summary>The API's words for the values of the field, both ways.</summary>
internal static class Words
{
    public static readonly FrozenDictionary<string, IntervalUnit> ResetIntervals = new Dictionary<string, IntervalUnit>
    {
        ["one_off"] = IntervalUnit.OneOff,
        ["minute"] = IntervalUnit.Minute,
        ["hour"] = IntervalUnit.Hour,
        ["day"] = IntervalUnit.Day,
        ["week"] = IntervalUnit.Week,
        ["month"] = IntervalUnit.Month,
        ["quarter"] = IntervalUnit.Quarter,
        ["semi_annual"] = IntervalUnit.SemiAnnual,
        ["year"] = IntervalUnit.Year,
    }.ToFrozenDictionary();

    /// <summary>Billing knows no minute, hour or day.</summary>
    public static readonly FrozenDictionary<string, IntervalUnit> BillingIntervals =
        ResetIntervals.Where(pair => pair.Value is not (IntervalUnit.Minute or IntervalUnit.Hour or IntervalUnit.Day)).ToFrozenDictionary();

    public static readonly FrozenDictionary<string, OverageBehavior> Overage = new Dictionary<string, OverageBehavior>
    {
        ["cap"] = OverageBehavior.Cap,
        ["reject"] = OverageBehavior.Reject,
        ["overflow"] = OverageBehavior.Overflow,
    }.ToFrozenDictionary();

    public static string Of(MarkupSource source) => source switch
    {
        MarkupSource.None => "none",
        MarkupSource.Default => "default",
        MarkupSource.Provider => "provider",
        MarkupSource.Model => "model",
        _ => throw new InvariantViolation($"markup source {source}"),
    };

    public static readonly FrozenDictionary<string, BillingMethod> BillingMethods = new Dictionary<string, BillingMethod>
    {
        ["prepaid"] = BillingMethod.Prepaid,
        ["usage_based"] = BillingMethod.UsageBased,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, TierBehavior> TierBehaviors = new Dictionary<string, TierBehavior>
    {
        ["graduated"] = TierBehavior.Graduated,
        ["volume"] = TierBehavior.Volume,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, FeatureType> FeatureTypes = new Dictionary<string, FeatureType>
    {
        ["boolean"] = FeatureType.Boolean,
        ["metered"] = FeatureType.Metered,
        ["credit_system"] = FeatureType.CreditSystem,
        ["ai_credit_system"] = FeatureType.AiCreditSystem,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, TrialUnit> TrialUnits = new Dictionary<string, TrialUnit>
    {
        ["day"] = TrialUnit.Day,
        ["month"] = TrialUnit.Month,
        ["year"] = TrialUnit.Year,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, RolloverExpiry> RolloverExpiries = new Dictionary<string, RolloverExpiry>
    {
        ["month"] = RolloverExpiry.Month,
        ["forever"] = RolloverExpiry.Forever,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, OnIncrease> Increases = new Dictionary<string, OnIncrease>
    {
        ["bill_immediately"] = OnIncrease.BillImmediately,
        ["prorate_immediately"] = OnIncrease.ProrateImmediately,
        ["prorate_next_cycle"] = OnIncrease.ProrateNextCycle,
        ["bill_next_cycle"] = OnIncrease.BillNextCycle,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, OnDecrease> Decreases = new Dictionary<string, OnDecrease>
    {
        ["prorate"] = OnDecrease.Prorate,
        ["prorate_immediately"] = OnDecrease.ProrateImmediately,
        ["prorate_next_cycle"] = OnDecrease.ProrateNextCycle,
        ["none"] = OnDecrease.None,
        ["no_prorations"] = OnDecrease.NoProrations,
    }.ToFrozenDictionary();

    /// <summary>What a trial's on_end says: true = back to the plan before.</summary>
    public static readonly FrozenDictionary<string, bool> TrialEnds = new Dictionary<string, bool> { ["bill"] = false, ["revert"] = true }.ToFrozenDictionary();

    /// <summary>What ends a hold: true = it is released.</summary>
    public static readonly FrozenDictionary<string, bool> FinalizeActions = new Dictionary<string, bool> { ["confirm"] = false, ["release"] = true }.ToFrozenDictionary();

    private static readonly FrozenDictionary<FeatureType, string> FeatureTypeWords = FeatureTypes.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    private static readonly FrozenDictionary<IntervalUnit, string> IntervalWords = ResetIntervals.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>Who may have issued an invoice, as clients know them.</summary>
    public static readonly FrozenSet<string> Processors = new[] { "stripe", "revenuecat" }.ToFrozenSet();

    /// <summary>What was given up elsewhere is void here.</summary>
    public static readonly FrozenDictionary<string, InvoiceStatus> InvoiceStatuses = new Dictionary<string, InvoiceStatus>
    {
        ["draft"] = InvoiceStatus.Draft, ["open"] = InvoiceStatus.Open, ["paid"] = InvoiceStatus.Paid, ["void"] = InvoiceStatus.Void, ["uncollectible"] = InvoiceStatus.Void,
    }.ToFrozenDictionary();

    public static string Of(InvoiceStatus status) => status switch
    {
        InvoiceStatus.Draft => "draft",
        InvoiceStatus.Open => "open",
        InvoiceStatus.Paid => "paid",
        InvoiceStatus.Void => "void",
        _ => throw new InvariantViolation($"invoice status {status}"),
    };

    public static string Of(IntervalUnit unit) => IntervalWords[unit];

    public static string Of(FeatureType type) => FeatureTypeWords[type];

    public static string Of(TrialUnit unit) => unit switch
    {
        TrialUnit.Day => "day",
        TrialUnit.Month => "month",
        TrialUnit.Year => "year",
        _ => throw new InvariantViolation($"no word for {unit}"),
    };

    public static string Of(RolloverExpiry expiry) => expiry == RolloverExpiry.Month ? "month" : "forever";

    public static string Of(AttachAction action) => action switch
    {
        AttachAction.Activate => "activate",
        AttachAction.Upgrade => "upgrade",
        AttachAction.Downgrade => "downgrade",
        AttachAction.None => "none",
        AttachAction.Purchase => "purchase",
        _ => throw new InvariantViolation($"no word for {action}"),
    };

    public static string Of(BillingMethod method) => method == BillingMethod.Prepaid ? "prepaid" : "usage_based";

    public static string Of(TierBehavior behavior) => behavior == TierBehavior.Graduated ? "graduated" : "volume";
}
