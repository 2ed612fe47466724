using System.Globalization;

namespace Sluice.Server.Tests.Concurrency;

/// <summary>Moments at which something falls due, limits and seats, with many requests at once; and the sums after a restart.</summary>
public sealed class RaceTests
{
    [Fact]
    public async Task Seats_without_a_price_all_count_and_go_below_zero()
    {
        await using var server = await Holding("""{"feature_id": "seats", "included": 1}""");
        var replies = await Together(5, _ => server.Api.Track("c", 1, feature: "seats"));
        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
        var seats = await server.Api.Check("c", "seats");
        Assert.Equal((false, 0m, 5m), (seats.Flag("allowed"), seats.Number("balance.remaining"), seats.Number("balance.usage")));
        Assert.Equal(-4, (await server.Api.Post("balances.check", new { customer_id = "c", feature_id = "seats" }, ("x-api-version", "1.2"))).Number("balance"));
    }

    [Fact]
    public async Task Of_seven_who_want_one_of_five_seats_five_get_one()
    {
        await using var server = await Holding("""{"feature_id": "seats", "included": 5}""");
        var replies = await Together(7, _ => server.Api.Consume("c", 1, "seats"));
        Assert.Equal(5, replies.Count(reply => reply.MustBe(200).Flag("allowed")));
        Assert.Equal(5, (await server.Api.Check("c", "seats")).Number("balance.usage"));
    }

