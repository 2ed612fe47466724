using System.Text;

namespace Sluice.Server.Tests.Frame;

/// <summary>What a body may be, and what is said of one that may not.</summary>
public sealed class BodyTests(OneServer one) : IClassFixture<OneServer>
{
    [Theory]
    [InlineData("")]
    [InlineData("{bad json")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"customer_id\": \"c\", \"feature_id\": \"messages\"} trailing")]
    [InlineData("{\"customer_id\": \"c\", \"feature_id\": \"messages\", \"half a character \\ud83c\": 1}")]
    public async Task Nothing_readable_counts_as_an_empty_object(string body)
    {
        var reply = await one.Server.Api.Post("balances.check", body);
        Assert.Equal((400, "invalid_inputs"), (reply.Status, reply.Code));
        Assert.Contains("customer_id: is required", reply.Message, StringComparison.Ordinal);
        Assert.Contains("feature_id: is required", reply.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("7")]
    [InlineData("true")]
    public async Task Anything_but_an_object_is_refused(string body)
    {
        var reply = await one.Server.Api.Post("balances.check", body);
        Assert.Equal((400, "invalid_inputs"), (reply.Status, reply.Code));
        Assert.Contains("input: expected an object", reply.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("balances.check", """{"customer_id": 5, "feature_id": []}""", "customer_id: expected a string, got a number; feature_id: expected a string, got a list")]
    [InlineData("balances.check", """{"customer_id": "c", "feature_id": "f", "required_balance": {}, "send_event": "yes"}""", "required_balance: expected a number, got an object; send_event: expected true or false, got a string")]
    [InlineData("balances.track", """{"customer_id": null, "feature_id": "f"}""", "customer_id: must not be null")]
    [InlineData("balances.track", """{"customer_id": "", "feature_id": "f"}""", "customer_id: must not be empty")]
    [InlineData("balances.track", """{"customer_id": "c", "feature_id": "f", "value": "1"}""", "value: expected a number, got a string")]
    [InlineData("balances.track", """{"customer_id": "c", "feature_id": "f", "value": 1e400}""", "value: the number is out of range")]
    [InlineData("balances.track", """{"customer_id": "c", "feature_id": "f", "value": 1e16}""", "value: must be between")]
    [InlineData("balances.track", """{"customer_id": "c", "feature_id": "f", "event_name": "e"}""", "input: send exactly one of feature_id and event_name")]
    [InlineData("balances.track", """{"customer_id": "c", "feature_id": "f", "timestamp": -1}""", "timestamp: expected a time")]
    [InlineData("balances.track", """{"customer_id": "c", "feature_id": "f", "properties": []}""", "properties: expected an object, got a list")]
    [InlineData("balances.track", """{"customer_id": "c", "feature_id": "f", "overage_behavior": "explode"}""", "overage_behavior: must be one of")]
    [InlineData("balances.batch_track", """[{"customer_id": "c", "feature_id": "f"}, {"customer_id": 5}]""", "items[1].customer_id: expected a string")]
    [InlineData("balances.batch_track", "[]", "input: expected a list of 1 to 1000 tracks")]
    [InlineData("balances.batch_track", "{}", "input: expected a list of 1 to 1000 tracks")]
    [InlineData("customers.get_or_create", """{"customer_id": "a b"}""", "customer_id: may hold")]
    [InlineData("customers.get_or_create", """{"customer_id": "a", "email": "nobody"}""", "email: is not an email address")]
    [InlineData("customers.list", """{"limit": 2147483647}""", "limit: must be at most 5000")]
    [InlineData("customers.list", """{"plans": [{"id": "p", "versions": [1e16]}]}""", "plans[0].versions: expected a list of whole numbers")]
    [InlineData("plans.create", """{"plan_id": "x", "name": "x", "items": [{"feature_id": "messages", "price": {"interval": "month", "tiers": [{"to": "\ud800", "amount": 1}]}}]}""", "tiers[0].to: expected a number, got a string")]
    [InlineData("plans.create", """{"plan_id": "x", "name": "x", "items": [{"feature_id": 5, "included": "z"}]}""", "items[0].feature_id: expected a string, got a number; items[0].included: expected a number, got a string")]
    public async Task A_wrong_field_is_named_with_its_path(string operation, string body, string says)
    {
        var reply = await one.Server.Api.Post(operation, body);
        Assert.Equal((400, "invalid_inputs"), (reply.Status, reply.Code));
        Assert.Contains(says, reply.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task The_content_type_is_not_looked_at(string? type)
    {
        await one.Server.Api.Create("typed");
        var bytes = Encoding.UTF8.GetBytes("""{"customer_id": "typed", "feature_id": "messages"}""");
        var reply = type is null ? await one.Server.Api.Post("balances.check", bytes) : await one.Server.Api.Post("balances.check", bytes, ("Content-Type", type));
        Assert.Equal(200, reply.Status);
    }

    [Fact]
    public async Task Unknown_fields_are_ignored()
    {
        await one.Server.Api.Create("extra");
        Assert.Equal(200, (await one.Server.Api.Post("balances.check", new { customer_id = "extra", feature_id = "messages", never_heard_of = new[] { 1 } })).Status);
    }

    [Theory]
    [InlineData("customers.update", "currency", "\"eur\"")]
    [InlineData("customers.get_or_create", "processors", "{\"stripe\": {}}")]
    public async Task Known_fields_whose_effect_is_built_later_are_refused_by_name(string operation, string field, string value)
    {
        var reply = await one.Server.Api.Post(operation, $$"""{"customer_id": "c", "feature_id": "messages", "{{field}}": {{value}}}""");
        Assert.Equal((400, "not_supported"), (reply.Status, reply.Code));
        Assert.Contains(field, reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_413_and_the_server_goes_on()
    {
        // Asks before it sends, so that the refusal is read and not cut off by the closed connection.
        var reply = await one.Server.Api.Post("balances.check", new string(' ', (8 * 1024 * 1024) + 1), ("Expect", "100-continue"));
        Assert.Equal(413, reply.Status);
        Assert.Equal("invalid_request", reply.Code);
        Assert.Equal(404, (await one.Server.Api.Check("nobody")).Status);
    }

    [Fact]
    public async Task A_body_nested_without_end_is_not_followed()
    {
        var deep = """{"customer_id": "c", "feature_id": "messages", "properties": """ + string.Concat(Enumerable.Repeat("{\"a\":", 5_000)) + "1" + new string('}', 5_000) + "}";
        var reply = await one.Server.Api.Post("balances.track", deep);
        Assert.Equal((400, "invalid_inputs"), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task A_property_cut_in_the_middle_of_a_character_does_not_lose_the_track()
    {
        await one.Server.Api.Create("cut");
        (await one.Server.Api.Post("balances.track", """{"customer_id": "cut", "feature_id": "messages", "properties": {"text": "wave \ud83c"}}""")).MustBe(200);
        Assert.Equal(99, await one.Server.Api.Remaining("cut"));
        Assert.Contains("ud83c", (await one.Server.Api.Post("events.list", new { customer_id = "cut" })).MustBe(200).Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Metadata_keeps_half_a_character_and_the_last_of_two_members_of_one_name()
    {
        await one.Server.Api.Post("customers.get_or_create", """{"customer_id": "meta", "metadata": {"text": "wave \ud83c", "twice": {"a": 1, "a": 2}, "gone": 1}}""");
        var changed = await one.Server.Api.Post("customers.update", """{"customer_id": "meta", "metadata": {"gone": null, "more": 1.50, "more": 2.50}}""");
        Assert.Contains("""{"text":"wave \ud83c","twice":{"a": 1, "a": 2},"more":2.50}""", changed.MustBe(200).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        byte[] body = [.. "{\"customer_id\": \""u8, 0xff, 0xfe, .. "\", \"feature_id\": \"messages\"}"u8];
        Assert.Equal((400, "invalid_inputs"), ((await one.Server.Api.Post("balances.check", body)).Status, (await one.Server.Api.Post("balances.check", body)).Code));
    }
}
