using System.Text.Json;

namespace Sluice.Server.Tests;

/// <summary>Customers start on a paid plan's trial without a card, and on the free plan after it.</summary>
public sealed class DefaultTrialTests
{
    [Fact]
    public async Task A_trial_that_enables_itself_ends_in_the_free_plan_also_after_a_restart()
    {
        using var directory = new TempDirectory();
        var time = new ManualTime();
        await using (var server = await RunningServer.Start(directory: directory, time: time))
        {
            (await server.Api.Post("features.create", """{"feature_id": "letters", "name": "Letters", "type": "metered", "consumable": true}""")).MustBe(200);
            (await server.Api.Post("plans.create", """
                {"plan_id": "basic", "name": "Basic", "group": "g", "auto_enable": true, "items": [{"feature_id": "letters", "included": 50, "reset": {"interval": "month"}}]}
                """)).MustBe(200);
            (await server.Api.Post("plans.create", """
                {"plan_id": "grand", "name": "Grand", "group": "g", "auto_enable": true, "price": {"amount": 20, "interval": "month"},
                 "items": [{"feature_id": "letters", "included": 100, "reset": {"interval": "month"}}], "free_trial": {"duration_length": 7, "duration_type": "day", "card_required": false}}
                """)).MustBe(200);
            await server.Api.Create("ada");
            var ends = time.GetUtcNow().AddDays(7).ToUnixTimeMilliseconds();
            Assert.Equal([$"active, trial to {ends}, period to {ends}"], await Plans(server.Api, "grand"));
            Assert.Equal(100, await server.Api.Remaining("ada", "letters"));
        }

        time.Advance(TimeSpan.FromDays(8));
        await using var again = await RunningServer.Start(directory: directory, time: time, demo: false);
        Assert.Empty(await Plans(again.Api, "grand"));
        Assert.Equal(["active, trial to , period to "], await Plans(again.Api, "basic"));
        Assert.Equal(50, await again.Api.Remaining("ada", "letters"));
    }

    [Fact]
    public async Task A_trial_without_a_card_is_attached_once_and_is_paid_for_the_next_time()
    {
        var time = new ManualTime();
        await using var server = await RunningServer.Start(time: time);
        (await server.Api.Post("plans.create", """
            {"plan_id": "grand", "name": "Grand", "group": "g", "price": {"amount": 20, "interval": "month"}, "free_trial": {"duration_length": 7, "duration_type": "day", "card_required": false}}
            """)).MustBe(200);
        await server.Api.Create("ada");
        (await server.Api.Post("billing.attach", """{"customer_id": "ada", "plan_id": "grand"}""")).MustBe(200);
        var ends = time.GetUtcNow().AddDays(7).ToUnixTimeMilliseconds();
        Assert.Equal([$"active, trial to {ends}, period to {ends}"], await Plans(server.Api, "grand"));

        time.Advance(TimeSpan.FromDays(8));
        Assert.Empty(await Plans(server.Api, "grand"));
        var again = await server.Api.Post("billing.attach", """{"customer_id": "ada", "plan_id": "grand"}""");
        Assert.Contains("/pay/checkout/", again.MustBe(200).Word("payment_url"), StringComparison.Ordinal);
        Assert.Empty(await Plans(server.Api, "grand"));
    }

    private static async Task<IEnumerable<string>> Plans(ApiClient api, string plan)
    {
        var customer = (await api.Post("customers.get", """{"customer_id": "ada"}""")).MustFit("customers.get");
        return customer["subscriptions"]!.Value.EnumerateArray().Where(held => held.GetProperty("plan_id").GetString() == plan).Select(Shown);
    }

    private static string Shown(JsonElement held) => $"{held.GetProperty("status")}, trial to {held.GetProperty("trial_ends_at")}, period to {held.GetProperty("current_period_end")}";
}
