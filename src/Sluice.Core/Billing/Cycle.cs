namespace Sluice.Core;

/// <summary>A stretch of time that is billed: start inclusive, end exclusive.</summary>
public readonly record struct BillingPeriod(Instant Start, Instant End)
{
    public bool Holds(Instant moment) => Start <= moment && moment < End;

    /// <summary>
    /// The share of the period that is left at <paramref name="now"/>, exact to 28 digits: 1 at its start, 0 at its end.
    /// Counted from the whole second, as payment providers count.
    /// </summary>
    public decimal Left(Instant now)
    {
        var second = new Instant(now.Milliseconds - (now.Milliseconds % 1000));
        var from = Instant.Min(Instant.Max(second, Start), End);
        return End <= Start ? 0m : (decimal)(End.Milliseconds - from.Milliseconds) / (End.Milliseconds - Start.Milliseconds);
    }
}

/// <summary>Billing cycles: boundaries are the anchor plus whole intervals, counted from the anchor and never from one another.</summary>
public static class Cycle
{
    /// <summary>
    /// The cycle that holds <paramref name="now"/>. The anchor may lie in the future: cycles run in both directions.
    /// Null when it does not recur, or the calendar ends first.
    /// </summary>
    /// <param name="floor">The cycle neither starts nor ends before it: a trial's end, the start of the subscription.</param>
    public static BillingPeriod? Around(Interval interval, Instant anchor, Instant now, Instant? floor = null)
    {
        if (!interval.Recurs) return null;
        var k = interval.Passed(anchor, now);
        if (interval.Boundary(anchor, k) is not { } start || interval.Boundary(anchor, k + 1) is not { } end) return null;
        return floor is not { } least ? new BillingPeriod(start, end) : new BillingPeriod(Instant.Max(start, least), Instant.Max(end, least));
    }

    /// <summary>The same of an interval that recurs: where the calendar ends first, the cycle ends with it.</summary>
    public static BillingPeriod Of(Interval interval, Instant anchor, Instant now) => Around(interval, anchor, now) ?? new BillingPeriod(now, Instant.Latest);

    /// <summary>Where the cycle that holds <paramref name="now"/> ends.</summary>
    public static Instant? End(Interval interval, Instant anchor, Instant now, Instant? floor = null)
    {
        if (!interval.Recurs) return null;
        var end = interval.Boundary(anchor, interval.Passed(anchor, now) + 1);
        return end is { } at && floor is { } least ? Instant.Max(at, least) : end;
    }
}
