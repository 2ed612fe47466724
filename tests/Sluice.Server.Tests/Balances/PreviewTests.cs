using System.Text.Json;

namespace Sluice.Server.Tests.Balances;

/// <summary>
/// What a denied check offers. Plans: free (100 messages a month), pro (20 a month: 1,000 messages and sso), max (50 a
/// month: messages without limit), year (300 a year: 2,000 messages), top_up (bought once, beside any plan), old (archived).
/// </summary>
public sealed class PreviewTests : IAsyncLifetime
{
    private readonly Shop _shop = new();

    public async Task InitializeAsync()
    {
        await _shop.InitializeAsync();
        foreach (var plan in (string[])[
            """{"plan_id": "top_up", "name": "Top-up", "add_on": true, "items": [{"feature_id": "messages", "price": {"amount": 5, "interval": "one_off", "billing_units": 50, "billing_method": "prepaid"}}]}""",
            """{"plan_id": "max", "name": "Max", "price": {"amount": 50, "interval": "month"}, "items": [{"feature_id": "messages", "unlimited": true}]}""",
            """{"plan_id": "year", "name": "Year", "price": {"amount": 300, "interval": "year"}, "items": [{"feature_id": "messages", "included": 2000, "reset": {"interval": "month"}}]}""",
            """{"plan_id": "pixels", "name": "Pixels", "group": "art", "price": {"amount": 9, "interval": "month"}, "items": [{"feature_id": "credits", "included": 10}]}""",
            """{"plan_id": "old", "name": "Old", "items": [{"feature_id": "messages", "included": 5}]}"""])
            (await _shop.Api.Post("plans.create", plan)).MustBe(200);
        (await _shop.Api.Post("plans.update", """{"plan_id": "old", "archived": true}""")).MustBe(200);
    }

    public Task DisposeAsync() => _shop.DisposeAsync();

    [Theory]
    [InlineData("free", "messages", 1000, "usage_limit", "pro year max top_up")]
    [InlineData("pro", "messages", 10_000, "usage_limit", "year max top_up")]
    [InlineData("free", "sso", 1, "feature_flag", "pro")]
    [InlineData("free", "images", 1, "feature_flag", "pixels")]
    [InlineData("free", "seats", 1, "feature_flag", "")]
    [InlineData(null, "messages", 1, "feature_flag", "free pro year max top_up")]
    public async Task Held_then_asked_for_offers_in_order(string? held, string feature, decimal required, string scenario, string offers)
    {
        if (held is null) await _shop.Api.Create("c");
        else await _shop.Hold("c", held);
        var reply = (await Ask("c", feature, required)).MustFit("balances.check");
        Assert.False(reply.Flag("allowed"));
        Assert.Equal(scenario, reply.Word("preview.scenario"));
        Assert.Equal(feature, reply.Word("preview.feature_id"));
        var products = reply["preview.products"]!.Value.EnumerateArray().Select(product => product.GetProperty("id").GetString()).ToList();
        Assert.Equal(offers, string.Join(' ', products));
        Assert.Equal(products.FirstOrDefault(), reply.Word("preview.upgrade_product_id"));
    }

    [Fact]
    public async Task An_allowed_check_has_nothing_to_offer_and_one_that_did_not_ask_says_nothing()
    {
        await _shop.Hold("c", "free");
        Assert.Equal(JsonValueKind.Null, (await Ask("c", "messages", 1)).MustBe(200)["preview"]!.Value.ValueKind);
        Assert.Null((await _shop.Api.Check("c", "messages", 1000)).MustBe(200)["preview"]);
    }

    [Fact]
    public async Task A_denied_send_event_is_answered_with_offers_too()
    {
        await _shop.Hold("c", "free");
        var reply = await _shop.Api.Post("balances.check", """{"customer_id": "c", "feature_id": "messages", "required_balance": 101, "send_event": true, "with_preview": true}""");
        Assert.Equal("pro", reply.MustFit("balances.check").Word("preview.upgrade_product_id"));
    }

    [Theory]
    [InlineData("1.2")]
    [InlineData("2.0")]
    [InlineData("2.3.0")]
    public async Task Products_have_one_shape_at_every_version(string version)
    {
        await _shop.Hold("c", "free");
        var reply = (await Ask("c", "messages", 1000, version)).MustBe(200);
        Assert.Equal("usage_limit", reply.Word("preview.scenario"));
        var pro = reply["preview.products"]!.Value[0];
        Assert.Equal("price", pro.GetProperty("items")[0].GetProperty("type").GetString());
        Assert.Equal(20, pro.GetProperty("items")[0].GetProperty("price").GetDecimal());
        Assert.Equal(1000, pro.GetProperty("items")[1].GetProperty("included_usage").GetDecimal());
        Assert.Equal("single_use", pro.GetProperty("items")[1].GetProperty("feature_type").GetString());
        Assert.Equal("upgrade", pro.GetProperty("scenario").GetString());
        Assert.False(pro.GetProperty("properties").GetProperty("is_free").GetBoolean());
    }

    [Theory]
    [InlineData("1.2")]
    [InlineData("2.0")]
    [InlineData("2.3.0")]
    public async Task A_check_of_a_plan_says_the_same_at_every_version(string version)
    {
        await _shop.Hold("c", "free");
        Shop.Same("""{"customer_id": "c", "code": "product_found", "product_id": "free", "allowed": true, "status": "active"}""", (await OfPlan("free", version)).MustBe(200).Json);
        Shop.Same("""{"customer_id": "c", "code": "product_found", "product_id": "pro", "allowed": false}""", (await OfPlan("pro", version)).MustBe(200).Json);
        Assert.Equal((404, "product_not_found"), ((await OfPlan("nope", version)).Status, (await OfPlan("nope", version)).Code));
    }

    [Theory]
    [InlineData("""{"customer_id": "c", "product_id": "free", "feature_id": "messages"}""", "feature_id")]
    [InlineData("""{"customer_id": "c", "product_id": "free", "send_event": true}""", "send_event")]
    [InlineData("""{"customer_id": "c", "product_id": "free", "with_preview": true}""", "with_preview")]
    [InlineData("""{"customer_id": "c", "product_id": ""}""", "product_id")]
    [InlineData("""{"product_id": "free"}""", "customer_id")]
    public async Task What_does_not_belong_to_a_check_of_a_plan_is_refused_by_name(string request, string field)
    {
        var reply = await _shop.Api.Post("balances.check", request);
        Assert.Equal((400, "invalid_inputs"), (reply.Status, reply.Code));
        Assert.Contains(field, reply.Message);
    }

    private Task<Reply> OfPlan(string plan, string version) => _shop.Api.Post("balances.check", new { customer_id = "c", product_id = plan }, ("x-api-version", version));

    private Task<Reply> Ask(string customer, string feature, decimal required, string version = "2.4.0") => _shop.Api.Post(
        "balances.check", new { customer_id = customer, feature_id = feature, required_balance = required, with_preview = true }, ("x-api-version", version));
}
