using Sluice.Server.Api;
using Sluice.Server.Tests.Frame;

namespace Sluice.Server.Tests.Versions;

/// <summary>The 76 calls of the published TypeScript client: each is answered, or refused by its name. None is a wrong address.</summary>
public sealed class PublishedCallTests(OneServer one) : IClassFixture<OneServer>
{
    private static readonly string[] Published =
    [
        "balances.batch_track", "balances.check", "balances.create", "balances.delete", "balances.finalize", "balances.track", "balances.track_tokens",
        "balances.update", "billing.attach", "billing.create_schedule", "billing.import", "billing.multi_attach", "billing.multi_update", "billing.open_customer_portal",
        "billing.preview_attach", "billing.preview_multi_attach", "billing.preview_multi_update", "billing.preview_update", "billing.setup_payment", "billing.update",
        "customers.advance_test_clock", "customers.delete", "customers.get", "customers.get_or_create", "customers.list", "customers.update", "entities.create",
        "entities.delete", "entities.get", "entities.list", "entities.update", "events.aggregate", "events.list", "features.create", "features.delete", "features.get",
        "features.list", "features.update", "invoices.create", "invoices.insert", "invoices.list", "invoices.listTemplates", "invoices.pay", "invoices.reissue",
        "invoices.void", "keys.mint", "keys.refresh", "keys.revoke", "licenses.attach", "licenses.release", "logs.search", "plans.create", "plans.delete", "plans.get",
        "plans.list", "plans.update", "platform.get_revenuecat_keys", "platform.link_revenuecat", "platform.sync_revenuecat", "referral_programs.create",
        "referral_programs.delete", "referral_programs.get", "referral_programs.list", "referral_programs.update", "referrals.create_code", "referrals.redeem_code",
        "rewards.create", "rewards.delete", "rewards.get", "rewards.list", "rewards.redeem", "rewards.update", "sandboxes.create", "sandboxes.delete", "sandboxes.list",
        "sandboxes.reset",
    ];

    public static TheoryData<string> Calls => [.. Published];

    [Fact]
    public void There_are_76_of_them() => Assert.Equal(76, Published.Distinct().Count());

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Each_is_answered_or_refused_by_name(string operation)
    {
        var unbuilt = NotYet.All.Any(route => route.Path == "/v1/" + operation);
        foreach (var version in (string[])["2.4.0", "2.0", "1.2"])
        {
            var reply = await one.Server.Api.Post(operation, "{}", ("x-api-version", version));
            if (unbuilt) Assert.True(reply is { Status: 400, Code: "not_supported" } && reply.Message.StartsWith(operation + " ", StringComparison.Ordinal), reply.ToString());
            else if (operation == "keys.refresh") Assert.Equal(401, reply.Status);
            else Assert.True(reply.Status == 200 || reply is { Status: 400, Code: "invalid_inputs" }, reply.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task A_key_comes_first(string operation)
    {
        using var nobody = one.Server.Client(key: null);
        Assert.Equal("no_secret_key", (await nobody.Post(operation, "{}")).MustBe(401).Code);
        using var browser = one.Server.Client(one.Server.PublishableKey);
        Assert.Equal("endpoint_not_public", (await browser.Post(operation, "{}")).MustBe(401).Code);
    }

    [Fact]
    public async Task Everything_refused_by_name_says_which_operation_it_was()
    {
        foreach (var route in NotYet.All)
        {
            var reply = await one.Server.Api.Send(new HttpMethod(route.Method), route.Path.Replace("{", "").Replace("}", ""), route.Method == "GET" ? null : "{}");
            Assert.True(reply is { Status: 400, Code: "not_supported" } && reply.Message.Contains(route.Operation, StringComparison.Ordinal), $"{route.Method} {route.Path}: {reply}");
        }
    }

    [Fact]
    public void A_route_stands_in_one_table_only()
    {
        var routes = Routes.Served.Select(route => $"{route.Method} {route.Path}").ToList();
        Assert.Equal(routes.Distinct(), routes);
    }
}
