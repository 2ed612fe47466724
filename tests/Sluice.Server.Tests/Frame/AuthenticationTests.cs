namespace Sluice.Server.Tests.Frame;

/// <summary>Who may call what, and how it is said when they may not.</summary>
public sealed class AuthenticationTests(OneServer one) : IClassFixture<OneServer>
{
    [Theory]
    [InlineData(null, 401, "no_secret_key")]
    [InlineData("", 401, "no_secret_key")]
    [InlineData("Bearer", 401, "no_secret_key")]
    [InlineData("Bearer ", 401, "no_secret_key")]
    [InlineData("bearer " + ServerProcess.SandboxKey, 401, "no_secret_key")]
    [InlineData(ServerProcess.SandboxKey, 401, "no_secret_key")]
    [InlineData("Basic dXNlcjpwYXNz", 401, "no_secret_key")]
    [InlineData("Bearer am_sk_test_nobodyknowsthiskey", 401, "invalid_secret_key")]
    [InlineData("Bearer am_sk_live_nobodyknowsthiskey", 401, "invalid_secret_key")]
    [InlineData("Bearer something_else", 401, "invalid_request")]
    [InlineData("Bearer am_oauth_unknown", 401, "invalid_request")]
    [InlineData("Bearer am_jwt_unknown", 401, "invalid_request")]
    [InlineData("Bearer am_pk_test_nobodyknowsthiskey", 401, "endpoint_not_public")]
    [InlineData("Bearer " + ServerProcess.LiveKey, 404, "feature_not_found")]
    [InlineData("Bearer " + ServerProcess.SandboxKey, 404, "customer_not_found")]
    public async Task The_header_decides(string? authorization, int status, string code)
    {
        using var api = one.Server.Client(key: null);
        var reply = authorization is null ? await api.Check("nobody") : await api.Post("balances.check", new { customer_id = "nobody", feature_id = "messages" }, ("Authorization", authorization));
        Assert.Equal((status, code), (reply.Status, reply.Code));
        Assert.Equal(authorization == "Bearer " + ServerProcess.LiveKey ? "live" : "sandbox", reply.Word("env"));
        Assert.False(string.IsNullOrEmpty(reply.Message));
        Assert.DoesNotContain("nobodyknowsthiskey", reply.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/v1/check", 200, null)]
    [InlineData("POST", "/v1/entitled", 200, null)]
    [InlineData("GET", "/v1/customers/public", 200, null)]
    [InlineData("GET", "/v1/products", 200, null)]
    [InlineData("POST", "/v1/balances.check", 401, "endpoint_not_public")]
    [InlineData("POST", "/v1/track", 401, "endpoint_not_public")]
    [InlineData("POST", "/v1/customers.get", 401, "endpoint_not_public")]
    [InlineData("DELETE", "/v1/customers/public", 401, "endpoint_not_public")]
    public async Task A_publishable_key_opens_only_what_a_browser_may_see(string method, string path, int status, string? code)
    {
        await one.Server.Api.Create("public");
        using var api = one.Server.Client(one.Server.PublishableKey);
        var reply = await api.Send(new HttpMethod(method), path, method == "GET" ? null : new { customer_id = "public", feature_id = "messages" });
        Assert.Equal((status, code), (reply.Status, reply.Code));
    }

    [Fact]
    public async Task A_publishable_key_consumes_nothing()
    {
        await one.Server.Api.Create("browser");
        using var api = one.Server.Client(one.Server.PublishableKey);
        var reply = await api.Post("/v1/check", new { customer_id = "browser", feature_id = "messages", send_event = true });
        Assert.Equal((400, "invalid_request"), (reply.Status, reply.Code));
        Assert.Equal(100, await one.Server.Api.Remaining("browser"));
    }

    [Fact]
    public async Task Sandbox_and_live_never_meet()
    {
        using var live = one.Server.Client(ServerProcess.LiveKey);
        await one.Server.Api.Create("same");
        await live.Create("same");
        (await live.Post("features.create", new { feature_id = "messages", name = "Messages", type = "metered", consumable = true })).MustBe(200);
        await live.Grant("same", 7);
        (await one.Server.Api.Track("same", 10, "a-key")).MustBe(200);

        Assert.Equal((90, 7), (await one.Server.Api.Remaining("same"), await live.Remaining("same")));
        Assert.Equal(6, (await live.Track("same", 1, "a-key")).MustBe(200).Number("balance.remaining"));
        Assert.Single((await live.Post("customers.list", new { })).List);
        Assert.Single((await live.Post("events.list", new { })).List);
        (await live.Post("customers.delete", new { customer_id = "same" })).MustBe(200);
        Assert.Equal(90, await one.Server.Api.Remaining("same"));
        Assert.Equal("sandbox", (await one.Server.Api.Post("customers.get", new { customer_id = "same" })).Word("env"));
    }
}
