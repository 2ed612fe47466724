using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Entities;

/// <summary>Lists of entities, entities made together, older callers, and many at once.</summary>
public sealed class ManyEntitiesTests(Workshop shop) : IClassFixture<Workshop>
{
    private static readonly (string, string) Two = ("x-api-version", "2.0");

    private ApiClient Api => shop.Api;

    [Fact]
    public async Task Entities_are_listed_newest_first_and_page_by_page()
    {
        var c = await shop.Customer("main");
        foreach (var i in Enumerable.Range(1, 5))
        {
            await shop.Entity(c, $"page{i}");
            shop.Time.Advance(TimeSpan.FromSeconds(1));
        }

        var first = (await Api.Post("entities.list", new { customer_id = c, limit = 2 })).MustFit("entities.list");
        Assert.Equal(["page5", "page4"], Ids(first));
        var second = await Api.Post("entities.list", new { customer_id = c, limit = 2, start_cursor = first.Word("next_cursor") });
        Assert.Equal(["page3", "page2"], Ids(second));
        var third = await Api.Post("entities.list", new { customer_id = c, limit = 2, start_cursor = second.Word("next_cursor") });
        Assert.Equal(["page1"], Ids(third));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, third["next_cursor"]!.Value.ValueKind);

        var older = await Api.Post("entities.list", new { customer_id = c, limit = 2, offset = 3 }, ("x-api-version", "2.2"));
        Assert.Equal(["page2", "page1"], Ids(older));
        Assert.Equal((2m, 5m, false), (older.Number("total"), older.Number("total_filtered_count"), older.Flag("has_more")));
        Assert.Equal((404, "customer_not_found"), Said(await Api.Post("entities.list", """{"customer_id": "nobody"}""")));
        Assert.Equal((400, "invalid_cursor"), Said(await Api.Post("entities.list", """{"start_cursor": "zz"}""")));
    }

    [Fact]
    public async Task Lists_are_narrowed_by_plan_and_by_words()
    {
        var c = await shop.Customer("main", "plain", "planned");
        await shop.Attach(c, "each", "planned");
        (await Api.Post("entities.update", new { customer_id = c, entity_id = "plain", name = "Große Straße" })).MustBe(200);
        Assert.Equal(["planned"], Ids(await Api.Post("entities.list", new { customer_id = c, plans = new[] { new { id = "each" } } })));
        Assert.Equal(["planned"], Ids(await Api.Post("entities.list", new { customer_id = c, subscription_status = "active" })));
        Assert.Empty(Ids(await Api.Post("entities.list", new { customer_id = c, subscription_status = "scheduled" })));
        Assert.Equal(["plain"], Ids(await Api.Post("entities.list", new { customer_id = c, search = "GROSSE straSSE".Replace("SS", "ß", StringComparison.Ordinal) })));
        (await Api.Post("entities.delete", new { customer_id = c, entity_id = "planned" })).MustBe(200);
        Assert.Empty(Ids(await Api.Post("entities.list", new { customer_id = c, plans = new[] { new { id = "each" } } })));
        (await Api.Post("customers.delete", new { customer_id = c })).MustBe(200);
        Assert.Empty(Ids(await Api.Post("entities.list", new { search = "große" })));
    }

    [Fact]
    public async Task The_older_routes_say_the_same()
    {
        var c = await shop.Customer("main");
        var one = (await Api.Post($"/v1/customers/{c}/entities", """{"id": "l1", "feature_id": "seats", "name": "L1"}""")).MustBe(200);
        Assert.Equal(("l1", 3m), (one.Word("id"), one.Number("balances.seats.remaining")));
        var both = (await Api.Post($"/v1/customers/{c}/entities", """[{"id": 2, "feature_id": "seats"}, {"id": "l3", "feature_id": "seats"}]""")).MustBe(200);
        Assert.Equal(["2", "l3"], Ids(both));
        var refused = await Api.Post($"/v1/customers/{c}/entities", """[{"id": "l4", "feature_id": "seats"}, {"id": "l3", "feature_id": "seats"}]""");
        Assert.Equal((409, "entity_already_exists"), Said(refused));
        Assert.Contains("items[1]", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["l3", "2", "l1"], Ids(await Api.Get($"/v1/customers/{c}/entities")));
        Assert.Equal("seats", (await Api.Get($"/v1/customers/{c}/entities/l3")).MustBe(200).Word("feature_id"));
        (await Api.Send(HttpMethod.Delete, $"/v1/customers/{c}/entities/l3", null)).MustBe(200);
        (await Api.Send(HttpMethod.Delete, $"/v1/entities/2?customer_id={c}", null)).MustBe(200);
        Assert.Equal(["l1"], Ids(await Api.Get($"/v1/customers/{c}/entities")));
        Assert.Equal(["l1"], (await Api.Post("customers.get", new { customer_id = c, expand = new[] { "entities" } })).MustFit("customers.get")["entities"]!.Value.EnumerateArray().Select(entity => entity.GetProperty("id").GetString()));
        Assert.Equal(400, (await Api.Post($"/v1/customers/{c}/entities", "[]")).Status);
    }

    [Fact]
    public async Task One_entity_may_wait_for_its_id()
    {
        var c = await shop.Customer("main");
        (await Api.Post($"/v1/customers/{c}/entities", """{"id": null, "feature_id": "seats", "name": "Waiting"}""")).MustBe(200);
        Assert.Equal((400, "entity_id_required"), Said(await Api.Post($"/v1/customers/{c}/entities", """{"id": null, "feature_id": "seats"}""")));
        Assert.Equal("Waiting", (await shop.Entity(c, "named")).Word("name"));
        Assert.Equal(2, (await shop.Shown(c)).Number("balances.seats.remaining"));
    }

    [Fact]
    public async Task Before_2_1_a_check_or_track_makes_the_entity_it_describes()
    {
        var c = await shop.Customer("main");
        var made = (await Api.Post("/v1/track", new { customer_id = c, feature_id = "messages", value = 5, entity_id = "auto", entity_data = new { feature_id = "seats", name = "Auto" } }, Two)).MustBe(200);
        Assert.Equal("auto", made.Word("entity_id"));
        Assert.Equal((145m, "Auto"), (await shop.Left(c, "auto"), (await shop.Shown(c, "auto")).Word("name")));
        Assert.Equal((400, "invalid_inputs"), Said(await Api.Post("/v1/check", new { customer_id = c, feature_id = "messages", entity_id = "other" }, Two)));
        (await Api.Post("customers.get_or_create", """{"customer_id": "with-entity", "entity_id": "e", "entity_data": {"feature_id": "seats"}}""")).MustBe(200);
        (await Api.Post("entities.get", """{"customer_id": "with-entity", "entity_id": "e"}""")).MustBe(200);
        Assert.Equal(400, (await Api.Post("customers.get_or_create", """{"customer_id": "without-entity", "entity_id": "e"}""")).Status);
        Assert.Equal(404, (await Api.Post("customers.get", """{"customer_id": "without-entity"}""")).Status);
    }

    [Fact]
    public async Task Older_versions_show_entities_as_they_show_customers()
    {
        var c = await shop.Customer("main", "e1");
        var two = (await Api.Post("entities.get", new { customer_id = c, entity_id = "e1" }, Two)).MustBe(200);
        Assert.Equal((150m, 0m, true), (two.Number("balances.messages.current_balance"), two.Number("balances.dash.usage"), two["flags"] is null));
        var oneTwo = (await Api.Get($"/v1/customers/{c}/entities/e1", ("x-api-version", "1.2"))).MustBe(200);
        Assert.Equal((150m, "main", c, "seats"), (oneTwo.Number("features.messages.balance"), oneTwo.Word("products.0.id"), oneTwo.Word("customer_id"), oneTwo.Word("feature_id")));
        var list = (await Api.Post($"/v1/customers/{c}/entities", """[{"id": "a", "feature_id": "seats"}, {"id": "b", "feature_id": "seats"}]""", ("x-api-version", "1.2"))).MustBe(200);
        Assert.Equal(150, list.Number("list.1.features.messages.balance"));
    }

    [Fact]
    public async Task One_entity_made_many_times_at_once_is_made_once()
    {
        var c = await shop.Customer("main");
        var replies = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Api.Post("entities.create", new { customer_id = c, feature_id = "seats", entity_id = "same" })));
        Assert.Single(replies, reply => reply.Status == 200);
        Assert.Equal(15, replies.Count(reply => reply is { Status: 409, Code: "entity_already_exists" }));
        Assert.Equal(2, (await shop.Shown(c)).Number("balances.seats.remaining"));
    }

    [Fact]
    public async Task Entities_that_draw_at_once_on_what_they_share_never_take_more_than_there_is()
    {
        var c = await shop.Customer("main", "e1", "e2", "e3");
        var replies = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => shop.Track(c, 5, $"e{(i % 3) + 1}", "reject")));
        Assert.Equal(50, replies.Count(reply => reply.Status == 200));
        Assert.Equal([0m, 0m, 0m, 0m], await shop.All(c, "e1", "e2", "e3"));
    }

    [Fact]
    public async Task Entities_outlive_a_restart()
    {
        using var directory = new TempDirectory();
        await using (var server = await RunningServer.Start(directory: directory, demo: false))
        {
            (await server.Api.Post("features.create", """{"feature_id": "seats", "name": "Seats", "type": "metered", "consumable": false}""")).MustBe(200);
            (await server.Api.Post("entities.create", """{"customer_id": "c", "feature_id": "seats", "entity_id": "e1"}""")).MustBe(200);
        }

        await using var again = await RunningServer.Start(directory: directory, demo: false);
        Assert.Equal("seats", (await again.Api.Post("entities.get", """{"entity_id": "e1"}""")).MustBe(200).Word("feature_id"));
        Assert.Equal(["e1"], Ids(await again.Api.Post("entities.list", "{}")));
    }

    private static IEnumerable<string?> Ids(Reply reply) => reply.MustBe(200).List.Select(one => one.GetProperty("id").GetString());

    private static (int, string?) Said(Reply reply) => (reply.Status, reply.Code);
}
