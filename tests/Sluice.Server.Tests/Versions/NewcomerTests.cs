using Sluice.Server.Tests.Frame;

namespace Sluice.Server.Tests.Versions;

/// <summary>Before 2.1 a check or track makes the customer it is about.</summary>
public sealed class NewcomerTests(OneServer one) : IClassFixture<OneServer>
{
    private static readonly (string, string) Two = ("x-api-version", "2.0");
    private static readonly (string, string) OneTwo = ("x-api-version", "1.2");

    [Theory]
    [InlineData("/v1/check", "")]
    [InlineData("/v1/balances.check", "")]
    [InlineData("/v1/balances.check", ", \"send_event\": true")]
    [InlineData("/v1/track", "")]
    [InlineData("/v1/events", "")]
    public async Task A_customer_who_is_not_there_is_made_with_the_plans_that_enable_themselves(string path, string more)
    {
        var id = Fresh();
        var reply = await one.Server.Api.Send(HttpMethod.Post, path, Asking(id, more), Two);
        Assert.Equal(id, reply.MustBe(200).Word("customer_id"));
        Assert.Equal("free", (await Customer(id)).Word("subscriptions.0.plan_id"));
    }

    [Fact]
    public async Task As_customer_data_describes_them()
    {
        var id = Fresh();
        (await one.Server.Api.Post("/v1/track", Asking(id, """, "customer_data": {"name": "Nora", "email": "nora@example.com", "fingerprint": "thumb", "metadata": {"team": "a"}}"""), OneTwo)).MustBe(200);
        var customer = await Customer(id);
        Assert.Equal(("Nora", "nora@example.com", "thumb", "a"), (customer.Word("name"), customer.Word("email"), customer.Word("fingerprint"), customer.Word("metadata.team")));
    }

    [Fact]
    public async Task A_batch_makes_everyone_it_names()
    {
        var (first, second) = (Fresh(), Fresh());
        (await one.Server.Api.Post("balances.batch_track", $"[{Asking(first)}, {Asking(second)}, {Asking(first)}]", Two)).MustBe(202);
        Assert.Equal((2m, 1m), ((await Customer(first)).Number("balances.messages.usage"), (await Customer(second)).Number("balances.messages.usage")));
    }

    [Theory]
    [InlineData("2.1.0")]
    [InlineData("2.4.0")]
    public async Task From_2_1_on_nobody_is_made(string version)
    {
        foreach (var path in (string[])["/v1/check", "/v1/track"])
        {
            var id = Fresh();
            Assert.Equal("customer_not_found", (await one.Server.Api.Post(path, Asking(id), ("x-api-version", version))).MustBe(404).Code);
            Assert.Equal(404, (await one.Server.Api.Post("customers.get", new { customer_id = id })).Status);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(""", "entity_data": {}""")]
    [InlineData(""", "entity_data": {"feature_id": 5}""")]
    public async Task Nobody_is_made_for_an_entity_that_cannot_be_made(string more)
    {
        var id = Fresh();
        foreach (var path in (string[])["/v1/check", "/v1/track"])
            Assert.Equal("invalid_inputs", (await one.Server.Api.Post(path, Asking(id, ", \"entity_id\": \"new\"" + more), OneTwo)).MustBe(400).Code);
        Assert.Equal(404, (await one.Server.Api.Post("customers.get", new { customer_id = id })).Status);
    }

    [Fact]
    public async Task Nobody_is_made_for_a_feature_that_does_not_exist()
    {
        var id = Fresh();
        foreach (var path in (string[])["/v1/check", "/v1/track"])
            Assert.Equal("feature_not_found", (await one.Server.Api.Post(path, new { customer_id = id, feature_id = "nothing" }, OneTwo)).MustBe(404).Code);
        Assert.Equal(404, (await one.Server.Api.Post("customers.get", new { customer_id = id })).Status);
    }

    [Fact]
    public async Task Nobody_is_made_under_an_id_that_no_customer_may_have() =>
        Assert.Equal("invalid_inputs", (await one.Server.Api.Post("/v1/check", Asking("a@example.com"), OneTwo)).MustBe(400).Code);

    [Fact]
    public async Task A_publishable_key_makes_nobody()
    {
        var id = Fresh();
        using var browser = one.Server.Client(one.Server.PublishableKey);
        Assert.Equal("customer_not_found", (await browser.Post("/v1/check", Asking(id), OneTwo)).MustBe(404).Code);
    }

    [Fact]
    public async Task Many_first_checks_at_once_make_one_customer()
    {
        var id = Fresh();
        var replies = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => one.Server.Api.Post("/v1/track", Asking(id), OneTwo)));
        Assert.All(replies, reply => reply.MustBe(200));
        Assert.Equal(32, (await Customer(id)).Number("balances.messages.usage"));
    }

    [Fact]
    public async Task A_key_goes_with_the_usage_and_not_with_the_customer()
    {
        var id = Fresh();
        var key = ("Idempotency-Key", id);
        Assert.Equal("insufficient_balance", (await one.Server.Api.Post("/v1/track", Asking(id, """, "value": 1000000, "overage_behavior": "reject" """), OneTwo, key)).MustBe(400).Code);
        (await one.Server.Api.Post("/v1/track", Asking(id), OneTwo, key)).MustBe(200);
        Assert.Equal("duplicate_idempotency_key", (await one.Server.Api.Post("/v1/track", Asking(id), OneTwo, key)).MustBe(409).Code);
        Assert.Equal(1, (await Customer(id)).Number("balances.messages.usage"));
    }

    [Fact]
    public async Task The_amount_may_stand_in_the_properties_below_2_0()
    {
        var id = Fresh();
        (await one.Server.Api.Post("/v1/track", Asking(id, """, "properties": {"value": 4}"""), OneTwo)).MustBe(200);
        (await one.Server.Api.Post("/v1/track", Asking(id, """, "value": 2, "properties": {"value": 4}"""), OneTwo)).MustBe(200);
        (await one.Server.Api.Post("/v1/track", Asking(id, """, "properties": {"value": 4}"""), Two)).MustBe(200);
        Assert.Equal(7, (await Customer(id)).Number("balances.messages.usage"));
    }

    [Fact]
    public async Task Half_a_character_in_what_is_stored_comes_back_as_it_was_written()
    {
        var id = Fresh();
        const string metadata = """{"cut":"a\ud83d","whole":"\u00e9\n"}""";
        foreach (var version in (string[])["2.0", "1.2"])
        {
            var reply = await one.Server.Api.Post("customers.get_or_create", $$"""{"customer_id": "{{id}}", "metadata": {{metadata}}}""", ("x-api-version", version));
            Assert.Contains("\"cut\":\"a\\ud83d\"", reply.MustBe(200).Text);
            Assert.Equal("é\n", reply.Word("metadata.whole"));
        }
    }

    private static string Fresh() => "new_" + Guid.NewGuid().ToString("N");

    private static string Asking(string id, string more = "") => $$"""{"customer_id": "{{id}}", "feature_id": "messages"{{more}}}""";

    private async Task<Reply> Customer(string id) => (await one.Server.Api.Post("customers.get", new { customer_id = id })).MustBe(200);
}
