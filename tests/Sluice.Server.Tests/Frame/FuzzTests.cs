using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Sluice.Core;
using Sluice.Server.Api;
using Sluice.Server.Customers;
using Sluice.Server.Start;
using Xunit.Abstractions;

namespace Sluice.Server.Tests.Frame;

/// <summary>
/// Whatever is sent, the answer is one that the sender can act on: never a 5xx, never none; and who was refused has
/// changed nothing.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Few = 3_000;
    private const int Many = 100_000;

    // Refused before it was sent to its end: the server may answer and hang up, and not every client sees the answer then.
    private const int HungUp = 499;
    private const int Large = 64 * 1024;

    // Put back now and then, as the requests take it away.
    private static readonly (string Operation, string Body)[] Furniture =
    [
        ("features.create", """{"feature_id": "messages", "name": "M", "type": "metered", "consumable": true}"""),
        ("features.create", """{"feature_id": "premium_messages", "name": "P", "type": "metered", "consumable": true}"""),
        ("features.create", """{"feature_id": "seats", "name": "S", "type": "metered", "consumable": false}"""),
        ("features.create", """{"feature_id": "ai_credits", "name": "C", "type": "credit_system", "credit_schema": [{"metered_feature_id": "premium_messages", "credit_cost": 0.1}]}"""),
        ("plans.create", """{"plan_id": "free", "name": "Free", "auto_enable": true, "items": [{"feature_id": "messages", "included": 100, "reset": {"interval": "month"}}]}"""),
        ("plans.create", """{"plan_id": "pro", "name": "Pro", "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "messages", "included": 1000, "reset": {"interval": "month"}}, {"feature_id": "seats", "included": 5}]}"""),
        ("plans.create", """{"plan_id": "credit_pack", "name": "Pack", "add_on": true, "price": {"amount": 5, "interval": "one_off"}, "items": [{"feature_id": "ai_credits", "included": 10}]}"""),
        ("customers.get_or_create", """{"customer_id": "c0"}"""),
        ("customers.get_or_create", """{"customer_id": "c1"}"""),
        ("customers.set_test_card", """{"customer_id": "c0", "payment_method": "pm_card_visa"}"""),
        ("entities.create", """{"customer_id": "c0", "entity_id": "e0", "feature_id": "seats"}"""),
        ("billing.attach", """{"customer_id": "c0", "plan_id": "pro"}"""),
        ("rewards.create", """{"coupon": {"id": "spring", "name": "Spring", "type": "percentage_discount", "value": 20, "duration": {"type": "one_off", "length": null}, "promo_codes": [{"code": "SPRING"}]}}"""),
        ("referral_programs.create", """{"id": "friends", "reward_id": "spring", "redeem_on": "customer_creation", "received_by": "referrer"}"""),
        ("balances.check", """{"customer_id": "c0", "feature_id": "messages", "required_balance": 1, "lock": {"enabled": true, "lock_id": "l0"}}"""),
    ];

    [Fact]
    public Task No_request_on_any_route_brings_a_5xx_a_hang_or_a_change_that_was_refused() => Requests(Few);

    /// <summary>FUZZ_REQUESTS says how many; SLUICE_SEED lives one run again.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public Task Nor_do_many_more() => Requests(int.Parse(Environment.GetEnvironmentVariable("FUZZ_REQUESTS") ?? $"{Many}", CultureInfo.InvariantCulture));

    private async Task Requests(int count)
    {
        var (seed, started) = (Seed.Next(), Stopwatch.StartNew());
        output.WriteLine($"SLUICE_SEED={seed}");
        using var directory = new TempDirectory();
        var server = await RunningServer.Start(directory: directory, demo: false);
        await using var _ = server;
        await using var state = await StoredState.Open(directory);
        server.Store.Moved = new();
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1 }) { Timeout = TimeSpan.FromSeconds(60) };
        var random = new Random(seed);
        var hostile = new HostileRequests(random, ServerProcess.SandboxKey, server.PublishableKey);
        var (statuses, succeeded) = (new SortedDictionary<int, int>(), new HashSet<string>());
        for (var i = 0; i < count; i++)
        {
            if (i % 200 == 0) await Furnish(server.Api);
            var request = hostile.Next(Routes.Served);

            // It empties the sandbox: rarely, or the rest would find nothing there.
            if (request.Path.Contains("sandboxes.reset", StringComparison.Ordinal) && random.Next(20) > 0) continue;
            await BringUpToNow(server);
            var before = await state.Measure();
            var reply = await Send(http, server.Url, request).InTime($"SLUICE_SEED={seed}, request {i}: {request}");
            if (reply.Status >= 500) Assert.Fail($"SLUICE_SEED={seed}, request {i}: {request}\n{reply}\n{await server.LastFailure()}");
            Assert.True(reply.Status < 400 || request.Method == "HEAD" || IsOfTheWebServer(request, reply) || reply is { Text.Length: > 0, Code: not null }, $"SLUICE_SEED={seed}, request {i}: {request}\n{reply}");
            if (reply.Status >= 400 && await state.Measure() is var after && after != before && !IsNewcomer(request, before, after)) Assert.Fail($"SLUICE_SEED={seed}, request {i} was refused and changed something: {request}\n{reply}\n{Difference(before, after)}\n{await state.Newest()}");
            statuses[reply.Status] = statuses.GetValueOrDefault(reply.Status) + 1;
            if (reply.Status == 200) succeeded.Add(request.Path.Split('?')[0]);
        }

        output.WriteLine($"{count} requests in {started.Elapsed.TotalSeconds:0} s: {string.Join(", ", statuses.Select(pair => $"{pair.Key}: {pair.Value}"))}; {succeeded.Count} paths answered 200 at least once");
        Assert.True(statuses.GetValueOrDefault(200) > count / 20, "too few requests got through to anything");
        await IsTheSameAfterARestart(server, directory, seed);
    }

    private static async Task Furnish(ApiClient api)
    {
        foreach (var (operation, body) in Furniture) Assert.True((await api.Post(operation, body)).Status < 500, operation);
    }

    private static async Task<Reply> Send(HttpClient http, string url, HostileRequest sent)
    {
        using var request = new HttpRequestMessage(new HttpMethod(sent.Method), new Uri(url + sent.Path));
        if (sent.Key is not null) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {sent.Key}");
        if (sent.Body is not null) request.Content = new ByteArrayContent(sent.Body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        foreach (var (name, value) in sent.Headers)
        {
            if (name.StartsWith("Content-", StringComparison.Ordinal)) request.Content?.Headers.Remove(name);
            if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var response = await http.SendAsync(request);
            return new Reply((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response);
        }
        catch (HttpRequestException cut) when (cut.InnerException is IOException && sent.Body?.Length > Large)
        {
            return new Reply(HungUp, "", new HttpResponseMessage());
        }
    }

    // What is no HTTP the web server refuses itself, without a body: a zero in a path, headers that are too long.
    private static bool IsOfTheWebServer(HostileRequest request, Reply reply) =>
        reply.Status is 414 or 431 or HungUp || (reply is { Status: 400, Text: "" } && (request.Path.Contains("%00", StringComparison.Ordinal) || request.Headers.Any(header => header.Value.Any(c => c > '\x7e'))));

    // A customer or entity that comes into being with a call, as before 2.1, does so in a step of its own, before what is asked
    // of it is decided: docs/versions.md.
    private static bool IsNewcomer(HostileRequest request, string before, string after)
    {
        var changed = Difference(before, after).Split('\n').Select(line => line.Split(' ')[0]).ToHashSet();
        return (request.Headers.Any(header => header is ("x-api-version", "1.2" or "2.0")) || request.Path.Contains("entities", StringComparison.Ordinal)) && (changed.Contains("customer") || changed.Contains("entity"));
    }

    // A request may make something due at once, and a call of billing stores what is due before it decides, whatever it answers: stored
    // here, it is nobody's.
    private static async Task BringUpToNow(RunningServer server)
    {
        while (server.Store.Moved!.TryDequeue(out var moved))
        {
            var (scope, key) = moved;
            if (server.Engine.Scopes.Find(scope) is { } there) await server.Engine.Runner.Run(there, [new Addressed(key, new Command.Tick())], [], Instant.Of(server.Time.GetUtcNow()));
        }
    }

    private static string Difference(string before, string after) =>
        string.Join('\n', before.Split(", ").Zip(after.Split(", ")).Where(pair => pair.First != pair.Second).Select(pair => $"{pair.First} -> {pair.Second}"));

    // Whatever was taken in must come out of the journal as it went in, and fit together.
    private static async Task IsTheSameAfterARestart(RunningServer server, TempDirectory directory, int seed)
    {
        var before = await Everything(server.Api);
        await server.DisposeAsync();
        await using var again = await RunningServer.Start(directory: directory, time: server.Time, demo: false);
        var after = await Everything(again.Api);
        for (var i = 0; i < before.Length; i++) Assert.True(before[i] == after[i], $"SLUICE_SEED={seed}, before the restart:\n{before[i]}\nafter:\n{after[i]}");
        var told = new StringWriter();
        Assert.True(await Verifying.Run(again.Store, again.Shell, null, told) == 0, $"SLUICE_SEED={seed}: {told}");
    }

    private static async Task<string[]> Everything(ApiClient api) =>
    [
        (await api.Post("customers.list", new { limit = 1000 })).MustBe(200).Text,
        (await api.Post("events.list", new { limit = 1000 })).MustBe(200).Text,
        (await api.Post("features.list", new { })).MustBe(200).Text,
        (await api.Post("plans.list", new { })).MustBe(200).Text,
        (await api.Post("invoices.list", new { })).MustBe(200).Text.Replace(api.Url, "", StringComparison.Ordinal),
        (await api.Post("rewards.list", new { })).MustBe(200).Text,
    ];
}
