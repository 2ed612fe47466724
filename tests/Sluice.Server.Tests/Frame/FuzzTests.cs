using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sluice.Server.Api;
using Xunit.Abstractions;

namespace Sluice.Server.Tests.Frame;

/// <summary>Whatever is sent, the answer is one that the sender can act on: never a 5xx, never none.</summary>
public sealed partial class FuzzTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(Seed.Long ? 600 : 20);

    [Fact]
    public async Task No_body_on_any_route_brings_a_5xx_or_a_hang()
    {
        var seed = Seed.Next();
        output.WriteLine($"SLUICE_SEED={seed}");
        var statuses = new SortedDictionary<int, int>();
        using var directory = new TempDirectory();
        var server = await RunningServer.Start(directory: directory);
        await using var _ = server;
        var (random, started) = (new Random(seed), Stopwatch.StartNew());
        var hostile = new Hostile(random);
        var routes = Routes.Served.Where(route => route.Method != "GET").ToList();
        for (var i = 0; started.Elapsed < Time; i++)
        {
            if (i % 200 == 0) foreach (var customer in (string[])["c0", "c1"]) (await server.Api.Post("customers.get_or_create", new { customer_id = customer })).MustBe(200);
            var route = routes[random.Next(routes.Count)];
            var path = Parameter.Replace(route.Path, _ => hostile.Segment());
            var (body, headers) = (hostile.Body(), hostile.Headers());
            var sent = string.Create(CultureInfo.InvariantCulture, $"SLUICE_SEED={seed}, request {i}: {route.Method} {path} {string.Join(' ', headers)} {Encoding.UTF8.GetString(body)}");
            var reply = await server.Api.Send(new HttpMethod(route.Method), path, body, headers).InTime(sent);
            if (reply.Status >= 500) Assert.Fail($"{sent}\n{reply}\n{await server.LastFailure()}");

            // A path with a zero in it is no HTTP: the web server itself says so, without a body.
            if (reply.Status >= 400 && !path.Contains("%00", StringComparison.Ordinal)) Assert.True(reply.Text.Length > 0 && reply.Code is not null, $"{sent}\n{reply}");
            statuses[reply.Status] = statuses.GetValueOrDefault(reply.Status) + 1;
        }

        output.WriteLine(string.Join(", ", statuses.Select(pair => $"{pair.Key}: {pair.Value}")));
        Assert.True(statuses.GetValueOrDefault(200) > 50, "too few requests got through to anything");
        await IsTheSameAfterARestart(server, directory, seed);
    }

    // Whatever was taken in must come out of the journal as it went in.
    private static async Task IsTheSameAfterARestart(RunningServer server, TempDirectory directory, int seed)
    {
        var before = await Everything(server.Api);
        await server.DisposeAsync();
        await using var again = await RunningServer.Start(directory: directory, time: server.Time, demo: false);
        var after = await Everything(again.Api);
        for (var i = 0; i < before.Length; i++) Assert.True(before[i] == after[i], $"SLUICE_SEED={seed}, before the restart:\n{before[i]}\nafter:\n{after[i]}");
    }

    private static async Task<string[]> Everything(ApiClient api) =>
    [
        (await api.Post("customers.list", new { limit = 1000 })).MustBe(200).Text,
        (await api.Post("events.list", new { limit = 1000 })).MustBe(200).Text,
        (await api.Post("features.list", new { })).MustBe(200).Text,
        (await api.Post("plans.list", new { })).MustBe(200).Text,
    ];

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Parameter { get; }
}
