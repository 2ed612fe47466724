namespace Sluice.Core.Tests;

public sealed class UsageSumsTests
{
    private static readonly Bins TwoDays = new(Words.Moment("2026-03-09"), Words.Moment("2026-03-11"), BinSize.Day);
    private static readonly Instant Monday = Words.Moment("2026-03-09T08:00Z");
    private static readonly Instant Tuesday = Words.Moment("2026-03-10T08:00Z");

    [Fact]
    public void What_was_given_back_counts_against_the_day_it_was_given_back()
    {
        var sums = new UsageSums(TwoDays, ["messages"], grouped: false, 9);
        sums.Add(Tuesday, "messages", null, 1, 3);
        sums.Add(Monday, "messages", null, 1, 4);
        sums.Add(Tuesday, "messages", null, 1, -1);
        Assert.Equal([4m, 2m], sums.Result().Select(bin => bin.Values["messages"]));
        Assert.Equal((3, 6m), sums.Total("messages"));
    }

    [Fact]
    public void Every_bin_shows_every_feature_and_group_zero_where_there_is_nothing()
    {
        var sums = new UsageSums(TwoDays, ["messages", "seats"], grouped: true, 9);
        sums.Add(Monday, "messages", "a", 1, 2);
        sums.Add(Tuesday, "messages", "b", 1, 3);
        Assert.Equal(["messages 2: a=2 b=0 | seats 0:", "messages 3: a=0 b=3 | seats 0:"], Shown(sums));
    }

    [Fact]
    public void The_largest_groups_of_a_bin_are_kept_and_the_rest_is_folded_together()
    {
        var sums = new UsageSums(TwoDays, ["messages"], grouped: true, maxGroups: 2);
        foreach (var (group, amount) in (ReadOnlySpan<(string, decimal)>)[("a", 1), ("b", 5), ("c", 3), ("d", 0.5m)]) sums.Add(Monday, "messages", group, 1, amount);
        sums.Add(Tuesday, "messages", "a", 1, 7);
        Assert.Equal(["messages 9.5: Other=1.5 a=0 b=5 c=3", "messages 7: Other=0 a=7 b=0 c=0"], Shown(sums));
    }

    private static IEnumerable<string> Shown(UsageSums sums) => sums.Result().Select(bin => string.Join(" | ", bin.Values.OrderBy(pair => pair.Key).Select(pair =>
        $"{pair.Key} {pair.Value}:{string.Concat(bin.Groups![pair.Key].OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $" {group.Key}={group.Value}"))}")));
}
