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

    private static readonly FrozenDictionary<IntervalUnit, string> IntervalWords = ResetIntervals.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    public static string Of(IntervalUnit unit) => IntervalWords[unit];

    public static string Of(BillingMethod method) => method == BillingMethod.Prepaid ? "prepaid" : "usage_based";

    public static string Of(TierBehavior behavior) => behavior == TierBehavior.Graduated ? "graduated" : "volume";
}
