namespace Sluice.Server.Tests;

/// <summary>The older paths do what the newer ones do.</summary>
public sealed class CatalogRestTests(Shop shop) : IClassFixture<Shop>
{
    [Fact]
    public async Task Features()
    {
        var made = (await Send("POST", "/v1/features", """{"id": "rest", "name": "Rest", "type": "boolean"}""")).MustFit("features.create");
        Assert.Equal(made.Text, (await Send("GET", "/v1/features/rest")).MustFit("features.get").Text);
        Assert.Contains(made.Text, (await Send("GET", "/v1/features")).MustFit("features.list").Text);
        Assert.Equal("Rest 2", (await Send("POST", "/v1/features/rest", """{"name": "Rest 2"}""")).MustFit("features.update").Word("name"));
        Assert.Equal("rest2", (await Send("PATCH", "/v1/features/rest", """{"id": "rest2"}""")).MustFit("features.update").Word("id"));
        Assert.True((await Send("POST", "/v1/features/rest2", """{"archived": true}""")).MustFit("features.update").Flag("archived"));
        (await Send("DELETE", "/v1/features/rest2")).MustFit("features.delete");
        Assert.Equal("feature_not_found", (await Send("GET", "/v1/features/rest2")).MustBe(404).Code);
    }

    [Theory]
    [InlineData("/v1/products")]
    [InlineData("/v1/plans")]
    public async Task Plans(string list)
    {
        var made = (await Send("POST", list, """{"plan_id": "rest", "name": "Rest"}""")).MustFit("plans.create");
        Assert.Equal(made.Text, (await Send("GET", "/v1/products/rest")).MustFit("plans.get").Text);
        Assert.Contains(made.Text, (await Send("GET", list)).MustFit("plans.list").Text);
        Assert.Equal("Rest 2", (await Send("POST", "/v1/products/rest", """{"name": "Rest 2"}""")).MustFit("plans.update").Word("name"));
        Assert.Equal("rest2", (await Send("PATCH", "/v1/products/rest", """{"id": "rest2"}""")).MustFit("plans.update").Word("id"));
        Assert.Equal("product_not_found", (await Send("GET", "/v1/products/rest2?version=2")).MustBe(404).Code);
        (await Send("DELETE", "/v1/products/rest2?all_versions=false")).MustFit("plans.delete");
        Assert.Equal("product_not_found", (await Send("DELETE", "/v1/products/rest2")).MustBe(404).Code);
    }

    [Fact]
    public async Task A_publishable_key_may_list_products_and_nothing_more()
    {
        using var browser = shop.Publishable;
        (await browser.Get("/v1/products")).MustFit("plans.list");
        foreach (var (method, path) in ((string, string)[])[("GET", "/v1/plans"), ("GET", "/v1/products/free"), ("POST", "/v1/products"), ("POST", "/v1/plans.list"), ("GET", "/v1/features")])
            Assert.Equal("endpoint_not_public", (await browser.Send(new HttpMethod(method), path, null)).MustBe(401).Code);
    }

    [Fact]
    public async Task A_repeated_idempotency_key_is_a_conflict_and_a_refused_request_frees_it()
    {
        var key = ("Idempotency-Key", "catalog");
        Assert.Equal("invalid_inputs", (await shop.Api.Post("plans.create", """{"plan_id": "once"}""", key)).MustBe(400).Code);
        (await shop.Api.Post("plans.create", """{"plan_id": "once", "name": "Once"}""", key)).MustBe(200);
        Assert.Equal("duplicate_idempotency_key", (await shop.Api.Post("plans.create", """{"plan_id": "once", "name": "Once"}""", key)).MustBe(409).Code);
        Assert.Equal("duplicate_idempotency_key", (await shop.Api.Post("plans.create", """{"plan_id": "twice", "name": "Twice"}""", key)).MustBe(409).Code);
        (await shop.Api.Post("plans.delete", """{"plan_id": "once"}""", ("Idempotency-Key", "another"))).MustBe(200);
    }

    private Task<Reply> Send(string method, string path, string? body = null) => shop.Api.Send(new HttpMethod(method), path, body);
}
