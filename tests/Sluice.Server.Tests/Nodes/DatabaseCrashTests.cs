using System.Globalization;
using Sluice.Server.Tests.Crash;
using Sluice.Tests;
using Xunit.Abstractions;

namespace Sluice.Server.Tests.Nodes;

/// <summary>
/// PostgreSQL is stopped as by a power cut while nodes work on it, or one of the nodes is killed. Whatever was acknowledged
/// is there exactly once; what was answered with 503 is made certain by a repeat.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class DatabaseCrashTests(ITestOutputHelper output)
{
    private const int Callers = 6;
    private const decimal Start = 1_000_100;

    [Fact]
    public async Task The_database_gone_at_any_moment_loses_nothing_acknowledged_and_doubles_nothing()
    {
        using var postgres = new PostgresServer(durable: true);
        await Rounds(postgres, nodes: 1, Seed.Long ? 30 : 2, async nodes =>
        {
            postgres.Crash();
            Assert.Equal((503, "service_unavailable"), await Answer(nodes.Api[0]));
            Assert.Equal(503, (await nodes.Api[0].Get("/health/ready")).Status);
            Assert.Equal(200, (await nodes.Api[0].Get("/health/live")).Status);
        }, postgres.Start);
    }

    [Fact]
    public async Task A_standby_that_takes_over_has_all_that_was_acknowledged_and_the_nodes_go_on_with_it()
    {
        using var primary = new PostgresServer(durable: true);
        using var standby = primary.Follower();
        await using var nodes = await SeveralNodes.Start(2, primary, standby);
        await Rounds(primary, nodes: 2, 1, _ =>
        {
            primary.Crash();
            return Task.CompletedTask;
        }, standby.Promote, nodes);
    }

    [Fact]
    public async Task One_of_three_nodes_killed_leaves_the_others_at_work_on_all_it_acknowledged() =>
        await Rounds(PostgresServer.Shared, nodes: 3, Seed.Long ? 10 : 1, static nodes => nodes.Kill(nodes.Api.Length - 1), static () => { });

    private static async Task<(int, string?)> Answer(ApiClient api)
    {
        var reply = await api.Post("balances.track", new { customer_id = "nobody", feature_id = "messages" });
        return (reply.Status, reply.Code);
    }

    private async Task Rounds(PostgresServer postgres, int nodes, int rounds, Func<SeveralNodes, Task> fault, Action repair, SeveralNodes? there = null)
    {
        var seed = Seed.Next();
        output.WriteLine($"SLUICE_SEED={seed}");
        var random = new Random(seed);
        var (acknowledged, cutOff) = (0, 0);
        await using var server = there is null && nodes == 1 ? await SeveralNodes.Start(1, postgres) : null;
        for (var round = 0; round < rounds; round++)
        {
            await using var fresh = there is not null || nodes == 1 ? null : await SeveralNodes.Start(nodes, postgres);
            var all = there ?? server ?? fresh!;
            var accounts = Enumerable.Range(0, 3).Select(at => string.Create(CultureInfo.InvariantCulture, $"account-{round}-{at}")).ToList();
            if (round == 0 || fresh is not null) (await all.Api[0].Post("features.create", new { feature_id = CrashTests.Seats, name = "Teams", type = "metered", consumable = false })).MustBe(200);
            foreach (var account in (string[])[.. accounts, $"expiring-{round}"]) await CrashTests.Open(all.Api[0], account);

            // The last node is the one that goes; it has most of the callers.
            var ledger = new Ledger(random.Next(1, 300));
            var callers = Enumerable.Range(0, Callers)
                .Select(at => new Caller(string.Create(CultureInfo.InvariantCulture, $"r{round}c{at}"), new Random(random.Next()), accounts, $"expiring-{round}").Run(all.Api[^1], ledger))
                .ToList();
            await ledger.Enough.InTime("enough answers");
            await fault(all);
            await Task.WhenAll(callers).InTime("the callers' end");
            repair();
            await Deadline.Until(async () => (await all.Api[0].Get("/health/ready")).Status == 200, "a node that is ready");

            foreach (var operation in ledger.Unanswered.Where(static operation => operation.Repeatable))
            {
                var reply = await operation.Send(all.Api[0]);
                Assert.True(reply.Status is 200 or 202 || reply.Code == "duplicate_idempotency_key", $"{operation.Path} repeated was answered {reply}, SLUICE_SEED={seed}");
            }

            var comparison = new Comparison(all.Api[0]);
            var carriedOut = ledger.Acknowledged.Concat(ledger.Unanswered.Where(static operation => operation.Repeatable)).ToList();
            foreach (var account in accounts)
            {
                await comparison.Account(account, Start, carriedOut, ledger.Unanswered.Where(static operation => !operation.Repeatable));
                await comparison.Holds(account, carriedOut);
                await comparison.Entities(account, carriedOut);
            }

            await comparison.Customers(carriedOut);
            (acknowledged, cutOff) = (acknowledged + ledger.Acknowledged.Count, cutOff + ledger.Unanswered.Count);
        }

        output.WriteLine($"{rounds} rounds, {acknowledged} acknowledged, {cutOff} cut off");
        Assert.True(cutOff > 0, "the fault must come under load");
    }
}
