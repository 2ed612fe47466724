namespace Sluice.Server.Tests;

/// <summary>Each rule of the catalog once over HTTP. Nothing that was refused leaves a trace.</summary>
public sealed class CatalogRefusalTests(Shop shop) : IClassFixture<Shop>
{
    [Theory]
    [InlineData("an id with a space", """{"feature_id": "a b", "name": "A", "type": "boolean"}""", 400, "invalid_inputs")]
    [InlineData("an empty id", """{"feature_id": "", "name": "A", "type": "boolean"}""", 400, "invalid_inputs")]
    [InlineData("no name", """{"feature_id": "a", "type": "boolean"}""", 400, "invalid_inputs")]
    [InlineData("an empty name", """{"feature_id": "a", "name": "", "type": "boolean"}""", 400, "invalid_inputs")]
    [InlineData("an unknown type", """{"feature_id": "a", "name": "A", "type": "static"}""", 400, "invalid_inputs")]
    [InlineData("metered that does not say consumable", """{"feature_id": "a", "name": "A", "type": "metered"}""", 400, "invalid_inputs")]
    [InlineData("an id that is taken", """{"feature_id": "messages", "name": "A", "type": "boolean"}""", 409, "duplicate_feature_id")]
    [InlineData("credits without a schema", """{"feature_id": "a", "name": "A", "type": "credit_system"}""", 400, "invalid_feature")]
    [InlineData("credits that are held", """{"feature_id": "a", "name": "A", "type": "credit_system", "consumable": false, "credit_schema": [{"metered_feature_id": "images", "credit_cost": 1}]}""", 400, "invalid_feature")]
    [InlineData("credits drawn on by credits", """{"feature_id": "a", "name": "A", "type": "credit_system", "credit_schema": [{"metered_feature_id": "credits", "credit_cost": 1}]}""", 400, "invalid_feature")]
    [InlineData("credits drawn on by seats", """{"feature_id": "a", "name": "A", "type": "credit_system", "credit_schema": [{"metered_feature_id": "seats", "credit_cost": 1}]}""", 400, "invalid_feature")]
    [InlineData("the same member twice", """{"feature_id": "a", "name": "A", "type": "credit_system", "credit_schema": [{"metered_feature_id": "images", "credit_cost": 1}, {"metered_feature_id": "images", "credit_cost": 2}]}""", 400, "invalid_feature")]
    [InlineData("a row without a cost", """{"feature_id": "a", "name": "A", "type": "credit_system", "credit_schema": [{"metered_feature_id": "images"}]}""", 400, "invalid_inputs")]
    [InlineData("a row with cost and tiers", """{"feature_id": "a", "name": "A", "type": "credit_system", "credit_schema": [{"metered_feature_id": "images", "credit_cost": 1, "tier_behavior": "graduated", "tiers": [{"to": "inf", "credit_cost": 1}]}]}""", 400, "invalid_inputs")]
    [InlineData("a markup below -100", """{"feature_id": "a", "name": "A", "type": "ai_credit_system", "default_markup": -101}""", 400, "invalid_inputs")]
    [InlineData("token credits with a schema", """{"feature_id": "a", "name": "A", "type": "ai_credit_system", "credit_schema": [{"metered_feature_id": "images", "credit_cost": 1}]}""", 400, "invalid_feature")]
    public Task A_feature_is_refused(string why, string request, int status, string code) => Refused("features.create", why, request, status, code);

    [Theory]
    [InlineData("an id with a colon", """{"plan_id": "a:b", "name": "A"}""", 400, "invalid_inputs")]
    [InlineData("no id", """{"name": "A"}""", 400, "invalid_inputs")]
    [InlineData("no name", """{"plan_id": "a"}""", 400, "invalid_inputs")]
    [InlineData("an id that is taken", """{"plan_id": "free", "name": "A"}""", 400, "product_already_exists")]
    [InlineData("more licences than can be counted", """{"plan_id": "a", "name": "A", "licenses": [{"license_plan_id": "pro", "included": 1e15}]}""", 400, "invalid_inputs")]
    [InlineData("auto_enable of what cannot be granted yet", """{"plan_id": "a", "name": "A", "auto_enable": true, "licenses": [{"license_plan_id": "pro", "customize": {"price": null}}]}""", 400, "not_supported")]
    [InlineData("a negative base price", """{"plan_id": "a", "name": "A", "price": {"amount": -1, "interval": "month"}}""", 400, "invalid_inputs")]
    [InlineData("a base price by the day", """{"plan_id": "a", "name": "A", "price": {"amount": 1, "interval": "day"}}""", 400, "invalid_inputs")]
    [InlineData("a base price of three decimals", """{"plan_id": "a", "name": "A", "price": {"amount": 0.005, "interval": "month"}}""", 400, "invalid_inputs")]
    [InlineData("a trial of what is paid once", """{"plan_id": "a", "name": "A", "price": {"amount": 1, "interval": "one_off"}, "free_trial": {"duration_length": 7}}""", 400, "invalid_inputs")]
    [InlineData("a trial of no length", """{"plan_id": "a", "name": "A", "free_trial": {"duration_length": 0}}""", 400, "invalid_inputs")]
    [InlineData("a usage alert without a threshold", """{"plan_id": "a", "name": "A", "billing_controls": {"usage_alerts": [{"threshold_type": "usage"}]}}""", 400, "invalid_inputs")]
    [InlineData("a variant", """{"plan_id": "a", "name": "A", "variants": [{}]}""", 400, "not_supported")]
    public Task A_plan_is_refused(string why, string request, int status, string code) => Refused("plans.create", why, request, status, code);

