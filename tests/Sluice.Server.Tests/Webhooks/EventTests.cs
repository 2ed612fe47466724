using Sluice.Core;
using Sluice.Server.Webhooks;

namespace Sluice.Server.Tests.Webhooks;

/// <summary>What is told, once for each thing that happens.</summary>
public sealed class EventTests
{
    [Fact]
    public async Task A_limit_that_is_reached_is_told_with_both_kinds_of_headers()
    {
        await using var told = await Listening.Start();
        await told.Customer("c", 100);
        await told.Track("c", 99.999m);
        await told.Track("c", 1);

        var message = await told.Receiver.Next();
        Assert.StartsWith("msg_", message.Id, StringComparison.Ordinal);
        Assert.Equal(
            $$$"""{"id":"{{{message.Id}}}","type":"balances.limit_reached","occurred_at":1768478400000,"data":{"customer_id":"c","feature_id":"messages","limit_type":"included"}}""",
            message.Body);
        Assert.Equal("1768478400", message.Headers["webhook-timestamp"]);
        Assert.Equal("application/json; charset=utf-8", message.Headers["content-type"]);
        Assert.Equal(1, message.SignedBy(told.Secret));
        foreach (var header in (string[])["id", "timestamp", "signature"]) Assert.Equal(message.Headers[$"webhook-{header}"], message.Headers[$"svix-{header}"]);
        await told.AllSettled();
        Assert.Single(told.Receiver.All);
    }

    [Fact]
    public async Task Alerts_are_told_when_they_are_crossed_and_not_while_they_last()
    {
        await using var told = await Listening.Start();
        await told.Customer("c");
        await told.Controls("c", new
        {
            usage_alerts = new[] { ("usage", 500), ("usage", 800), ("usage_percentage", 90), ("remaining", 200) }
                .Select(alert => new { feature_id = "messages", threshold = alert.Item2, threshold_type = alert.Item1, enabled = true }),
        });

        (decimal Track, string[] Told)[] table =
        [
            (600, ["usage 500"]),
            (250, ["usage 800", "remaining 200"]),
            (100, ["usage_percentage 90"]),
            (50, ["limit_reached included"]),
            (5, []),
        ];
        foreach (var (track, gists) in table)
        {
            await told.Track("c", track);
            Assert.Equal(gists, (await told.Receiver.Next(gists.Length)).Select(one => one.Gist));
        }

        await told.AllSettled();
        Assert.Equal(table.Sum(row => row.Told.Length), told.Receiver.All.Count);
    }

    [Fact]
    public async Task A_usage_limit_tells_its_filter_and_an_alert_its_name()
    {
        await using var told = await Listening.Start();
        await told.Customer("c");
        await told.Controls("c", new
        {
            usage_limits = new[] { new { feature_id = "messages", limit = 5, interval = "month", filter = new { properties = new { model = "big" } } } },
            usage_alerts = new[] { new { name = "half", feature_id = "messages", threshold = 50, threshold_type = "remaining_percentage", enabled = true } },
        });
        (await told.Api.Post("balances.track", new { customer_id = "c", feature_id = "messages", value = 5, properties = new { model = "big" } })).MustBe(200);
        Assert.Equal("""{"customer_id":"c","feature_id":"messages","limit_type":"usage_limit","filter":{"properties":{"model":"big"}}}""", (await told.Receiver.Next()).Data.GetRawText());
        await told.Track("c", 500);
        Assert.Equal("""{"customer_id":"c","feature_id":"messages","usage_alert":{"name":"half","threshold":50,"threshold_type":"remaining_percentage"}}""", (await told.Receiver.Next()).Data.GetRawText());
    }

    [Fact]
    public async Task A_spend_limit_that_is_reached_is_told()
    {
        await using var told = await Listening.Start();
        await told.Customer("c", 50);
        await told.Controls("c", new
        {
            overage_allowed = new[] { new { feature_id = "messages", enabled = true } },
            spend_limits = new[] { new { feature_id = "messages", enabled = true, overage_limit = 10 } },
        });
        await told.Track("c", 60);
        Assert.Equal("limit_reached spend_limit", (await told.Receiver.Next()).Gist);
    }

