using System.Collections.Frozen;
using Sluice.Core;

namespace Sluice.Server.Api.Controls;

/// <summary>The API's words in billing controls, both ways.</summary>
internal static class ControlWords
{
    public static readonly FrozenDictionary<string, SpendLimitType> SpendLimitTypes = new Dictionary<string, SpendLimitType>
    {
        ["absolute"] = SpendLimitType.Absolute,
        ["usage_percentage"] = SpendLimitType.UsagePercentage,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, WindowAnchor> Anchors = new Dictionary<string, WindowAnchor>
    {
        ["billing_cycle"] = WindowAnchor.BillingCycle,
        ["utc"] = WindowAnchor.Utc,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, AlertType> AlertTypes = new Dictionary<string, AlertType>
    {
        ["usage"] = AlertType.Usage,
        ["usage_percentage"] = AlertType.UsagePercentage,
        ["remaining"] = AlertType.Remaining,
        ["remaining_percentage"] = AlertType.RemainingPercentage,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, AlertBasis> AlertBases = new Dictionary<string, AlertBasis>
    {
        ["balance"] = AlertBasis.Balance,
        ["included"] = AlertBasis.Included,
        ["recurring"] = AlertBasis.Recurring,
        ["usage_limit"] = AlertBasis.UsageLimit,
    }.ToFrozenDictionary();

    public static readonly FrozenDictionary<string, IntervalUnit> WindowIntervals = Words.ResetIntervals
        .Where(static pair => pair.Value is IntervalUnit.Day or IntervalUnit.Week or IntervalUnit.Month or IntervalUnit.Year).ToFrozenDictionary();

    public static readonly FrozenDictionary<string, IntervalUnit> PurchaseIntervals = Words.ResetIntervals
        .Where(static pair => pair.Value is IntervalUnit.Hour or IntervalUnit.Day or IntervalUnit.Week or IntervalUnit.Month).ToFrozenDictionary();

    public static string Of<T>(FrozenDictionary<string, T> words, T value)
        where T : struct => words.First(pair => EqualityComparer<T>.Default.Equals(pair.Value, value)).Key;
}