    [Theory]
    [InlineData("an unknown feature", """{"feature_id": "nothing"}""", 404, "feature_not_found")]
    [InlineData("a negative amount", """{"feature_id": "messages", "included": -1}""", 400, "invalid_inputs")]
    [InlineData("more than can be counted", """{"feature_id": "messages", "included": 10000000000001}""", 400, "invalid_inputs")]
    [InlineData("a reset by the decade", """{"feature_id": "messages", "included": 1, "reset": {"interval": "decade"}}""", 400, "invalid_inputs")]
    [InlineData("billed by use, once", """{"feature_id": "messages", "price": {"amount": 1, "interval": "one_off", "billing_method": "usage_based"}}""", 400, "invalid_price")]
    [InlineData("neither amount nor tiers", """{"feature_id": "messages", "price": {"interval": "month", "billing_method": "prepaid"}}""", 400, "invalid_inputs")]
    [InlineData("a last tier that ends", """{"feature_id": "messages", "price": {"tiers": [{"to": 10, "amount": 1}], "interval": "month", "billing_method": "prepaid"}}""", 400, "invalid_inputs")]
    [InlineData("tiers that do not ascend", """{"feature_id": "messages", "price": {"tiers": [{"to": 20, "amount": 1}, {"to": 10, "amount": 1}, {"to": "inf", "amount": 1}], "interval": "month", "billing_method": "prepaid"}}""", 400, "invalid_inputs")]
    [InlineData("a flat amount, graduated", """{"feature_id": "messages", "price": {"tiers": [{"to": 10, "amount": 2}, {"to": "inf", "amount": 1, "flat_amount": 5}], "interval": "month", "billing_method": "prepaid"}}""", 400, "invalid_inputs")]
    [InlineData("packs of nothing", """{"feature_id": "messages", "price": {"amount": 1, "billing_units": 0, "interval": "month", "billing_method": "prepaid"}}""", 400, "invalid_inputs")]
    [InlineData("a price on a flag", """{"feature_id": "sso", "price": {"amount": 1, "interval": "month", "billing_method": "prepaid"}}""", 400, "invalid_inputs")]
    [InlineData("a price on the unlimited", """{"feature_id": "messages", "unlimited": true, "price": {"amount": 1, "interval": "month", "billing_method": "prepaid"}}""", 400, "invalid_inputs")]
    [InlineData("seats that roll over", """{"feature_id": "seats", "included": 1, "rollover": {"max": 1, "expiry_duration_type": "forever"}}""", 400, "invalid_inputs")]
    [InlineData("a rollover with two bounds", """{"feature_id": "messages", "included": 1, "rollover": {"max": 1, "max_percentage": 50, "expiry_duration_type": "forever"}}""", 400, "invalid_inputs")]
    [InlineData("entities counted by what is used up", """{"feature_id": "messages", "included": 1, "entity_feature_id": "images"}""", 400, "invalid_inputs")]
    [InlineData("the same item twice", """{"feature_id": "messages", "included": 1}, {"feature_id": "messages", "included": 2}""", 400, "invalid_inputs")]
    [InlineData("a price made at the payment provider", """{"feature_id": "messages", "price": {"amount": 1, "interval": "month", "billing_method": "prepaid", "stripe_price_id": "price_1"}}""", 400, "not_supported")]
    public Task An_item_is_refused(string why, string item, int status, string code) => Refused("plans.create", why, Shop.PlanWith(item), status, code);

    [Theory]
    [InlineData("features.get", """{"feature_id": "nothing"}""", 404, "feature_not_found")]
    [InlineData("features.update", """{"feature_id": "nothing", "name": "A"}""", 404, "feature_not_found")]
    [InlineData("features.delete", """{"feature_id": "nothing"}""", 404, "feature_not_found")]
    [InlineData("features.delete", """{"feature_id": "messages"}""", 409, "invalid_request")]
    [InlineData("features.delete", """{"feature_id": "images"}""", 409, "invalid_request")]
    [InlineData("features.update", """{"feature_id": "messages", "new_feature_id": "seats"}""", 409, "duplicate_feature_id")]
    [InlineData("features.update", """{"feature_id": "messages", "type": "credit_system"}""", 400, "invalid_feature")]
    [InlineData("features.update", """{"feature_id": "images", "consumable": false}""", 400, "invalid_feature")]
    [InlineData("plans.get", """{"plan_id": "none"}""", 404, "product_not_found")]
    [InlineData("plans.get", """{"plan_id": "free", "version": 2}""", 404, "product_not_found")]
    [InlineData("plans.update", """{"plan_id": "none", "name": "A"}""", 404, "product_not_found")]
    [InlineData("plans.update", """{"plan_id": "free", "new_plan_id": "pro"}""", 400, "product_already_exists")]
    [InlineData("plans.update", """{"plan_id": "free", "force_version": true, "all_versions": true}""", 400, "invalid_inputs")]
    [InlineData("plans.delete", """{"plan_id": "none"}""", 404, "product_not_found")]
    public Task A_request_is_refused(string operation, string request, int status, string code) => Refused(operation, operation, request, status, code);

    private async Task Refused(string operation, string why, string request, int status, string code)
    {
        var before = await shop.Catalog();
        var reply = await shop.Api.Post(operation, request);
        Assert.True((status, code) == (reply.Status, reply.Code), $"{why}: {reply}");
        Assert.NotEmpty(reply.Message);
        Assert.Equal("live", reply.Word("env"));
        Assert.Equal(before, await shop.Catalog());
    }
}
