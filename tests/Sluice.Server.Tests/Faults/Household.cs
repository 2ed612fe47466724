using System.Globalization;
using System.Text.Json;
using Sluice.Core;
using Sluice.Server.Start;
using Sluice.Storage;

namespace Sluice.Server.Tests.Faults;

/// <summary>
/// Customers with something of everything that goes by the clock: a plan by the month and one by the week, both paid, a balance
/// that resets every day, holds, idempotency keys. Lived by chance through one server or several, and looked at in the end.
/// </summary>
internal sealed class Household(Random random, params RunningServer[] servers)
{
    private const int Customers = 6;
    private const int CallsADay = 10;

    // Of an idempotency key, less than it is kept.
    private static readonly TimeSpan SurelyKept = TimeSpan.FromHours(20);

    private readonly Dictionary<string, (string Customer, DateTimeOffset At, TimeSpan Lived)> _keys = [];
    private readonly Dictionary<string, Hold> _holds = [];
    private TimeSpan _lived;

    public RunningServer[] Servers { get; set; } = servers;

    public int Requests { get; private set; }

    public int Repeats { get; private set; }

    public int Denied { get; private set; }

    private RunningServer Any => Servers[random.Next(Servers.Length)];

    public async Task Furnish()
    {
        var api = Servers[0].Api;
        (await api.Post("features.create", """{"feature_id": "calls", "name": "Calls", "type": "metered", "consumable": true}""")).MustBe(200);
        (await api.Post("plans.create", """{"plan_id": "daily", "name": "Daily", "add_on": true, "items": [{"feature_id": "calls", "included": 10, "reset": {"interval": "day"}}]}""")).MustBe(200);
        (await api.Post("plans.create", """{"plan_id": "weekly", "name": "Weekly", "add_on": true, "price": {"amount": 7, "interval": "week"}, "items": [{"feature_id": "premium_messages", "included": 50, "reset": {"interval": "week"}}]}""")).MustBe(200);
        foreach (var at in Enumerable.Range(0, Customers))
        {
            await api.Create(Name(at));
            (await api.Post("customers.set_test_card", new { customer_id = Name(at), payment_method = "pm_card_visa" })).MustBe(200);
            foreach (var plan in (string[])["pro", "weekly", "daily"]) (await api.Post("billing.attach", new { customer_id = Name(at), plan_id = plan })).MustBe(200);
        }
    }

    /// <summary>One request by chance. Nothing is answered with a 5xx, no balance is below zero, no key counts twice.</summary>
    public async Task Step()
    {
        Requests++;
        var (server, customer) = (Any, Name(random.Next(Customers)));
        switch (random.Next(9))
        {
            case < 4:
                await Use(server, customer);
                break;
            case 4 or 5:
                await Place(server, customer);
                break;
            case 6 when _holds.Values.FirstOrDefault(static hold => hold.Settled is null) is { } hold:
                hold.Settled = (await server.Api.Post("balances.finalize", new { lock_id = hold.Id, action = "confirm" })).Status == 200;
                break;
            case 7 when _keys.Count > 0:
                await Repeat(server);
                break;
            default:
                (await server.Api.Post("customers.get", new { customer_id = customer })).MustBe(200);
                break;
        }
    }

    /// <summary>Time goes by, for everybody the same.</summary>
    public void Lives(TimeSpan time)
    {
        _lived += time;
        foreach (var server in Servers) server.Time.Advance(time);
    }

    /// <summary>Until everything due is stored and paid for.</summary>
    public async Task Settles()
    {
        foreach (var server in Servers)
        {
            Backlog waits = null!;
            try
            {
                await Deadline.Until(async () => (waits = await server.Shell.Backlog(Instant.Of(server.Time.GetUtcNow()))) is { Customers: 0, PaymentTasks: 0, WebhookLanes: 0 }, "", server.Time);
            }
            catch (TimeoutException)
            {
                throw new TimeoutException($"at {server.Time.GetUtcNow():u} there still is {waits}");
            }
        }
    }

    /// <summary>What must be true of it, whatever the clocks did.</summary>
    /// <returns>In words, with figures.</returns>
    public async Task<string> Check()
    {
        var (server, invoices, resets, holds) = (Servers[0], 0, 0, 0);
        foreach (var at in Enumerable.Range(0, Customers))
        {
            var customer = Name(at);
            resets += await ResetsInOrder(server.Api, customer);
            invoices += await EachPeriodOnce(server.Api, customer);
        }

        foreach (var group in _holds.Values.GroupBy(static hold => hold.Customer))
        {
            var events = await Events(server.Api, group.Key);
            foreach (var hold in group)
            {
                holds++;
                var told = events[hold.Id].ToList();
                var expected = hold.Settled is true ? (decimal[])[hold.Value] : [-hold.Value, hold.Value];
                Assert.True(expected.SequenceEqual(told.Order()), $"{hold.Id} of {hold.Customer}, confirmed: {hold.Settled}, is told as {string.Join(", ", told)}");
            }
        }

        foreach (var used in _keys.GroupBy(static pair => pair.Value.Customer))
        {
            var events = await Events(server.Api, used.Key);
            foreach (var (key, _) in used) Assert.True(events[key].Any(), $"{key} was acknowledged and is not there");
        }

        await using var said = new StringWriter();
        Assert.True(await Verifying.Run(server.Store, server.Shell, null, said) == 0, said.ToString());
        return $"{Requests} requests, {Denied} denied, {Repeats} repeats; {resets} resets, {invoices} invoices each for a period of its own, {holds} holds ended once; the audit passed";
    }

