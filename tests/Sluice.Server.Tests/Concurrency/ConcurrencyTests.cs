using System.Globalization;

namespace Sluice.Server.Tests.Concurrency;

/// <summary>Many at once: nothing oversold, nothing lost, nothing counted twice, nobody waits for ever.</summary>
public sealed class ConcurrencyTests
{
    [Fact]
    public async Task Of_150_that_ask_for_2_out_of_200_exactly_100_get_them()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");
        await server.Api.Grant("c", 100);

        var replies = await Together(150, _ => server.Api.Consume("c", 2));

        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
        Assert.Equal(100, replies.Count(reply => reply.Flag("allowed")));
        Assert.Equal(0, await server.Api.Remaining("c"));
        Assert.Equal(100, (await server.Api.Post("events.list", new { customer_id = "c", limit = 1000 })).List.Count);
    }

    [Fact]
    public async Task Of_20_tracks_with_one_key_one_counts_and_19_are_told_so()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");

        var byBody = await Together(20, _ => server.Api.Track("c", 1, "once"));
        var byHeader = await Together(20, _ => server.Api.Post("balances.track", new { customer_id = "c", feature_id = "messages" }, ("Idempotency-Key", "once")));

        foreach (var replies in (Reply[][])[byBody, byHeader])
        {
            Assert.Single(replies, reply => reply.Status == 200);
            Assert.Equal(19, replies.Count(reply => reply is { Status: 409, Code: "duplicate_idempotency_key" }));
        }

        Assert.Equal(98, await server.Api.Remaining("c"));
    }

    [Fact]
    public async Task Five_hundred_tracks_of_decimals_add_up_exactly()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");
        await server.Api.Grant("c", 1_000_000);
        var values = Enumerable.Range(1, 500).Select(i => i * 0.0000000123m).ToList();

        var replies = await Together(500, i => server.Api.Track("c", values[i]));

        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
        var balance = await server.Api.Check("c");
        Assert.Equal(values.Sum(value => decimal.Round(value, 10)), balance.Number("balance.usage"));
        Assert.Equal(1_000_100 - balance.Number("balance.usage"), balance.Number("balance.remaining"));
    }

    [Fact]
    public async Task Tracks_that_cap_share_out_exactly_what_was_there()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");

        var replies = await Together(60, _ => server.Api.Track("c", 3));

        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
        Assert.Equal(100, replies.Sum(reply => reply["deductions"]!.Value.EnumerateArray().Sum(draw => draw.GetProperty("value").GetDecimal())));
        Assert.Equal(0, await server.Api.Remaining("c"));
    }

    [Fact]
    public async Task Tracks_that_would_rather_be_refused_are_refused_when_nothing_is_left()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");

        var replies = await Together(60, _ => server.Api.Post("balances.track", new { customer_id = "c", feature_id = "messages", value = 3, overage_behavior = "reject" }));

        Assert.Equal(33, replies.Count(reply => reply.Status == 200));
        Assert.Equal(27, replies.Count(reply => reply is { Status: 400, Code: "insufficient_balance" }));
        Assert.Equal(1, await server.Api.Remaining("c"));
    }

    [Fact]
    public async Task Two_features_on_one_credit_system_never_spend_a_credit_twice()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");

        var replies = await Together(80, i => server.Api.Consume("c", i % 2 == 0 ? 1 : 2, i % 2 == 0 ? "premium_messages" : "basic_messages"));

        var spent = replies.Select((reply, i) => reply.Flag("allowed") ? (i % 2 == 0 ? 0.10m : 0.02m) : 0).Sum();
        Assert.Equal(1 - spent, await server.Api.Remaining("c", "ai_credits"));
        Assert.InRange(spent, 0.9m, 1m);
    }

    [Fact]
    public async Task Usage_and_refunds_together_end_where_they_began()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");
        await server.Api.Grant("c", 1_000);
        (await server.Api.Track("c", 500)).MustBe(200);

        var replies = await Together(100, i => server.Api.Track("c", i % 2 == 0 ? 1.5m : -1.5m));

        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
        Assert.Equal(600, await server.Api.Remaining("c"));
    }

    [Fact]
    public async Task One_customer_made_by_many_at_once_is_one_customer()
    {
        await using var server = await RunningServer.Start();

        var replies = await Together(50, i => server.Api.Post("customers.get_or_create", new { customer_id = "c", name = "C" }));

        Assert.All(replies, reply => Assert.Equal(200, reply.Status));
        Assert.Single(replies.Select(reply => reply.Word("subscriptions.0.id")).Distinct());
        Assert.Single((await server.Api.Post("customers.list", new { })).List);
        Assert.Equal(100, await server.Api.Remaining("c"));
    }

    [Fact]
    public async Task A_plan_attached_by_many_at_once_is_held_once()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");

        var replies = await Together(10, _ => server.Api.Post("billing.attach", new { customer_id = "c", plan_id = "pro", no_billing_changes = true }));

        Assert.Single(replies, reply => reply.Status == 200);
        Assert.Equal(9, replies.Count(reply => reply is { Status: 409, Code: "plan_already_attached" }));
        Assert.Single((await server.Api.Post("customers.get", new { customer_id = "c" }))["subscriptions"]!.Value.EnumerateArray());
    }

    [Fact]
    public async Task Batches_over_many_customers_and_single_tracks_add_up_and_never_wait_for_each_other()
    {
        await using var server = await RunningServer.Start();
        var customers = Enumerable.Range(0, 20).Select(i => string.Create(CultureInfo.InvariantCulture, $"c{i}")).ToList();
        foreach (var customer in customers)
        {
            await server.Api.Create(customer);
            await server.Api.Grant(customer, 100_000);
        }

        // Each batch names every customer twice, in an order of its own, with keys that the next batch uses too.
        var batches = Enumerable.Range(0, 30).Select(b =>
        {
            var random = new Random(b);
            return customers.Concat(customers).Select((customer, i) => new { customer_id = customer, feature_id = "messages", value = 1.5m, idempotency_key = $"{b / 2}-{customer}-{i}" })
                .OrderBy(_ => random.Next()).ToList();
        }).ToList();
        var work = batches.Select(batch => (Func<Task<Reply>>)(() => server.Api.Post("balances.batch_track", batch)))
            .Concat(Enumerable.Range(0, 400).Select(i => (Func<Task<Reply>>)(() => server.Api.Track(customers[i % 20], 0.25m))))
            .OrderBy(_ => Random.Shared.Next()).ToList();
        var replies = await Together(work.Count, i => work[i]());

        Assert.All(replies, reply => Assert.True(reply.Status is 200 or 202, reply.ToString()));
        foreach (var customer in customers) Assert.Equal((15 * 2 * 1.5m) + (20 * 0.25m), (await server.Api.Check(customer)).Number("balance.usage"));
    }

    [Fact]
    public async Task A_batch_refused_for_one_item_leaves_every_customer_as_it_was()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("a");
        await server.Api.Create("b");

        var refused = await server.Api.Post("balances.batch_track", new object[]
        {
            new { customer_id = "a", feature_id = "messages", value = 60, idempotency_key = "k" },
            new { customer_id = "b", feature_id = "messages", value = 101, overage_behavior = "reject" },
        });

        Assert.Equal((400, "insufficient_balance"), (refused.Status, refused.Code));
        Assert.Contains("items[1]", refused.Message, StringComparison.Ordinal);
        Assert.Equal((100, 100), (await server.Api.Remaining("a"), await server.Api.Remaining("b")));
        Assert.Equal(200, (await server.Api.Track("a", 1, "k")).Status);
    }

    private static async Task<Reply[]> Together(int count, Func<int, Task<Reply>> send) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => send(i)))).InTime("all answers");
}
