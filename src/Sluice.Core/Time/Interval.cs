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
    /// anchor, so month ends clamp without drift: 31 Jan → 28 Feb → 31 Mar. Null when the interval does not recur.
    /// </summary>
    public Instant? NextAfter(Instant anchor, Instant now)
    {
        if (!Recurs) return null;
        var k = Math.Max(1, Elapsed(anchor, now));
        while (Boundary(anchor, k) <= now) k++;
        while (k > 1 && Boundary(anchor, k - 1) > now) k--;
        return Boundary(anchor, k);
    }

    /// <summary>The k-th boundary after the anchor.</summary>
    public Instant Boundary(Instant anchor, long k) => Months is { } months
        ? Instant.Of(new DateTimeOffset(anchor.ToUtc().AddMonths(checked((int)(months * k)))))
        : new Instant(anchor.Milliseconds + (Milliseconds * k));

    private int? Months => Unit switch
    {
        IntervalUnit.Month => Count,
        IntervalUnit.Quarter => 3 * Count,
        IntervalUnit.SemiAnnual => 6 * Count,
        IntervalUnit.Year => 12 * Count,
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

    // A first guess of k; NextAfter corrects it by whole steps.
    private long Elapsed(Instant anchor, Instant now)
    {
        if (now <= anchor) return 0;
        if (Months is not { } months) return (now.Milliseconds - anchor.Milliseconds) / Milliseconds;
        var (from, to) = (anchor.ToUtc(), now.ToUtc());
        return (((to.Year - from.Year) * 12) + to.Month - from.Month) / months;
    }
}
