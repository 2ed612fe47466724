using System.Globalization;
using System.Text.Json;
using Sluice.Server.Payments;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Billing;

/// <summary>A sandbox with plans that cost something, and customers whose time is moved; each test keeps to customers of its own. T0 is 1 April 2026.</summary>
public sealed class Till : IAsyncLifetime
{
    public static readonly DateTimeOffset T0 = new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);

    private int _last;

    internal ManualTime Time { get; } = new(T0);

    internal BillingSettings? Billing { get; init; }

    internal RunningServer Server { get; private set; } = null!;

    internal ApiClient Api => Server.Api;

    public async Task InitializeAsync()
    {
        Server = await RunningServer.Start(time: Time, demo: false, billing: Billing);
        await Make("features.create", """{"feature_id": "messages", "name": "Messages", "type": "metered", "consumable": true}""");
        await Make("features.create", """{"feature_id": "words", "name": "Words", "type": "metered", "consumable": true}""");
        await Make("features.create", """{"feature_id": "users", "name": "Users", "type": "metered", "consumable": false}""");
        foreach (var plan in (string[])
        [
            """{"plan_id": "free", "name": "Free", "items": [{"feature_id": "messages", "included": 50, "reset": {"interval": "month"}}]}""",
            """{"plan_id": "pro", "name": "Pro", "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "messages", "included": 100, "reset": {"interval": "month"}}]}""",
            """{"plan_id": "premium", "name": "Premium", "price": {"amount": 50, "interval": "month"}, "items": [{"feature_id": "messages", "included": 500, "reset": {"interval": "month"}}]}""",
            """{"plan_id": "ultra", "name": "Ultra", "price": {"amount": 200, "interval": "month"}}""",
            """{"plan_id": "annual", "name": "Annual", "price": {"amount": 200, "interval": "year"}, "items": [{"feature_id": "messages", "included": 100, "reset": {"interval": "month"}}]}""",
            """{"plan_id": "addon", "name": "Addon", "add_on": true, "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "words", "included": 200, "reset": {"interval": "month"}}]}""",
            """{"plan_id": "boost", "name": "Boost", "add_on": true, "price": {"amount": 10, "interval": "one_off"}, "items": [{"feature_id": "words", "price": {"amount": 5, "billing_units": 50, "interval": "one_off", "billing_method": "prepaid"}}]}""",
            """{"plan_id": "pro_u", "name": "Pro U", "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "messages", "included": 100, "price": {"amount": 0.1, "interval": "month", "billing_method": "usage_based"}}]}""",
            """{"plan_id": "premium_u", "name": "Premium U", "price": {"amount": 50, "interval": "month"}, "items": [{"feature_id": "messages", "included": 500, "price": {"amount": 0.1, "interval": "month", "billing_method": "usage_based"}}]}""",
            """{"plan_id": "pro_p", "name": "Pro P", "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "messages", "price": {"amount": 10, "billing_units": 100, "interval": "month", "billing_method": "prepaid"}}]}""",
            """{"plan_id": "pro_s", "name": "Pro S", "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "users", "included": 2, "price": {"amount": 10, "interval": "month", "billing_method": "usage_based"}}]}""",
            """{"plan_id": "pro_t", "name": "Pro T", "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "messages", "included": 100, "reset": {"interval": "month"}}], "free_trial": {"duration_length": 7, "duration_type": "day"}}""",
        ]) await Sells(plan);
    }

    /// <summary>A till of its own, where plans that enable themselves disturb nobody.</summary>
    internal static async Task<OwnTill> With(params string[] plans)
    {
        var till = new Till();
        await till.InitializeAsync();
        foreach (var plan in plans) await till.Sells(plan);
        return new OwnTill(till);
    }

    /// <summary>One more plan; ids are the test's own.</summary>
    internal Task Sells(string plan) => Make("plans.create", plan);

    internal async Task<Buyer> Buyer(string? card = "pm_card_visa") => new(this, await Customer(card));

    public async Task DisposeAsync() => await Server.DisposeAsync();

    /// <summary>A new customer whose time stands still at T0, with a card that pays, or another one, or none.</summary>
    internal async Task<string> Customer(string? card = "pm_card_visa")
    {
        var id = $"c{Interlocked.Increment(ref _last)}";
        await Api.Create(id);
        await Advance(id, T0);
        if (card is not null) await Card(id, card);
        return id;
    }

    internal async Task Card(string customer, string? card) => (await Api.Post("customers.set_test_card", JsonSerializer.Serialize(new { customer_id = customer, payment_method = card }))).MustBe(200);

    internal async Task Advance(string customer, DateTimeOffset to) => (await Api.Post("customers.advance_test_clock", new { customer_id = customer, frozen_time = to.ToUnixTimeMilliseconds() })).MustBe(200);

    internal Task Advance(string customer, int days) => Advance(customer, T0.AddDays(days));

    /// <summary>Just into the next period.</summary>
    internal Task Renew(string customer) => Advance(customer, T0.AddMonths(1).AddHours(1));

    internal Task<Reply> Attach(string customer, string plan, object? more = null) => Api.Post("billing.attach", With(customer, plan, more));

    internal Task<Reply> Preview(string customer, string plan, object? more = null) => Api.Post("billing.preview_attach", With(customer, plan, more));

    internal Task<Reply> Update(string customer, object change) => Api.Post("billing.update", With(customer, null, change));

    internal Task Track(string customer, decimal value, string feature = "messages") => Api.Track(customer, value, feature: feature);

    internal async Task<Reply> Shown(string customer) => (await Api.Post("customers.get", new { customer_id = customer, expand = new[] { "invoices" } })).MustBe(200);

    /// <summary>"20 paid, 30 open", oldest first.</summary>
    internal async Task<string> Invoices(string customer) => string.Join(", ", (await Api.Post("invoices.list", new { customer_id = customer })).MustBe(200).List.Reverse()
        .Select(one => $"{one.GetProperty("total").GetDecimal().ToString("0.##", CultureInfo.InvariantCulture)} {one.GetProperty("status").GetString()}"));

    /// <summary>"pro active, premium scheduled".</summary>
    internal async Task<string> Plans(string customer) => string.Join(", ", (await Shown(customer))["subscriptions"]!.Value.EnumerateArray()
        .Select(one => $"{one.GetProperty("plan_id").GetString()} {one.GetProperty("status").GetString()}{(one.GetProperty("past_due").GetBoolean() ? " past due" : "")}"));

    internal async Task<decimal> Left(string customer, string feature = "messages") => (await Shown(customer)).Number($"balances.{feature}.remaining");

    private async Task Make(string operation, string body) => (await Api.Post(operation, body)).MustBe(200);

    private static string With(string customer, string? plan, object? more)
    {
        var body = more is null ? [] : JsonSerializer.SerializeToNode(more)!.AsObject();
        body["customer_id"] = customer;
        if (plan is not null) body["plan_id"] = plan;
        return body.ToJsonString();
    }
}

/// <summary>Ends with the test.</summary>
internal sealed record OwnTill(Till Till) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await Till.DisposeAsync();
}
