using System.Text;
using Sluice.Storage;

namespace Sluice.Server.Tests.Start;

/// <summary>How the process begins and ends.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class StartTests
{
    [Fact]
    public async Task A_second_process_on_the_same_data_stops_with_a_clear_error()
    {
        using var directory = new TempDirectory();
        await using var first = await ServerProcess.Start(directory["data"]);
        var (code, said) = await ServerProcess.Run(directory["data"], new Dictionary<string, string>());
        Assert.Equal(2, code);
        Assert.Contains("in use by another process", said, StringComparison.Ordinal);

        using var api = first.Client();
        await api.Create("still-served");
    }

    [Theory]
    [InlineData("SLUICE_PROT", "8080", "SLUICE_PROT is not a setting of Sluice")]
    [InlineData("SLUICE_PORT", "eighty", "SLUICE_PORT is \"eighty\"")]
    [InlineData("SLUICE_PORT", "70000", "SLUICE_PORT is \"70000\"")]
    [InlineData("SLUICE_QUEUE", "0", "SLUICE_QUEUE is \"0\"")]
    [InlineData("SLUICE_KEEP_USAGE_DAYS", "0", "SLUICE_KEEP_USAGE_DAYS is \"0\"; it must be a whole number from 1 to 36500")]
    [InlineData("SLUICE_KEEP_IDEMPOTENCY_KEYS", "9000", "SLUICE_KEEP_IDEMPOTENCY_KEYS is \"9000\"; it must be a whole number from 1 to 8760")]
    [InlineData("SLUICE_STOP_SECONDS", "0", "SLUICE_STOP_SECONDS is \"0\"")]
    [InlineData("SLUICE_LOG_REQUESTS", "some", "SLUICE_LOG_REQUESTS is \"some\"")]
    [InlineData("SLUICE_LOG_FORMAT", "xml", "SLUICE_LOG_FORMAT is \"xml\"; it must be text or json")]
    [InlineData("SLUICE_METRICS", "yes", "SLUICE_METRICS is \"yes\"; it must be loopback, all or none")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector", "OTEL_EXPORTER_OTLP_ENDPOINT is \"collector\"; it must be http:// or https://")]
    [InlineData("SLUICE_RATE_LIMITS", "track=10", "SLUICE_RATE_LIMITS has \"track=10\": limits look like track=1000/s per key")]
    [InlineData("SLUICE_RATE_LIMITS", "check=1/s per key, tracks=10/s per key", "SLUICE_RATE_LIMITS has \"tracks=10/s per key\": the groups are check, track,")]
    [InlineData("SLUICE_RATE_LIMITS", "track=0/s per key", "with a count from 1 to 1000000")]
    [InlineData("SLUICE_SANDBOX_KEY", "am_sk_live_0123456789abcdefghijklmnopqrstuvwxyz", "SLUICE_SANDBOX_KEY must begin with am_sk_test_")]
    [InlineData("SLUICE_LIVE_KEY", "am_sk_live_short", "SLUICE_LIVE_KEY must begin with am_sk_live_")]
    [InlineData("SLUICE_LIVE_KEY_FILE", "/nowhere/key", "SLUICE_LIVE_KEY_FILE: /nowhere/key cannot be read")]
    [InlineData("SLUICE_WEBHOOK_URL", "example.com", "SLUICE_WEBHOOK_URL is \"example.com\": expected an http:// or https:// URL")]
    [InlineData("SLUICE_WEBHOOK_URL", "http://10.0.0.1", "SLUICE_WEBHOOK_URL is \"http://10.0.0.1\": leads into a private network")]
    [InlineData("SLUICE_WEBHOOK_URL", "https://example.com", "SLUICE_WEBHOOK_SECRET must be whsec_ and the base64")]
    [InlineData("SLUICE_WEBHOOK_SECRET", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=", "belong to SLUICE_WEBHOOK_URL, which is not set")]
    [InlineData("SLUICE_WEBHOOK_ENVIRONMENT", "test", "SLUICE_WEBHOOK_ENVIRONMENT is \"test\"; it must be live or sandbox")]
    [InlineData("SLUICE_PAYMENTS_LIVE", "cash", "SLUICE_PAYMENTS_LIVE is \"cash\"; it must be one of manual")]
    [InlineData("SLUICE_PAYMENTS_RETRY_DAYS", "1,0", "SLUICE_PAYMENTS_RETRY_DAYS is \"1,0\"; it must be none")]
    [InlineData("SLUICE_PAYMENTS_UNPAID", "wait", "SLUICE_PAYMENTS_UNPAID is \"wait\"; it must be cancel or keep")]
    [InlineData("SLUICE_TAX_RATE", "-1", "SLUICE_TAX_RATE is \"-1\"; it must be a percentage")]
    [InlineData("SLUICE_TAX_RATES", "vat=20,vat=7", "SLUICE_TAX_RATES is \"vat=20,vat=7\"; it must be names with percentages")]
    [InlineData("SLUICE_TAX_RATES", "vat=120", "SLUICE_TAX_RATES is \"vat=120\"; it must be names with percentages")]
    [InlineData("SLUICE_CURRENCY", "euro", "SLUICE_CURRENCY is \"euro\"; it must be three letters")]
    [InlineData("SLUICE_WEBHOOKS_ALLOW_PRIVATE", "yes", "SLUICE_WEBHOOKS_ALLOW_PRIVATE is \"yes\"; it must be true or false")]
    public async Task A_wrong_or_unknown_setting_is_a_clear_error(string name, string value, string says)
    {
        using var directory = new TempDirectory();
        var (code, said) = await ServerProcess.Run(directory["data"], new Dictionary<string, string> { [name] = value });
        Assert.Equal(2, code);
        Assert.Contains(says, said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "live")]
    [InlineData("sandbox", "sandbox")]
    public async Task The_start_says_whose_webhooks_go_where_and_no_secret(string environment, string says)
    {
        using var directory = new TempDirectory();
        var settings = new Dictionary<string, string>
        {
            ["SLUICE_WEBHOOK_URL"] = "https://example.com/hooks/hidden",
            ["SLUICE_WEBHOOK_SECRET"] = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            ["SLUICE_WEBHOOK_ENVIRONMENT"] = environment,
        };
        await using var server = await ServerProcess.Start(directory["data"], environment: settings);
        await Deadline.Until(() => server.Output.Contains($"Webhooks of the {says} environment go to https://example.com\n", StringComparison.Ordinal), "where webhooks go");
        Assert.DoesNotContain("hidden", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("whsec_", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_argument_that_is_not_understood_shows_how_it_is_used()
    {
        using var directory = new TempDirectory();
        var (code, said) = await ServerProcess.Run(directory["data"], new Dictionary<string, string>(), "--dmeo");
        Assert.Equal(2, code);
        Assert.Contains("--demo", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preset_key_can_come_from_a_file()
    {
        using var directory = new TempDirectory();
        const string key = "am_sk_test_fromafilefromafilefromafile";
        await File.WriteAllTextAsync(directory["key"], key + "\n");
        await using var server = await ServerProcess.Start(
            directory["data"], demo: true, new Dictionary<string, string> { ["SLUICE_SANDBOX_KEY"] = "", ["SLUICE_SANDBOX_KEY_FILE"] = directory["key"] });
        using var api = server.Client(key);
        await api.Create("ada");
        Assert.DoesNotContain(key, server.Output.Replace($"Bearer {key}", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_start_prints_two_keys_and_lines_that_work()
    {
        using var directory = new TempDirectory();
        var none = new Dictionary<string, string> { ["SLUICE_SANDBOX_KEY"] = "", ["SLUICE_LIVE_KEY"] = "" };
        string sandbox;
        await using (var server = await ServerProcess.Start(directory["data"], demo: false, none))
        {
            await Deadline.Until(() => server.Output.Split("curl -s").Length == 4, "three lines to paste");
            (sandbox, var live) = (Printed(server.Output, "sandbox key"), Printed(server.Output, "live key"));
            Assert.StartsWith("am_sk_test_", sandbox, StringComparison.Ordinal);
            Assert.StartsWith("am_sk_live_", live, StringComparison.Ordinal);
            using var api = server.Client(sandbox);
            Reply? last = null;
            foreach (var (path, body) in Server.Start.StarterCatalog.Try) last = (await api.Post(path, body)).MustBe(200);
            Assert.Equal(99, last!.Number("balance.remaining"));
        }

        // Only a hash of a key lies on the disk, and the next start shows none.
        foreach (var file in Directory.GetFiles(directory["data"])) Assert.True((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(sandbox)) < 0, file);
        await using var again = await ServerProcess.Start(directory["data"], demo: false, none);
        Assert.DoesNotContain("key  ", again.Output, StringComparison.Ordinal);
        using var still = again.Client(sandbox);
        Assert.Equal(99, await still.Remaining("you", "hello"));
    }

    [Fact]
    public async Task A_key_made_beside_a_running_server_works_at_once()
    {
        using var directory = new TempDirectory();
        await using var server = await ServerProcess.Start(directory["data"]);
        foreach (var environment in (string[])["sandbox", "live"])
        {
            var (code, said) = await ServerProcess.Run(directory["data"], new Dictionary<string, string>(), "keys", "new", "--env", environment);
            Assert.Equal(0, code);
            using var api = server.Client(said.Trim());
            Assert.Equal(environment, (await api.Post("customers.get", new { customer_id = "nobody" })).MustBe(404).Word("env"));
        }
    }

    [Fact]
    public async Task Only_the_owner_can_enter_the_data()
    {
        using var directory = new TempDirectory();
        await using var server = await ServerProcess.Start(directory["data"]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory["data"]));
    }

    [Fact]
    public async Task A_data_directory_open_to_others_is_warned_about()
    {
        using var directory = new TempDirectory();
        Directory.CreateDirectory(directory["data"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        await using var server = await ServerProcess.Start(directory["data"]);
        await Deadline.Until(() => server.Output.Contains("can be entered by other users", StringComparison.Ordinal), "the warning");
    }

    [Fact]
    public async Task Asked_to_end_it_answers_what_it_accepted_and_keeps_it()
    {
        using var directory = new TempDirectory();
        var answered = 0;
        await using (var server = await ServerProcess.Start(directory["data"]))
        {
            using var api = server.Client();
            await api.Create("ada");
            await api.Grant("ada", 1_000_000);
            var callers = Enumerable.Range(0, 16).Select(async i =>
            {
                while (await Tracked(api)) Interlocked.Increment(ref answered);
            }).ToList();
            await Deadline.Until(() => Volatile.Read(ref answered) > 200, "some load");
            Assert.Equal(0, await server.Terminate());
            await Task.WhenAll(callers).InTime("the callers' end");
            Assert.DoesNotContain("failed", server.Output, StringComparison.Ordinal);
        }

        await using var again = await ServerProcess.Start(directory["data"]);
        using var after = again.Client();
        Assert.Equal(answered, (await after.Check("ada")).Number("balance.usage"));
    }

    // A connection that is refused or closed before the request was taken is no answer lost.
    private static async Task<bool> Tracked(ApiClient api)
    {
        try
        {
            return (await api.Track("ada", 1)).MustBe(200).Status == 200;
        }
        catch (Exception closed) when (closed is HttpRequestException or IOException)
        {
            return false;
        }
    }

    private static string Printed(string output, string what) =>
        output.Split('\n').First(line => line.Contains(what, StringComparison.Ordinal)).Trim().Split(' ')[^1];
}
