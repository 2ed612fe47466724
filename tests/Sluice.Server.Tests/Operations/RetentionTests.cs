using System.Globalization;
using System.Text.Json;
using Sluice.Server.Start;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Operations;

/// <summary>What is older than SLUICE_KEEP_USAGE_DAYS goes; every answer about the present stays.</summary>
public sealed class RetentionTests : IDisposable
{
    private static readonly DateTimeOffset T0 = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    private readonly TempDirectory _directory = new();
    private readonly ManualTime _time = new(T0);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task After_a_year_90_days_are_kept_and_all_that_is_told_of_today_stays_as_it_was()
    {
        string before;
        await using (var server = await Start())
        {
            foreach (var id in (string[])["ada", "bob"]) await server.Api.Create(id);
            (await server.Api.Post("balances.create", new { customer_id = "ada", feature_id = "messages", balance_id = "extra", included_grant = 10_000 })).MustBe(200);
            for (var month = 0; month < 12; month++)
            {
                foreach (var value in (int[])[5, 7, -2]) (await server.Api.Track("ada", value)).MustBe(200);
                (await server.Api.Track("bob", 1)).MustBe(200);
                _time.Advance(T0.AddMonths(month + 1) - T0.AddMonths(month));
            }

            (await server.Api.Track("ada", 3)).MustBe(200);
            Assert.Equal(37, (await Events(server, "ada")).Count);
            Assert.Equal(1, (await History(server, "ada")).Count(static line => line.StartsWith("granted 10000", StringComparison.Ordinal)));
            before = await Present(server);
            await MustVerify("0 customers begin");
        }

        await using (var server = await Start(keep: 90))
        {
            await server.Retired();
            Assert.Equal(7, (await Events(server, "ada")).Count);
            Assert.Equal(before, await Present(server));
            var told = await History(server, "ada");
            Assert.Equal(2, told.Count(static line => line.StartsWith("opening", StringComparison.Ordinal)));
            Assert.DoesNotContain(told, static line => line.StartsWith("granted", StringComparison.Ordinal));
            Assert.Equal(await server.Api.Remaining("ada"), await LinesAddUpTo(server, "ada"));
            await MustVerify("2 customers begin at a checkpoint");

            // Usage from before is given back like any other.
            (await server.Api.Track("ada", -3)).MustBe(200);
            Assert.Equal(await server.Api.Remaining("ada"), await LinesAddUpTo(server, "ada"));
            before = await Present(server);
            await MustVerify("2 customers begin at a checkpoint");
        }

        await using (var server = await Start(keep: 90)) Assert.Equal(before, await Present(server));
        await StoredState.Change(_directory, "delete from snapshot");
        await using (var server = await Start())
        {
            Assert.Equal(before, await Present(server));
            (await server.Api.Track("bob", 1)).MustBe(200);
            await MustVerify("2 customers begin at a checkpoint");
        }
    }

    [Fact]
    public async Task The_worker_comes_by_itself()
    {
        await using var server = await Start(keep: 30);
        await server.Api.Create("ada");
        (await server.Api.Track("ada", 5)).MustBe(200);
        _time.Advance(TimeSpan.FromDays(30));
        Assert.Single(await Events(server, "ada"));
        _time.Advance(TimeSpan.FromDays(1));
        var end = Environment.TickCount64 + 60_000;
        while ((await Events(server, "ada")).Count > 0) Assert.True(Environment.TickCount64 < end, "the worker does not come");
        await MustVerify("1 customers begin at a checkpoint");
    }

