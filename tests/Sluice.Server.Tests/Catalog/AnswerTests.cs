namespace Sluice.Server.Tests;

/// <summary>What is sent comes back, in its one form.</summary>
public sealed class CatalogAnswerTests(Shop shop) : IClassFixture<Shop>
{
    [Theory]
    [InlineData(
        """{"feature_id": "calls", "name": "Calls", "type": "metered", "consumable": true, "event_names": ["call", "call"], "display": {"singular": "call", "plural": "calls"}}""",
        """{"id": "calls", "name": "Calls", "type": "metered", "consumable": true, "display": {"singular": "call", "plural": "calls"}, "event_names": ["call"], "archived": false}""")]
    [InlineData(
        """{"feature_id": "beta", "name": "Beta", "type": "boolean", "consumable": true}""",
        """{"id": "beta", "name": "Beta", "type": "boolean", "consumable": false, "event_names": [], "archived": false}""")]
    [InlineData(
        """{"feature_id": "pool", "name": "Pool", "type": "credit_system", "credit_schema": [{"metered_feature_id": "images", "credit_cost": 0.50}, {"metered_feature_id": "not_yet", "credit_cost": 0, "billing_units": 1, "dimensions": {}}]}""",
        """{"id": "pool", "name": "Pool", "type": "credit_system", "consumable": true, "credit_schema": [{"metered_feature_id": "images", "credit_cost": 0.5}, {"metered_feature_id": "not_yet", "credit_cost": 0}], "event_names": [], "archived": false}""")]
    [InlineData(
        """{"feature_id": "tiered", "name": "Tiered", "type": "credit_system", "credit_schema": [{"metered_feature_id": "images", "tier_behavior": "graduated", "tiers": [{"to": 10, "credit_cost": 2}, {"to": "inf", "credit_cost": 1}], "billing_units": 100, "dimensions": {"hd": {"match": {"size": "hd"}, "credit_cost": 4, "priority": 1}}, "multipliers": {"night": {"match": {"time": "night"}, "factor": 0.5}}}]}""",
        """{"id": "tiered", "name": "Tiered", "type": "credit_system", "consumable": true, "credit_schema": [{"metered_feature_id": "images", "tier_behavior": "graduated", "tiers": [{"to": 10, "credit_cost": 2}, {"to": "inf", "credit_cost": 1}], "billing_units": 100, "dimensions": {"hd": {"match": {"size": "hd"}, "credit_cost": 4, "priority": 1}}, "multipliers": {"night": {"match": {"time": "night"}, "factor": 0.5}}}], "event_names": [], "archived": false}""")]
    [InlineData(
        """{"feature_id": "tokens", "name": "Tokens", "type": "ai_credit_system", "default_markup": 20, "provider_markups": {"acme": {"markup": -5.5}}, "model_markups": {"acme/one": {"input_cost": 1, "output_cost": 2, "unknown": 1}}}""",
        """{"id": "tokens", "name": "Tokens", "type": "ai_credit_system", "consumable": true, "credit_schema": [], "default_markup": 20, "provider_markups": {"acme": {"markup": -5.5}}, "model_markups": {"acme/one": {"input_cost": 1, "output_cost": 2}}, "event_names": [], "archived": false}""")]
    public async Task A_feature_comes_back(string sent, string answer)
    {
        var made = (await shop.Api.Post("features.create", sent)).MustFit("features.create");
        Shop.Same(answer, made.Json);
        Assert.Equal(made.Text, (await shop.Api.Post("features.get", new { feature_id = made.Word("id") })).MustFit("features.get").Text);
        Assert.Contains(made.Text, (await shop.Api.Post("features.list", null)).MustFit("features.list").Text);
    }

