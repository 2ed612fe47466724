using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Server.Tests.Webhooks;
using Sluice.Tests;
using Xunit.Abstractions;

namespace Sluice.Server.Tests.Faults;

/// <summary>
/// The server stands still for a day or for weeks and is started again. Everything that fell due in between happens at its own
/// moment, in its order, as at a twin that never stopped: the same balances, invoices and webhooks.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed partial class OutageTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Start = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly WebhookSettings Webhooks = new(AllowPrivate: true);

    [Theory]
    [InlineData(1, false)]
    [InlineData(40, true)]
    public Task After_an_outage_all_is_as_if_it_had_never_been(int days, bool postgres) => Outage(days, postgres);

    [Theory]
    [Trait("Category", "Long")]
    [InlineData(40, false)]
    [InlineData(1, true)]
    public Task Nor_does_another_outage_on_another_store_change_anything(int days, bool postgres) => Outage(days, postgres);

    private async Task Outage(int days, bool postgres)
    {
        var seed = Seed.Next();
        output.WriteLine($"SLUICE_SEED={seed}");
        using var directory = new TempDirectory();
        var database = postgres ? PostgresServer.Shared.Create() : null;
        await using (var told = await Receiver.Start())
        await using (var toldTwin = await Receiver.Start())
        await using (var twin = await RunningServer.Start(time: new ManualTime(Start), webhooks: Webhooks))
        {
            var (home, homeOfTwin) = (new Household(new Random(seed)), new Household(new Random(seed), twin));
            await Begin(homeOfTwin, toldTwin);
            await using (var server = await RunningServer.Start(directory: directory, time: new ManualTime(Start), webhooks: Webhooks, database: database))
            {
                home.Servers = [server];
                await Begin(home, told);
            }

            for (var part = 0; part < 8; part++)
            {
                homeOfTwin.Lives(TimeSpan.FromHours(3 * days));
                await homeOfTwin.Settles();
            }

            var (before, started) = (told.All.Count, Stopwatch.StartNew());
            await using var again = await RunningServer.Start(directory: directory, time: new ManualTime(twin.Time.GetUtcNow()), demo: false, webhooks: Webhooks, database: database);
            home.Servers = [again];
            var due = await again.Store.DueCustomers(Sluice.Core.Instant.Of(again.Time.GetUtcNow()), 1_000);
            await home.Settles();
            var caughtUp = started.Elapsed;
            for (var at = 0; at < 6; at++)
            {
                Assert.Equal(await Shown(twin, $"c{at}"), await Shown(again, $"c{at}"));
                Assert.Equal(Told(toldTwin, $"c{at}"), Told(told, $"c{at}"));
            }

            Assert.True(due.Count > 0 && (days == 1 || told.All.Count > before), "something must fall due in between");
            output.WriteLine($"{days} days away, {(postgres ? "PostgreSQL" : "SQLite")}: {due.Count} customers due, caught up {caughtUp.TotalSeconds:0.0} s after the start was begun; {told.All.Count - before} webhooks of {told.All.Count} came after it, {told.All.Count - told.All.DistinctBy(static one => one.Id).Count()} of them a second time; {await home.Check()}");
        }

        if (database is not null) PostgresServer.Shared.Drop(database);
    }

    private static async Task Begin(Household home, Receiver told)
    {
        (await home.Servers[0].Api.Post("webhooks.create", new { url = told.Url, events = new[] { "billing.updated", "customer.products.updated", "balances.limit_reached" } })).MustBe(200);
        await home.Furnish();

        // Its end falls into the longer outages, and is told.
        (await home.Servers[0].Api.Post("billing.update", new { customer_id = "c0", plan_id = "weekly", cancel_action = "cancel_end_of_cycle" })).MustBe(200);
        for (var step = 0; step < 60; step++)
        {
            await home.Step();
            if (step % 10 == 0) home.Lives(TimeSpan.FromMinutes(30));
        }

        await home.Settles();
    }

    // What is told twice has one id.
    private static IEnumerable<string> Told(Receiver receiver, string customer) => receiver.All.DistinctBy(static one => one.Id).Where(one => CustomerOf(one.Data) == customer).Select(static one => one.Type);

    private static string? CustomerOf(JsonElement data) => (data.TryGetProperty("customer", out var customer) ? customer.GetProperty("id") : data.GetProperty("customer_id")).GetString();

    // Customers' keys and addresses differ from server to server; nothing else may.
    private static async Task<string> Shown(RunningServer server, string customer)
    {
        var (shown, invoices) = ((await server.Api.Post("customers.get", new { customer_id = customer })).MustBe(200), (await server.Api.Post("invoices.list", new { customer_id = customer, limit = 100 })).MustBe(200));
        return OwnWords.Replace(shown.Text + "\n" + invoices.Text, "");
    }

    [GeneratedRegex(@"https?://[^""]*|""number"":""[^""]*""")]
    private static partial Regex OwnWords { get; }
}
