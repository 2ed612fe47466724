using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Entities;

public sealed class EntityTests(Workshop shop) : IClassFixture<Workshop>
{
    private ApiClient Api => shop.Api;

    [Fact]
    public async Task A_new_entity_is_shown_with_the_seats_before_its_own_and_takes_one()
    {
        var c = await shop.Customer("main");
        var made = (await Api.Post("entities.create", new { customer_id = c, feature_id = "seats", entity_id = "e1", name = "E1" })).MustFit("entities.create");
        Assert.Equal(("e1", "E1", c, "sandbox"), (made.Word("id"), made.Word("name"), made.Word("customer_id"), made.Word("env")));
        Assert.Null(made["feature_id"]);
        Assert.Equal(("main", "customer"), (made.Word("subscriptions.0.plan_id"), made.Word("subscriptions.0.scope")));
        Assert.Equal((150m, 150m, 50m, 100m), (made.Number("balances.messages.granted"), made.Number("balances.messages.remaining"), made.Number("balances.messages.breakdown.0.included_grant"), made.Number("balances.messages.breakdown.1.included_grant")));
        Assert.Equal((3m, 3m, 0m), (made.Number("balances.seats.granted"), made.Number("balances.seats.remaining"), made.Number("balances.seats.usage")));
        Assert.Equal("main", made.Word("flags.dash.plan_id"));
        Assert.Equal(2, (await shop.Entity(c, "e2")).Number("balances.seats.remaining"));

        var shown = (await shop.Shown(c, "e2")).MustFit("entities.get");
        Assert.Equal(("seats", null), (shown.Word("feature_id"), shown.Word("name")));
        Assert.Equal((1m, 2m), (shown.Number("balances.seats.remaining"), shown.Number("balances.seats.usage")));
        Assert.Equal(1, (await shop.Shown(c)).Number("balances.seats.remaining"));
    }

    [Theory]
    [InlineData("""{"feature_id": "seats", "entity_id": "e1"}""", 409, "entity_already_exists")]
    [InlineData("""{"feature_id": "messages", "entity_id": "e3"}""", 400, "invalid_request")]
    [InlineData("""{"feature_id": "dash", "entity_id": "e3"}""", 400, "invalid_request")]
    [InlineData("""{"feature_id": "nope", "entity_id": "e3"}""", 404, "feature_not_found")]
    [InlineData("""{"feature_id": "seats", "entity_id": null}""", 400, "invalid_inputs")]
    [InlineData("""{"feature_id": "seats"}""", 400, "invalid_inputs")]
    [InlineData("""{"feature_id": "seats", "entity_id": ""}""", 400, "invalid_inputs")]
    [InlineData("""{"entity_id": "e3"}""", 400, "invalid_inputs")]
    [InlineData("""{"feature_id": "seats", "entity_id": "e3", "billing_controls": {"usage_limits": [{"feature_id": "messages", "limit": -1, "interval": "day"}]}}""", 400, "invalid_inputs")]
    public async Task An_entity_that_cannot_be_is_refused(string body, int status, string code)
    {
        var c = await shop.Customer("main", "e1");
        var reply = await Api.Post("entities.create", $"{{\"customer_id\": \"{c}\", {body[1..]}");
        Assert.Equal((status, code), (reply.Status, reply.Code));
        Assert.Equal(2, (await shop.Shown(c)).Number("balances.seats.remaining"));
    }

    [Fact]
    public async Task Any_text_is_an_id()
    {
        var c = await shop.Customer("main");
        Assert.Equal("has space & @.v23 ü", (await shop.Entity(c, "has space & @.v23 ü")).Word("id"));
        Assert.Equal(150, await shop.Left(c, "has space & @.v23 ü"));
    }

