namespace Sluice.Core;

/// <summary>What ids and names of features and plans may look like.</summary>
internal static class Wording
{
    public static Refusal? CheckId(string? id, string field) =>
        string.IsNullOrEmpty(id) ? new Refusal(RefusalCode.InvalidInputs, $"{field} is empty: choose an id of letters, digits, '_' and '-'.")
        : !id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-')
            ? new Refusal(RefusalCode.InvalidInputs, $"{field} '{id}' has other characters than letters, digits, '_' and '-': choose another id.")
            : null;

    public static Refusal? CheckName(string? name) =>
        string.IsNullOrWhiteSpace(name) ? new Refusal(RefusalCode.InvalidInputs, "name is empty: give it a name to be shown by.") : null;

    public static string? NullWhenEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary>An object or list with nothing in it says nothing.</summary>
    public static JsonText? NullWhenEmpty(JsonText? json) => json?.Value.Trim() is "{}" or "[]" or "null" or "" ? null : json;

    /// <summary>A plan has no controls to take back, so lists with nothing in them say nothing.</summary>
    public static BillingControls? NullWhenEmpty(BillingControls? controls) => controls?.IsEmpty != false ? null : controls.WithoutEmptyLists();

    public static string Interval(Interval interval)
    {
        var unit = interval.Unit switch
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
            _ => throw new InvariantViolation($"interval unit {interval.Unit}"),
        };
        return interval.Count == 1 ? unit : $"{interval.Count} × {unit}";
    }
}
