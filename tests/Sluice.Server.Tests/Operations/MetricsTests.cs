namespace Sluice.Server.Tests.Operations;

/// <summary>What an operator's Prometheus sees of a server.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class MetricsTests
{
    [Fact]
    public async Task It_shows_requests_commits_the_cache_the_queue_what_waits_and_memory()
    {
        using var directory = new TempDirectory();
        await using var server = await ServerProcess.Start(directory["data"], environment: new Dictionary<string, string> { ["SLUICE_RATE_LIMITS"] = "events=1/h per key" });
        using var api = server.Client();
        var before = await Scraped.From(server.Url);
        foreach (var id in (string[])["ada", "bob"]) await api.Create(id);
        for (var i = 0; i < 5; i++) (await api.Track("ada", 1)).MustBe(200);
        for (var i = 0; i < 3; i++) (await api.Check("nobody")).MustBe(404);
        (await api.Post("events.list", new { })).MustBe(200);
        for (var i = 0; i < 2; i++) (await api.Post("events.list", new { })).MustBe(429);
        var after = await Settled(server);

        Assert.Equal(5, after["""sluice_request_duration_seconds_count{operation="balances.track",status="2xx"}"""]);
        Assert.Equal(5, after["""sluice_request_duration_seconds_bucket{operation="balances.track",status="2xx",le="+Inf"}"""]);
        Assert.True(after["""sluice_request_duration_seconds_sum{operation="balances.track",status="2xx"}"""] > 0);
        Assert.Equal(3, after["""sluice_request_duration_seconds_count{operation="balances.check",status="4xx"}"""]);
        Assert.Equal(2, after["""sluice_requests_limited_total{group="events"}"""]);

        // One caller, one request after the other: each change was a batch of its own.
        Assert.Equal(7, after["sluice_commit_size_count"] - before["sluice_commit_size_count"]);
        Assert.Equal(7, after["sluice_commit_size_sum"] - before["sluice_commit_size_sum"]);
        Assert.Equal(7, after["sluice_commit_duration_seconds_count"] - before["sluice_commit_duration_seconds_count"]);
        Assert.True(after["""sluice_customers_lookups_total{result="hit"}"""] - before["""sluice_customers_lookups_total{result="hit"}"""] >= 5);
        Assert.True(after["""sluice_customers_lookups_total{result="miss"}"""] - before["""sluice_customers_lookups_total{result="miss"}"""] >= 3);
        Assert.Equal((2, 0, 16_384), (after["sluice_customers_cached"], after["sluice_queue_depth"], after["sluice_queue_limit"]));
        foreach (var zero in (string[])
                 [
                     "sluice_commit_failures_total", "sluice_invariant_failures_total", "sluice_log_errors_total", "sluice_journal_retired_total", "sluice_due_customers", "sluice_due_lateness_seconds", "sluice_payments_waiting",
                     "sluice_payments_lateness_seconds", "sluice_webhooks_lanes", "sluice_webhooks_lanes_due", "sluice_referrals_waiting",
                 ])
            Assert.Equal(0, after[zero]);
        Assert.True(after["dotnet_process_memory_working_set_bytes"] > 10_000_000);
        Assert.True(after["""dotnet_gc_collections_total{gc_heap_generation="gen0"}"""] >= 0);

        Assert.DoesNotContain(after.Names, static name => name.Contains("ada", StringComparison.Ordinal) || name.Contains("am_", StringComparison.Ordinal) || name.Contains("messages", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("loopback", "", 200)]
    [InlineData("loopback", "X-Forwarded-For", 403)]
    [InlineData("loopback", "Forwarded", 403)]
    [InlineData("loopback", "Via", 403)]
    [InlineData("all", "X-Forwarded-For", 200)]
    [InlineData("none", "", 404)]
    public async Task It_is_shown_to_this_machine_to_all_or_to_nobody_and_a_proxy_is_not_this_machine(string setting, string header, int status)
    {
        using var directory = new TempDirectory();
        await using var server = await ServerProcess.Start(directory["data"], environment: new Dictionary<string, string> { ["SLUICE_METRICS"] = setting });
        using var anyone = server.Client(key: null);
        var reply = (header.Length == 0 ? await anyone.Get("/metrics") : await anyone.Get("/metrics", (header, "192.0.2.7"))).MustBe(status);
        if (status == 200) Assert.Contains("sluice_queue_limit", reply.Text, StringComparison.Ordinal);
        else Assert.DoesNotContain("sluice_", reply.Text, StringComparison.Ordinal);
        Assert.Single(reply.Raw.Headers.GetValues("X-Request-Id"));
        Assert.Equal(status == 404 ? 404 : 405, (await anyone.Post("/metrics", "{}")).Status);
    }

    // An answer is counted when it has been sent, and a scrape may show one of a moment ago.
    private static async Task<Scraped> Settled(ServerProcess server)
    {
        const string last = """sluice_request_duration_seconds_count{operation="events.list",status="4xx"}""";
        Scraped scraped = null!;
        await Deadline.Until(async () => (scraped = await Scraped.From(server.Url)).Names.Contains(last) && scraped[last] == 2, "the count of the last answer");
        return scraped;
    }
}
