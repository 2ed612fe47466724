using Sluice.Core;

namespace Sluice.Server.Api;

/// <summary><c>{interval, interval_count?}</c></summary>
internal static class Intervals
{
    public static Interval? Read(Body body, string field, IReadOnlyDictionary<string, IntervalUnit> words, bool nullable = false)
    {
        if (body.Object(field, nullable: nullable) is not { } sent) return null;
        return ReadHere(sent, words);
    }

    /// <summary>Where the two fields stand among others.</summary>
    public static Interval? ReadHere(Body sent, IReadOnlyDictionary<string, IntervalUnit> words)
    {
        var unit = sent.Choice("interval", words, required: true);
        var count = sent.WholeNumber("interval_count", min: 1, max: 1_000);
        return unit is { } known ? new Interval(known, count ?? 1) : null;
    }
}
