namespace Sluice.Server.Tests.Operations;

/// <summary>Where the standard variable says so, metrics and traces go to a collector.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class OtlpTests
{
    private const string CallersTrace = "4BF92F3577B34DA6A3CE929D0E0E4736";
    private const string CallersSpan = "00F067AA0BA902B7";

    [Fact]
    public async Task Metrics_and_traces_arrive_with_the_commit_inside_its_request_and_the_request_inside_its_callers_trace()
    {
        await using var collector = await Collector.Start();
        using var directory = new TempDirectory();
        var settings = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url, ["OTEL_METRIC_EXPORT_INTERVAL"] = "200", ["OTEL_BSP_SCHEDULE_DELAY"] = "100", ["SLUICE_METRICS"] = "none",
        };
        await using var server = await ServerProcess.Start(directory["data"], environment: settings);
        using var api = server.Client();
        await api.Create("ada-lovelace");
        (await api.Get("/health/live")).MustBe(200);
        (await api.Post("balances.track", new { customer_id = "ada-lovelace", feature_id = "messages", value = 1 }, ("traceparent", $"00-{CallersTrace.ToLowerInvariant()}-{CallersSpan.ToLowerInvariant()}-01"))).MustBe(200);
        (await api.Check("ada-lovelace")).MustBe(200);

        await Deadline.Until(() => collector.Has("/v1/metrics", "sluice.request.duration") && collector.Has("/v1/metrics", "sluice.due.customers") && collector.Has("/v1/metrics", "dotnet.gc.collections"), "metrics");
        await Deadline.Until(() => collector.Spans.Any(static span => span.Name == "balances.check"), "traces");
        var track = Assert.Single(collector.Spans, static span => span.Name == "balances.track");
        Assert.Equal((CallersTrace, CallersSpan), (track.Trace, track.Parent));
        Assert.Single(collector.Spans, span => span.Name == "commit" && span.Parent == track.Span && span.Trace == track.Trace);
        var check = Assert.Single(collector.Spans, static span => span.Name == "balances.check");
        Assert.Equal("", check.Parent);
        Assert.DoesNotContain(collector.Spans, span => span.Parent == check.Span);

        // Creation and its commit, track and its commit, check: nobody is told of health.
        Assert.Equal(["balances.check", "balances.track", "commit", "commit", "customers.get_or_create"], collector.Spans.Select(static span => span.Name).Order(StringComparer.Ordinal));
        Assert.True(collector.Has("/v1/traces", "sluice"));
        foreach (var path in (string[])["/v1/traces", "/v1/metrics"])
        {
            Assert.False(collector.Has(path, ServerProcess.SandboxKey));
            Assert.False(collector.Has(path, "ada-lovelace"));
        }
    }

    [Theory]
    [InlineData("none", "OpenTelemetry")]
    [InlineData("loopback", "OpenTelemetry.Exporter.OpenTelemetryProtocol")]
    public async Task Without_the_variable_nothing_of_it_is_loaded(string metrics, string library)
    {
        using var directory = new TempDirectory();
        await using var server = await ServerProcess.Start(directory["data"], environment: new Dictionary<string, string> { ["SLUICE_METRICS"] = metrics });
        using var api = server.Client();
        await api.Create("ada");
        Assert.DoesNotContain(library, await File.ReadAllTextAsync($"/proc/{server.Id}/maps"), StringComparison.Ordinal);
        Assert.Equal(0, await server.Terminate());
    }

    [Fact]
    public async Task A_collector_that_is_not_there_costs_no_answer_and_does_not_hold_up_the_end()
    {
        using var directory = new TempDirectory();
        await using var server = await ServerProcess.Start(directory["data"], environment: new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9", ["OTEL_METRIC_EXPORT_INTERVAL"] = "100" });
        using var api = server.Client();
        await api.Create("ada");
        for (var i = 0; i < 50; i++) (await api.Track("ada", 1)).MustBe(200);
        Assert.Equal(0, await server.Terminate());
    }
}
