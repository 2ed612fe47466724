namespace Sluice.Server.Tests;

/// <summary>catalog.update and catalog.preview_update over HTTP: what they say, and that all of it happens or nothing.</summary>
public sealed class PushTests : IAsyncLifetime
{
    // Other words for what the shop holds; images and credits are not named.
    private const string Changed = """
        {"features": [
            {"feature_id": "sso", "name": "Single sign-on", "type": "boolean"},
            {"feature_id": "messages", "name": "Messages", "type": "metered", "consumable": true},
            {"feature_id": "seats", "name": "Chairs", "type": "metered", "consumable": false}],
         "plans": [
            {"plan_id": "team", "name": "Team", "items": [{"feature_id": "seats", "included": 3}]},
            {"plan_id": "pro", "name": "Pro", "group": "", "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "messages", "included": 1000, "reset": {"interval": "month", "interval_count": 1}}, {"feature_id": "sso", "included": 0}]},
            {"plan_id": "free", "name": "Free", "items": [{"feature_id": "messages", "included": 200, "reset": {"interval": "month"}}]}],
         "skip_feature_ids": ["images"]}
        """;

    private const string Told = """
        {"feature_changes": [
            {"feature_id": "sso", "action": "none"}, {"feature_id": "messages", "action": "none"}, {"feature_id": "seats", "action": "update"},
            {"feature_id": "credits", "action": "remove", "will_archive": false}, {"feature_id": "images", "action": "skipped"}],
         "plan_changes": [
            {"plan_id": "team", "plan": {"id": "team", "name": "Team"}, "action": "created", "versionable": false, "variants": []},
            {"plan_id": "pro", "plan": {"id": "pro", "name": "Pro"}, "action": "none", "versionable": false, "variants": []},
            {"plan_id": "free", "plan": {"id": "free", "name": "Free"}, "action": "updated", "versionable": true, "variants": []}],
         "reward_changes": [], "referral_program_changes": []}
        """;

    private readonly Shop _shop = new();

    public Task InitializeAsync() => _shop.InitializeAsync();

    public Task DisposeAsync() => _shop.DisposeAsync();

    [Fact]
    public async Task A_preview_says_what_the_push_will_do_and_does_none_of_it()
    {
        await _shop.Hold("ada", "free");
        var before = await _shop.Catalog();
        Shop.Same(Told, (await _shop.Api.Post("catalog.preview_update", Changed)).MustBe(200).Json);
        Assert.Equal(before, await _shop.Catalog());

        Shop.Same(Told, (await _shop.Api.Post("catalog.update", Changed)).MustBe(200).Json);
        Assert.Equal(2, (await _shop.Api.Post("plans.get", """{"plan_id": "free"}""")).Number("version"));
        var again = (await _shop.Api.Post("catalog.preview_update", Changed)).MustBe(200);
        Assert.All(again["plan_changes"]!.Value.EnumerateArray(), change => Assert.Equal("none", change.GetProperty("action").GetString()));
    }

    [Fact]
    public async Task What_is_in_use_will_be_archived_and_is()
    {
        await _shop.Hold("ada", "pro");
        const string nothing = """{"features": [], "plans": []}""";
        var told = (await _shop.Api.Post("catalog.preview_update", nothing)).MustBe(200);
        Assert.Equal(["messages True", "seats False", "sso True", "images False", "credits False"], told["feature_changes"]!.Value.EnumerateArray()
            .OrderBy(change => Array.IndexOf(["messages", "seats", "sso", "images", "credits"], change.GetProperty("feature_id").GetString()))
            .Select(change => $"{change.GetProperty("feature_id")} {change.GetProperty("will_archive").GetBoolean()}"));
        (await _shop.Api.Post("catalog.update", nothing)).MustBe(200);
        Assert.True((await _shop.Api.Post("plans.get", """{"plan_id": "pro"}""")).Flag("archived"));
        Assert.Equal("product_not_found", (await _shop.Api.Post("plans.get", """{"plan_id": "free"}""")).MustBe(404).Code);
    }

    [Fact]
    public async Task One_refusal_leaves_everything_as_it_was()
    {
        var before = await _shop.Catalog();
        var wrong = Changed.Replace("\"seats\", \"included\": 3", "\"stools\", \"included\": 3", StringComparison.Ordinal);
        var refused = (await _shop.Api.Post("catalog.update", wrong)).MustBe(404);
        Assert.Contains("stools", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await _shop.Catalog());
    }
}
