using Sluice.Server.Operations;

namespace Sluice.Server.Tests.Operations;

/// <summary>Requests beyond the limits of the settings are refused and change nothing.</summary>
public sealed class RateLimitTests
{
    [Fact]
    public async Task Without_the_setting_nothing_is_limited()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("ada");
        for (var i = 0; i < 200; i++) (await server.Api.Check("ada")).MustBe(200);
    }

    [Fact]
    public async Task A_key_may_send_so_many_at_once_and_then_one_by_one_as_time_goes_by()
    {
        await using var server = await Limited("track=4/s per key");
        foreach (var id in (string[])["ada", "bob"]) await server.Api.Create(id);
        foreach (var id in (string[])["ada", "bob", "ada", "bob"]) (await server.Api.Track(id, 1)).MustBe(200);
        MustBeLimited(await server.Api.Track("ada", 1), seconds: 1, "More than 4 requests of the group track in a second for one key.");

        // The quarter of a second after which one more may pass.
        server.Time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Equal(429, (await server.Api.Track("ada", 1)).Status);
        server.Time.Advance(TimeSpan.FromMilliseconds(1));
        (await server.Api.Track("ada", 1)).MustBe(200);
        Assert.Equal(429, (await server.Api.Track("ada", 1)).Status);
        server.Time.Advance(TimeSpan.FromSeconds(10));
        for (var i = 0; i < 4; i++) (await server.Api.Track("ada", 1)).MustBe(200);
        Assert.Equal(429, (await server.Api.Track("ada", 1)).Status);
    }

    [Fact]
    public async Task A_refused_request_changes_nothing_and_may_be_repeated_with_its_key()
    {
        await using var server = await Limited("track=1/m per customer");
        await server.Api.Create("ada");
        (await server.Api.Track("ada", 10)).MustBe(200);
        var body = new { customer_id = "ada", feature_id = "messages", value = 5 };
        MustBeLimited(await server.Api.Post("balances.track", body, ("Idempotency-Key", "once")), seconds: 60, "for one customer");
        server.Time.Advance(TimeSpan.FromSeconds(17.5));
        MustBeLimited(await server.Api.Post("balances.track", body, ("Idempotency-Key", "once")), seconds: 43, "for one customer");
        Assert.Equal(90, await server.Api.Remaining("ada"));

        server.Time.Advance(TimeSpan.FromSeconds(42.5));
        (await server.Api.Post("balances.track", body, ("Idempotency-Key", "once"))).MustBe(200);
        Assert.Equal(85, await server.Api.Remaining("ada"));
    }

    [Fact]
    public async Task Customers_keys_environments_and_groups_do_not_use_up_one_anothers_limits()
    {
        await using var server = await Limited("track=1/h per customer, check=2/h per key");
        using var live = server.Client(ServerProcess.LiveKey);
        using var other = server.Api.With(await server.Key("sandbox"));
        foreach (var id in (string[])["ada", "bob"]) await other.Create(id);

        (await server.Api.Track("ada", 1)).MustBe(200);
        Assert.Equal(429, (await other.Track("ada", 1)).Status);
        (await server.Api.Track("bob", 1)).MustBe(200);
        Assert.Equal(404, (await live.Track("ada", 1)).Status);

        // Two creations came with the other key.
        Assert.Equal(429, (await other.Check("ada")).Status);
        (await server.Api.Check("ada")).MustBe(200);
        (await server.Api.Get("/v1/customers/ada")).MustBe(200);
        Assert.Equal(429, (await server.Api.Check("ada")).Status);

        // Another group, without a limit.
        (await server.Api.Post("customers.list", new { })).MustBe(200);
    }

    [Fact]
    public async Task Where_a_customers_limit_is_reached_the_keys_is_not_used_up()
    {
        await using var server = await Limited("track=3/h per key, track=1/h per customer");
        foreach (var id in (string[])["ada", "bob", "cy", "dan"]) await server.Api.Create(id);
        (await server.Api.Track("ada", 1)).MustBe(200);
        for (var i = 0; i < 5; i++) Assert.Contains("for one customer", (await server.Api.Track("ada", 1)).MustBe(429).Message, StringComparison.Ordinal);
        foreach (var id in (string[])["bob", "cy"]) (await server.Api.Track(id, 1)).MustBe(200);
        Assert.Contains("for one key", (await server.Api.Track("dan", 1)).MustBe(429).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_customers_token_counts_for_its_customer_whatever_its_body_says()
    {
        await using var server = await Limited("check=1/h per customer");
        await server.Api.Create("ada");
        server.Time.Advance(TimeSpan.FromHours(1));
        var token = (await server.Api.Post("keys.mint", new { customer_id = "ada" })).MustBe(200);
        using var page = server.Api.With(token.Word("access_token"));
        (await page.Check("bob")).MustBe(200);
        Assert.Equal(429, (await page.Check("cy")).Status);
        Assert.Equal(429, (await server.Api.Check("ada")).Status);
    }

    [Fact]
    public async Task Who_has_no_right_key_is_told_so_and_counts_for_nobody()
    {
        await using var server = await Limited("check=1/h per key");
        using var stranger = server.Client("am_sk_test_wrong");
        for (var i = 0; i < 3; i++) Assert.Equal(401, (await stranger.Check("ada")).Status);
        Assert.Equal(404, (await server.Api.Check("ada")).Status);
    }

    [Theory]
    [InlineData(7, "s", 7)]
    [InlineData(1_000, "s", 1_000)]
    [InlineData(3, "m", 3)]
    [InlineData(1, "h", 1)]
    public async Task Exactly_as_many_as_the_limit_says_pass_at_once(int count, string period, int pass)
    {
        await using var server = await Limited($"general={count}/{period} per key");
        var passed = 0;
        while ((await server.Api.Post("features.get", new { feature_id = "messages" })).Status == 200) passed++;
        Assert.Equal(pass, passed);
    }

    [Fact]
    public async Task Of_many_at_once_no_more_than_the_limit_pass()
    {
        await using var server = await Limited("track=40/h per key");
        await server.Api.Create("ada");
        var replies = await Task.WhenAll(Enumerable.Range(0, 120).Select(_ => server.Api.Track("ada", 1)));
        Assert.Equal((40, 80), (replies.Count(static reply => reply.Status == 200), replies.Count(static reply => reply.Status == 429)));
        Assert.Equal(60, await server.Api.Remaining("ada"));
    }

    private static Task<RunningServer> Limited(string limits) => RunningServer.Start(change: settings => settings with { RateLimits = RateLimits.Parse(limits) });

    private static void MustBeLimited(Reply reply, int seconds, string says)
    {
        reply.MustBe(429);
        Assert.Equal(("rate_limit_exceeded", "sandbox"), (reply.Code, reply.Word("env")));
        Assert.Contains(says, reply.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(seconds), reply.Raw.Headers.RetryAfter!.Delta);
    }
}
