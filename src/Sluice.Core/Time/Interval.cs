namespace Sluice.Core;

/// <summary>The unit of a reset or billing interval. <see cref="OneOff"/> never comes round again.</summary>
public enum IntervalUnit
{
    OneOff,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    SemiAnnual,
    Year,
}

/// <summary>How often something comes round: <c>Count</c> times <c>Unit</c>; Count is at least 1.</summary>
public readonly record struct Interval(IntervalUnit Unit, int Count = 1)
{
    public static readonly Interval OneOff = new(IntervalUnit.OneOff);

    public bool Recurs => Unit != IntervalUnit.OneOff;

    /// <summary>Length used only to compare intervals: minutes, months counted as 30 days; one-off is longest.</summary>
    public long Weight => Unit switch
    {
        IntervalUnit.Minute => 1L,
        IntervalUnit.Hour => 60L,
        IntervalUnit.Day => 1_440L,
        IntervalUnit.Week => 10_080L,
        IntervalUnit.Month => 43_200L,
        IntervalUnit.Quarter => 129_600L,
        IntervalUnit.SemiAnnual => 259_200L,
        IntervalUnit.Year => 525_600L,
        IntervalUnit.OneOff => 1_000_000_000L,
        _ => throw new InvariantViolation($"interval unit {Unit}"),
    } * Count;

    /// <summary>
    /// The smallest <c>anchor + k·interval</c> (k at least 1) after <paramref name="now"/>. Always counted from the
    /// anchor, so month ends clamp without drift: 31 Jan → 28 Feb → 31 Mar. Null when the interval does not recur, or
    /// comes round only after the calendar ends.
    /// </summary>
    public Instant? NextAfter(Instant anchor, Instant now)
    {
        if (!Recurs) return null;
        var k = Math.Max(1, Elapsed(anchor, now));
        return Boundary(anchor, k) is { } boundary && boundary <= now ? Boundary(anchor, k + 1) : Boundary(anchor, k);
    }

    /// <summary>The number of the last boundary at or before <paramref name="now"/>: 0 = the anchor itself, negative before it.</summary>
    public long Passed(Instant anchor, Instant now)
    {
        var k = Elapsed(anchor, now);
        return !(Boundary(anchor, k) <= now) ? k - 1 : k;
    }

    /// <summary>The k-th boundary after the anchor; null when it lies beyond <see cref="Instant.Latest"/>.</summary>
    public Instant? Boundary(Instant anchor, long k) => Months is { } months ? MonthsAfter(anchor, months, k) : SpansAfter(anchor, Milliseconds, k);

    private static Instant? MonthsAfter(Instant anchor, long months, long k)
    {
        var from = anchor.ToUtc();
        var room = ((9999 - from.Year) * 12L) + 12 - from.Month;
        return k > room / months ? null : Instant.Of(new DateTimeOffset(from.AddMonths((int)(months * k))));
    }

    private static Instant? SpansAfter(Instant anchor, long span, long k) =>
        k > (Instant.Latest.Milliseconds - anchor.Milliseconds) / span ? null : new Instant(anchor.Milliseconds + (span * k));

    private long? Months => Unit switch
    {
        IntervalUnit.Month => Count,
        IntervalUnit.Quarter => 3L * Count,
        IntervalUnit.SemiAnnual => 6L * Count,
        IntervalUnit.Year => 12L * Count,
        _ => null,
    };

    private long Milliseconds => Unit switch
    {
        IntervalUnit.Minute => 60_000L,
        IntervalUnit.Hour => 3_600_000L,
        IntervalUnit.Day => 86_400_000L,
        IntervalUnit.Week => 604_800_000L,
        _ => throw new InvariantViolation($"{Unit} has no fixed length"),
    } * Count;

    // Whole intervals between the two, or one too many when the day of the month is not reached yet: the boundary of
    // this number is at most one step before the next one, and the boundary before it is never after now.
    private long Elapsed(Instant anchor, Instant now)
    {
        if (Months is not { } months) return Floor(now.Milliseconds - anchor.Milliseconds, Milliseconds);
        var (from, to) = (anchor.ToUtc(), now.ToUtc());
        return Floor(((to.Year - from.Year) * 12L) + to.Month - from.Month, months);
    }

    private static long Floor(long a, long b) => a >= 0 ? a / b : -((b - 1 - a) / b);
}