    [Fact]
    public async Task A_customer_who_is_not_there_comes_with_the_first_entity()
    {
        var made = (await Api.Post("entities.create", """{"customer_id": "newcomer", "feature_id": "seats", "entity_id": "x1", "customer_data": {"name": "Nora"}}""")).MustBe(200);
        Assert.Equal("newcomer", made.Word("customer_id"));
        Assert.Equal("Nora", (await Api.Post("customers.get", """{"customer_id": "newcomer"}""")).MustBe(200).Word("name"));
        Assert.Equal(404, (await Api.Post("entities.create", """{"customer_id": "never", "feature_id": "nope", "entity_id": "x1"}""")).Status);
        Assert.Equal(400, (await Api.Post("entities.create", """{"customer_id": "never", "feature_id": "messages", "entity_id": "x1"}""")).Status);
        Assert.Equal(404, (await Api.Post("customers.get", """{"customer_id": "never"}""")).Status);
    }

    [Fact]
    public async Task An_entity_is_found_by_its_id_alone_where_one_customer_has_it()
    {
        var (a, b) = (await shop.Customer("main", "only-a", "of-both"), await shop.Customer("main", "of-both"));
        Assert.Equal(a, (await Api.Post("entities.get", """{"entity_id": "only-a"}""")).MustBe(200).Word("customer_id"));
        Assert.Equal((400, "invalid_request"), Said(await Api.Post("entities.get", """{"entity_id": "of-both"}""")));
        Assert.Equal((404, "entity_not_found"), Said(await Api.Post("entities.get", """{"entity_id": "of-nobody"}""")));
        Assert.Equal((404, "entity_not_found"), Said(await Api.Post("entities.get", new { customer_id = b, entity_id = "only-a" })));
        Assert.Equal((404, "customer_not_found"), Said(await Api.Post("entities.get", new { customer_id = "nobody", entity_id = "only-a" })));
        Assert.Equal((400, "invalid_inputs"), Said(await Api.Post("entities.get", new { customer_id = b })));
        (await Api.Post("entities.delete", """{"entity_id": "only-a"}""")).MustBe(200);
        Assert.Equal((404, "entity_not_found"), Said(await Api.Post("entities.get", """{"entity_id": "only-a"}""")));
    }

    [Fact]
    public async Task Every_entity_draws_on_its_own_part_before_what_it_shares()
    {
        var c = await shop.Customer("main", "e1", "e2");
        var first = (await shop.Track(c, 30, "e1")).MustFit("balances.track");
        Assert.Equal("e1", first.Word("entity_id"));
        Assert.Equal((150m, 120m, 20m, 100m), (first.Number("balance.granted"), first.Number("balance.remaining"), first.Number("balance.breakdown.0.remaining"), first.Number("balance.breakdown.1.remaining")));
        var second = await shop.Track(c, 40, "e1");
        Assert.Equal([20m, 20m], second["deductions"]!.Value.EnumerateArray().Select(one => one.GetProperty("value").GetDecimal()));
        Assert.Equal([130m, 80m, 130m], await shop.All(c, "e1", "e2"));

        // The part of an entity and the customer's row of it go by one id.
        var row = (await shop.Shown(c)).Word("balances.messages.breakdown.1.id");
        Assert.Equal((row, row), (second.Word("deductions.0.balance_id"), (await shop.Shown(c, "e2")).Word("balances.messages.breakdown.0.id")));
    }

    [Fact]
    public async Task A_customer_draws_on_what_it_shares_and_then_on_the_parts_of_entities_in_turn()
    {
        var c = await shop.Customer("main", "e1", "e2", "e3");
        Assert.Equal([250m, 150m, 150m, 150m], await shop.All(c, "e1", "e2", "e3"));
        await shop.Track(c, 50);
        Assert.Equal([200m, 100m, 100m, 100m], await shop.All(c, "e1", "e2", "e3"));
        var spread = await shop.Track(c, 60);
        Assert.Equal([140m, 40m, 50m, 50m], await shop.All(c, "e1", "e2", "e3"));
        Assert.Equal([50m, 10m], spread["deductions"]!.Value.EnumerateArray().Select(one => one.GetProperty("value").GetDecimal()));
        foreach (var entity in (string[])["e1", "e2", "e3"]) await shop.Track(c, 10, entity);
        Assert.Equal([110m, 30m, 40m, 40m], await shop.All(c, "e1", "e2", "e3"));
        await shop.Track(c, 75);
        Assert.Equal([35m, 0m, 0m, 35m], await shop.All(c, "e1", "e2", "e3"));
    }