    private async Task Use(RunningServer server, string customer)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"use{Requests}");
        var reply = (await server.Api.Post("balances.check", new { customer_id = customer, feature_id = "calls", required_balance = random.Next(1, 4), send_event = true, properties = new { tag = key } }, ("Idempotency-Key", key))).MustBe(200);
        Assert.True(reply.Number("balance.remaining") >= 0, reply.ToString());
        if (reply.Flag("allowed")) _keys[key] = (customer, server.Time.GetUtcNow(), _lived);
        else Denied++;
    }

    // Within its 24 hours a key is known, by the clock of the server that is asked and by the time that went by.
    private async Task Repeat(RunningServer server)
    {
        var (key, (customer, at, lived)) = _keys.ElementAt(random.Next(_keys.Count));
        if (server.Time.GetUtcNow() - at > SurelyKept || _lived - lived > SurelyKept) return;
        Repeats++;
        var reply = await server.Api.Post("balances.check", new { customer_id = customer, feature_id = "calls", required_balance = 1, send_event = true, properties = new { tag = key } }, ("Idempotency-Key", key));
        Assert.Equal((409, "duplicate_idempotency_key"), (reply.Status, reply.Code));
    }

    private async Task Place(RunningServer server, string customer)
    {
        var hold = new Hold(string.Create(CultureInfo.InvariantCulture, $"hold{Requests}"), customer, random.Next(1, 3));
        var end = server.Time.GetUtcNow() + TimeSpan.FromMinutes(random.Next(60, 23 * 60));
        var reply = (await server.Api.Post("balances.check", new
        {
            customer_id = customer, feature_id = "calls", required_balance = hold.Value, @lock = new { enabled = true, lock_id = hold.Id, expires_at = end.ToUnixTimeMilliseconds() }, properties = new { tag = hold.Id },
        }));

        // A customer who was asked for while the clock was ahead is there already.
        if (reply.Status == 400) Assert.Contains("must lie", reply.Message, StringComparison.Ordinal);
        else if (reply.MustBe(200).Flag("allowed")) _holds.Add(hold.Id, hold);
        if (!_holds.ContainsKey(hold.Id)) Denied++;
    }

    // Moments never go back, no balance is ever below zero, and a day, which begins at midnight, has one reset at most.
    private static async Task<int> ResetsInOrder(ApiClient api, string customer)
    {
        var (last, days, cursor) = (0L, new HashSet<long>(), (string?)"");
        do
        {
            var page = (await api.Post("balances.history", new { customer_id = customer, feature_id = "calls", limit = 200, start_cursor = cursor })).MustBe(200);
            foreach (var line in page.List)
            {
                var at = line.GetProperty("at").GetInt64();
                Assert.True(at >= last, $"{customer}: {line} comes after {last}");
                last = at;
                if (line.GetProperty("balance") is { ValueKind: JsonValueKind.Number } left) Assert.InRange(left.GetDecimal(), 0, CallsADay);
                if (line.GetProperty("cause").GetString() == "reset") Assert.True(days.Add(at / (long)TimeSpan.FromDays(1).TotalMilliseconds), $"{customer}: a second reset of a day, {line}");
            }

            cursor = page["next_cursor"] is { ValueKind: JsonValueKind.String } next ? next.GetString() : null;
        }
        while (cursor is not null);
        return days.Count;
    }

    // The base price of each plan: one period after the other, each once.
    private static async Task<int> EachPeriodOnce(ApiClient api, string customer)
    {
        var invoices = (await api.Post("invoices.list", new { customer_id = customer, limit = 100 })).MustBe(200).List;
        var lines = invoices.SelectMany(static invoice => invoice.GetProperty("items").EnumerateArray()).Where(static line => line.GetProperty("feature_id").ValueKind == JsonValueKind.Null);
        foreach (var plan in lines.GroupBy(static line => line.GetProperty("plan_id").GetString()))
        {
            var periods = plan.Select(static line => (Start: line.GetProperty("period_start").GetInt64(), End: line.GetProperty("period_end").GetInt64())).Order().ToList();
            for (var at = 1; at < periods.Count; at++) Assert.True(periods[at].Start == periods[at - 1].End, $"{customer}, {plan.Key}: {periods[at - 1]} is followed by {periods[at]}");
        }

        Assert.All(invoices, invoice => Assert.Equal("paid", invoice.GetProperty("status").GetString()));
        return invoices.Count;
    }

    private static async Task<ILookup<string, decimal>> Events(ApiClient api, string customer)
    {
        var (events, cursor) = (new List<(string Tag, decimal Value)>(), (string?)"");
        do
        {
            var page = (await api.Post("events.list", new { customer_id = customer, limit = 1000, start_cursor = cursor })).MustBe(200);
            events.AddRange(page.List.Select(static one => (one.GetProperty("properties").GetProperty("tag").GetString()!, one.GetProperty("value").GetDecimal())));
            cursor = page["next_cursor"] is { ValueKind: JsonValueKind.String } next ? next.GetString() : null;
        }
        while (cursor is not null);
        return events.ToLookup(static one => one.Tag, static one => one.Value);
    }

    private static string Name(int at) => string.Create(CultureInfo.InvariantCulture, $"c{at}");

    private sealed record Hold(string Id, string Customer, decimal Value)
    {
        /// <summary>Null = nobody tried; false = too late, it had ended.</summary>
        public bool? Settled { get; set; }
    }
}
