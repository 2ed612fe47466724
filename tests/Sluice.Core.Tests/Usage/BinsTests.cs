namespace Sluice.Core.Tests;

public sealed class BinsTests
{
    [Theory]
    [InlineData(BinSize.Hour, "2026-03-10T09:59:59.999Z", "2026-03-10T09:00Z")]
    [InlineData(BinSize.Day, "2026-03-10T09:59Z", "2026-03-10")]
    [InlineData(BinSize.Week, "2026-03-10T09:59Z", "2026-03-09")]
    [InlineData(BinSize.Week, "2026-03-09", "2026-03-09")]
    [InlineData(BinSize.Week, "2026-03-08T23:59Z", "2026-03-02")]
    [InlineData(BinSize.Month, "2026-02-28T23:59Z", "2026-02-01")]
    public void A_bin_begins_on_the_hour_the_day_the_Monday_or_the_first(BinSize size, string moment, string start) =>
        Assert.Equal(Words.Moment(start), Of(size, moment, moment).StartOf(Words.Moment(moment)));

    [Theory]
    [InlineData(BinSize.Day, "2026-02-27", "2026-03-02", "2026-02-27 2026-02-28 2026-03-01")]
    [InlineData(BinSize.Day, "2026-02-27T12:00Z", "2026-02-28T00:00:00.001Z", "2026-02-27 2026-02-28")]
    [InlineData(BinSize.Week, "2026-03-08", "2026-03-10", "2026-03-02 2026-03-09")]
    [InlineData(BinSize.Month, "2025-12-31", "2026-02-01", "2025-12-01 2026-01-01")]
    public void Every_bin_that_the_range_touches_is_there(BinSize size, string from, string to, string starts)
    {
        var bins = Of(size, from, to);
        Assert.Equal(starts.Split(' ').Select(Words.Moment), bins.Starts());
        Assert.Equal(bins.Starts().Length, bins.Count());
    }

    [Fact]
    public void An_empty_range_has_no_bin()
    {
        var bins = Of(BinSize.Day, "2026-03-10T09:59Z", "2026-03-10T09:59Z");
        Assert.Empty(bins.Starts());
        Assert.Equal(0, bins.Count());
    }

    private static Bins Of(BinSize size, string from, string to) => new(Words.Moment(from), Words.Moment(to), size);
}
