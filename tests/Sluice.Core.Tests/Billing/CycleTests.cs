using System.Globalization;

namespace Sluice.Core.Tests.Billing;

public class CycleTests
{
    [Theory]
    [InlineData("2 Jan 2026", "month", "15 Feb 2026", "2 Feb 2026", "2 Mar 2026")]
    [InlineData("18 Jan 2026", "3 month", "15 Feb 2026", "18 Jan 2026", "18 Apr 2026")]
    [InlineData("31 Mar 2026 12:00", "month", "15 Apr 2026", "31 Mar 2026 12:00", "30 Apr 2026 12:00")]
    [InlineData("31 Mar 2026 12:00", "month", "30 Apr 2026 11:59", "31 Mar 2026 12:00", "30 Apr 2026 12:00")]
    [InlineData("31 Mar 2026 12:00", "month", "30 Apr 2026 12:01", "30 Apr 2026 12:00", "31 May 2026 12:00")]
    [InlineData("31 Mar 2026", "2 month", "15 Apr 2026", "31 Mar 2026", "31 May 2026")]
    [InlineData("31 Jan 2026 10:00", "month", "30 Apr 2026 10:00", "30 Apr 2026 10:00", "31 May 2026 10:00")]
    [InlineData("31 Jan 2026", "3 month", "30 Apr 2026 11:00", "30 Apr 2026", "31 Jul 2026")]
    [InlineData("31 Mar 2026 12:00", "month", "30 Jun 2026 12:01", "30 Jun 2026 12:00", "31 Jul 2026 12:00")]
    [InlineData("28 Apr 2026", "month", "15 Jan 2026", "28 Dec 2025", "28 Jan 2026")]
    [InlineData("31 May 2026", "2 month", "15 Feb 2026", "31 Jan 2026", "31 Mar 2026")]
    [InlineData("30 Apr 2026", "month", "15 Feb 2026", "30 Jan 2026", "28 Feb 2026")]
    [InlineData("15 Jan 2026", "quarter", "20 Feb 2026", "15 Jan 2026", "15 Apr 2026")]
    [InlineData("31 Jan 2026", "quarter", "15 Mar 2026", "31 Jan 2026", "30 Apr 2026")]
    [InlineData("29 Feb 2024 12:00", "year", "28 Feb 2025 22:00", "28 Feb 2025 12:00", "28 Feb 2026 12:00")]
    [InlineData("29 Feb 2024", "year", "20 Jun 2027", "28 Feb 2027", "29 Feb 2028")]
    [InlineData("15 Jan 2022", "2 year", "20 Jun 2024", "15 Jan 2024", "15 Jan 2026")]
    [InlineData("8 Jan 2025", "week", "12 Jan 2025", "8 Jan 2025", "15 Jan 2025")]
    public void A_cycle_is_counted_from_the_anchor(string anchor, string every, string now, string start, string end)
    {
        var cycle = Cycle.Around(Every(every), At(anchor), At(now));
        Assert.Equal(new BillingPeriod(At(start), At(end)), cycle);
        Assert.True(cycle!.Value.Holds(At(now)));
    }

    [Fact]
    public void The_last_cycle_ends_with_the_calendar()
    {
        Assert.Null(Cycle.Around(Every("month"), Instant.Latest, Instant.Latest));
        Assert.Equal(new BillingPeriod(Instant.Latest, Instant.Latest), Cycle.Of(Every("month"), Instant.Latest, Instant.Latest));
        Assert.Equal(new BillingPeriod(At("1 Feb 2026"), Instant.Latest), Cycle.Of(new Interval(IntervalUnit.Year, 9_000), At("1 Jan 2026"), At("1 Feb 2026")));
    }

    [Theory]
    [InlineData("4 Aug 2026", "month", "16 Jan 2026", "4 Aug 2026", null, "4 Aug 2026", "a trial that ends on the anchor")]
    [InlineData("15 Jan 2026", "month", "5 Jan 2026", "1 Jan 2026", "1 Jan 2026", "15 Jan 2026", "a subscription that started within the cycle")]
    public void A_floor_holds_a_cycle_back(string anchor, string every, string now, string floor, string? start, string end, string why)
    {
        var cycle = Cycle.Around(Every(every), At(anchor), At(now), At(floor))!.Value;
        Assert.True(cycle.End == At(end), why);
        if (start is not null) Assert.True(cycle.Start == At(start), why);
        Assert.Equal(cycle.End, Cycle.End(Every(every), At(anchor), At(now), At(floor)));
    }

    [Fact]
    public void Cycles_follow_one_another_without_gaps_and_hold_the_moment()
    {
        Property.Holds(3000, random =>
        {
            var anchor = new Instant(random.NextInt64(0, 4_000_000_000_000));
            var now = new Instant(random.NextInt64(0, 4_000_000_000_000));
            var every = new Interval(random.OneOf(IntervalUnit.Week, IntervalUnit.Month, IntervalUnit.Quarter, IntervalUnit.SemiAnnual, IntervalUnit.Year), random.Next(1, 5));
            var cycle = Cycle.Around(every, anchor, now)!.Value;
            Assert.True(cycle.Holds(now));
            Assert.Equal(cycle.End, Cycle.Around(every, anchor, cycle.End)!.Value.Start);
            Assert.Equal(cycle, Cycle.Around(every, anchor, cycle.Start));
        });
    }

    [Theory]
    [InlineData("1 Apr 2026", 1)]
    [InlineData("16 Apr 2026", 0.5)]
    [InlineData("1 May 2026", 0)]
    [InlineData("5 May 2026", 0)]
    [InlineData("1 Mar 2026", 1)]
    public void The_share_of_a_period_that_is_left(string now, decimal left) => Assert.Equal(left, new BillingPeriod(At("1 Apr 2026"), At("1 May 2026")).Left(At(now)));

    [Fact]
    public void Shares_are_counted_from_the_whole_second() =>
        Assert.Equal(0.5m, new BillingPeriod(At("1 Apr 2026"), At("1 May 2026")).Left(At("16 Apr 2026").Plus(TimeSpan.FromMilliseconds(999))));

    // "month" or "3 month".
    private static Interval Every(string text) => text.Split(' ') is [var count, var unit] ? Words.Interval(unit, int.Parse(count, CultureInfo.InvariantCulture)) : Words.Interval(text);

    private static Instant At(string text) => Instant.Of(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
}
