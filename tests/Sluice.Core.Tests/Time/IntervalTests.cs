using NodaTime;

namespace Sluice.Core.Tests.Time;

/// <summary>Boundaries are counted from the anchor, in UTC.</summary>
public class IntervalTests
{
    [Theory]
    [InlineData("month", 1, "2026-01-31", "2026-01-31", "2026-02-28")]
    [InlineData("month", 1, "2026-01-31", "2026-02-28", "2026-03-31")]
    [InlineData("month", 1, "2026-01-31", "2026-03-31", "2026-04-30")]
    [InlineData("month", 1, "2028-01-31", "2028-01-31", "2028-02-29")]
    [InlineData("month", 1, "2026-05-31", "2026-07-01", "2026-07-31")]
    [InlineData("month", 2, "2026-01-15", "2026-03-15", "2026-05-15")]
    [InlineData("month", 1, "2026-01-15", "2026-01-14", "2026-02-15")]
    [InlineData("quarter", 1, "2026-11-30", "2026-11-30", "2027-02-28")]
    [InlineData("semi_annual", 1, "2026-08-31", "2026-08-31", "2027-02-28")]
    [InlineData("year", 1, "2028-02-29", "2028-02-29", "2029-02-28")]
    [InlineData("year", 1, "2028-02-29", "2031-06-01", "2032-02-29")]
    [InlineData("week", 1, "2026-03-02", "2026-03-10", "2026-03-16")]
    [InlineData("day", 3, "2026-03-01", "2026-03-03T23:59:59.999Z", "2026-03-04")]
    [InlineData("hour", 1, "2026-03-01T00:30Z", "2026-03-01T00:30Z", "2026-03-01T01:30Z")]
    [InlineData("minute", 5, "2026-03-01", "2026-03-01T00:14:00Z", "2026-03-01T00:15:00Z")]
    public void The_next_boundary(string unit, int count, string anchor, string now, string next) =>
        Assert.Equal(Words.Moment(next), Words.Interval(unit, count).NextAfter(Words.Moment(anchor), Words.Moment(now)));

    [Fact]
    public void One_off_has_no_boundary() => Assert.Null(Interval.OneOff.NextAfter(Given.Start, Given.Start));

    [Fact]
    public void Any_boundary_equals_that_of_another_calendar()
    {
        Property.Holds(5000, random =>
        {
            var unit = (IntervalUnit)random.Next(1, 9);
            var interval = new Interval(unit, random.Next(1, 40));
            var anchor = Any(random);
            var now = random.Next(3) == 0 ? anchor : Any(random);
            Assert.Equal(Oracle(interval, anchor, now), interval.NextAfter(anchor, now));
        });
    }

    [Fact]
    public void A_boundary_itself_is_followed_by_the_next_one()
    {
        Property.Holds(2000, random =>
        {
            var interval = new Interval((IntervalUnit)random.Next(1, 9), random.Next(1, 4));
            var anchor = Any(random);
            var k = random.Next(1, 100);
            if (interval.Boundary(anchor, k) is not { } boundary) return;
            Assert.Equal(interval.Boundary(anchor, k + 1), interval.NextAfter(anchor, boundary));
            Assert.Equal(boundary, interval.NextAfter(anchor, new Core.Instant(boundary.Milliseconds - 1)));
        });
    }

    [Fact]
    public void Nothing_comes_round_after_the_calendar_ends_and_nothing_fails()
    {
        Property.Holds(5000, random =>
        {
            var interval = new Interval((IntervalUnit)random.Next(0, 9), random.OneOf(1, 2, 1_000, int.MaxValue));
            var anchor = new Core.Instant(random.NextInt64(Core.Instant.Latest.Milliseconds + 1));
            var now = random.OneOf(anchor, Core.Instant.Latest, Core.Instant.Earliest, new Core.Instant(random.NextInt64(Core.Instant.Latest.Milliseconds + 1)));
            if (interval.NextAfter(anchor, now) is { } next)
            {
                Assert.True(next > now && next > anchor && next.IsInCalendar);
                Assert.NotEmpty(next.ToString());
            }

            Assert.True(interval.Weight > 0);
        });
    }

    [Theory]
    [InlineData("minute", "hour", "day", "week", "month", "quarter", "semi_annual", "year", "one_off")]
    public void Longer_intervals_weigh_more(params string[] units)
    {
        var weights = units.Select(unit => Words.Interval(unit).Weight).ToArray();
        Assert.Equal(weights.Order(), weights);
        Assert.True(Words.Interval("day", 31).Weight > Words.Interval("month").Weight);
    }

    [Fact]
    public void A_moment_survives_the_calendar_to_the_millisecond()
    {
        Property.Holds(2000, random =>
        {
            var moment = new Core.Instant(random.NextInt64(Core.Instant.Latest.Milliseconds + 1));
            Assert.Equal(moment, Core.Instant.Of(new DateTimeOffset(moment.ToUtc())));
        });
    }

    private static Core.Instant Any(Random random) =>
        new(random.NextInt64(Words.Moment("2000-01-01").Milliseconds, Words.Moment("2060-01-01").Milliseconds));

    // Step by step from the anchor, with another library's calendar.
    private static Core.Instant Oracle(Interval interval, Core.Instant anchor, Core.Instant now)
    {
        var from = NodaTime.Instant.FromUnixTimeMilliseconds(anchor.Milliseconds).InUtc().LocalDateTime;
        // Whole units first, so that minutes over decades need no million steps.
        var low = 1L;
        var high = 1L;
        while (At(high) <= now) high *= 2;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (At(middle) > now) high = middle;
            else low = middle + 1;
        }

        return At(low);

        Core.Instant At(long k) => new(from.Plus(PeriodOf(interval, k)).InUtc().ToInstant().ToUnixTimeMilliseconds());
    }

    private static Period PeriodOf(Interval interval, long k) => interval.Unit switch
    {
        IntervalUnit.Minute => Period.FromMinutes(k * interval.Count),
        IntervalUnit.Hour => Period.FromHours(k * interval.Count),
        IntervalUnit.Day => Period.FromDays((int)(k * interval.Count)),
        IntervalUnit.Week => Period.FromWeeks((int)(k * interval.Count)),
        IntervalUnit.Month => Period.FromMonths((int)(k * interval.Count)),
        IntervalUnit.Quarter => Period.FromMonths((int)(3 * k * interval.Count)),
        IntervalUnit.SemiAnnual => Period.FromMonths((int)(6 * k * interval.Count)),
        IntervalUnit.Year => Period.FromYears((int)(k * interval.Count)),
        _ => throw new ArgumentOutOfRangeException(nameof(interval)),
    };
}