    [Fact]
    public async Task Pages_of_a_history_go_on_when_its_beginning_goes()
    {
        await using var server = await Start(keep: 30);
        await server.Api.Create("ada");
        for (var day = 0; day < 60; day++)
        {
            (await server.Api.Track("ada", 1)).MustBe(200);
            _time.Advance(TimeSpan.FromDays(1));
        }

        await server.Retired();
        var all = await History(server, "ada");
        var (paged, cursor) = (new List<string>(), "");
        do
        {
            var page = (await server.Api.Post("balances.history", new { customer_id = "ada", feature_id = "messages", limit = 7, start_cursor = cursor })).MustBe(200);
            paged.AddRange(page.List.Select(Line));
            cursor = page["next_cursor"]!.Value.GetString();
        }
        while (cursor is not null);
        Assert.Equal(all, paged);
        Assert.Single(all, static line => line.StartsWith("opening", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_tracked_while_old_entries_go_is_counted_once()
    {
        await using var server = await Start(keep: 30);
        var customers = Enumerable.Range(0, 10).Select(static at => $"c{at}").ToList();
        foreach (var id in customers)
        {
            await server.Api.Create(id);
            await server.Api.Grant(id, 1_000_000);
            (await server.Api.Post("balances.batch_track", Enumerable.Range(0, 300).Select(_ => new { customer_id = id, feature_id = "messages", value = 1 }))).MustBe(202);
        }

        _time.Advance(TimeSpan.FromDays(40));
        var left = await Task.WhenAll(customers.Select(id => server.Api.Remaining(id)));
        using var stop = new CancellationTokenSource();
        var tracked = new int[customers.Count];
        var load = customers.Select((id, at) => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                (await server.Api.Track(id, 1)).MustBe(200);
                tracked[at]++;
                if (tracked[at] % 10 == 0) (await server.Api.Post("balances.history", new { customer_id = id })).MustBe(200);
            }
        })).ToList();
        await server.Retired();
        await MustVerify("10 customers begin at a checkpoint");
        await stop.CancelAsync();
        await Task.WhenAll(load);
        foreach (var (id, at) in customers.Select(static (id, at) => (id, at)))
        {
            Assert.Equal(tracked[at], (await Events(server, id)).Count);
            Assert.Equal(left[at] - tracked[at], await server.Api.Remaining(id));
            Assert.Equal(300 + tracked[at], (await Days(server, id)).Number("total.messages.sum"));
        }

        await MustVerify("10 customers begin at a checkpoint");
    }

    [Fact]
    public async Task Whenever_it_runs_every_answer_about_the_present_is_that_of_a_server_that_keeps_everything()
    {
        var seed = Seed.Next();
        var random = new Random(seed);
        var done = 0;
        using var other = new TempDirectory();
        await using var keeps = await Start();
        var forgets = await Start(keep: 3, directory: other);
        try
        {
            var customers = Enumerable.Range(0, 4).Select(static at => $"c{at}").ToList();
            foreach (var id in customers) await Both(api => api.Post("customers.get_or_create", new { customer_id = id, name = id }));
            for (var step = 0; step < 150; step++)
            {
                var (id, feature) = (customers[random.Next(4)], random.Next(2) == 0 ? "messages" : "basic_messages");
                var (value, entity) = (random.Next(1, 20), $"e{random.Next(3)}");
                switch (random.Next(13))
                {
                    case 0: await Both(api => api.Post("entities.create", new { customer_id = id, entity_id = entity, feature_id = "seats", name = entity })); break;
                    case 1: await Both(api => api.Post("entities.delete", new { customer_id = id, entity_id = entity })); break;
                    case 2: await Both(api => api.Post("balances.create", new { customer_id = id, feature_id = feature, included_grant = value, expires_at = (_time.GetUtcNow() + TimeSpan.FromDays(9)).ToUnixTimeMilliseconds() })); break;
                    case 3: await Both(api => api.Post("balances.update", new { customer_id = id, feature_id = feature, remaining = value })); break;
                    case 4: await Both(api => api.Post("balances.check", new { customer_id = id, feature_id = feature, required_balance = value, @lock = new { enabled = true, lock_id = $"{id}-{entity}" } })); break;
                    case 5: await Both(api => api.Post("balances.finalize", new { lock_id = $"{id}-{entity}", action = value > 10 ? "confirm" : "release" })); break;
                    case 6: await Both(api => api.Track(id, -value, feature: feature)); break;
                    case 7: await Both(api => api.Post("customers.update", new { customer_id = id, name = $"{id} {step}" })); break;
                    case 8:
                        _time.Advance(TimeSpan.FromHours(random.Next(1, 24 * 9)));
                        await keeps.Swept();
                        await forgets.Swept();
                        await forgets.Retired();
                        break;
                    case 9 when random.Next(4) == 0:
                        await forgets.DisposeAsync();
                        await StoredState.Change(other, "delete from snapshot where exists (select 1 from customer c where c.key = snapshot.customer and c.deleted = 0)");
                        forgets = await Start(keep: 3, directory: other);
                        break;
                    default: await Both(api => api.Post("balances.track", new { customer_id = id, feature_id = feature, value, properties = new { step } })); break;
                }

                if (step % 10 != 9) continue;
                foreach (var one in customers)
                {
                    foreach (var (path, body) in Questions(one)) await Both(api => api.Post(path, body));
                    Assert.Equal(await keeps.Api.Remaining(one), await LinesAddUpTo(forgets, one));
                }
            }

            await MustVerify("4 customers begin at a checkpoint", other);
        }
        finally
        {
            await forgets.DisposeAsync();
        }

        Assert.True(done > 100, $"SLUICE_SEED={seed}: only {done} requests were not refused");

        async Task Both(Func<ApiClient, Task<Reply>> ask)
        {
            var (one, two) = (await ask(keeps.Api), await ask(forgets.Api));
            if (one.Status < 300) done++;
            Assert.True(one.Text == two.Text, $"SLUICE_SEED={seed}: {one} and {two}");
        }
    }

