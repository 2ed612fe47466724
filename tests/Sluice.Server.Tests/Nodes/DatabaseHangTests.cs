using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Sluice.Tests;
using Xunit.Abstractions;

namespace Sluice.Server.Tests.Nodes;

/// <summary>
/// PostgreSQL stops answering while nodes work on it, with all connections open, or somebody's lock stands in the way. After a
/// short while everyone gets the true answer, after a long one 503; nothing waits for ever, and the nodes go on by themselves.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class DatabaseHangTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Callers = 8;
    private const decimal Start = 1_000_100;

    private readonly string _database = PostgresServer.Shared.Create();
    private readonly RunningServer[] _nodes = new RunningServer[2];

    public async Task InitializeAsync()
    {
        for (var at = 0; at < _nodes.Length; at++) _nodes[at] = await RunningServer.Start(database: _database, demo: at == 0);
    }

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
        PostgresServer.Shared.Drop(_database);
    }

    [Fact]
    public async Task A_hang_of_seconds_is_waited_for_and_every_answer_is_true()
    {
        await Hang(async () =>
        {
            PostgresServer.Shared.Freeze();
            await Task.Delay(TimeSpan.FromSeconds(2));
            PostgresServer.Shared.Thaw();
        }, refuses: false);

        // The customer's row, on which every commit of it is fenced.
        await Hang(async () =>
        {
            await using var other = await Locked("a0");
            await Task.Delay(TimeSpan.FromSeconds(2));
        }, refuses: false);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_hang_that_does_not_end_is_answered_with_503_in_bounded_time_and_repeats_count_once()
    {
        await Hang(async () =>
        {
            PostgresServer.Shared.Freeze();
            await Task.Delay(TimeSpan.FromSeconds(3));
            var started = Stopwatch.GetTimestamp();
            Assert.Equal(503, (await _nodes[0].Api.Get("/health/ready")).Status);
            Assert.Equal(200, (await _nodes[0].Api.Get("/health/live")).Status);
            output.WriteLine($"not ready was said after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
            await Task.Delay(TimeSpan.FromSeconds(40));
            PostgresServer.Shared.Thaw();
        }, refuses: true);
        await Hang(async () =>
        {
            await using var other = await Locked("a0");
            await Task.Delay(TimeSpan.FromSeconds(40));
        }, refuses: true);
    }

    private async Task<NpgsqlConnection> Locked(string customer)
    {
        var url = new Uri(_database);
        var other = new NpgsqlConnection(new NpgsqlConnectionStringBuilder { Host = url.Host, Port = url.Port, Username = url.UserInfo, Database = url.AbsolutePath[1..], Pooling = false }.ConnectionString);
        await other.OpenAsync();
        await using var command = new NpgsqlCommand($"begin; select * from customer_version v join customer c on c.scope = v.scope and c.key = v.key where c.external_id = '{customer}' for update of v", other);
        await command.ExecuteNonQueryAsync();
        return other;
    }

    // Callers on both nodes track on three customers until some time after the hang; whoever is refused comes again with the same key.
    private async Task Hang(Func<Task> hang, bool refuses)
    {
        var run = string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetTimestamp()}");
        foreach (var account in (string[])["a0", "a1", "a2"])
        {
            await _nodes[0].Api.Create(account);
            (await _nodes[0].Api.Post("balances.create", new { customer_id = account, feature_id = "messages", balance_id = run, included_grant = Start })).MustBe(200);
        }

        var before = await Left(_nodes[1].Api);
        var (counted, refused, longest) = (new ConcurrentBag<string>(), 0, 0L);
        using var over = new CancellationTokenSource();
        var callers = Enumerable.Range(0, Callers).Select(async caller =>
        {
            for (var at = 0; !over.IsCancellationRequested; at++)
            {
                var key = string.Create(CultureInfo.InvariantCulture, $"{run}-{caller}-{at}");
                for (var repeated = false; ; repeated = true)
                {
                    var started = Stopwatch.GetTimestamp();
                    var reply = await _nodes[caller % 2].Api.Track($"a{at % 3}", 1, key);
                    InterlockedMax(ref longest, Stopwatch.GetElapsedTime(started).Ticks);
                    if (reply.Status == 200 || (repeated && reply.Code == "duplicate_idempotency_key")) break;
                    Assert.Equal((503, "service_unavailable"), (reply.Status, reply.Code));
                    Interlocked.Increment(ref refused);
                }

                counted.Add(key);
            }
        }).ToList();
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        var acknowledgedBefore = counted.Count;
        await hang();
        await Deadline.Until(async () => (await _nodes[0].Api.Get("/health/ready")).Status == 200, "a node that is ready");
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        await over.CancelAsync();
        await Task.WhenAll(callers).InTime("the callers' end");

        output.WriteLine($"{counted.Count} tracks counted, {acknowledgedBefore} of them before; {refused} times 503, the longest wait {TimeSpan.FromTicks(longest).TotalSeconds:0.0} s");
        foreach (var node in _nodes) Assert.Equal(before - counted.Count, await Left(node.Api));
        Assert.True(acknowledgedBefore > 0 && counted.Count > acknowledgedBefore, "the hang must come under load, and end");
        if (refuses) Assert.True(refused > 0 && TimeSpan.FromTicks(longest) < TimeSpan.FromSeconds(30), $"refused {refused}, longest {TimeSpan.FromTicks(longest)}");
        else Assert.Equal(0, refused);
    }

    private static async Task<decimal> Left(ApiClient api) => await api.Remaining("a0") + await api.Remaining("a1") + await api.Remaining("a2");

    private static void InterlockedMax(ref long most, long one)
    {
        while (Volatile.Read(ref most) is var seen && one > seen && Interlocked.CompareExchange(ref most, one, seen) != seen)
        {
        }
    }
}