    [Fact]
    public async Task What_becomes_of_plans_is_told_once_for_each_call()
    {
        await using var told = await Listening.Start();
        await told.Sold("c", "pm_card_visa");
        Assert.Equal(["activated small active"], await Changes());
        await told.Track("c", 1);
        (await told.Api.Post("billing.attach", new { customer_id = "c", plan_id = "large" })).MustBe(200);
        Assert.Equal(["expired small expired", "activated large active"], await Changes());
        (await told.Api.Post("billing.update", new { customer_id = "c", plan_id = "large", cancel_action = "cancel_end_of_cycle" })).MustBe(200);
        var canceled = (await told.Receiver.Next()).Data;
        Assert.Equal(("billing.updated", "c"), (canceled.GetProperty("object").GetString(), canceled.GetProperty("customer_id").GetString()));
        Assert.Equal("""{"canceled_at":null,"expires_at":null}""", canceled.GetProperty("plan_changes")[0].GetProperty("previous_attributes").GetRawText());
        (await told.Api.Post("billing.preview_update", new { customer_id = "c", plan_id = "large", cancel_action = "uncancel" })).MustBe(200);
        (await told.Api.Post("billing.update", new { customer_id = "c", plan_id = "large", cancel_action = "cancel_immediately" })).MustBe(200);
        Assert.Equal(["expired large expired"], await Changes());
        await told.AllSettled();
        Assert.Equal(4, told.Receiver.All.Count);

        async Task<IEnumerable<string>> Changes() => (await told.Receiver.Next()).Data.GetProperty("plan_changes").EnumerateArray()
            .Select(change => $"{change.GetProperty("action").GetString()} {change.GetProperty("subscription").GetProperty("plan_id").GetString()} {change.GetProperty("subscription").GetProperty("status").GetString()}");
    }

    [Fact]
    public async Task The_older_telling_comes_where_it_is_named_and_nowhere_else()
    {
        await using var told = await Listening.Start();
        await using var older = await Receiver.Start();
        (await told.Hook(new { url = older.Url, events = new[] { "customer.products.updated" } })).MustBe(200);
        await told.Sold("c", "pm_card_chargeCustomerFail");
        var first = (await older.Next()).Data;
        Assert.Equal("new small", Gist(first));
        var customer = first.GetProperty("customer");
        Assert.Equal(("c", "small", "active"), (customer.GetProperty("id").GetString(), customer.GetProperty("products")[0].GetProperty("id").GetString(), customer.GetProperty("products")[0].GetProperty("status").GetString()));
        Assert.Equal(100, customer.GetProperty("features").GetProperty("messages").GetProperty("balance").GetDecimal());
        Assert.Equal(20, first.GetProperty("updated_product").GetProperty("items")[0].GetProperty("price").GetDecimal());
        Assert.False(first.TryGetProperty("entity", out _));

        // Metadata may have been cut in the middle of an emoji.
        (await told.Api.Post("customers.update", """{"customer_id":"c","metadata":{"cut":"\ud83d"}}""")).MustBe(200);

        (object Call, string Told)[] table =
        [
            (new { plan_id = "large" }, "upgrade large"),
            (new { plan_id = "small" }, "downgrade large"),
            (new { plan_id = "large", cancel_action = "uncancel" }, "renew large"),
            (new { plan_id = "large", cancel_action = "cancel_end_of_cycle" }, "cancel large"),
            (new { plan_id = "large", cancel_action = "uncancel" }, "renew large"),
            (new { plan_id = "large", cancel_action = "cancel_immediately" }, "expired large"),
        ];
        foreach (var (call, gist) in table)
        {
            var body = System.Text.Json.JsonSerializer.SerializeToNode(call)!.AsObject();
            body["customer_id"] = "c";
            (await told.Api.Post(body.ContainsKey("cancel_action") ? "billing.update" : "billing.attach", body.ToJsonString())).MustBe(200);
            Assert.Equal(gist, Gist((await older.Next()).Data));
        }

        await told.AllSettled();
        Assert.Equal(table.Length + 1, older.All.Count);
        Assert.Contains("""{"cut":"\ud83d"}""", older.All.Last().Body, StringComparison.OrdinalIgnoreCase);
        Assert.All(told.Receiver.All, static message => Assert.DoesNotContain("customer.products.updated", message.Body, StringComparison.Ordinal));

        static string Gist(System.Text.Json.JsonElement data) => $"{data.GetProperty("scenario").GetString()} {data.GetProperty("updated_product").GetProperty("id").GetString()}";
    }

