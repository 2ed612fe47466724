namespace Sluice.Server.Tests;

/// <summary>Plans over time: versions, archiving, names, and who may have what.</summary>
public sealed class CatalogVersionTests : IAsyncLifetime
{
    private readonly Shop _shop = new();

    public Task InitializeAsync() => _shop.InitializeAsync();

    public Task DisposeAsync() => _shop.DisposeAsync();

    [Fact]
    public async Task A_held_plan_gets_a_new_version_and_its_holders_keep_theirs()
    {
        await _shop.Hold("ada", "free");
        var edited = await Update("""{"plan_id": "free", "items": [{"feature_id": "messages", "included": 5, "reset": {"interval": "month"}}]}""");
        Assert.Equal((2, 5), (edited.Number("version"), edited.Number("items.0.included")));
        Assert.Equal(100, await _shop.Api.Remaining("ada"));
        await _shop.Hold("bob", "free");
        Assert.Equal(5, await _shop.Api.Remaining("bob"));
        var ada = await _shop.Api.Post("customers.get", """{"customer_id": "ada", "expand": ["subscriptions.plan"]}""");
        Assert.Equal((1, 100), (ada.Number("subscriptions.0.plan.version"), ada.Number("subscriptions.0.plan.items.0.included")));
        Assert.Equal(100, (await _shop.Api.Post("plans.get", """{"plan_id": "free", "version": 1}""")).Number("items.0.included"));
        Assert.Equal([2, 2, 1, 1], [
            (await List("{}")).Count, (await List("""{"all_versions": false}""")).Count, (await _shop.Api.Get("/v1/products/free?version=1")).Number("version"), Versions(await List("""{"all_versions": true}"""), "free")[0]]);
        Assert.Equal([1, 2], Versions(await List("""{"all_versions": true}"""), "free"));
    }

    [Fact]
    public async Task What_holders_do_not_feel_is_changed_in_place()
    {
        await _shop.Hold("ada", "free");
        var edited = await Update("""{"plan_id": "free", "name": "Gratis", "description": "For all", "group": "g", "metadata": {"a": 1}, "items": [{"feature_id": "messages", "included": 100, "reset": {"interval": "month"}}]}""");
        Assert.Equal((1, "Gratis", "For all", "g"), (edited.Number("version"), edited.Word("name"), edited.Word("description"), edited.Word("group")));
        edited = await Update("""{"plan_id": "free", "description": null, "group": "", "metadata": {}}""");
        Assert.Equal((null, null, "{}"), (edited.Word("description"), edited.Word("group"), edited["metadata"]!.Value.GetRawText()));
    }

    [Fact]
    public async Task The_flags_about_versions_do_as_they_say()
    {
        await _shop.Hold("ada", "free");
        Assert.Equal(1, (await Update("""{"plan_id": "free", "items": [{"feature_id": "messages", "included": 7}], "disable_version": true}""")).Number("version"));
        Assert.Equal(2, (await Update("""{"plan_id": "free", "force_version": true}""")).Number("version"));
        var older = await Update("""{"plan_id": "free", "version": 1, "items": [], "disable_version": true}""");
        Assert.Equal((2, 7), (older.Number("version"), older.Number("items.0.included")));
        var both = await Update("""{"plan_id": "free", "items": [{"feature_id": "messages", "included": 3}], "all_versions": true}""");
        Assert.Equal([2, 3, 3], [both.Number("version"), both.Number("items.0.included"), (await _shop.Api.Post("plans.get", """{"plan_id": "free", "version": 1}""")).Number("items.0.included")]);
        Assert.Equal(100, await _shop.Api.Remaining("ada"));
    }

    [Fact]
    public async Task A_null_takes_price_and_trial_away_and_what_is_left_out_stays()
    {
        await Update("""{"plan_id": "pro", "free_trial": {"duration_length": 7}}""");
        var edited = await Update("""{"plan_id": "pro", "name": "Pro 2"}""");
        Assert.Equal((20, 7, "month", true), (edited.Number("price.amount"), edited.Number("free_trial.duration_length"), edited.Word("free_trial.duration_type"), edited.Flag("free_trial.card_required")));
        edited = await Update("""{"plan_id": "pro", "price": null, "free_trial": null}""");
        Assert.Equal(System.Text.Json.JsonValueKind.Null, edited["price"]!.Value.ValueKind);
        Assert.Null(edited["free_trial"]);
        Assert.Equal(2, edited["items"]!.Value.GetArrayLength());
    }

    [Fact]
    public async Task An_archived_plan_is_hidden_from_the_list()
    {
        Assert.True((await Update("""{"plan_id": "pro", "archived": true}""")).Flag("archived"));
        Assert.Equal("free", Assert.Single(await List("{}")).GetProperty("id").GetString());
        Assert.Equal(2, (await List("""{"include_archived": true}""")).Count);
        Assert.Equal(2, (await _shop.Api.Get("/v1/products?include_archived=true")).List.Count);
        Assert.False((await Update("""{"plan_id": "pro", "archived": false}""")).Flag("archived"));
        Assert.Equal(2, (await List("{}")).Count);
    }