    [Theory]
    [InlineData("monthly", """{"feature_id": "messages", "included": 100, "reset": {"interval": "month", "interval_count": 1}}""", """{"included": 100, "reset": {"interval": "month"}}""")]
    [InlineData("every three weeks", """{"feature_id": "messages", "included": 1.50, "reset": {"interval": "week", "interval_count": 3}}""", """{"included": 1.5, "reset": {"interval": "week", "interval_count": 3}}""")]
    [InlineData("once", """{"feature_id": "messages", "included": 7}""", """{"included": 7, "reset": {"interval": "one_off"}}""")]
    [InlineData("nothing said", """{"feature_id": "messages"}""", """{"included": 0, "reset": {"interval": "one_off"}}""")]
    [InlineData("unlimited", """{"feature_id": "messages", "unlimited": true, "included": 5, "reset": {"interval": "month"}}""", """{"included": 0, "unlimited": true, "reset": null}""")]
    [InlineData("a flag", """{"feature_id": "sso", "included": 5}""", """{"feature_id": "sso", "included": 0, "reset": null}""")]
    [InlineData("seats", """{"feature_id": "seats", "included": 5, "reset": {"interval": "month"}}""", """{"feature_id": "seats", "included": 5, "reset": null}""")]
    [InlineData("nulls as in an answer", """{"feature_id": "messages", "included": 5, "reset": null, "price": null, "entitlement_id": "ent_1"}""", """{"included": 5, "reset": {"interval": "one_off"}}""")]
    [InlineData("pooled", """{"feature_id": "messages", "included": 5, "pooled": true}""", """{"included": 5, "pooled": true, "reset": {"interval": "one_off"}}""")]
    [InlineData("for each seat", """{"feature_id": "messages", "included": 5, "entity_feature_id": "seats"}""", """{"included": 5, "entity_feature_id": "seats", "reset": {"interval": "one_off"}}""")]
    [InlineData(
        "rolling over",
        """{"feature_id": "messages", "included": 5, "reset": {"interval": "month"}, "rollover": {"max": 5, "expiry_duration_type": "month"}}""",
        """{"included": 5, "reset": {"interval": "month"}, "rollover": {"max": 5, "expiry_duration_type": "month", "expiry_duration_length": 1}}""")]
    [InlineData(
        "billed by use",
        """{"feature_id": "messages", "included": 5, "price": {"amount": 0.0050, "interval": "month", "billing_method": "usage_based", "max_purchase": 500, "additional_currencies": [{"currency": "eur", "amount": 0.004}]}}""",
        """{"included": 5, "reset": {"interval": "month"}, "price": {"amount": 0.005, "additional_currencies": [{"currency": "eur", "amount": 0.004}], "interval": "month", "billing_units": 1, "billing_method": "usage_based", "max_purchase": 500}}""")]
    [InlineData(
        "prepaid by volume, with another reset",
        """{"feature_id": "messages", "reset": {"interval": "month"}, "proration": {"on_increase": "prorate_immediately", "on_decrease": "none"}, "price": {"tiers": [{"to": 500, "amount": 1}, {"to": "inf", "amount": 0.5, "flat_amount": 10, "additional_currencies": [{"currency": "eur", "flat_amount": 9}]}], "tier_behavior": "volume", "interval": "year", "interval_count": 2, "billing_units": 100, "billing_method": "prepaid", "max_purchase": null}}""",
        """{"included": 0, "reset": {"interval": "month"}, "price": {"tiers": [{"to": 500, "amount": 1}, {"to": "inf", "amount": 0.5, "flat_amount": 10, "additional_currencies": [{"currency": "eur", "flat_amount": 9}]}], "tier_behavior": "volume", "interval": "year", "interval_count": 2, "billing_units": 100, "billing_method": "prepaid", "max_purchase": null}}""")]
    [InlineData(
        "with everything built later",
        """{"feature_id": "credits", "included": 5, "threshold_billing": {"threshold": 50}, "expiry": {"duration": "month", "length": 3}, "feature_override": {"credit_schema": [{"metered_feature_id": "images", "credit_cost": 0.1}], "markups": {"default_markup": 5, "model_markups": null}}}""",
        """{"feature_id": "credits", "included": 5, "reset": {"interval": "one_off"}, "threshold_billing": {"threshold": 50}, "expiry": {"duration": "month", "length": 3}, "feature_override": {"credit_schema": [{"metered_feature_id": "images", "credit_cost": 0.1}], "markups": {"default_markup": 5}}}""")]
    public async Task An_item_comes_back(string kind, string sent, string answer)
    {
        var id = kind.Replace(",", "").Replace(' ', '_');
        var made = (await shop.Api.Post("plans.create", $$"""{"plan_id": "{{id}}", "name": "New", "items": [{{sent}}]}""")).MustFit("plans.create");
        var item = System.Text.Json.Nodes.JsonNode.Parse(made["items.0"]!.Value.GetRawText())!.AsObject();
        var wanted = System.Text.Json.Nodes.JsonNode.Parse(answer)!.AsObject();
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("feature_id", "\"messages\""), ("unlimited", "false"), ("pooled", "false"), ("price", "null")])
            if (!wanted.ContainsKey(name)) wanted[name] = System.Text.Json.Nodes.JsonNode.Parse(value);
        Assert.NotEmpty(item["display"]!["primary_text"]!.GetValue<string>());
        Assert.StartsWith("ent_", item["entitlement_id"]!.GetValue<string>());
        Assert.Equal(item["price"] is not null, item.ContainsKey("price_id"));
        foreach (var own in (string[])["display", "entitlement_id", "price_id"]) item.Remove(own);
        Shop.Same(wanted.ToJsonString(), System.Text.Json.JsonDocument.Parse(item.ToJsonString()).RootElement);
    }

    [Fact]
    public async Task A_plan_comes_back_whole()
    {
        var made = (await shop.Api.Post("plans.create", """
            {"plan_id": "whole", "name": "Whole", "description": "Everything", "group": "main", "add_on": true, "auto_enable": false,
             "price": {"amount": 19.90, "interval": "month", "interval_count": 3, "additional_currencies": [{"currency": "eur", "amount": 18}]},
             "items": [], "free_trial": {"duration_length": 14, "duration_type": "day", "card_required": false, "on_end": "revert"},
             "config": {"ignore_past_due": true}, "metadata": {"tier": {"level": 3}}, "create_in_stripe": true,
             "licenses": [{"license_plan_id": "free", "included": 2, "metadata": {"a": 1}}],
             "billing_controls": {"usage_alerts": [{"threshold": 5, "threshold_type": "usage"}], "spend_limits": [{"feature_id": "messages", "overage_limit": 10}],
               "usage_limits": [{"feature_id": "messages", "interval": "month", "limit": 5, "filter": {"properties": {"model": "a"}}}],
               "overage_allowed": [{"feature_id": "messages"}], "auto_topups": []}}
            """)).MustFit("plans.create");
        Shop.Same(
            """
            {"id": "whole", "name": "Whole", "description": "Everything", "group": "main", "version": 1, "add_on": true, "auto_enable": false,
             "price": {"amount": 19.9, "additional_currencies": [{"currency": "eur", "amount": 18}], "interval": "month", "interval_count": 3, "price_id": "pr_whole_1",
               "display": {"primary_text": "$19.9", "secondary_text": "per 3 months"}},
             "items": [], "free_trial": {"duration_length": 14, "duration_type": "day", "card_required": false, "on_end": "revert"},
             "created_at": 1768478400000, "env": "live", "archived": false, "config": {"ignore_past_due": true},
             "billing_controls": {"spend_limits": [{"feature_id": "messages", "enabled": false, "overage_limit": 10}],
               "usage_limits": [{"feature_id": "messages", "enabled": true, "limit": 5, "interval": "month", "filter": {"properties": {"model": "a"}}}],
               "usage_alerts": [{"enabled": true, "threshold": 5, "threshold_type": "usage"}], "overage_allowed": [{"feature_id": "messages", "enabled": false}]},
             "licenses": [{"license_plan_id": "free", "version": 1, "included": 2, "prepaid_only": false, "metadata": {"a": 1}}],
             "metadata": {"tier": {"level": 3}}, "base_variant_id": null}
            """,
            made.Json);
        Assert.Equal(made.Text, (await shop.Api.Post("plans.get", """{"plan_id": "whole"}""")).MustFit("plans.get").Text);
        Assert.Contains(made.Text, (await shop.Api.Post("plans.list", "{}")).MustFit("plans.list").Text);
    }

    [Fact]
    public async Task A_plan_that_says_nothing_has_every_required_member()
    {
        var made = (await shop.Api.Post("plans.create", """{"plan_id": "bare", "name": "Bare", "group": ""}""")).MustFit("plans.create");
        Shop.Same(
            """
            {"id": "bare", "name": "Bare", "description": null, "group": null, "version": 1, "add_on": false, "auto_enable": false, "price": null, "items": [],
             "created_at": 1768478400000, "env": "live", "archived": false, "config": {"ignore_past_due": false}, "billing_controls": {}, "metadata": {}, "base_variant_id": null}
            """,
            made.Json);
    }

    [Fact]
    public async Task What_clients_send_along_by_themselves_is_taken()
    {
        (await shop.Api.Post("plans.create", """
            {"plan_id": "client", "name": "Client", "group": "", "description": null, "add_on": false, "auto_enable": false, "create_in_stripe": true,
             "items": [{"feature_id": "messages", "pooled": false, "price": {"amount": 1, "interval": "month", "interval_count": 1, "billing_units": 1, "billing_method": "prepaid"}}]}
            """)).MustFit("plans.create");
        (await shop.Api.Post("plans.update", """{"plan_id": "client", "create_in_stripe": true, "archived": false, "variants": [], "base_plan_id": null}""")).MustFit("plans.update");
        (await shop.Api.Post("plans.delete", """{"plan_id": "client", "all_versions": false}""")).MustFit("plans.delete");
    }

    [Fact]
    public async Task Items_carry_their_features_along_when_asked()
    {
        var plan = (await shop.Api.Post("plans.get", """{"plan_id": "free", "expand": ["items.feature"]}""")).MustFit("plans.get");
        Shop.Same("""{"id": "messages", "name": "Messages", "type": "single_use", "archived": false}""", plan["items.0.feature"]!.Value);
        Assert.NotNull((await shop.Api.Get("/v1/products/free?expand=items.feature"))["items.0.feature"]);
        Assert.NotNull((await shop.Api.Get("/v1/products?expand=items.feature"))["list.0.items.0.feature"]);
    }
}
