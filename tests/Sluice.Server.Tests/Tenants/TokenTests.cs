using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Tenants;

public class TokenTests
{
    [Fact]
    public async Task A_token_speaks_for_its_customer_whatever_the_body_says()
    {
        await using var server = await Stage();
        using var api = server.Client(await Mint(server, "ada"));
        Assert.Equal("ada", (await api.Post("/v1/customers.get", """{"customer_id": "bob"}""")).MustBe(200).Word("id"));
        Assert.Equal(90, (await api.Track("bob", 10)).MustBe(200).Number("balance.remaining"));
        Assert.Equal(90, await server.Api.Remaining("ada"));
        Assert.Equal(100, await server.Api.Remaining("bob"));
        Assert.Equal("ada", (await api.Post("/v1/check", """{"feature_id": "messages"}""")).MustBe(200).Word("customer_id"));
        Assert.Single((await api.Post("/v1/events.list", "{}")).MustBe(200).List);
    }

    [Fact]
    public async Task A_token_follows_its_customer_to_another_id_and_ends_with_it()
    {
        await using var server = await Stage();
        using var api = server.Client(await Mint(server, "ada"));
        (await server.Api.Post("/v1/customers.update", """{"customer_id": "ada", "new_customer_id": "countess"}""")).MustBe(200);
        Assert.Equal("countess", (await api.Post("/v1/customers.get", "{}")).MustBe(200).Word("id"));
        (await server.Api.Post("/v1/customers.delete", """{"customer_id": "countess"}""")).MustBe(200);
        Assert.Equal(401, (await api.Post("/v1/customers.get", "{}")).Status);
    }

    [Theory]
    [InlineData("/v1/customers.list")]
    [InlineData("/v1/balances.create")]
    [InlineData("/v1/billing.attach")]
    [InlineData("/v1/keys.mint")]
    [InlineData("/v1/plans.list")]
    [InlineData("/v1/sandboxes.reset")]
    public async Task Other_routes_are_closed_to_it(string path)
    {
        await using var server = await Stage();
        using var api = server.Client(await Mint(server, "ada"));
        Assert.Equal(403, (await api.Post(path, "{}")).Status);
    }

    [Fact]
    public async Task It_gives_nothing_back_and_changes_no_profile()
    {
        await using var server = await Stage();
        using var api = server.Client(await Mint(server, "ada"));
        await api.Track("ada", 10);
        Assert.Equal(403, (await api.Track("ada", -5)).Status);
        Assert.Equal(403, (await api.Post("/v1/track", """{"feature_id": "messages", "value": -0.5}""")).Status);
        (await api.Post("/v1/check", """{"feature_id": "messages", "customer_data": {"email": "eve@example.com"}}""")).MustBe(200);
        Assert.Equal(90, await server.Api.Remaining("ada"));
        Assert.Null((await server.Api.Post("/v1/customers.get", """{"customer_id": "ada"}""")).Word("email"));
    }

    [Fact]
    public async Task It_ends_after_an_hour_and_the_refresh_token_gives_the_next_one_for_a_day()
    {
        await using var server = await Stage();
        var minted = await server.Api.Post("/v1/keys.mint", """{"customer_id": "ada"}""");
        Assert.Equal(server.Time.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds(), minted.Number("expires_at"));
        using var first = server.Client(minted.Word("access_token"));
        using var refresh = server.Client(minted.Word("refresh_token"));
        server.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(401, (await first.Post("/v1/customers.get", "{}")).Status);
        Assert.Equal(403, (await refresh.Post("/v1/customers.list", "{}")).Status);
        Assert.Equal(401, (await refresh.Post("/v1/customers.get", "{}")).Status);
        using var second = server.Client((await refresh.Post("/v1/keys.refresh", null)).MustBe(200).Word("access_token"));
        Assert.Equal("ada", (await second.Post("/v1/customers.get", "{}")).MustBe(200).Word("id"));
        server.Time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(401, (await refresh.Post("/v1/keys.refresh", null)).Status);
    }

    [Fact]
    public async Task A_lost_answer_may_be_asked_for_once_more_but_an_old_refresh_token_ends_the_family()
    {
        await using var server = await Stage();
        var minted = await server.Api.Post("/v1/keys.mint", """{"customer_id": "ada"}""");
        using var one = server.Client(minted.Word("refresh_token"));
        using var two = server.Client((await one.Post("/v1/keys.refresh", null)).MustBe(200).Word("refresh_token"));
        (await one.Post("/v1/keys.refresh", null)).MustBe(200);
        using var access = server.Client((await two.Post("/v1/keys.refresh", null)).MustBe(200).Word("access_token"));
        (await access.Post("/v1/customers.get", "{}")).MustBe(200);

        Assert.Equal(401, (await one.Post("/v1/keys.refresh", null)).Status);
        server.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(401, (await access.Post("/v1/customers.get", "{}")).Status);
        Assert.Equal(401, (await two.Post("/v1/keys.refresh", null)).Status);
    }

    [Fact]
    public async Task Revoking_ends_every_token_of_the_customer_at_once_and_of_nobody_else()
    {
        await using var server = await Stage();
        using var ada = server.Client(await Mint(server, "ada"));
        using var forever = server.Client((await server.Api.Post("/v1/keys.mint", """{"customer_id": "ada", "indefinite": true}""")).MustBe(200).Word("access_token"));
        using var bob = server.Client(await Mint(server, "bob"));
        server.Time.Advance(TimeSpan.FromMinutes(59));
        foreach (var api in (ApiClient[])[ada, forever, bob]) (await api.Post("/v1/customers.get", "{}")).MustBe(200);
        Assert.True((await server.Api.Post("/v1/keys.revoke", """{"customer_id": "ada"}""")).MustBe(200).Flag("revoked"));
        foreach (var api in (ApiClient[])[ada, forever]) Assert.Equal(401, (await api.Post("/v1/customers.get", "{}")).Status);
        (await bob.Post("/v1/customers.get", "{}")).MustBe(200);
    }

    [Fact]
    public async Task An_indefinite_token_has_no_end_and_none_to_refresh_with()
    {
        await using var server = await Stage();
        var minted = (await server.Api.Post("/v1/keys.mint", """{"customer_id": "ada", "indefinite": true}""")).MustBe(200);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, minted["expires_at"]!.Value.ValueKind);
        Assert.Null(minted["refresh_token"]);
        using var api = server.Client(minted.Word("access_token"));
        server.Time.Advance(TimeSpan.FromDays(1000));
        (await api.Post("/v1/customers.get", "{}")).MustBe(200);
    }

    [Fact]
    public async Task Nonsense_is_401()
    {
        await using var server = await Stage();
        foreach (var token in (string[])["am_jwt_", "am_jwt_made.up.one"])
        {
            using var api = server.Client(token);
            Assert.Equal(401, (await api.Post("/v1/customers.get", "{}")).Status);
            Assert.Equal(401, (await api.Post("/v1/keys.refresh", null)).Status);
        }
    }

    private static async Task<RunningServer> Stage()
    {
        var server = await RunningServer.Start();
        foreach (var customer in (string[])["ada", "bob"])
        {
            await server.Api.Create(customer, new { customer_id = customer, internal_options = new { disable_defaults = true } });
            await server.Api.Grant(customer, 100);
        }

        return server;
    }

    private static async Task<string> Mint(RunningServer server, string customer) =>
        (await server.Api.Post("/v1/keys.mint", new { customer_id = customer })).MustBe(200).Word("access_token")!;
}
