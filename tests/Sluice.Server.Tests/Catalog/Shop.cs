using System.Text.Json;

namespace Sluice.Server.Tests;

/// <summary>
/// A server whose live environment holds a small shop: messages (used up), seats (held), sso (a flag), images and
/// credits (images cost 0.2); plan free (100 messages a month) and plan pro ($20 a month, 1,000 messages and sso).
/// </summary>
public sealed class Shop : IAsyncLifetime
{
    private RunningServer _server = null!;

    internal ApiClient Api { get; private set; } = null!;

    public static string PlanWith(string items, string more = "") => $$"""{"plan_id": "new", "name": "New", "items": [{{items}}]{{more}}}""";

    public async Task InitializeAsync()
    {
        _server = await RunningServer.Start();
        Api = _server.Client(ServerProcess.LiveKey);
        foreach (var feature in (string[])[
            """{"feature_id": "messages", "name": "Messages", "type": "metered", "consumable": true}""",
            """{"feature_id": "seats", "name": "Seats", "type": "metered", "consumable": false}""",
            """{"feature_id": "sso", "name": "Single sign-on", "type": "boolean"}""",
            """{"feature_id": "images", "name": "Images", "type": "metered", "consumable": true}""",
            """{"feature_id": "credits", "name": "Credits", "type": "credit_system", "credit_schema": [{"metered_feature_id": "images", "credit_cost": 0.2}]}"""])
            (await Api.Post("features.create", feature)).MustBe(200);
        foreach (var plan in (string[])[
            """{"plan_id": "free", "name": "Free", "items": [{"feature_id": "messages", "included": 100, "reset": {"interval": "month"}}]}""",
            """{"plan_id": "pro", "name": "Pro", "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "messages", "included": 1000, "reset": {"interval": "month"}}, {"feature_id": "sso"}]}"""])
            (await Api.Post("plans.create", plan)).MustBe(200);
    }

    public async Task DisposeAsync()
    {
        Api.Dispose();
        await _server.DisposeAsync();
    }

    internal ApiClient Publishable => _server.Client(_server.PublishableKey);

    internal async Task Hold(string customer, string plan)
    {
        await Api.Create(customer);
        (await Api.Post("billing.attach", new { customer_id = customer, plan_id = plan, no_billing_changes = true })).MustBe(200);
    }

    internal async Task<string> Catalog() => $"{(await Api.Post("features.list", null)).MustBe(200).Text}{(await Api.Post("plans.list", """{"all_versions": true, "include_archived": true}""")).MustBe(200).Text}";

    /// <summary>Equal as JSON; numbers by value, members in any order.</summary>
    internal static void Same(string expected, JsonElement actual)
    {
        var wanted = JsonDocument.Parse(expected).RootElement;
        Assert.True(JsonElement.DeepEquals(wanted, actual), $"expected {wanted}\n     got {actual}");
    }
}