    [Fact]
    public async Task An_id_can_change_until_somebody_has_had_it()
    {
        Assert.Equal("basic", (await Update("""{"plan_id": "free", "new_plan_id": "basic"}""")).Word("id"));
        Assert.Equal("pictures", (await _shop.Api.Post("features.update", """{"feature_id": "images", "new_feature_id": "pictures"}""")).MustFit("features.update").Word("id"));
        Assert.Equal("pictures", (await _shop.Api.Post("features.get", """{"feature_id": "credits"}""")).Word("credit_schema.0.metered_feature_id"));
        await _shop.Hold("ada", "basic");
        Assert.Equal((409, "invalid_request"), Outcome(await _shop.Api.Post("plans.update", """{"plan_id": "basic", "new_plan_id": "free"}""")));
        Assert.Equal((400, "invalid_feature"), Outcome(await _shop.Api.Post("features.update", """{"feature_id": "messages", "new_feature_id": "texts"}""")));
    }

    [Fact]
    public async Task One_main_plan_of_a_group_starts_new_customers()
    {
        await Update("""{"plan_id": "free", "auto_enable": true}""");
        Assert.Equal((400, "invalid_request"), Outcome(await _shop.Api.Post("plans.create", """{"plan_id": "other", "name": "Other", "auto_enable": true}""")));
        (await _shop.Api.Post("plans.create", """{"plan_id": "other", "name": "Other", "auto_enable": true, "group": "other"}""")).MustBe(200);
        await _shop.Api.Create("ada");
        Assert.Equal(100, await _shop.Api.Remaining("ada"));
    }

    [Fact]
    public async Task Markups_are_changed_one_by_one()
    {
        (await _shop.Api.Post("features.create", """{"feature_id": "tokens", "name": "Tokens", "type": "ai_credit_system", "default_markup": 20, "provider_markups": {"a": {"markup": 1}}}""")).MustBe(200);
        var edited = (await _shop.Api.Post("features.update", """{"feature_id": "tokens", "default_markup": 30, "archived": true}""")).MustFit("features.update");
        Assert.Equal((30, 1, true), (edited.Number("default_markup"), edited.Number("provider_markups.a.markup"), edited.Flag("archived")));
        edited = (await _shop.Api.Post("features.update", """{"feature_id": "tokens", "provider_markups": null, "name": "AI"}""")).MustFit("features.update");
        Assert.Equal((30, null, "AI"), (edited.Number("default_markup"), edited["provider_markups"]?.GetRawText(), edited.Word("name")));
    }

    [Fact]
    public async Task A_list_for_a_customer_says_what_attaching_each_plan_would_be()
    {
        (await _shop.Api.Post("plans.create", """{"plan_id": "trial", "name": "Trial", "group": "g", "price": {"amount": 5, "interval": "month"}, "free_trial": {"duration_length": 7}}""")).MustBe(200);
        await _shop.Hold("ada", "free");
        Assert.Equal(
            ["""free {"status":"active","canceling":false,"trialing":false,"attach_action":"none"}""", """trial {"trial_available":true,"attach_action":"activate"}""", """pro {"attach_action":"upgrade"}"""],
            Eligibilities((await _shop.Api.Post("plans.list", """{"customer_id": "ada"}""")).MustFit("plans.list")));
        Assert.Equal(
            ["""free {"attach_action":"none"}""", """trial {"trial_available":true,"attach_action":"activate"}""", """pro {"attach_action":"upgrade"}"""],
            Eligibilities(await _shop.Api.Get("/v1/plans?customer_id=ada", ("x-api-version", "2.1.0"))));
        Assert.All(Eligibilities(await _shop.Api.Post("plans.list", """{"customer_id": "nobody_yet"}""")), plan => Assert.Contains("activate", plan));
    }

    private static (int, string?) Outcome(Reply reply) => (reply.Status, reply.Code);

    private static IEnumerable<string> Eligibilities(Reply reply) =>
        reply.MustBe(200).List.Select(plan => $"{plan.GetProperty("id").GetString()} {plan.GetProperty("customer_eligibility").GetRawText()}");

    private static List<int> Versions(IReadOnlyList<System.Text.Json.JsonElement> plans, string id) =>
        [.. plans.Where(plan => plan.GetProperty("id").GetString() == id).Select(plan => plan.GetProperty("version").GetInt32())];

    private async Task<Reply> Update(string request) => (await _shop.Api.Post("plans.update", request)).MustFit("plans.update");

    private async Task<IReadOnlyList<System.Text.Json.JsonElement>> List(string request) => (await _shop.Api.Post("plans.list", request)).MustBe(200).List;
}
