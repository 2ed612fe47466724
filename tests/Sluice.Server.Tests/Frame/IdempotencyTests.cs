namespace Sluice.Server.Tests.Frame;

/// <summary>A key makes a request count once: kept with its effect, free again when it had none to keep.</summary>
public sealed class IdempotencyTests(OneServer one) : IClassFixture<OneServer>
{
    private ApiClient Api => one.Server.Api;

    [Fact]
    public async Task A_repeat_is_told_so_even_when_it_asks_for_something_else()
    {
        await Api.Create("i1");
        (await Keyed("balances.track", new { customer_id = "i1", feature_id = "messages", value = 5 }, "i1")).MustBe(200);
        var repeat = await Keyed("balances.track", new { customer_id = "i1", feature_id = "messages", value = 7 }, "i1");
        Assert.Equal((409, "duplicate_idempotency_key"), (repeat.Status, repeat.Code));
        Assert.Equal(95, await Api.Remaining("i1"));
    }

    [Fact]
    public async Task A_read_uses_its_key_up_too()
    {
        await Api.Create("i2");
        (await Keyed("customers.get", new { customer_id = "i2" }, "i2")).MustBe(200);
        Assert.Equal(409, (await Keyed("customers.get", new { customer_id = "i2" }, "i2")).Status);
        Assert.Equal(409, (await Api.Get("/v1/customers/i2", ("Idempotency-Key", "i2"))).Status);
    }

    [Fact]
    public async Task A_denied_check_uses_its_key_up_and_took_nothing()
    {
        await Api.Create("i3");
        var body = new { customer_id = "i3", feature_id = "messages", required_balance = 101, send_event = true };
        Assert.False((await Keyed("balances.check", body, "i3")).MustBe(200).Flag("allowed"));
        Assert.Equal(409, (await Keyed("balances.check", body, "i3")).Status);
        Assert.Equal(100, await Api.Remaining("i3"));
    }

    [Theory]
    [InlineData("balances.track", """{"customer_id": "i4-nobody", "feature_id": "messages"}""", 404)]
    [InlineData("balances.track", """{"customer_id": "i4", "feature_id": "unheard_of"}""", 404)]
    [InlineData("balances.track", """{"customer_id": "i4"}""", 400)]
    [InlineData("balances.track", """{"customer_id": "i4", "feature_id": "messages", "value": 101, "overage_behavior": "reject"}""", 400)]
    [InlineData("balances.batch_track", """[{"customer_id": "i4", "feature_id": "unheard_of"}]""", 404)]
    [InlineData("customers.get", """{"customer_id": "i4-nobody"}""", 404)]
    [InlineData("billing.attach", """{"customer_id": "i4", "plan_id": "unheard_of"}""", 404)]
    public async Task A_request_that_failed_leaves_its_key_free(string operation, string body, int status)
    {
        await Api.Create("i4");
        var key = $"i4 {operation} {body}";
        Assert.Equal(status, (await Keyed(operation, body, key)).Status);
        Assert.Equal(status, (await Keyed(operation, body, key)).Status);
        (await Keyed("balances.track", new { customer_id = "i4", feature_id = "messages", value = 0 }, key)).MustBe(200);
    }

    [Fact]
    public async Task Header_and_body_are_two_kinds_of_key()
    {
        await Api.Create("i5");
        (await Keyed("balances.track", new { customer_id = "i5", feature_id = "messages" }, "i5")).MustBe(200);
        (await Api.Track("i5", 1, "i5")).MustBe(200);
        Assert.Equal(409, (await Api.Track("i5", 1, "i5")).Status);
        Assert.Equal(98, await Api.Remaining("i5"));
    }

    [Fact]
    public async Task A_batch_skips_the_items_whose_key_was_used()
    {
        await Api.Create("i6");
        (await Api.Track("i6", 1, "i6-a")).MustBe(200);
        var batch = new[] { Item("i6-a", 10), Item("i6-b", 2), Item("i6-b", 20) };
        (await Api.Post("balances.batch_track", batch)).MustBe(202);
        Assert.Equal(97, await Api.Remaining("i6"));
        (await Api.Post("balances.batch_track", batch)).MustBe(202);
        Assert.Equal(97, await Api.Remaining("i6"));

        static object Item(string key, int value) => new { customer_id = "i6", feature_id = "messages", value, idempotency_key = key };
    }

    [Theory]
    [InlineData(null, 24)]
    [InlineData(1, 1)]
    [InlineData(72, 72)]
    public async Task A_key_is_kept_for_a_day_or_as_long_as_the_settings_say(int? setting, int hours)
    {
        await using var server = await RunningServer.Start(change: settings => setting is { } kept ? settings with { KeepIdempotencyKeys = TimeSpan.FromHours(kept) } : settings);
        await server.Api.Create("c");
        (await server.Api.Track("c", 1, "k")).MustBe(200);
        (await Header(2)).MustBe(200);
        server.Time.Advance(TimeSpan.FromHours(hours) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(409, (await server.Api.Track("c", 1, "k")).Status);
        Assert.Equal(409, (await Header(3)).Status);
        server.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(200, (await server.Api.Track("c", 1, "k")).Status);
        Assert.Equal(200, (await Header(3)).Status);

        Task<Reply> Header(int value) => server.Api.Post("balances.track", new { customer_id = "c", feature_id = "messages", value }, ("Idempotency-Key", "k"));
    }

    [Fact]
    public async Task A_change_of_the_catalog_is_made_once_too()
    {
        var body = new { feature_id = "idempotent", name = "Idempotent", type = "boolean" };
        (await Keyed("features.create", body, "i7")).MustBe(200);
        Assert.Equal((409, "duplicate_idempotency_key"), ((await Keyed("features.create", body, "i7")).Status, (await Keyed("features.create", body, "i7")).Code));
    }

    private Task<Reply> Keyed(string operation, object body, string key) => Api.Post(operation, body, ("Idempotency-Key", key));
}