    [Fact]
    public async Task Plans_of_entities_are_shown_to_the_customer_and_not_its_to_use()
    {
        var c = await shop.Customer("small", "e1", "e2", "e3");
        foreach (var entity in (string[])["e1", "e2", "e3"]) await shop.Attach(c, "each", entity);
        Assert.Equal([350m, 150m, 150m, 150m], await shop.All(c, "e1", "e2", "e3"));
        var view = await shop.Shown(c);
        Assert.Equal([("small", "customer"), ("each", "entity")], view["subscriptions"]!.Value.EnumerateArray().Select(one => (one.GetProperty("plan_id").GetString(), one.GetProperty("scope").GetString())));
        Assert.Equal(1, view["balances.messages.breakdown"]!.Value.GetArrayLength());
        Assert.Equal([("each", "entity"), ("small", "customer")], (await shop.Shown(c, "e2"))["subscriptions"]!.Value.EnumerateArray().Select(one => (one.GetProperty("plan_id").GetString(), one.GetProperty("scope").GetString())));

        Assert.Equal([50m], (await shop.Track(c, 60))["deductions"]!.Value.EnumerateArray().Select(one => one.GetProperty("value").GetDecimal()));
        Assert.Equal([300m, 100m, 100m, 100m], await shop.All(c, "e1", "e2", "e3"));
        var denied = await shop.Check(c, 1);
        Assert.Equal((false, 300m), (denied.Flag("allowed"), denied.Number("balance.remaining")));
        await shop.Track(c, 30, "e1");
        Assert.False((await shop.Check(c, 71, "e1")).Flag("allowed"));
        var allowed = (await shop.Check(c, 100, "e2")).MustFit("balances.check");
        Assert.Equal((true, "e2"), (allowed.Flag("allowed"), allowed.Word("entity_id")));
        Assert.Equal((409, "plan_already_attached"), Said(await Api.Post("billing.attach", new { customer_id = c, entity_id = "e2", plan_id = "each" })));
    }

