using System.Text.Json;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Entities;

/// <summary>A server with seats, and plans that give to customers and to entities; each test keeps to customers of its own.</summary>
public sealed class Workshop : IAsyncLifetime
{
    private int _last;

    internal ManualTime Time { get; } = new();

    internal RunningServer Server { get; private set; } = null!;

    internal ApiClient Api => Server.Api;

    public async Task InitializeAsync()
    {
        Server = await RunningServer.Start(time: Time, demo: false);
        await Make("features.create", """{"feature_id": "messages", "name": "Messages", "type": "metered", "consumable": true}""");
        await Make("features.create", """{"feature_id": "seats", "name": "Seats", "type": "metered", "consumable": false}""");
        await Make("features.create", """{"feature_id": "dash", "name": "Dash", "type": "boolean"}""");
        await Make("plans.create", """
            {"plan_id": "main", "name": "Main", "items": [
              {"feature_id": "messages", "included": 100, "reset": {"interval": "month"}},
              {"feature_id": "messages", "included": 50, "reset": {"interval": "month"}, "entity_feature_id": "seats"},
              {"feature_id": "seats", "included": 3}, {"feature_id": "dash"}]}
            """);
        await Make("plans.create", """{"plan_id": "small", "name": "Small", "items": [{"feature_id": "messages", "included": 50, "reset": {"interval": "month"}}]}""");
        await Make("plans.create", """{"plan_id": "each", "name": "Each", "group": "each", "items": [{"feature_id": "messages", "included": 100, "reset": {"interval": "month"}}]}""");
        await Make("plans.create", """{"plan_id": "pool", "name": "Pool", "items": [{"feature_id": "messages", "included": 500, "reset": {"interval": "month"}, "pooled": true}]}""");
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();

    /// <summary>A new customer, on a plan and with entities of seats.</summary>
    internal async Task<string> Customer(string? plan = null, params string[] entities)
    {
        var id = $"c{Interlocked.Increment(ref _last)}";
        await Api.Create(id);
        if (plan is not null) await Attach(id, plan);
        foreach (var entity in entities) await Entity(id, entity);
        return id;
    }

    internal async Task<Reply> Entity(string customer, string entity) => (await Api.Post("entities.create", new { customer_id = customer, feature_id = "seats", entity_id = entity })).MustBe(200);

    internal async Task Attach(string customer, string plan, string? entity = null) => (await Api.Post("billing.attach", With(customer, entity, ("plan_id", plan)))).MustBe(200);

    internal Task<Reply> Track(string customer, decimal value, string? entity = null, string? overage = null) =>
        Api.Post("balances.track", With(customer, entity, ("feature_id", "messages"), ("value", value), ("overage_behavior", overage)));

    internal Task<Reply> Check(string customer, decimal required, string? entity = null, params (string Name, object? Value)[] more) =>
        Api.Post("balances.check", With(customer, entity, [("feature_id", "messages"), ("required_balance", required), .. more]));

    /// <summary>What remains of messages as the customer or one of its entities is shown.</summary>
    internal async Task<decimal> Left(string customer, string? entity = null) => (await Shown(customer, entity)).Number("balances.messages.remaining");

    internal async Task<Reply> Shown(string customer, string? entity = null) => (await Api.Post(entity is null ? "customers.get" : "entities.get", With(customer, entity))).MustBe(200);

    /// <summary>The customer's remainder, then that of each entity.</summary>
    internal async Task<decimal[]> All(string customer, params string[] entities)
    {
        var left = new List<decimal> { await Left(customer) };
        foreach (var entity in entities) left.Add(await Left(customer, entity));
        return [.. left];
    }

    private async Task Make(string operation, string body) => (await Api.Post(operation, body)).MustBe(200);

    private static string With(string customer, string? entity, params (string Name, object? Value)[] more)
    {
        var body = new Dictionary<string, object?> { ["customer_id"] = customer };
        if (entity is not null) body["entity_id"] = entity;
        foreach (var (name, value) in more)
        {
            if (value is not null) body[name] = value;
        }

        return JsonSerializer.Serialize(body);
    }
}
