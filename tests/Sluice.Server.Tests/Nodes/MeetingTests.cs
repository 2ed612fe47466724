using System.Diagnostics;
using Xunit.Abstractions;

namespace Sluice.Server.Tests.Nodes;

/// <summary>Nodes that change one customer at the same time, without any routing.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class MeetingTests(ITestOutputHelper output)
{
    private const int Callers = 16;

    [Fact]
    public async Task A_customer_that_two_nodes_use_up_is_never_oversold_and_nobody_else_is_hurt()
    {
        const int granted = 600;
        await using var nodes = await SeveralNodes.Start(2);
        await nodes.Api[0].Create("hot");
        await nodes.Api[0].Grant("hot", granted);
        var start = (int)await nodes.Api[1].Remaining("hot");
        foreach (var at in Enumerable.Range(0, 4)) await nodes.Api[at % 2].Create($"other{at}");
        foreach (var at in Enumerable.Range(0, 4)) await nodes.Api[at % 2].Grant($"other{at}", 1_000_000);

        var allowed = 0;
        using var done = new CancellationTokenSource();
        var others = Enumerable.Range(0, 4).Select(async at =>
        {
            var count = 0;
            for (; !done.IsCancellationRequested; count++) (await nodes.Api[at % 2].Track($"other{at}", 1)).MustBe(200);
            return count;
        }).ToList();
        await Task.WhenAll(Enumerable.Range(0, 2 * Callers).Select(async at =>
        {
            while ((await nodes.Api[at % 2].Consume("hot", 1)).MustBe(200).Flag("allowed")) Interlocked.Increment(ref allowed);
        }));
        await done.CancelAsync();
        var unrelated = await Task.WhenAll(others);

        Assert.Equal(start, allowed);
        foreach (var api in nodes.Api) Assert.Equal(0, await api.Remaining("hot"));
        Assert.Equal($"{allowed}", nodes.Ask("select count(*) from journal j join customer c on c.scope = j.scope and c.key = j.customer where c.external_id = 'hot' and j.listed = 1"));
        output.WriteLine($"{allowed} used up by two nodes, {unrelated.Sum()} requests on others meanwhile");
        Assert.All(unrelated, static count => Assert.True(count > 0));
    }

    [Fact]
    public async Task Unrouted_a_busy_customer_is_at_least_a_third_as_fast_as_routed_and_each_node_has_its_share()
    {
        await using var nodes = await SeveralNodes.Start(2);
        await nodes.Api[0].Create("hot");
        await nodes.Api[0].Grant("hot", 100_000_000);
        await Load(nodes, static at => at % 2, TimeSpan.FromSeconds(3));

        // Another load on the machine may fall on one of the two rates: of three measurements one must hold.
        for (var left = 2; ; left--)
        {
            var routed = await Load(nodes, static _ => 0, TimeSpan.FromSeconds(4));
            var unrouted = await Load(nodes, static at => at % 2, TimeSpan.FromSeconds(6));
            var (routedRate, unroutedRate) = (routed.Sum() / 4.0, unrouted.Sum() / 6.0);
            output.WriteLine($"routed {routedRate:0} tracks/s, unrouted {unroutedRate:0} tracks/s ({unroutedRate / routedRate:P0}), by node {string.Join(" and ", unrouted)}");
            if (unroutedRate < 0.3 * routedRate && left > 0) continue;
            Assert.True(unroutedRate >= 0.3 * routedRate, $"{unroutedRate:0} is less than 30 % of {routedRate:0}");
            Assert.All(unrouted, count => Assert.True(count > unrouted.Sum() / 10, $"a node got {count} of {unrouted.Sum()}"));
            return;
        }
    }

    /// <summary>What each node answered.</summary>
    private static async Task<int[]> Load(SeveralNodes nodes, Func<int, int> nodeOf, TimeSpan time)
    {
        var counts = new int[nodes.Api.Length];
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 2 * Callers).Select(async at =>
        {
            for (; Stopwatch.GetElapsedTime(started) < time; Interlocked.Increment(ref counts[nodeOf(at)])) (await nodes.Api[nodeOf(at)].Track("hot", 1)).MustBe(200);
        }));
        return counts;
    }
}
