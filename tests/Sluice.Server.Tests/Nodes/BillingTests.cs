using System.Diagnostics;
using Sluice.Tests;
using Xunit.Abstractions;

namespace Sluice.Server.Tests.Nodes;

/// <summary>Two nodes are asked for the same money at once: it is taken once, and both tell the truth.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class BillingTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly string _database = PostgresServer.Shared.Create();
    private RunningServer _first = null!;
    private RunningServer _second = null!;

    public async Task InitializeAsync()
    {
        _first = await RunningServer.Start(database: _database);
        (await _first.Api.Post("plans.create", """{"plan_id": "premium", "name": "Premium", "price": {"amount": 50, "interval": "month"}, "items": [{"feature_id": "messages", "included": 5000, "reset": {"interval": "month"}}]}""")).MustBe(200);
        _second = await RunningServer.Start(database: _database, demo: false);
    }

    public async Task DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        PostgresServer.Shared.Drop(_database);
    }

    [Theory]
    [InlineData("attach", 20)]
    [InlineData("upgrade", 50)]
    [InlineData("pay", 20)]
    public async Task While_one_node_waits_for_the_payment_the_other_waits_for_the_one(string what, decimal total)
    {
        var send = await Prepare(what, "ada");

        // What is asked for is committed; that it was paid is not, yet.
        var (asked, answered) = (_first.Store.HoldCommit(), _first.Store.HoldCommit());
        var one = send(_first.Api);
        await asked.Arrived;
        asked.Write();
        await answered.Arrived;
        var other = send(_second.Api);
        await Task.WhenAny(other, Task.Delay(TimeSpan.FromMilliseconds(400)));
        var waited = !other.IsCompleted;
        answered.Write();
        await Paid("ada", total, await one, await other);
        output.WriteLine($"{what}: {(await one).Status} and {await other}");
        Assert.True(waited, $"the other node did not wait: {await other}");
    }

    [Theory]
    [InlineData("attach", 20)]
    [InlineData("upgrade", 50)]
    [InlineData("pay", 20)]
    public async Task Asked_at_once_the_money_is_taken_once(string what, decimal total)
    {
        var started = Stopwatch.StartNew();
        var told = new List<string>();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async at =>
        {
            var customer = $"c{at}";
            var send = await Prepare(what, customer);
            var replies = await Task.WhenAll(send(_first.Api), send(_second.Api), send(_second.Api), send(_first.Api));
            await Paid(customer, total, replies);
            lock (told) told.AddRange(replies.Select(static reply => $"{reply.Status} {reply.Code}"));
        }));
        output.WriteLine($"{what}: {string.Join(", ", told.GroupBy(static one => one).Select(static same => $"{same.Count()} times {same.Key}"))} in {started.Elapsed.TotalSeconds:0.0} s");
    }

    private async Task<Func<ApiClient, Task<Reply>>> Prepare(string what, string customer)
    {
        await _first.Api.Create(customer);
        await Card(what == "pay" ? "pm_card_chargeDeclined" : "pm_card_visa");
        if (what == "attach") return api => api.Post("billing.attach", new { customer_id = customer, plan_id = "pro" });
        var attached = (await _first.Api.Post("billing.attach", new { customer_id = customer, plan_id = "pro" })).MustBe(200);
        if (what == "upgrade") return api => api.Post("billing.attach", new { customer_id = customer, plan_id = "premium" });
        await Card("pm_card_visa");
        var invoice = (await _first.Api.Post("invoices.list", new { customer_id = customer })).MustBe(200).List.Single().GetProperty("id").GetString();
        return api => api.Post("invoices.pay", new { invoice_id = invoice });

        async Task Card(string card) => (await _first.Api.Post("customers.set_test_card", new { customer_id = customer, payment_method = card })).MustBe(200);
    }

    // One subscription, every invoice paid, and together they come to what it costs. Who was not served was refused for it.
    private async Task Paid(string customer, decimal total, params Reply[] replies)
    {
        var invoices = (await _second.Api.Post("invoices.list", new { customer_id = customer })).MustBe(200).List;
        Assert.All(invoices, static invoice => Assert.Equal("paid", invoice.GetProperty("status").GetString()));
        Assert.Equal(total, invoices.Sum(static invoice => invoice.GetProperty("total").GetDecimal()));
        Assert.Single((await _second.Api.Post("customers.get", new { customer_id = customer })).MustBe(200)["subscriptions"]!.Value.EnumerateArray());
        Assert.Contains(replies, static reply => reply.Status == 200);
        Assert.All(replies, static reply => Assert.Contains(reply.Status, (int[])[200, 400, 409]));
    }
}
