namespace Sluice.Core;

/// <summary>Where the windows of usage limits begin and end, and what is left in them.</summary>
internal static class Windows
{
    /// <summary>The window of a limit that holds <paramref name="now"/>: start inclusive, end exclusive.</summary>
    /// <param name="holder">Whose limit it is: it keeps step with the resets of a grant that serves the limited feature there.</param>
    public static BillingPeriod Around(UsageLimit limit, Subject holder, Catalog catalog, Instant now)
    {
        if (limit.Anchor != WindowAnchor.Utc && Anchor(holder, catalog, limit) is { } anchor && Cycle.Around(new Interval(limit.Interval), anchor, now) is { } cycle) return cycle;
        return Calendar(limit.Interval, now);
    }

    /// <summary>What of a limit is used in its current window.</summary>
    public static Quantity Used(Subject holder, UsageLimit limit, Instant start)
    {
        foreach (var window in (holder.Entity?.Own ?? holder.Customer.Own).Windows)
        {
            if (window.IsOf(limit)) return window.Start == start ? window.Used : Quantity.Zero;
        }

        return Quantity.Zero;
    }

    // A plan's grant before one by itself, a main plan's before an add-on's, the oldest first.
    private static Instant? Anchor(Subject holder, Catalog catalog, UsageLimit limit)
    {
        if (catalog.Feature(limit.Feature) is not { } feature) return null;
        Grant? best = null;
        foreach (var (grant, _, _, _, _) in DrawOrder.Serving(holder, catalog, feature))
        {
            if (grant.Terms.Reset is not { Recurs: true }) continue;
            if (best is null || Rank(grant).CompareTo(Rank(best)) < 0) best = grant;
        }

        return best?.Anchor;
    }

    private static (bool Alone, bool AddOn, Instant CreatedAt, int No) Rank(Grant grant) => (grant.Plan is null, grant.AddOn, grant.CreatedAt, grant.No.Value);

    private static BillingPeriod Calendar(IntervalUnit unit, Instant now)
    {
        var day = now.ToUtc().Date;
        var (start, end) = unit switch
        {
            IntervalUnit.Day => (day, day.AddDays(1)),
            IntervalUnit.Week => Week(day.AddDays(-(((int)day.DayOfWeek + 6) % 7))),
            IntervalUnit.Month => Months(new DateTime(day.Year, day.Month, 1), 1),
            IntervalUnit.Year => Months(new DateTime(day.Year, 1, 1), 12),
            _ => throw new InvariantViolation($"no window of a {unit}"),
        };
        return new BillingPeriod(Instant.Of(new DateTimeOffset(start, TimeSpan.Zero)), Instant.Of(new DateTimeOffset(end, TimeSpan.Zero)));
    }

    private static (DateTime, DateTime) Week(DateTime monday) => (monday, monday.AddDays(7));

    private static (DateTime, DateTime) Months(DateTime first, int count) => (first, first.AddMonths(count));
}
