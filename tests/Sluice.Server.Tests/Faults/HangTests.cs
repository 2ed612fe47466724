using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Sluice.Storage;
using Xunit.Abstractions;

namespace Sluice.Server.Tests.Faults;

/// <summary>A commit stands still: what waits for it is bounded, everyone else is served, and in the end each thing counts once.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class HangTests(ITestOutputHelper output)
{
    private const int Places = 40;
    private const int Buyers = 6;
    private const int ToSell = 10;

    // Enough to sell everything twice over.
    private const int Callers = Buyers * ToSell * 2;

    private static readonly TimeSpan Impatience = TimeSpan.FromMilliseconds(700);

    [Fact]
    public async Task While_a_commit_stands_still_few_wait_everyone_else_is_refused_or_read_to_and_in_the_end_nothing_is_sold_twice()
    {
        await using var server = await RunningServer.Start(queue: Places);
        foreach (var at in Enumerable.Range(0, Buyers)) await Stock(server.Api, $"buyer{at}");
        foreach (var at in Enumerable.Range(0, Buyers)) await Stock(server.Api, $"quiet{at}");
        var held = server.Store.HoldCommit();
        using var hasty = new ApiClient(server.Url, ServerProcess.SandboxKey, Impatience);
        var sales = new Sales(hasty);
        var first = sales.All();
        await held.Arrived;

        // Whoever changes nothing is served meanwhile.
        using var patient = server.Client();
        var (reads, longest) = await Read(patient);
        await first;
        Assert.Equal(Places, sales.GaveUp);
        Assert.Equal(Callers - Places, sales.Refused);
        Assert.Equal(Places, server.Committer.PlacesTaken);

        // They come again with their keys, twice: as many wait for themselves as waited for the disk, not more.
        await sales.All();
        await sales.All();
        Assert.Equal(Places, server.Committer.PlacesTaken);
        Assert.Equal((3 * Callers) - (2 * Places), sales.Refused);

        Assert.Equal(200, (await server.Api.Get("/health/ready")).Status);
        server.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal((503, "a commit stands still"), (await server.Api.Get("/health/ready")) is var ready ? (ready.Status, ready.Word("status")) : default);
        held.Write();
        await Deadline.Until(() => server.Committer.PlacesTaken == 0, "the end of everything that waited");
        Assert.Equal(200, (await server.Api.Get("/health/ready")).Status);

        var again = new Sales(patient);
        await again.InTurn();
        foreach (var at in Enumerable.Range(0, Buyers)) await SoldOut(patient, $"buyer{at}");
        output.WriteLine($"{Callers} callers with {Places} places: {sales.Refused} refused and {sales.GaveUp} gave up in three rounds, none was told yes; {reads} reads meanwhile, the longest {longest.TotalMilliseconds:0} ms; then {again.Allowed + again.Denied} counted now and {again.Counted} before; {Buyers * ToSell} of {Buyers * ToSell} sold");
        Assert.Equal(Callers, again.Allowed + again.Denied + again.Counted);
    }

    [SqliteFact]
    public async Task Writes_that_are_not_of_customers_wait_without_taking_the_threads_of_everyone_else()
    {
        const int writes = 60;
        using var directory = new TempDirectory();
        await using var server = await RunningServer.Start(directory: directory);
        await Stock(server.Api, "quiet0");
        await using var other = await Hold(directory[SqliteStore.FileName]);
        var created = Enumerable.Range(0, writes).Select(_ => server.Api.Post("webhooks.create", new { url = "https://example.com/hook" })).ToList();
        var track = server.Api.Track("quiet0", 1);
        var (reads, longest) = await Read(server.Api, buyers: 1);
        Assert.True(longest < TimeSpan.FromSeconds(2), $"a read waited for {longest}");
        Assert.DoesNotContain(created, static one => one.IsCompleted);
        await other.DisposeAsync();
        foreach (var one in await Task.WhenAll(created)) one.MustBe(200);
        (await track).MustBe(200);
        output.WriteLine($"{writes} writes waited, {reads} reads meanwhile, the longest {longest.TotalMilliseconds:0} ms");
    }

    [Fact]
    public async Task A_stop_ends_in_its_time_and_what_was_acknowledged_is_there_after_it()
    {
        using var directory = new TempDirectory();
        var data = directory["data"];
        var (acknowledged, unknown) = (new ConcurrentBag<string>(), new ConcurrentBag<string>());
        TimeSpan took;
        await using (var server = await ServerProcess.Start(data, environment: new Dictionary<string, string> { ["SLUICE_STOP_SECONDS"] = "1" }))
        {
            using var api = server.Client();
            await api.Create("ada");
            for (var at = 0; at < 20; at++) await Track($"k{at}", api);
            await using var other = await Hold(Path.Combine(data, SqliteStore.FileName));
            var waiting = Enumerable.Range(20, 20).Select(at => Track($"k{at}", api)).ToList();
            await Deadline.Until(async () => (await Operations.Scraped.From(server.Url))["sluice_queue_depth"] == 20, "all of them in the queue");
            var started = Stopwatch.GetTimestamp();
            Assert.Equal(1, await server.Terminate());
            took = Stopwatch.GetElapsedTime(started);
            await Task.WhenAll(waiting);
            Assert.Contains("A commit stands still", server.Output, StringComparison.Ordinal);
        }

        Assert.Equal((20, 20), (acknowledged.Count, unknown.Count));
        Assert.True(took < TimeSpan.FromSeconds(10), $"it took {took}");
        await using var again = await ServerProcess.Start(data);
        using var after = again.Client();
        foreach (var key in acknowledged) Assert.Equal(409, (await after.Track("ada", 1, key)).Status);
        foreach (var key in unknown) Assert.Contains((await after.Track("ada", 1, key)).Status, (int[])[200, 409]);
        Assert.Equal(100 - 40, await after.Remaining("ada"));
        output.WriteLine($"{acknowledged.Count} acknowledged, {unknown.Count} cut off, the stop took {took.TotalSeconds:0.0} s");

        async Task Track(string key, ApiClient api)
        {
            try
            {
                (await api.Track("ada", 1, key)).MustBe(200);
                acknowledged.Add(key);
            }
            catch (HttpRequestException)
            {
                unknown.Add(key);
            }
        }
    }

    // Whoever holds the file to write in it holds up everyone's commits.
    private static async Task<SqliteConnection> Hold(string file)
    {
        var other = new SqliteConnection($"Data Source={file};Pooling=False");
        await other.OpenAsync();
        using var begin = other.CreateCommand();
        begin.CommandText = "begin immediate";
        begin.ExecuteNonQuery();
        return other;
    }

    private static async Task Stock(ApiClient api, string customer)
    {
        await api.Create(customer);
        var start = await api.Remaining(customer);
        (await api.Track(customer, start - ToSell)).MustBe(200);
    }

    private static async Task<(int Reads, TimeSpan Longest)> Read(ApiClient api, int buyers = Buyers)
    {
        var (reads, longest) = (0, TimeSpan.Zero);
        for (; reads < 100; reads++)
        {
            var started = Stopwatch.GetTimestamp();
            Assert.True((await api.Check($"quiet{reads % buyers}")).MustBe(200).Flag("allowed"));
            (await api.Post("customers.list", new { limit = 10 })).MustBe(200);
            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, Stopwatch.GetElapsedTime(started).Ticks));
        }

        return (reads, longest);
    }

    private static async Task SoldOut(ApiClient api, string customer)
    {
        Assert.Equal(0, await api.Remaining(customer));
        var sold = (await api.Post("events.list", new { customer_id = customer, limit = 1000 })).List.Where(static one => one.GetProperty("properties").TryGetProperty("sale", out _)).Select(static one => one.GetProperty("properties").GetProperty("sale").GetString()).ToList();
        Assert.Equal(ToSell, sold.Count);
        Assert.Equal(ToSell, sold.Distinct().Count());
    }

    /// <summary>Everybody wants one, each under a key of its own, the same in every round.</summary>
    private sealed class Sales(ApiClient api)
    {
        private int _refused;
        private int _gaveUp;

        public int Refused => _refused;

        public int GaveUp => _gaveUp;

        public int Allowed { get; private set; }

        public int Denied { get; private set; }

        /// <summary>Told that it was counted before.</summary>
        public int Counted { get; private set; }

        public Task All() => Task.WhenAll(Enumerable.Range(0, Callers).Select(async at =>
        {
            try
            {
                var reply = await Buy(at);
                Assert.Equal((429, "rate_limit_exceeded"), (reply.Status, reply.Code));
                Interlocked.Increment(ref _refused);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _gaveUp);
            }
        }));

        public async Task InTurn()
        {
            for (var at = 0; at < Callers; at++)
            {
                var reply = await Buy(at);
                if (reply.Status == 409) Counted++;
                else if (reply.MustBe(200).Flag("allowed")) Allowed++;
                else Denied++;
            }
        }

        private Task<Reply> Buy(int at)
        {
            var sale = string.Create(CultureInfo.InvariantCulture, $"sale{at}");
            return api.Post("balances.check", new { customer_id = $"buyer{at % Buyers}", feature_id = "messages", required_balance = 1, send_event = true, properties = new { sale } }, ("Idempotency-Key", sale));
        }
    }
}
