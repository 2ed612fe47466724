using Sluice.Core;
using Sluice.Server.Api;
using Sluice.Server.Start;
using Sluice.Server.Tenants;
using Sluice.Server.Tests.Driving;
using Sluice.Storage;

namespace Sluice.Server.Tests.Tenants;

public class KeyTests
{
    [Fact]
    public void Every_operation_names_the_scope_it_needs() =>
        Assert.All(Routes.Served, endpoint => Assert.True(endpoint.Needs is not null || endpoint.Operation == "keys.refresh", endpoint.Operation));

    [Theory]
    [InlineData("customers.get", "customers:read")]
    [InlineData("customers.get_or_create", "customers:read")]
    [InlineData("customers.delete", "customers:write")]
    [InlineData("entities.create", "customers:write")]
    [InlineData("plans.list", "plans:read")]
    [InlineData("catalog.update", "plans:write")]
    [InlineData("catalog.preview_update", "plans:read")]
    [InlineData("balances.check", "balances:read")]
    [InlineData("balances.explain", "balances:read")]
    [InlineData("balances.track", "balances:write")]
    [InlineData("events.aggregate", "analytics:read")]
    [InlineData("billing.attach", "billing:write")]
    [InlineData("billing.preview_attach", "billing:read")]
    [InlineData("invoices.list", "customers:read")]
    [InlineData("licenses.list_assignments", "billing:read")]
    [InlineData("referrals.redeem_code", "customers:write")]
    [InlineData("referrals.create_code", "rewards:write")]
    [InlineData("referrals.get_redemption", "rewards:read")]
    [InlineData("referral_programs.list", "rewards:read")]
    [InlineData("rewards.create", "rewards:write")]
    [InlineData("customers.put_coupon", "customers:write")]
    [InlineData("keys.mint", "apiKeys:write")]
    [InlineData("sandboxes.create", "platform:write")]
    [InlineData("sandboxes.list", "organisation:read")]
    public void The_scope_of(string operation, string scope) => Assert.Equal(scope, KeyScopes.Needed(operation));

    [Theory]
    [InlineData("customers:read", "customers:read", true)]
    [InlineData("customers:read", "customers:write", false)]
    [InlineData("customers:write", "customers:read", true)]
    [InlineData("customers:create, plans:list", "customers:write", true)]
    [InlineData("customers:create, plans:list", "plans:read", true)]
    [InlineData("customers:create, plans:list", "plans:write", false)]
    public void Write_holds_read_and_older_words_mean_the_same(string held, string needed, bool allowed) =>
        Assert.Equal(allowed, KeyScopes.Parse(held).Scopes!.Allow(needed));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("admin")]
    [InlineData("customers:read owner")]
    public void No_scopes_and_words_for_everything_are_no_limit(string? held) => Assert.Equal((null, null), KeyScopes.Parse(held));

    [Fact]
    public async Task A_key_without_the_scope_is_told_which_one_is_missing()
    {
        await using var server = await RunningServer.Start();
        using var reader = server.Client(await server.Key("sandbox", "customers:read balances:read"));
        await server.Api.Post("/v1/customers.get_or_create", """{"customer_id": "c"}""");
        Assert.Equal(200, (await reader.Post("/v1/customers.get", """{"customer_id": "c"}""")).Status);
        Assert.Equal(200, (await reader.Post("/v1/check", """{"customer_id": "c", "feature_id": "messages"}""")).Status);
        await Missing(reader, "/v1/customers.delete", """{"customer_id": "c"}""", "customers:write");
        await Missing(reader, "/v1/track", """{"customer_id": "c", "feature_id": "messages"}""", "balances:write");
        await Missing(reader, "/v1/check", """{"customer_id": "c", "feature_id": "messages", "send_event": true}""", "balances:write");
        await Missing(reader, "/v1/plans.list", "{}", "plans:read");
    }

    [Fact]
    public async Task A_key_that_another_process_takes_back_is_refused_within_a_second()
    {
        using var directory = new TempDirectory();
        await using var server = await RunningServer.Start(directory: directory);
        var key = await server.Key("sandbox");
        using var api = server.Client(key);
        Assert.Equal(200, (await api.Post("/v1/features.list", "{}")).Status);
        var id = (await Errand(directory, server.Time, new Errand.ListKeys())).Split('\n').Single(line => line.Contains(key[..ApiKeys.ShownCharacters], StringComparison.Ordinal))[..12];
        await Errand(directory, server.Time, new Errand.RevokeKey(id));
        server.Time.Advance(TimeSpan.FromSeconds(1));
        var refused = await api.Post("/v1/features.list", "{}");
        Assert.Equal((401, "invalid_secret_key"), (refused.Status, refused.Code));
        Assert.Equal(200, (await server.Api.Post("/v1/features.list", "{}")).Status);
    }

    [Fact]
    public async Task Rotating_gives_a_key_with_the_same_scopes_and_lets_the_old_one_end_later()
    {
        using var directory = new TempDirectory();
        await using var server = await RunningServer.Start(directory: directory);
        var old = await server.Key("sandbox", "customers:read");
        var id = (await Errand(directory, server.Time, new Errand.ListKeys())).Split('\n').Single(line => line.Contains("customers:read", StringComparison.Ordinal))[..12];
        var fresh = (await Errand(directory, server.Time, new Errand.RotateKey(id, TimeSpan.FromHours(2)))).Trim();
        using var before = server.Client(old);
        using var after = server.Client(fresh);
        foreach (var api in (ApiClient[])[before, after])
        {
            Assert.Equal(200, (await api.Post("/v1/customers.list", "{}")).Status);
            await Missing(api, "/v1/plans.list", "{}", "plans:read");
        }

        server.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(401, (await before.Post("/v1/customers.list", "{}")).Status);
        Assert.Equal(200, (await after.Post("/v1/customers.list", "{}")).Status);
    }

    [Fact]
    public async Task A_key_made_for_some_days_ends_after_them()
    {
        using var directory = new TempDirectory();
        await using var server = await RunningServer.Start(directory: directory);
        using var api = server.Client((await Errand(directory, server.Time, new Errand.NewKey("live", KeyKind.Secret, "ci", null, 2))).Trim());
        Assert.Equal(200, (await api.Post("/v1/customers.list", "{}")).Status);
        server.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal(401, (await api.Post("/v1/customers.list", "{}")).Status);
    }

    [Theory]
    [InlineData("keys", "new", "--env", "prod")]
    [InlineData("keys", "new", "--env", "live", "--scopes", "everything:always")]
    [InlineData("keys", "new", "--env", "live", "--days", "0")]
    [InlineData("keys", "rotate", "abc", "--grace", "soon")]
    [InlineData("keys", "burn")]
    public void A_command_that_makes_no_sense_is_told(params string[] args) => Assert.Throws<UsageException>(() => CommandLine.Parse(args));

    private static async Task<string> Errand(TempDirectory directory, ManualTime time, Errand errand) => (await ErrandRun.Run(directory, errand, time)).Said;

    private static async Task Missing(ApiClient api, string path, string body, string scope)
    {
        var refused = await api.Post(path, body);
        Assert.Equal((403, "insufficient_scopes"), (refused.Status, refused.Code));
        Assert.Contains(scope, refused.Message, StringComparison.Ordinal);
    }
}
