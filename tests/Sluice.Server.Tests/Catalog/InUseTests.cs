namespace Sluice.Server.Tests;

/// <summary>What customers have or had cannot be deleted; what nobody has any more can.</summary>
public sealed class CatalogInUseTests : IAsyncLifetime
{
    private readonly Shop _shop = new();

    public Task InitializeAsync() => _shop.InitializeAsync();

    public Task DisposeAsync() => _shop.DisposeAsync();

    [Fact]
    public async Task A_plan_somebody_held_stays_until_the_customer_is_deleted()
    {
        await _shop.Hold("ada", "free");
        Assert.Equal((400, "invalid_request"), await Delete("plans.delete", """{"plan_id": "free"}"""));
        await _shop.Hold("ada", "pro");
        Assert.Equal((400, "invalid_request"), await Delete("plans.delete", """{"plan_id": "free", "all_versions": true}"""));
        (await _shop.Api.Post("customers.delete", """{"customer_id": "ada"}""")).MustBe(200);
        Assert.Equal((200, null), await Delete("plans.delete", """{"plan_id": "free"}"""));
        Assert.Equal((404, "product_not_found"), await Delete("plans.delete", """{"plan_id": "free"}"""));
    }

    [Fact]
    public async Task Only_the_latest_version_goes_when_older_ones_are_held()
    {
        await _shop.Hold("ada", "free");
        (await _shop.Api.Post("plans.update", """{"plan_id": "free", "items": []}""")).MustBe(200);
        Assert.Equal((400, "invalid_request"), await Delete("plans.delete", """{"plan_id": "free", "all_versions": true}"""));
        Assert.Equal((200, null), await Delete("plans.delete", """{"plan_id": "free"}"""));
        Assert.Equal(1, (await _shop.Api.Post("plans.get", """{"plan_id": "free"}""")).Number("version"));
    }

    [Fact]
    public async Task A_feature_taken_out_of_a_held_plan_in_place_was_granted_all_the_same()
    {
        await _shop.Hold("ada", "pro");
        (await _shop.Api.Post("plans.update", """{"plan_id": "pro", "items": [], "disable_version": true}""")).MustBe(200);
        Assert.Equal((409, "invalid_request"), await Delete("features.delete", """{"feature_id": "sso"}"""));
        Assert.True((await _shop.Api.Check("ada", "sso")).Flag("allowed"));
        (await _shop.Api.Post("customers.delete", """{"customer_id": "ada"}""")).MustBe(200);
        Assert.Equal((200, null), await Delete("features.delete", """{"feature_id": "sso"}"""));
    }

    [Fact]
    public async Task A_feature_granted_alone_stays_even_after_the_balance_is_gone()
    {
        await _shop.Api.Create("ada");
        await _shop.Api.Grant("ada", 5, "seats");
        (await _shop.Api.Post("balances.delete", """{"customer_id": "ada", "feature_id": "seats"}""")).MustBe(200);
        Assert.Equal((409, "invalid_request"), await Delete("features.delete", """{"feature_id": "seats"}"""));
        (await _shop.Api.Post("customers.delete", """{"customer_id": "ada"}""")).MustBe(200);
        Assert.Equal((200, null), await Delete("features.delete", """{"feature_id": "seats"}"""));
    }

    [Fact]
    public async Task After_all_customers_are_gone_everything_can_go()
    {
        foreach (var (customer, plan) in ((string, string)[])[("ada", "free"), ("bob", "pro"), ("cy", "pro")]) await _shop.Hold(customer, plan);
        await _shop.Api.Grant("ada", 5, "credits");
        (await _shop.Api.Post("plans.update", """{"plan_id": "pro", "items": []}""")).MustBe(200);
        foreach (var customer in (string[])["ada", "bob", "cy"]) (await Rest("DELETE", $"/v1/customers/{customer}")).MustBe(200);
        foreach (var plan in (string[])["free", "pro"]) (await Rest("DELETE", $"/v1/products/{plan}?all_versions=true")).MustBe(200);
        foreach (var feature in (string[])["credits", "messages", "seats", "sso", "images"]) (await Rest("DELETE", $"/v1/features/{feature}")).MustBe(200);
        Assert.Equal("""{"list":[]}{"list":[]}""", await _shop.Catalog());
    }

    private async Task<(int, string?)> Delete(string operation, string request)
    {
        var reply = await _shop.Api.Post(operation, request);
        return (reply.Status, reply.Code);
    }

    private Task<Reply> Rest(string method, string path) => _shop.Api.Send(new HttpMethod(method), path, null);
}