    [Fact]
    public async Task Overage_ends_at_what_may_be_bought()
    {
        await using var server = await Holding("""{"feature_id": "messages", "included": 5, "reset": {"interval": "month"}, "price": {"amount": 1, "interval": "month", "billing_method": "usage_based", "max_purchase": 5}}""");
        var replies = await Together(5, _ => server.Api.Post("balances.track", new { customer_id = "c", feature_id = "messages", value = 3, overage_behavior = "reject" }));
        Assert.Equal(3, replies.Count(reply => reply.Status == 200));
        Assert.Equal(2, replies.Count(reply => reply is { Status: 400, Code: "insufficient_balance" }));
        Assert.Equal(9, (await server.Api.Check("c")).Number("balance.usage"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Decimals_over_two_balances_of_three_customers_add_up_and_still_do_after_a_restart(bool asChecks)
    {
        using var directory = new TempDirectory();
        var time = new ManualTime();
        var seed = Seed.Next();
        var expected = new Dictionary<string, decimal>();
        await using (var server = await RunningServer.Start(directory: directory, time: time))
        {
            foreach (var customer in (string[])["a", "b", "c"])
            {
                await Bare(server, customer);
                await server.Api.Grant(customer, 20_000);
                (await server.Api.Post("balances.create", new { customer_id = customer, feature_id = "messages", included_grant = 10, reset = new { interval = "month" } })).MustBe(200);
                var random = new Random(seed + customer[0]);
                var values = Enumerable.Range(0, 250).Select(_ => random.Next(1, 200_000_000) / 100_000_000m).ToList();
                expected[customer] = values.Sum();
                var replies = await Together(values.Count, i => asChecks ? server.Api.Consume(customer, values[i]) : server.Api.Track(customer, values[i]));
                Assert.All(replies, reply => Assert.True(reply.MustBe(200) is var answer && (!asChecks || answer.Flag("allowed"))));
            }

            await Agree(server.Api);
        }

        await using var again = await RunningServer.Start(directory: directory, time: time, demo: false);
        await Agree(again.Api);

        async Task Agree(ApiClient api)
        {
            foreach (var (customer, used) in expected)
            {
                var balance = await api.Check(customer);
                Assert.True(used == balance.Number("balance.usage") && 20_010 - used == balance.Number("balance.remaining"), $"SLUICE_SEED={seed}: {used} used, {balance}");
            }
        }
    }

    [Fact]
    public async Task Changes_by_hand_at_once_come_to_one_exact_value()
    {
        await using var server = await Holding("""{"feature_id": "messages", "included": 1000, "reset": {"interval": "month"}}""");
        await Together(60, i => server.Api.Post("balances.update", new { customer_id = "c", feature_id = "messages", add_to_balance = i % 3 == 0 ? -2.5m : 1.25m }));
        Assert.Equal(1000, await server.Api.Remaining("c"));

        // Setting and adding: whatever came last, it is what one after the other would give.
        await Together(41, i => server.Api.Post("balances.update", i == 20
            ? new { customer_id = "c", feature_id = "messages", usage = 100m }
            : (object)new { customer_id = "c", feature_id = "messages", add_to_balance = 1m }));
        Assert.InRange(await server.Api.Remaining("c"), 900, 940);
        await Together(20, _ => server.Api.Post("balances.update", new { customer_id = "c", feature_id = "messages", remaining = 7m }));
        Assert.Equal((7m, 993m), ((await server.Api.Check("c")).Number("balance.remaining"), (await server.Api.Check("c")).Number("balance.usage")));
    }

    [Fact]
    public async Task Everyone_who_reads_at_a_reset_sees_it_and_what_is_saved_is_saved_once()
    {
        await using var server = await Holding("""{"feature_id": "messages", "included": 100, "reset": {"interval": "month"}, "rollover": {"max": 500, "expiry_duration_type": "forever"}}""");
        await server.Api.Track("c", 60);
        server.Time.Advance(TimeSpan.FromDays(32));
        var replies = await Together(40, i => i % 2 == 0 ? server.Api.Check("c") : server.Api.Post("customers.get", new { customer_id = "c" }));
        Assert.All(replies.Where((_, i) => i % 2 == 0), reply => Assert.Equal(140, reply.Number("balance.remaining")));
        Assert.All(replies.Where((_, i) => i % 2 == 1), reply => Assert.Equal(140, reply.Number("balances.messages.remaining")));
        await server.Swept();
        var after = await server.Api.Check("c");
        Assert.Equal((140m, 140m, 0m), (after.Number("balance.granted"), after.Number("balance.remaining"), after.Number("balance.usage")));
    }

    [Fact]
    public async Task Usage_around_a_reset_counts_in_the_new_cycle_and_none_is_lost()
    {
        await using var server = await Holding("""{"feature_id": "messages", "included": 100, "reset": {"interval": "month"}}""");
        for (var month = 0; month < 4; month++)
        {
            await server.Api.Track("c", 90);
            server.Time.Advance(TimeSpan.FromDays(31));
            var replies = await Together(30, i => i % 3 == 2 ? server.Api.Check("c") : server.Api.Track("c", 1.5m));
            Assert.All(replies, reply => Assert.Equal(200, reply.Status));
            Assert.Equal(30, (await server.Api.Check("c")).Number("balance.usage"));
            await server.Swept();
            server.Time.Advance(TimeSpan.FromDays(31));
        }

        Assert.Equal(4 * 21, (await server.Api.Post("events.list", new { customer_id = "c", limit = 1000 })).List.Count);
    }

    [Fact]
    public async Task Of_many_who_take_one_lock_id_one_holds()
    {
        await using var server = await Holding("""{"feature_id": "messages", "included": 100, "reset": {"interval": "month"}}""");
        var replies = await Together(20, _ => Lock(server, "one", 3));
        Assert.Single(replies, reply => reply.Status == 200 && reply.Flag("allowed"));
        Assert.Equal(19, replies.Count(reply => reply is { Status: 409, Code: "lock_already_exists" }));
        Assert.Equal(97, await server.Api.Remaining("c"));
    }

    /// <summary>RC-1 to RC-3: who comes first is chance, and either way the balance is that of one of them.</summary>
    [Fact]
    public async Task A_hold_that_ends_while_it_is_settled_does_either_never_both()
    {
        await using var server = await Holding("""{"feature_id": "messages", "included": 15, "reset": {"interval": "month"}}""");
        for (var round = 0; round < 25; round++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"h{round}");
            (await Lock(server, id, 8, server.Time.GetUtcNow().AddSeconds(5))).MustBe(200);
            var replies = await Together(8, async i =>
            {
                if (i == 4) server.Time.Advance(TimeSpan.FromSeconds(5));
                return await (i % 2 == 0
                    ? server.Api.Post("balances.finalize", new { lock_id = id, action = "confirm", override_value = 4 })
                    : server.Api.Check("c"));
            });
            var settled = replies.Where((_, i) => i % 2 == 0).Count(reply => reply.Status == 200);
            Assert.InRange(settled, 0, 1);
            Assert.All(replies.Where((reply, i) => i % 2 == 0 && reply.Status != 200), reply => Assert.Equal((400, "invalid_request"), (reply.Status, reply.Code)));
            await server.Swept();
            Assert.Equal(settled == 1 ? 11 : 15, await server.Api.Remaining("c"));
            Assert.Equal(400, (await server.Api.Post("balances.finalize", new { lock_id = id, action = "release" })).Status);
            (await server.Api.Post("balances.update", new { customer_id = "c", feature_id = "messages", usage = 0 })).MustBe(200);
        }

        var events = (await server.Api.Post("events.list", new { customer_id = "c", limit = 1000 })).List.Select(one => one.GetProperty("value").GetDecimal()).ToList();
        Assert.Equal(50, events.Count);
        Assert.Equal(25, events.Count(value => value == 8));
    }

    [Fact]
    public async Task Locks_and_tracks_share_out_exactly_what_there_is()
    {
        await using var server = await Holding("""{"feature_id": "messages", "included": 100, "reset": {"interval": "month"}}""");
        var replies = await Together(80, i => i % 2 == 0 ? Lock(server, $"l{i}", 2) : server.Api.Consume("c", 2));
        Assert.Equal(50, replies.Count(reply => reply.MustBe(200).Flag("allowed")));
        Assert.Equal(0, await server.Api.Remaining("c"));
        var held = Enumerable.Range(0, 80).Where(i => i % 2 == 0 && replies[i].Flag("allowed")).ToList();
        var released = await Together(held.Count, i => server.Api.Post("balances.finalize", new { lock_id = $"l{held[i]}", action = "release" }));
        Assert.All(released, reply => Assert.Equal(200, reply.Status));
        Assert.Equal(2 * held.Count, await server.Api.Remaining("c"));
    }

    [Fact]
    public async Task A_window_of_usage_is_never_passed_and_the_next_one_is_whole()
    {
        await using var server = await Holding("""{"feature_id": "messages", "included": 100000, "reset": {"interval": "month"}}""");
        (await server.Api.Post("customers.update", """{"customer_id": "c", "billing_controls": {"usage_limits": [{"feature_id": "messages", "limit": 50, "interval": "day", "anchor": "utc"}]}}""")).MustBe(200);
        for (var day = 1; day <= 3; day++)
        {
            // Tracks, locks that hold headroom, and overflow that passes by the limit and counts in it.
            var replies = await Together(60, i => (i % 3) switch
            {
                0 => server.Api.Track("c", 0.7m),
                1 => server.Api.Consume("c", 1.1m),
                _ => Lock(server, $"d{day}-{i}", 0.9m),
            });
            Assert.All(replies, reply => Assert.Equal(200, reply.Status));
            var used = (await server.Api.Post("customers.get", new { customer_id = "c" })).Number("billing_controls.usage_limits.0.usage");
            Assert.InRange(used, 49.3m, 50);
            server.Time.Advance(TimeSpan.FromDays(1));
            Assert.Equal(0, (await server.Api.Post("customers.get", new { customer_id = "c" })).Number("billing_controls.usage_limits.0.usage"));
        }
    }

    private static Task<Reply> Lock(RunningServer server, string id, decimal value, DateTimeOffset? expires = null) => server.Api.Post("balances.check", expires is { } at
        ? new { customer_id = "c", feature_id = "messages", required_balance = value, @lock = new { enabled = true, lock_id = id, expires_at = at.ToUnixTimeMilliseconds() } }
        : (object)new { customer_id = "c", feature_id = "messages", required_balance = value, @lock = new { enabled = true, lock_id = id } });

    // A customer "c" on a plan with this item and nothing else.
    private static async Task<RunningServer> Holding(string item)
    {
        var server = await RunningServer.Start();
        await Bare(server, "c");
        (await server.Api.Post("plans.create", $$"""{"plan_id": "only", "name": "Only", "items": [{{item}}]}""")).MustBe(200);
        (await server.Api.Post("billing.attach", """{"customer_id": "c", "plan_id": "only", "no_billing_changes": true}""")).MustBe(200);
        return server;
    }

    private static Task Bare(RunningServer server, string customer) => server.Api.Create(customer, new { customer_id = customer, internal_options = new { disable_defaults = true } });

    private static async Task<Reply[]> Together(int count, Func<int, Task<Reply>> send) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => send(i)))).InTime("all answers");
}
