using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Server.Operations;

namespace Sluice.Server.Tests.Operations;

/// <summary>One wide event for each request, as an operator reads it: never a key, never a body.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class RequestLogTests
{
    [Fact]
    public async Task As_json_a_request_is_one_flat_line_with_everything_about_it_and_no_secret()
    {
        using var directory = new TempDirectory();
        await using var server = await ServerProcess.Start(directory["data"], environment: new Dictionary<string, string> { ["SLUICE_LOG_FORMAT"] = "json", ["SLUICE_LOG_REQUESTS"] = "all" });
        using var api = server.Client();
        await api.Create("ada");
        const string body = """{"customer_id":"ada","feature_id":"messages","value":3,"properties":{"note":"hush-hush"}}""";
        var tracked = (await api.Post("balances.track", body, ("X-Request-Id", "mine-1"), ("x-api-version", "2.2.0"))).MustBe(200);
        (await api.Get("/v1/customers/nobody?secret=hush-hush", ("X-Request-Id", "mine-2"))).MustBe(404);

        var track = await Line(server, "mine-1");
        Assert.Equal(
            ("information", "POST", "/v1/balances.track", "balances.track", 200, "sandbox", "sandbox", "ada", "2.2.0"),
            (Word(track, "level"), Word(track, "method"), Word(track, "path"), Word(track, "operation"), track.GetProperty("status").GetInt32(), Word(track, "scope"), Word(track, "environment"), Word(track, "customer"), Word(track, "version")));
        Assert.Equal((body.Length, tracked.Text.Length), (track.GetProperty("bytes_in").GetInt32(), track.GetProperty("bytes_out").GetInt32()));
        Assert.True(track.GetProperty("milliseconds").GetDouble() > 0);
        Assert.False(track.TryGetProperty("code", out _));

        var get = await Line(server, "mine-2");
        Assert.Equal(("GET", "customers.get", 404, "customer_not_found", "nobody"), (Word(get, "method"), Word(get, "operation"), get.GetProperty("status").GetInt32(), Word(get, "code"), Word(get, "customer")));
        Assert.DoesNotContain("hush-hush", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(ServerProcess.SandboxKey, server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_text_it_is_one_line_too_whatever_the_path_holds()
    {
        using var directory = new TempDirectory();
        await using var server = await ServerProcess.Start(directory["data"]);
        using var api = server.Client();
        (await api.Get("/v1/customers/a%0Ab", ("X-Request-Id", "mine-3"))).MustBe(404);
        await Deadline.Until(() => server.Output.Contains("request=mine-3", StringComparison.Ordinal), "the line of a request that failed");
        var line = server.Output.Split('\n').Single(static line => line.Contains("mine-3", StringComparison.Ordinal));
        Assert.Contains("GET", line, StringComparison.Ordinal);
        Assert.Contains("customers.get 404 customer_not_found", line, StringComparison.Ordinal);
        Assert.Contains("scope=sandbox env=sandbox", line, StringComparison.Ordinal);
    }

    [Fact]
    public void As_json_a_failure_is_one_line_and_no_name_stands_in_it_twice()
    {
        var (lines, text) = (new JsonLines(new ManualTime()), new StringWriter());
        KeyValuePair<string, object?>[] values = [new("Message", "msg_1"), new("Count", 3), new("Took", 1.23456), new("Left", null), new("{OriginalFormat}", "…")];
        lines.Write(new LogEntry<KeyValuePair<string, object?>[]>(LogLevel.Error, "Sluice.Here", default, values, new IOException("two\nlines"), static (_, _) => "It \"failed\"\nbadly"), null, text);
        var line = Assert.Single(text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        var names = JsonDocument.Parse(line).RootElement.EnumerateObject().Select(static member => $"{member.Name}={member.Value}").ToList();
        Assert.Equal(
            ["time=2026-01-15T12:00:00.000Z", "level=error", "source=Sluice.Here", "message=It \"failed\"\nbadly", "value_message=msg_1", "count=3", "took=1.235", "exception=System.IO.IOException: two\nlines"], names);
    }

    private static string? Word(JsonElement line, string name) => line.GetProperty(name).GetString();

    private static async Task<JsonElement> Line(ServerProcess server, string requestId)
    {
        var written = $"\"request_id\":\"{requestId}\"";
        await Deadline.Until(() => server.Output.Contains(written, StringComparison.Ordinal), "the line of a request");
        return JsonDocument.Parse(server.Output.Split('\n').Single(line => line.Contains(written, StringComparison.Ordinal))).RootElement;
    }
}