    [Fact]
    public async Task What_entities_put_into_a_pool_is_for_all_of_them()
    {
        var c = await shop.Customer(null, "e1", "e2", "e3");
        await shop.Attach(c, "pool", "e1");
        await shop.Attach(c, "pool", "e2");
        var drawn = await shop.Track(c, 300, "e1", "reject");
        Assert.Equal((1000m, 700m, 300m), (drawn.Number("balance.granted"), drawn.Number("balance.remaining"), drawn.Number("balance.usage")));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, drawn["balance.breakdown.0.plan_id"]!.Value.ValueKind);
        Assert.Equal(0, (await shop.Track(c, 700, "e3", "reject")).Number("balance.remaining"));
        Assert.Equal((400, "insufficient_balance"), Said(await shop.Track(c, 1, "e2", "reject")));
        Assert.Equal((409, "invalid_request"), Said(await Api.Post("balances.delete", new { customer_id = c, feature_id = "messages" })));
    }

    [Fact]
    public async Task With_pooled_balances_disabled_an_entity_keeps_to_its_own()
    {
        var c = await shop.Customer("small", "e1");
        await shop.Attach(c, "each", "e1");
        (await Api.Post("customers.update", new { customer_id = c, config = new { disable_pooled_balance = true } })).MustBe(200);
        Assert.Equal((400, "insufficient_balance"), Said(await shop.Track(c, 120, "e1", "reject")));
        await shop.Track(c, 120, "e1");
        Assert.Equal(50, await shop.Left(c));
    }

    [Fact]
    public async Task A_deleted_entity_gives_its_seat_back_and_takes_its_own_with_it()
    {
        var c = await shop.Customer("main", "e1", "e2");
        await shop.Attach(c, "each", "e1");
        await shop.Track(c, 60, "e2");
        (await Api.Post("entities.delete", new { customer_id = c, entity_id = "e1" })).MustBe(200);
        Assert.Equal((404, "entity_not_found"), Said(await Api.Post("entities.delete", new { customer_id = c, entity_id = "e1" })));
        Assert.Equal((404, "entity_not_found"), Said(await shop.Check(c, 1, "e1")));
        var left = await shop.Shown(c);
        Assert.Equal((2m, 90m), (left.Number("balances.seats.remaining"), left.Number("balances.messages.remaining")));
        Assert.Equal(["main"], left["subscriptions"]!.Value.EnumerateArray().Select(one => one.GetProperty("plan_id").GetString()));
        Assert.Equal(150 - 10, (await shop.Entity(c, "e1")).Number("balances.messages.remaining"));
    }

    [Fact]
    public async Task Parts_of_entities_reset_with_the_plan()
    {
        var c = await shop.Customer("main", "e1", "e2");
        await shop.Track(c, 70, "e1");
        shop.Time.Advance(TimeSpan.FromDays(32));
        Assert.Equal([200m, 150m, 150m], await shop.All(c, "e1", "e2"));
    }

    [Fact]
    public async Task Balances_of_an_entity_are_made_changed_and_taken_by_its_id()
    {
        var c = await shop.Customer("small", "e1", "e2");
        (await Api.Post("balances.create", new { customer_id = c, entity_id = "e1", feature_id = "messages", included_grant = 200, balance_id = "gift" })).MustBe(200);
        Assert.Equal([250m, 250m, 50m], await shop.All(c, "e1", "e2"));
        await shop.Track(c, 60);
        Assert.Equal([200m, 200m, 0m], await shop.All(c, "e1", "e2"));
        (await Api.Post("balances.update", new { customer_id = c, entity_id = "e1", feature_id = "messages", balance_id = "gift", remaining = 20 })).MustBe(200);
        Assert.Equal(20, await shop.Left(c, "e1"));
        (await Api.Post("/v1/usage", new { customer_id = c, entity_id = "e1", feature_id = "messages", balance_id = "gift", value = 50 })).MustBe(200);
        Assert.Equal(150, await shop.Left(c, "e1"));
        Assert.Equal(["gift"], (await Api.Get($"/v1/balances/list?customer_id={c}&entity_id=e1"))["balances"]!.Value.EnumerateArray().Select(one => one.GetProperty("external_id").GetString()));
        Assert.Equal((404, "entity_not_found"), Said(await Api.Post("balances.create", new { customer_id = c, entity_id = "nobody", feature_id = "messages", included_grant = 1 })));
        Assert.Equal((400, "invalid_inputs"), Said(await Api.Post("balances.create", new { customer_id = c, entity_id = "e1", feature_id = "seats", included_grant = 1 })));
        (await Api.Post("balances.delete", new { customer_id = c, entity_id = "e1", balance_id = "gift" })).MustBe(200);
        Assert.Equal(0, await shop.Left(c, "e1"));
    }

    [Fact]
    public async Task A_balance_goes_by_the_id_that_answers_give_it()
    {
        var c = await shop.Customer("small");
        await Api.Grant(c, 10);
        var row = (await shop.Shown(c)).Word("balances.messages.breakdown.1.id");
        (await Api.Post("balances.update", new { customer_id = c, feature_id = "messages", balance_id = row, remaining = 4 })).MustBe(200);
        Assert.Equal(54, await shop.Left(c));
        Assert.Equal(404, (await Api.Post("balances.update", new { customer_id = await shop.Customer("small"), feature_id = "messages", balance_id = row, remaining = 4 })).Status);
    }

    [Fact]
    public async Task Usage_is_listed_and_added_up_by_entity()
    {
        var c = await shop.Customer("main", "e1", "e2");
        await shop.Track(c, 3, "e1");
        await shop.Track(c, 4, "e2");
        await shop.Track(c, 5);
        var all = (await Api.Post("events.list", new { customer_id = c })).MustFit("events.list");
        Assert.Equal([null, "e2", "e1"], all.List.Select(one => one.TryGetProperty("entity_id", out var id) ? id.GetString() : null));
        Assert.Equal(4, Assert.Single((await Api.Post("events.list", new { customer_id = c, entity_id = "e2" })).List).GetProperty("value").GetDecimal());
        var sums = (await Api.Post("events.aggregate", new { customer_id = c, feature_id = "messages", range = "7d", group_by = "$entity_id" })).MustFit("events.aggregate");
        var today = sums.List.Last().GetProperty("grouped_values").GetProperty("messages");
        Assert.Equal((5m, 3m, 4m), (today.GetProperty("").GetDecimal(), today.GetProperty("e1").GetDecimal(), today.GetProperty("e2").GetDecimal()));
        Assert.Equal(3, (await Api.Post("events.aggregate", new { customer_id = c, entity_id = "e1", feature_id = "messages", range = "7d" })).Number("total.messages.sum"));
        var deducted = await Api.Post("events.aggregate", new { customer_id = c, entity_id = "e2", feature_id = "messages", range = "7d", aggregate_on = "deducted" });
        Assert.Equal(4, deducted.Number("total.messages.sum"));
    }

    [Fact]
    public async Task A_lock_and_an_atomic_check_take_from_the_entity()
    {
        var c = await shop.Customer("main", "e1");
        Assert.True((await shop.Check(c, 150, "e1", ("send_event", true))).Flag("allowed"));
        var denied = await shop.Check(c, 1, "e1", ("send_event", true));
        Assert.Equal((false, "e1", 0m), (denied.Flag("allowed"), denied.Word("entity_id"), denied.Number("balance.remaining")));
        await shop.Track(c, -60, "e1");
        Assert.True((await shop.Check(c, 20, "e1", ("lock", new { enabled = true, lock_id = $"{c}-l" }))).Flag("allowed"));
        (await Api.Post("balances.finalize", new { lock_id = $"{c}-l", action = "release" })).MustBe(200);
        Assert.Equal(60, await shop.Left(c, "e1"));
    }

    [Fact]
    public async Task Limits_of_an_entity_stand_before_those_of_its_customer()
    {
        var c = await shop.Customer("main", "e1", "e2");
        var limited = (await Api.Post("entities.update", new { customer_id = c, entity_id = "e1", name = "Named", billing_controls = new { usage_limits = new[] { new { feature_id = "messages", limit = 5, interval = "month" } } } })).MustFit("entities.update");
        Assert.Equal((5m, "Named"), (limited.Number("billing_controls.usage_limits.0.limit"), limited.Word("name")));
        await shop.Track(c, 9, "e1");
        await shop.Track(c, 9, "e2");
        Assert.Equal([145m, 141m], new[] { await shop.Left(c, "e1"), await shop.Left(c, "e2") });
        Assert.False((await shop.Check(c, 1, "e1")).Flag("allowed"));
        Assert.True((await shop.Check(c, 1, "e2")).Flag("allowed"));
    }

    [Fact]
    public async Task Tracking_for_what_is_not_there_records_nothing()
    {
        var c = await shop.Customer("main");
        Assert.Equal((404, "entity_not_found"), Said(await shop.Track(c, 1, "nobody")));
        Assert.Equal((404, "entity_not_found"), Said(await shop.Track("no-customer", 1, "nobody")));
        Assert.Equal((404, "entity_not_found"), Said(await shop.Check(c, 1, "nobody")));
        Assert.Equal((404, "entity_not_found"), Said(await Api.Post("balances.check", new { customer_id = c, feature_id = "messages", entity_id = "auto", entity_data = new { feature_id = "seats" } })));
        var batch = await Api.Post("balances.batch_track", $$"""[{"customer_id": "{{c}}", "feature_id": "messages"}, {"customer_id": "{{c}}", "feature_id": "messages", "entity_id": "nobody"}]""");
        Assert.Equal((404, "entity_not_found"), Said(batch));
        Assert.Contains("items[1]", batch.Message, StringComparison.Ordinal);
        Assert.Empty((await Api.Post("events.list", new { customer_id = c })).List);
    }

    private static (int, string?) Said(Reply reply) => (reply.Status, reply.Code);
}
