using System.Text.Json.Nodes;

namespace Sluice.Server.Tests.Versions;

/// <summary>Plans and features sent and read in the words of older versions.</summary>
public sealed class ProductTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.Start(demo: false);
        foreach (var feature in (string[])[
            """{"id": "letters", "name": "Letters", "type": "single_use"}""",
            """{"id": "desks", "name": "Desks", "type": "continuous_use", "display": {"singular": "desk", "plural": "desks"}}""",
            """{"id": "support", "name": "Support", "type": "boolean"}"""])
            (await At("1.2", "POST", "/v1/features", feature)).MustBe(200);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    private const string Product = """
        {"id": "pro", "name": "Pro", "is_add_on": false, "is_default": false, "group": null, "items": [
          {"feature_id": null, "price": 20, "interval": "month"},
          {"feature_id": "letters", "included_usage": 100, "interval": "month", "price": null},
          {"feature_id": "desks", "included_usage": 5, "interval": "month", "usage_model": "pay_per_use", "billing_units": 1, "tiers": [{"to": 10, "amount": 2}, {"to": "inf", "amount": 1}], "usage_limit": 50},
          {"feature_id": "letters", "included_usage": "inf", "interval": null},
          {"feature_id": "support"}]}
        """;

    [Fact]
    public async Task A_product_sent_at_1_2_is_a_plan_of_today()
    {
        (await At("1.2", "POST", "/v1/products", Product)).MustBe(200);
        var plan = (await _server.Api.Post("plans.get", """{"plan_id": "pro"}""")).MustFit("plans.get");
        Assert.Equal("add_on false, auto_enable false, version 1", Told.Members(JsonNode.Parse(plan.Text), "add_on auto_enable version"));
        Assert.Equal((20m, "month"), (plan.Number("price.amount"), plan.Word("price.interval")));
        Assert.Equal(
            [
                """letters 100 False {"interval":"month"} - - -""",
                """desks 5 False - usage_based [{"to":15,"amount":2},{"to":"inf","amount":1}] 45""",
                """letters 0 True - - - -""",
                """support 0 False - - - -""",
            ],
            plan["items"]!.Value.EnumerateArray().Select(item => JsonNode.Parse(item.GetRawText())!).Select(item =>
                $"{item["feature_id"]} {item["included"]} {item["unlimited"]!.GetValue<bool>()} {item["reset"]?.ToJsonString() ?? "-"} {item["price"]?["billing_method"]?.ToString() ?? "-"} {item["price"]?["tiers"]?.ToJsonString() ?? "-"} {item["price"]?["max_purchase"]?.ToString() ?? "-"}"));
    }

    [Fact]
    public async Task It_reads_as_it_was_sent()
    {
        var made = (await At("1.2", "POST", "/v1/products", Product)).MustBe(200);
        Assert.Equal(
            ["id", "name", "group", "env", "is_add_on", "is_default", "archived", "version", "created_at", "items", "free_trial", "base_variant_id", "properties"],
            made.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(
            [
                "type \"price\", feature_id null, price 20, included_usage -, interval \"month\", usage_model -, usage_limit -",
                "type \"feature\", feature_id \"letters\", price -, included_usage 100, interval \"month\", usage_model -, usage_limit -",
                "type \"priced_feature\", feature_id \"desks\", price -, included_usage 5, interval \"month\", usage_model \"pay_per_use\", usage_limit 50",
                "type \"feature\", feature_id \"letters\", price -, included_usage \"inf\", interval null, usage_model -, usage_limit -",
                "type \"feature\", feature_id \"support\", price -, included_usage 0, interval null, usage_model -, usage_limit -",
            ],
            Items(made).Select(item => Told.Members(item, "type feature_id price included_usage interval usage_model usage_limit")));
        Assert.Equal("""[{"to":10,"amount":2},{"to":"inf","amount":1}]""", Items(made)[2]["tiers"]!.ToJsonString());
        Assert.Equal("feature_type \"continuous_use\", reset_usage_when_enabled false", Told.Members(Items(made)[2], "feature_type reset_usage_when_enabled"));
        Assert.Equal("""{"is_free":false,"is_one_off":false,"has_trial":false,"updateable":false}""", made["properties"]!.Value.GetRawText());
        Assert.Equal(made.Text, (await At("1.2", "GET", "/v1/products/pro")).MustBe(200).Text);
        foreach (var path in (string[])["/v1/products", "/v1/products_beta", "/v1/plans"])
            Assert.Equal(made.Text, Assert.Single((await At("1.2", "GET", path)).MustBe(200).List).GetRawText());
        Assert.Equal(made.Text, Assert.Single((await At("1.2", "POST", "/v1/plans.list", "{}")).MustBe(200).List).GetRawText());
    }

    [Theory]
    [InlineData("1.2")]
    [InlineData("2.0")]
    public async Task Sent_back_it_changes_nothing(string version)
    {
        (await At("1.2", "POST", "/v1/products", Product)).MustBe(200);
        var today = (await _server.Api.Post("plans.get", """{"plan_id": "pro"}""")).Text;
        var read = (await At(version, "GET", "/v1/products/pro")).MustBe(200);
        var sent = JsonNode.Parse(read.Text)!.AsObject();
        sent.Remove("version");
        sent.Remove("free_trial");
        Assert.Equal(read.Text, (await At(version, "POST", "/v1/products/pro", sent.ToJsonString())).MustBe(200).Text);
        Assert.Equal(today, (await _server.Api.Post("plans.get", """{"plan_id": "pro"}""")).Text);
    }

    [Fact]
    public async Task At_2_0_a_plan_had_features()
    {
        (await At("1.2", "POST", "/v1/products", Product)).MustBe(200);
        var plan = (await At("2.0", "GET", "/v1/products/pro")).MustBe(200);
        Assert.Equal("default false, add_on false, items -, auto_enable -", Told.Members(JsonNode.Parse(plan.Text), "default add_on items auto_enable"));
        Assert.Equal(
            [
                """feature_id "letters", granted_balance 100, reset {"interval":"month","reset_when_enabled":true}""",
                """feature_id "desks", granted_balance 5, reset null""",
                """feature_id "letters", granted_balance 0, reset null""",
                """feature_id "support", granted_balance 0, reset null""",
            ],
            plan["features"]!.Value.EnumerateArray().Select(item => Told.Members(JsonNode.Parse(item.GetRawText()), "feature_id granted_balance reset")));
        Assert.Equal("pay_per_use", plan.Word("features.1.price.usage_model"));
        Assert.Equal(10, plan.Number("features.1.price.tiers.0.to"));
    }

    [Fact]
    public async Task A_default_of_2_0_enables_itself()
    {
        (await At("2.0", "POST", "/v1/products", """{"id": "free", "name": "Free", "default": true, "features": [{"feature_id": "letters", "granted_balance": 7, "reset": {"interval": "month", "reset_when_enabled": true}}]}""")).MustBe(200);
        await _server.Api.Create("ada");
        Assert.Equal(7, await _server.Api.Remaining("ada", "letters"));
    }

    [Fact]
    public async Task A_list_for_a_customer_says_what_attaching_would_be_in_the_words_of_1_2()
    {
        (await At("1.2", "POST", "/v1/products", """{"id": "free", "name": "Free", "is_default": true, "items": [{"feature_id": "letters", "included_usage": 7, "interval": "month"}]}""")).MustBe(200);
        (await At("1.2", "POST", "/v1/products", Product)).MustBe(200);
        await _server.Api.Create("ada");
        Assert.Equal(
            ["""id "free", scenario "active" """.Trim(), """id "pro", scenario "upgrade" """.Trim()],
            (await At("1.2", "GET", "/v1/products?customer_id=ada")).MustBe(200).List.Select(product => Told.Members(JsonNode.Parse(product.GetRawText()), "id scenario")));
    }

    [Fact]
    public async Task Features_have_their_old_types_below_2_0()
    {
        Assert.Equal(
            ["desks continuous_use", "letters single_use", "support boolean"],
            (await At("1.2", "GET", "/v1/features")).MustBe(200).List.Select(one => $"{one.GetProperty("id").GetString()} {one.GetProperty("type").GetString()}").Order(StringComparer.Ordinal));
        Assert.Equal(
            """{"id":"desks","name":"Desks","type":"continuous_use","display":{"singular":"desk","plural":"desks"},"credit_schema":null,"archived":false}""",
            (await At("1.2", "GET", "/v1/features/desks")).MustBe(200).Text);
        Assert.Equal("metered", (await At("2.0", "GET", "/v1/features/desks")).MustBe(200).Word("type"));
    }

    [Fact]
    public async Task A_new_name_leaves_the_type_alone()
    {
        Assert.Equal(("Mail", "single_use"), Of((await At("1.2", "POST", "/v1/features/letters", """{"name": "Mail"}""")).MustBe(200)));
        Assert.True((await _server.Api.Post("features.get", """{"feature_id": "letters"}""")).Flag("consumable"));
        static (string?, string?) Of(Reply reply) => (reply.Word("name"), reply.Word("type"));
    }

    [Fact]
    public async Task The_rpc_calls_for_one_plan_or_feature_speak_todays_words_at_every_version()
    {
        var feature = """{"feature_id": "mail", "name": "Mail", "type": "metered", "consumable": true}""";
        (await At("1.2", "POST", "/v1/features.create", feature)).MustFit("features.create");
        (await At("1.2", "POST", "/v1/plans.create", """{"plan_id": "p", "name": "P", "items": [{"feature_id": "mail", "included": 1, "reset": {"interval": "month"}}]}""")).MustFit("plans.create");
        (await At("1.2", "POST", "/v1/plans.get", """{"plan_id": "p"}""")).MustFit("plans.get");
    }

    [Theory]
    [InlineData("""{"id": "x", "name": "X", "items": "none"}""")]
    [InlineData("""{"id": "x", "name": "X", "items": [5, null]}""")]
    [InlineData("""{"id": "x", "name": "X", "items": [{"feature_id": "desks", "included_usage": 1, "interval": "month", "tiers": [{"to": 79228162514264337593543950335, "amount": 1}]}]}""")]
    [InlineData("""{"id": "x", "name": "X", "free_trial": []}""")]
    [InlineData("""{"id": "x", "name": "X", "items": [{"feature_id": {"a": 1}, "included_usage": {}, "config": {"rollover": 1}}]}""")]
    [InlineData("[]")]
    public async Task What_makes_no_sense_is_refused_and_breaks_nothing(string product) =>
        Assert.Equal("invalid_inputs", (await At("1.2", "POST", "/v1/products", product)).MustBe(400).Code);

    [Theory]
    [InlineData("""{"id": "x", "name": "X", "features": "none"}""")]
    [InlineData("""{"id": "x", "name": "X", "features": [5, null]}""")]
    [InlineData("""{"id": "x", "name": "X", "features": [{"feature_id": "desks", "granted_balance": 1, "price": {"usage_model": "pay_per_use", "interval": "month", "tiers": [{"to": 79228162514264337593543950335, "amount": 1}]}}]}""")]
    [InlineData("""{"id": "x", "name": "X", "features": [{"feature_id": "desks", "price": {"usage_model": {}, "interval": "month"}}]}""")]
    [InlineData("5")]
    public async Task Nor_does_it_at_2_0(string plan) =>
        Assert.Equal("invalid_inputs", (await At("2.0", "POST", "/v1/products", plan)).MustBe(400).Code);

    private static List<JsonObject> Items(Reply product) => [.. JsonNode.Parse(product.Text)!["items"]!.AsArray().Select(item => item!.AsObject())];

    private Task<Reply> At(string version, string method, string path, string? body = null) => _server.Api.Send(new HttpMethod(method), path, body, ("x-api-version", version));
}
