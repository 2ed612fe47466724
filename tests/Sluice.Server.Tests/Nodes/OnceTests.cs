using System.Globalization;
using Sluice.Server.Tests.Webhooks;
using Sluice.Server.Webhooks;

namespace Sluice.Server.Tests.Nodes;

/// <summary>What is to be done once is done once, however many nodes look for work.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class OnceTests
{
    private const int Customers = 30;

    [Fact]
    public async Task Messages_are_sent_once_and_in_order_for_each_customer()
    {
        await using var receiver = await Receiver.Start();
        await using var nodes = await SeveralNodes.Start(3);
        (await nodes.Api[0].Post("webhooks.create", new { url = receiver.Url, events = new[] { Told.AlertTriggered } })).MustBe(200);
        await Each(async (api, customer) =>
        {
            await api.Create(customer);
            await api.Grant(customer, 1_000);
            var alerts = Enumerable.Range(1, 5).Select(threshold => new { feature_id = "messages", threshold, threshold_type = "usage", enabled = true });
            (await api.Post("customers.update", new { customer_id = customer, billing_controls = new { usage_alerts = alerts } })).MustBe(200);
            foreach (var step in Enumerable.Range(0, 5)) (await nodes.Api[step % 3].Track(customer, 1)).MustBe(200);
        }, nodes);
        await Deadline.Until(() => receiver.All.Count >= 5 * Customers, $"all messages; {receiver.All.Count} came");
        Assert.Equal(5 * Customers, receiver.All.Select(static one => one.Id).Distinct().Count());
        Assert.Equal(5 * Customers, receiver.All.Count);
        foreach (var told in receiver.All.GroupBy(static one => one.Customer))
            Assert.Equal(Enumerable.Range(1, 5).Select(static at => $"usage {at}"), told.Select(static one => one.Gist));
    }

    [Fact]
    public async Task Holds_that_run_out_are_given_back_once()
    {
        await using var nodes = await SeveralNodes.Start(3);
        await Each(static async (api, customer) =>
        {
            await api.Create(customer);
            await api.Grant(customer, 100);
        }, nodes);
        var end = TimeProvider.System.GetUtcNow().AddSeconds(15).ToUnixTimeMilliseconds();
        await Each(async (api, customer) =>
        {
            (await api.Post("balances.check", new { customer_id = customer, feature_id = "messages", required_balance = 7, @lock = new { enabled = true, lock_id = customer, expires_at = end } })).MustBe(200);
        }, nodes);
        await Deadline.Until(() => nodes.Ask("select count(*) from claim where kind = 5") == "0", "the end of all holds");
        Assert.Equal($"{2 * Customers}", nodes.Ask("select count(*) from journal where listed = 1"));
        Assert.Equal("0", nodes.Ask("select sum(value) from journal where listed = 1"));
    }

    [Fact]
    public async Task Invoices_are_numbered_without_a_gap_and_paid_once()
    {
        await using var nodes = await SeveralNodes.Start(3);
        await Each(async (api, customer) =>
        {
            await api.Create(customer);
            (await api.Post("customers.set_test_card", new { customer_id = customer, payment_method = "pm_card_visa" })).MustBe(200);
            (await api.Post("billing.attach", new { customer_id = customer, plan_id = "pro" })).MustBe(200);
        }, nodes);
        Assert.Equal(string.Join('\n', Enumerable.Range(1, Customers)), nodes.Ask("select number from invoice order by number"));
        Assert.Equal("paid", nodes.Ask("select distinct status from invoice"));
        await Deadline.Until(() => nodes.Ask("select count(*) from payment_task") == "0", "the end of all questions to the provider");
        foreach (var api in nodes.Api) Assert.Equal(1_000m, await api.Remaining("c7"));
    }

    private static Task Each(Func<ApiClient, string, Task> act, SeveralNodes nodes) =>
        Task.WhenAll(Enumerable.Range(0, Customers).Select(at => act(nodes.Api[at % nodes.Api.Length], string.Create(CultureInfo.InvariantCulture, $"c{at}"))));
}