    private static IEnumerable<(string Path, object Body)> Questions(string customer)
    {
        yield return ("customers.get", new { customer_id = customer, expand = new[] { "invoices", "entities" } });
        foreach (var feature in (string[])["messages", "basic_messages"])
        {
            yield return ("balances.check", new { customer_id = customer, feature_id = feature, required_balance = 5, explain = true });
            yield return ("balances.explain", new { customer_id = customer, feature_id = feature, value = 9 });
        }

        yield return ("entities.list", new { customer_id = customer });
        yield return ("events.aggregate", new { customer_id = customer, feature_id = "messages", bin_size = "month", custom_range = new { start = Midnight(T0), end = Midnight(T0.AddYears(3)) } });
    }

    private static long Midnight(DateTimeOffset day) => new DateTimeOffset(day.Date, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private static async Task<string> Present(RunningServer server)
    {
        var told = new List<string>();
        foreach (var customer in (string[])["ada", "bob"])
        {
            foreach (var (path, body) in Questions(customer)) told.Add($"{path} {(await server.Api.Post(path, body)).MustBe(200).Text}");
            told.Add((await Days(server, customer)).Text);
        }

        return string.Join('\n', told);
    }

    private static async Task<Reply> Days(RunningServer server, string customer) => (await server.Api.Post("events.aggregate", new
    {
        customer_id = customer, feature_id = "messages", bin_size = "month", custom_range = new { start = Midnight(T0), end = Midnight(T0.AddYears(2)) },
    })).MustBe(200);

    private static async Task<List<JsonElement>> Events(RunningServer server, string customer)
    {
        var all = new List<JsonElement>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await server.Api.Post("events.list", new { customer_id = customer, limit = 100, start_cursor = cursor })).MustBe(200);
            all.AddRange(page.List);
            cursor = page["next_cursor"]!.Value.GetString();
        }

        return all;
    }

    private static async Task<List<string>> History(RunningServer server, string customer)
    {
        var lines = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await server.Api.Post("balances.history", new { customer_id = customer, feature_id = "messages", limit = 200, start_cursor = cursor })).MustBe(200);
            lines.AddRange(page.List.Select(Line));
            cursor = page["next_cursor"]!.Value.GetString();
        }

        return lines;
    }

    private static string Line(JsonElement line) => $"{line.GetProperty("cause").GetString()} {line.GetProperty("amount").GetDecimal().ToString("0.##", CultureInfo.InvariantCulture)}";

    private static async Task<decimal> LinesAddUpTo(RunningServer server, string customer) =>
        (await History(server, customer)).Sum(static line => decimal.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));

    private async Task MustVerify(string says, TempDirectory? directory = null)
    {
        var (code, said) = await ErrandRun.Run(directory ?? _directory, new Errand.Verify(null));
        Assert.True(code == 0, said);
        if (says.StartsWith("0 ", StringComparison.Ordinal)) Assert.DoesNotContain("begin at a checkpoint", said, StringComparison.Ordinal);
        else Assert.Contains(says, said, StringComparison.Ordinal);
    }

    private Task<RunningServer> Start(int? keep = null, TempDirectory? directory = null) =>
        RunningServer.Start(directory: directory ?? _directory, time: _time, change: settings => settings with { KeepUsageDays = keep });
}