    [Theory]
    [InlineData("pm_card_visa", """{"customer_id":"c","feature_id":"messages","quantity_granted":100,"threshold":10,"balance_after":105,"invoice_mode":false,"invoice":{""")]
    [InlineData("pm_card_chargeCustomerFail", """{"customer_id":"c","feature_id":"messages","reason":"charge_failed"}""")]
    public async Task What_is_bought_by_itself_is_told(string card, string data)
    {
        await using var told = await Listening.Start();
        await told.Sold("c", card);
        await told.Receiver.Next();
        await told.Controls("c", new { auto_topups = new[] { new { feature_id = "messages", enabled = true, threshold = 10, quantity = 100 } } });
        await told.Track("c", 95);
        var message = told.Receiver.Next();
        await Deadline.Until(() => message.IsCompleted, "the message", told.Time);
        Assert.StartsWith(data, (await message).Data.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_entity_crosses_names_the_entity()
    {
        await using var told = await Listening.Start();
        await told.Customer("c", 100);
        var scope = told.Server.Engine.Scopes.Environment("sandbox");
        var now = Instant.Of(told.Time.GetUtcNow());
        foreach (var command in (Command[])
        [
            new Command.CreateEntity("e", null, new FeatureId("seats"), null),
            new Command.Track(new FeatureId("messages"), null, Quantity.Of(100), OverageBehavior.Cap, null, null) { Entity = "e" },
        ])
        {
            Assert.Null((await told.Server.Engine.Runner.Run(scope, "c", command, [], now)).Refusal);
        }

        Assert.Equal("""{"customer_id":"c","entity_id":"e","feature_id":"messages","limit_type":"included"}""", (await told.Receiver.Next()).Data.GetRawText());
    }

    [Fact]
    public async Task Of_many_tracks_at_once_each_crossing_is_told_once_and_in_order()
    {
        await using var told = await Listening.Start();
        var alerts = Enumerable.Range(1, 50).ToArray();
        foreach (var customer in (string[])["a", "b"]) await told.Customer(customer, 1000, alerts);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => told.Track(i % 2 == 0 ? "a" : "b", 0.5m)));

        var messages = await told.Receiver.Next(2 * alerts.Length);
        await told.AllSettled();
        Assert.Equal(2 * alerts.Length, told.Receiver.All.Count);
        foreach (var customer in (string[])["a", "b"])
            Assert.Equal(alerts.Select(threshold => $"usage {threshold}"), messages.Where(one => one.Customer == customer).Select(one => one.Gist));
        Assert.Equal(messages.Count, messages.Select(one => one.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_repeat_that_changes_nothing_tells_nothing_and_a_commit_of_unknown_fate_tells_once()
    {
        await using var told = await Listening.Start();
        await told.Customer("c", 100);
        var failed = told.Server.Store.HoldCommit();
        var lost = told.Api.Track("c", 100, "once");
        await failed.Arrived;
        failed.Fail();
        Assert.Equal(503, (await lost).Status);

        var written = told.Server.Store.HoldCommit();
        var open = told.Api.Track("c", 100, "once");
        await written.Arrived;
        written.WriteAndFail();
        Assert.Equal(503, (await open).Status);
        Assert.Equal(409, (await told.Api.Track("c", 100, "once")).Status);

        // Nobody rang the bell for it: it is found within a second.
        told.Time.Advance(TimeSpan.FromSeconds(1));
        await told.Receiver.Next();
        await told.AllSettled();
        Assert.Single(told.Receiver.All);
    }

    [Fact]
    public void A_rule_that_is_no_limit_cannot_be_told_as_one() => Assert.Throws<InvariantViolation>(() => Told.Of(
        null, Customer, new CustomerEvent.LimitReached(new FeatureId("messages"), null, AccessRule.Overage, null)));

    private static Customer Customer => ((Decision.Accepted)Decider.Decide(null, Catalog.Empty, new Command.Create(new CustomerKey(1), new Profile("c")), new Instant(0))).Customer;
}
