using System.Collections.Concurrent;
using System.Globalization;
using Sluice.Server.Tests.Webhooks;
using Sluice.Server.Webhooks;
using Xunit.Abstractions;

namespace Sluice.Server.Tests.Crash;

/// <summary>
/// The server is killed while it records usage and tells of it. What it had committed is told after the next start, each
/// thing under one id, and a customer's in order.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class WebhookCrashTests(ITestOutputHelper output)
{
    private const int Customers = 6;
    private const int Alerts = 400;

    private static readonly Dictionary<string, string> Settings = new() { ["SLUICE_WEBHOOKS_ALLOW_PRIVATE"] = "true" };

    [Fact]
    public async Task Killed_at_any_moment_it_tells_of_all_that_was_committed_and_of_nothing_under_two_ids()
    {
        var (seed, rounds) = (Seed.Next(), Seed.Long ? 60 : 6);
        output.WriteLine($"SLUICE_SEED={seed}");
        var random = new Random(seed);
        using var directory = new TempDirectory();
        await using var receiver = await Receiver.Start();
        var used = Enumerable.Range(0, Customers).ToDictionary(i => $"c{i}", static _ => 0);
        var repeats = 0;
        var server = await ServerProcess.Start(directory["data"], environment: Settings);
        try
        {
            using (var api = server.Client()) await Stage(api, receiver, used.Keys);
            for (var round = 0; round < rounds && used.Values.Max() < Alerts; round++)
            {
                await UseUntilKilled(server, receiver, used, killAfter: receiver.All.Count + random.Next(1, 120));
                await server.DisposeAsync();
                server = await ServerProcess.Start(directory["data"], environment: Settings);

                // Whether the one that was under way counted is made certain.
                using var api = server.Client();
                foreach (var customer in used.Keys.ToList()) await Use(api, used, customer);
                await Deadline.Until(() => Missing(receiver, used) == 0, $"{Missing(receiver, used)} messages of round {round}");
            }
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"Fails with SLUICE_SEED={seed}: {failure.Message}{Environment.NewLine}{server.Output}", failure);
        }
        finally
        {
            await server.DisposeAsync();
        }

        foreach (var customer in used.Keys)
        {
            var told = receiver.All.Where(one => one.Customer == customer).GroupBy(static one => one.Gist).ToList();
            Assert.Equal(Enumerable.Range(1, used[customer]).Select(static at => $"usage {at}"), told.Select(static same => same.Key));
            Assert.All(told, static same => Assert.Single(same.Select(static one => (one.Id, one.Body)).Distinct()));
            repeats += told.Sum(static same => same.Count() - 1);
        }

        output.WriteLine($"{receiver.All.Count} messages, {repeats} of them repeats");
    }

    private static async Task Stage(ApiClient api, Receiver receiver, IEnumerable<string> customers)
    {
        (await api.Post("webhooks.create", new { url = receiver.Url, events = new[] { Told.LimitReached, Told.AlertTriggered } })).MustBe(200);
        foreach (var customer in customers)
        {
            await api.Create(customer);
            await api.Grant(customer, 1_000_000);
            var alerts = Enumerable.Range(1, Alerts).Select(threshold => new { feature_id = "messages", threshold, threshold_type = "usage", enabled = true });
            (await api.Post("customers.update", new { customer_id = customer, billing_controls = new { usage_alerts = alerts } })).MustBe(200);
        }
    }

    private static async Task UseUntilKilled(ServerProcess server, Receiver receiver, Dictionary<string, int> used, int killAfter)
    {
        using var api = server.Client();
        var counted = new ConcurrentDictionary<string, int>(used);
        var users = used.Keys.Select(async customer =>
        {
            try
            {
                while (counted[customer] < Alerts && (await Track(api, customer, counted[customer])).Status == 200) counted[customer]++;
            }
            catch (HttpRequestException)
            {
                // Killed.
            }
        }).ToList();
        await Deadline.Until(() => receiver.All.Count >= killAfter || users.All(static user => user.IsCompleted), "enough messages to kill the server after");
        await server.Kill();
        await Task.WhenAll(users).InTime("the users' end");
        foreach (var (customer, count) in counted) used[customer] = count;
    }

    private static async Task Use(ApiClient api, Dictionary<string, int> used, string customer)
    {
        if (used[customer] == Alerts) return;
        Assert.True((await Track(api, customer, used[customer])).Status is 200 or 409);
        used[customer]++;
    }

    // The n-th usage of a customer has a key of its own.
    private static Task<Reply> Track(ApiClient api, string customer, int n) => api.Track(customer, 1, string.Create(CultureInfo.InvariantCulture, $"{customer}-{n}"));

    private static int Missing(Receiver receiver, Dictionary<string, int> used) =>
        used.Values.Sum() - receiver.All.Select(static one => (one.Customer, one.Gist)).Distinct().Count();
}
