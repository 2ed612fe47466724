using System.Text.Json.Nodes;
using Sluice.Server.Api;
using Sluice.Server.Api.Versions;

namespace Sluice.Server.Tests.Versions;

/// <summary>Routes of older clients, and those that were only ever written down.</summary>
public sealed class OlderRouteTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.Start(demo: false);
        foreach (var (operation, body) in ((string, string)[])[
            ("features.create", """{"feature_id": "letters", "name": "Letters", "type": "metered", "consumable": true}"""),
            ("plans.create", """{"plan_id": "free", "name": "Free", "items": [{"feature_id": "letters", "included": 2, "reset": {"interval": "month"}}]}"""),
            ("plans.create", """{"plan_id": "extra", "name": "Extra", "add_on": true, "items": [{"feature_id": "letters", "included": 5, "reset": {"interval": "month"}}]}"""),
            ("plans.create", """{"plan_id": "pro", "name": "Pro", "price": {"amount": 20, "interval": "month"}}"""),
            ("plans.create", """{"plan_id": "big", "name": "Big", "price": {"amount": 50, "interval": "month"}}"""),
            ("customers.get_or_create", """{"customer_id": "ada", "name": "Ada"}""")])
            (await _server.Api.Post(operation, body)).MustBe(200);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Attach_gives_a_free_product()
    {
        var reply = (await Send("POST", "/v1/attach", """{"customer_id": "ada", "product_id": "free"}""")).MustBe(200);
        Assert.Equal((true, "ada", "free_product_attached", "free"), (reply.Flag("success"), reply.Word("customer_id"), reply.Word("code"), reply.Word("product_ids.0")));
        Assert.Equal(2, await _server.Api.Remaining("ada", "letters"));
    }

    [Fact]
    public async Task Attach_gives_several_or_none()
    {
        Assert.Equal("product_not_found", (await Send("POST", "/v1/attach", """{"customer_id": "ada", "product_ids": ["extra", "nothing"]}""")).MustBe(404).Code);
        Assert.Empty((await Customer())["subscriptions"]!.AsArray());
        (await Send("POST", "/v1/attach", """{"customer_id": "ada", "product_ids": ["free", "extra"]}""")).MustBe(200);
        Assert.Equal(7, await _server.Api.Remaining("ada", "letters"));
        Assert.Equal("plan_already_attached", (await Send("POST", "/v1/attach", """{"customer_id": "ada", "product_id": "free"}""")).MustBe(409).Code);
        Assert.Equal("product_not_found", (await Send("POST", "/v1/attach", """{"customer_id": "ada", "product_id": "nothing"}""")).MustBe(404).Code);
    }

    [Theory]
    [InlineData("""{"customer_id": "ada"}""", "invalid_inputs")]
    [InlineData("""{"customer_id": "ada", "product_id": "free", "product_ids": ["extra"]}""", "invalid_inputs")]
    [InlineData("""{"customer_id": "ada", "product_ids": ["extra", "extra"]}""", "invalid_inputs")]
    [InlineData("""{"customer_id": "ada", "product_id": "free", "items": [{}]}""", "not_supported")]
    [InlineData("""{"customer_id": "ada", "product_id": "free", "free_trial": "yes"}""", "invalid_inputs")]
    public async Task Attach_refuses(string request, string code) => Assert.Equal(code, (await Send("POST", "/v1/attach", request)).MustBe(400).Code);

    [Fact]
    public async Task A_product_with_a_price_is_shown_paid_on_a_page_upgraded_kept_and_canceled()
    {
        var shown = (await Send("POST", "/v1/checkout", """{"customer_id": "ada", "product_id": "pro"}""")).MustBe(200);
        Assert.Equal(("pro", 20m, "usd", false, 20m), (shown.Word("product.id"), shown.Number("total"), shown.Word("currency"), shown.Flag("has_prorations"), shown.Number("lines.0.amount")));
        Assert.Equal("price", shown.Word("lines.0.item.type"));
        Assert.StartsWith("http", shown.Word("url"), StringComparison.Ordinal);

        var sent = (await Send("POST", "/v1/attach", """{"customer_id": "ada", "product_id": "pro"}""")).MustBe(200);
        Assert.Equal(("checkout_created", shown.Word("url")), (sent.Word("code"), sent.Word("checkout_url")));
        (await _server.Api.Post("customers.set_test_card", """{"customer_id": "ada", "payment_method": "pm_card_visa"}""")).MustBe(200);
        Assert.Equal("new_product_attached", (await Send("POST", "/v1/attach", """{"customer_id": "ada", "product_id": "pro"}""")).MustBe(200).Word("code"));

        var bigger = (await Send("POST", "/v1/attach/preview", """{"customer_id": "ada", "product_id": "big"}""")).MustBe(200);
        Assert.Equal(("big", "pro", 30m, true), (bigger.Word("product.id"), bigger.Word("current_product.id"), bigger.Number("total"), bigger.Flag("has_prorations")));
        Assert.Equal("upgraded_to_new_product", (await Send("POST", "/v1/attach", """{"customer_id": "ada", "product_id": "big"}""")).MustBe(200).Word("code"));
        Assert.Equal("downgrade_scheduled", (await Send("POST", "/v1/attach", """{"customer_id": "ada", "product_id": "pro"}""")).MustBe(200).Word("code"));
        Assert.Equal("renewed_product", (await Send("POST", "/v1/attach", """{"customer_id": "ada", "product_id": "big"}""")).MustBe(200).Word("code"));

        Assert.True((await Send("POST", "/v1/cancel", """{"customer_id": "ada", "product_id": "big", "cancel_immediately": true, "prorate": false}""")).MustBe(200).Flag("success"));
        Assert.Empty((await Customer())["subscriptions"]!.AsArray());
    }

    [Fact]
    public async Task Options_leave_out_what_is_included_and_change_when_they_are_sent_again()
    {
        (await _server.Api.Post("plans.create", """{"plan_id": "packs", "name": "Packs", "items": [{"feature_id": "letters", "included": 100, "price": {"amount": 10, "interval": "month", "billing_method": "prepaid", "billing_units": 100}}]}""")).MustBe(200);
        (await _server.Api.Post("customers.set_test_card", """{"customer_id": "ada", "payment_method": "pm_card_visa"}""")).MustBe(200);
        var shown = (await Send("POST", "/v1/checkout", """{"customer_id": "ada", "product_id": "packs", "options": [{"feature_id": "letters", "quantity": 200}]}""")).MustBe(200);
        Assert.Equal((20m, 200m), (shown.Number("total"), shown.Number("options.0.quantity")));
        Assert.Equal("new_product_attached", (await Send("POST", "/v1/attach", """{"customer_id": "ada", "product_id": "packs", "options": [{"feature_id": "letters", "quantity": 200}]}""")).MustBe(200).Word("code"));
        Assert.Equal(300, await _server.Api.Remaining("ada", "letters"));
        Assert.Equal("features_updated", (await Send("POST", "/v1/attach", """{"customer_id": "ada", "product_id": "packs", "options": [{"feature_id": "letters", "quantity": 300}]}""")).MustBe(200).Word("code"));
        Assert.Equal(400, await _server.Api.Remaining("ada", "letters"));
    }

    [Fact]
    public async Task The_portal_has_a_path_of_its_own_and_a_card_is_set_up()
    {
        Assert.Equal("ada", (await Send("POST", "/v1/customers/ada/billing_portal", """{"return_url": "http://shop.example/"}""")).MustBe(200).Word("customer_id"));
        Assert.StartsWith("http", (await Send("GET", "/v1/customers/ada/billing_portal")).MustBe(200).Word("url"), StringComparison.Ordinal);
        Assert.StartsWith("http", (await Send("POST", "/v1/setup_payment", """{"customer_id": "ada"}""")).MustBe(200).Word("url"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Billing_attach_takes_todays_words_and_those_of_1_2()
    {
        (await Send("POST", "/v1/billing/attach", """{"customer_id": "ada", "plan_id": "free"}""", version: "2.4.0")).MustBe(200);
        (await Send("POST", "/v1/billing.attach", """{"customer_id": "ada", "product_id": "extra"}""")).MustBe(200);
        Assert.Equal(7, await _server.Api.Remaining("ada", "letters"));
    }

    [Fact]
    public async Task Quantities_of_1_2_did_not_count_what_is_included()
    {
        (await _server.Api.Post("plans.create", """{"plan_id": "packs", "name": "Packs", "add_on": true, "items": [{"feature_id": "letters", "included": 100, "price": {"amount": 1, "interval": "month", "billing_method": "prepaid", "billing_units": 100}}]}""")).MustBe(200);
        (await Send("POST", "/v1/billing.attach", """{"customer_id": "ada", "product_id": "packs", "options": [{"feature_id": "letters", "quantity": 300}], "no_billing_changes": true}""")).MustBe(200);
        Assert.Equal(400, await _server.Api.Remaining("ada", "letters"));
    }

    [Fact]
    public async Task Balances_are_set_and_what_was_used_stays_used()
    {
        await Attach("free");
        (await _server.Api.Track("ada", 2, feature: "letters")).MustBe(200);
        Assert.True((await Send("POST", "/v1/customers/ada/balances", """{"balances": [{"feature_id": "letters", "balance": 7}]}""")).MustBe(200).Flag("success"));
        Assert.Equal("granted 9, remaining 7, usage 2", Told.Members((await Customer())["balances"]!["letters"], "granted remaining usage"));
        (await Send("POST", "/v1/customers/ada/balances", """{"balances": [{"feature_id": "letters", "balance": 1}]}""")).MustBe(200);
        Assert.Equal("granted 3, remaining 1, usage 2", Told.Members((await Customer())["balances"]!["letters"], "granted remaining usage"));
    }

    [Theory]
    [InlineData("ada", "{}", 400, "invalid_inputs")]
    [InlineData("ada", """{"balances": [{"feature_id": "letters"}]}""", 400, "invalid_inputs")]
    [InlineData("ada", """{"balances": [{"feature_id": "letters", "balance": -1}]}""", 400, "invalid_inputs")]
    [InlineData("ada", """{"balances": [{"feature_id": "nothing", "balance": 1}]}""", 404, "feature_not_found")]
    [InlineData("ada", """{"balances": [{"feature_id": "letters", "balance": 1}], "entity_id": "e"}""", 404, "entity_not_found")]
    [InlineData("nobody", """{"balances": [{"feature_id": "letters", "balance": 1}]}""", 404, "customer_not_found")]
    public async Task Setting_balances_refuses(string customer, string request, int status, string code) =>
        Assert.Equal(code, (await Send("POST", $"/v1/customers/{customer}/balances", request)).MustBe(status).Code);

    [Fact]
    public async Task The_products_of_a_customer_are_a_list_in_the_words_of_1_2_at_every_version()
    {
        await Attach("free");
        foreach (var version in (string[])["1.2", "2.0", "2.1", "2.4"])
        {
            var product = Assert.Single((await Send("GET", "/v1/customers/ada/products", null, version)).MustBe(200).List);
            Assert.Equal("id \"free\", name \"Free\", status \"active\", is_add_on false", Told.Members(JsonNode.Parse(product.GetRawText()), "id name status is_add_on"));
        }

        Assert.Equal("customer_not_found", (await Send("GET", "/v1/customers/nobody/products")).MustBe(404).Code);
    }

    [Fact]
    public async Task Balances_that_came_with_no_plan_are_listed()
    {
        await Attach("free");
        (await _server.Api.Post("balances.create", new { customer_id = "ada", feature_id = "letters", included_grant = 3, balance_id = "gift" })).MustBe(200);
        var loose = Assert.Single((await Send("GET", "/v1/balances/list?customer_id=ada")).MustBe(200)["balances"]!.Value.EnumerateArray());
        Assert.Equal("external_id \"gift\", customer_id \"ada\", feature_id \"letters\", balance 3", Told.Members(JsonNode.Parse(loose.GetRawText()), "external_id customer_id feature_id balance"));
        Assert.Equal("invalid_inputs", (await Send("GET", "/v1/balances/list")).MustBe(400).Code);
        Assert.Equal("customer_not_found", (await Send("GET", "/v1/balances/list?customer_id=nobody")).MustBe(404).Code);
    }

    [Fact]
    public async Task A_copy_is_the_plan_under_another_id()
    {
        (await Send("POST", "/v1/products/pro/copy", """{"id": "pro2", "name": "Pro 2", "env": "sandbox"}""")).MustBe(200);
        var (from, to) = ((await Plan("pro")).Without("id", "name", "created_at", "price"), (await Plan("pro2")).Without("id", "name", "created_at", "price"));
        Assert.True(JsonNode.DeepEquals(from, to), $"{from.ToJsonString()}\n{to.ToJsonString()}");
        Assert.Equal("Pro 2", (await Plan("pro2"))["name"]!.ToString());
        Assert.Equal("product_already_exists", (await Send("POST", "/v1/products/pro/copy", """{"id": "free", "name": "Free"}""")).MustBe(400).Code);
        Assert.Equal("product_not_found", (await Send("POST", "/v1/products/nothing/copy", """{"id": "x", "name": "X"}""")).MustBe(404).Code);
        Assert.Equal("not_supported", (await Send("POST", "/v1/products/pro/copy", """{"id": "x", "name": "X", "env": "live"}""")).MustBe(400).Code);
    }

    [Fact]
    public async Task Tools_can_ask_what_a_change_or_a_deletion_would_meet()
    {
        Assert.Equal("""{"current_version":1,"has_customers":false,"will_version":false,"archived":false}""", (await Send("GET", "/v1/products/free/has_customers")).MustBe(200).Text);
        await Attach("free");
        Assert.Equal("""{"current_version":1,"has_customers":true,"will_version":true,"archived":false}""", (await Send("POST", "/v1/products/free/has_customers", "{}")).MustBe(200).Text);
        Assert.Equal("""{"numVersion":1,"hasCusProducts":true,"hasCusProductsLatest":true,"customerName":"Ada","totalCount":1}""", (await Send("GET", "/v1/products/free/deletion_info")).MustBe(200).Text);
        Assert.Equal("""{"numVersion":1,"hasCusProducts":false,"hasCusProductsLatest":false,"customerName":null,"totalCount":0}""", (await Send("GET", "/v1/products/pro/deletion_info")).MustBe(200).Text);
        Assert.Equal(2, (await Send("GET", "/v1/features/letters/deletion_info")).MustBe(200).Number("totalCount"));
        Assert.Equal("product_not_found", (await Send("GET", "/v1/products/nothing/has_customers")).MustBe(404).Code);
    }

    [Fact]
    public async Task There_is_no_cache_to_clear() => Assert.True((await Send("POST", "/v1/customers/clear_cache", "{}")).MustBe(200).Flag("success"));

    [Fact]
    public async Task Customers_update_has_a_path_of_its_own_too() =>
        Assert.Equal("Eve", (await Send("POST", "/v1/customers/update", """{"customer_id": "ada", "name": "Eve"}""", "2.4.0")).MustBe(200).Word("name"));

    [Fact]
    public async Task They_are_open_to_secret_keys_only()
    {
        foreach (var key in (string?[])[null, _server.PublishableKey])
        {
            using var api = _server.Client(key);
            foreach (var route in OlderRoutes.All) Assert.Equal(401, (await api.Send(new HttpMethod(route.Method), route.Path.Replace("{customer_id}", "ada").Replace("{plan_id}", "free").Replace("{feature_id}", "letters"), null)).Status);
        }
    }

    private Task<Reply> Send(string method, string path, string? body = null, string version = "1.2") => _server.Api.Send(new HttpMethod(method), path, body, ("x-api-version", version));

    private async Task Attach(string plan) => (await _server.Api.Post("billing.attach", new { customer_id = "ada", plan_id = plan })).MustBe(200);

    private async Task<JsonObject> Customer() => JsonNode.Parse((await _server.Api.Post("customers.get", """{"customer_id": "ada"}""")).MustBe(200).Text)!.AsObject();

    private async Task<JsonObject> Plan(string id) => JsonNode.Parse((await _server.Api.Post("plans.get", new { plan_id = id })).MustBe(200).Text)!.AsObject();
}
