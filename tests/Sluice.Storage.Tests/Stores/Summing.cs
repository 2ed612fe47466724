using System.Collections.Immutable;
using System.Text;
using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class SqliteSumming() : Summing(new SqliteHost());

public sealed class PostgresSumming() : Summing(new PostgresHost());

/// <summary>The daily sums must equal what a scan of the journal gives, after whatever happened.</summary>
public abstract class Summing(StoreHost host) : StoreSuite(host)
{
    private static readonly long Today = Day.Of(Now);

    [Fact]
    public async Task Usage_is_summed_exactly_by_day_customer_and_feature()
    {
        var (ada, bob) = (Joined(1), Joined(2));
        Assert.All(Commit(Used(ada, 0.1m), Used(ada, 0.2m), Used(bob, 5), Used(ada, 7, feature: "images")), fate => Assert.Equal(FateKind.Committed, fate));
        Commit(Used(ada, -0.05m), Used(ada, 1, daysAgo: 1));
        Assert.Equal(["-1 cus_1 messages 1x 1", "0 cus_1 images 1x 7", "0 cus_1 messages 3x 0.25", "0 cus_2 messages 1x 5"], await Days());
        Assert.Equal(["0 cus_1 messages 3x 0.25"], await Days(new CustomerKey(1), from: Today, features: "messages"));
    }

    [Fact]
    public async Task Usage_that_is_not_listed_is_not_summed()
    {
        Commit(Used(Joined(1), 3, listed: false));
        Assert.Empty(await Days());
    }

    [Fact]
    public async Task A_batch_that_is_written_again_without_a_loser_counts_the_rest_once()
    {
        var (ada, bob) = (Joined(1), Joined(2));
        var late = ada.Twin();
        Commit(Used(ada, 1));
        Assert.Equal([FateKind.Committed, FateKind.Moved, FateKind.Committed], Commit(Used(bob, 2), Used(late, 4), Used(bob, 8)));
        Assert.Equal(["0 cus_1 messages 1x 1", "0 cus_2 messages 2x 10"], await Days());
    }

    [Fact]
    public async Task A_deleted_customer_takes_its_sums_along()
    {
        var (ada, bob) = (Joined(1), Joined(2));
        Commit(Used(ada, 1), Used(bob, 2));
        Assert.Equal([FateKind.Committed, FateKind.Committed], Commit(Used(ada, 3), TestUnit.Of(ada.Do(Now, new CustomerEvent.Deleted()))));
        Assert.Equal(["0 cus_2 messages 1x 2"], await Days());
    }

    [Fact]
    public async Task A_scan_shows_each_event_of_its_range_with_what_it_took()
    {
        var ada = Joined(1);
        Commit(Used(ada, 1, properties: """{"model":"a"}"""), Used(ada, 2, daysAgo: 1), Used(ada, 3, feature: "images"), Used(Joined(2), 4));
        var seen = new List<string>();
        await Store.ScanUsage(
            new UsageScan(Scope, ada.Key, ["messages"], Day.Start(Today), Day.Start(Today + 1), WithDraws: true),
            (scoped in UsageSeen usage) => seen.Add($"{usage.Customer} {usage.Feature} {usage.Value} {Encoding.UTF8.GetString(usage.Properties)} {usage.Draws.Length}"));
        Assert.Equal(["""cus_1 messages 1 {"model":"a"} 1"""], seen);
    }

    [Fact]
    public async Task Thousands_of_events_are_listed_and_scanned_each_once_wherever_the_store_keeps_them()
    {
        var actors = Enumerable.Range(1, 3).Select(key => Joined(key)).ToArray();
        var random = new Random(Seed.Print());
        var expected = actors.ToDictionary(actor => actor.Key, _ => new List<(long UsedAt, long Version)>());
        for (var round = 0; round < 60; round++)
        {
            var units = new TestUnit[100];
            for (var at = 0; at < units.Length; at++)
            {
                var actor = actors[random.Next(actors.Length)];
                var usedAt = Now.Plus(TimeSpan.FromMinutes((round * 100) + at - (random.Next(8) == 0 ? random.Next(5_000) : 0)));
                units[at] = TestUnit.Of(actor.Use(1, usedAt));
                expected[actor.Key].Add((usedAt.Milliseconds, actor.State!.Version));
            }

            Commit(units);
            if (round % 20 == 7) await MustHold(actors[random.Next(actors.Length)].Key, expected);
        }

        foreach (var actor in actors) await MustHold(actor.Key, expected);
        Committed(actors[0].Do(Now, new CustomerEvent.Deleted()));
        expected[actors[0].Key].Clear();
        await Restart();
        foreach (var actor in actors) await MustHold(actor.Key, expected);
    }

    private async Task MustHold(CustomerKey customer, Dictionary<CustomerKey, List<(long UsedAt, long Version)>> expected)
    {
        var newestFirst = expected[customer].OrderByDescending(used => used).ToList();
        var listed = new List<(long, long)>();
        for (UsagePosition? after = null; ;)
        {
            var page = await Store.ListEvents(new UsageQuery(Scope, 700, customer, After: after));
            listed.AddRange(page.Select(used => (used.UsedAt.Milliseconds, used.Version)));
            if (page.Count < 700) break;
            after = new UsagePosition(page[^1].UsedAt, page[^1].Customer, page[^1].Version);
        }

        Assert.Equal(newestFirst, listed);
        var (from, to) = (Now.Plus(TimeSpan.FromHours(10)), Now.Plus(TimeSpan.FromHours(60)));
        var scanned = 0;
        await Store.ScanUsage(new UsageScan(Scope, customer, [], from, to, WithDraws: true), (scoped in UsageSeen seen) => scanned += seen.Draws.Length);
        Assert.Equal(newestFirst.Count(used => used.UsedAt >= from.Milliseconds && used.UsedAt < to.Milliseconds), scanned);
    }

    private static TestUnit Used(Actor actor, decimal value, int daysAgo = 0, string feature = "messages", bool listed = true, string? properties = null) => TestUnit.Of(actor.Do(
        Now,
        new CustomerEvent.Used(
            feature, Quantity.Of(value), Now.Plus(TimeSpan.FromDays(-daysAgo)), properties is null ? null : new JsonText(properties),
            [Sample.Draw(2, value)], listed)));

    private async Task<IEnumerable<string>> Days(CustomerKey? customer = null, long? from = null, params string[] features)
    {
        var query = new UsageDayQuery(Scope, customer, features is [] ? ["messages", "images"] : [.. features], from ?? Today - 10, Today + 1);
        var days = await Store.SumUsageByDay(query);
        return days.OrderBy(day => day.Day).ThenBy(day => day.Customer).ThenBy(day => day.Feature, StringComparer.Ordinal)
            .Select(day => $"{day.Day - Today} {day.Customer} {day.Feature} {day.Count}x {day.Sum}");
    }
}
