using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Entities;

/// <summary>Plan "team" offers 2 licences of "seat" (100 messages each) and 1 of "guest"; "team_large" offers 3 of "seat", "solo" none.</summary>
public sealed class LicenseTests(Workshop shop) : IClassFixture<Workshop>, IAsyncLifetime
{
    private ApiClient Api => shop.Api;

    public async Task InitializeAsync()
    {
        foreach (var plan in (string[])
        [
            """{"plan_id": "seat", "name": "Seat", "group": "seat", "items": [{"feature_id": "messages", "included": 100, "reset": {"interval": "month"}}]}""",
            """{"plan_id": "guest", "name": "Guest", "group": "guest", "items": [{"feature_id": "dash"}]}""",
            """{"plan_id": "team", "name": "Team", "group": "team", "licenses": [{"license_plan_id": "seat", "included": 2}, {"license_plan_id": "guest", "included": 1}]}""",
            """{"plan_id": "team_large", "name": "Team Large", "group": "team", "licenses": [{"license_plan_id": "seat", "included": 3}]}""",
            """{"plan_id": "solo", "name": "Solo", "group": "team", "items": [{"feature_id": "messages", "included": 10, "reset": {"interval": "month"}}]}""",
            """{"plan_id": "odd", "name": "Odd", "group": "odd", "licenses": [{"license_plan_id": "seat", "included": 1, "customize": {"price": null}}]}""",
        ])
        {
            if (await Api.Post("plans.create", plan) is { Status: not 200, Code: not "product_already_exists" } failed) throw new InvalidOperationException(failed.ToString());
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_licence_gives_its_plan_to_an_entity_from_what_the_customer_may_hand_out()
    {
        var c = await shop.Customer("team", "e1", "e2");
        Assert.Equal(["seat 2 0 2 team Seat", "guest 1 0 1 team Guest"], await Pools(c));
        (await Assign(c, "seat", "e1")).MustBe(200);
        Assert.Equal(["seat 2 1 1 team Seat", "guest 1 0 1 team Guest"], await Pools(c));
        Assert.Equal(100, await shop.Left(c, "e1"));
        Assert.Equal(["seat"], (await shop.Shown(c, "e1"))["subscriptions"]!.Value.EnumerateArray().Where(one => one.GetProperty("scope").GetString() == "entity").Select(one => one.GetProperty("plan_id").GetString()));
        await shop.Track(c, 30, "e1");
        Assert.False((await shop.Check(c, 1, "e2")).Flag("allowed"));
        Assert.Equal(2, (await shop.Shown(c)).Number("licenses.0.granted"));
        Assert.Equal(["e1 seat"], await Assignments(c));
    }

    [Fact]
    public async Task No_more_are_handed_out_than_there_are_and_all_or_none()
    {
        var c = await shop.Customer("team", "e1", "e2", "e3");
        var refused = await Assign(c, "seat", "e1", "e2", "e3");
        Assert.Equal((400, "invalid_request"), Said(refused));
        Assert.Contains("2 of 2", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await Assignments(c));
        (await Assign(c, "seat", "e1", "e2")).MustBe(200);
        Assert.Equal((400, "invalid_request"), Said(await Assign(c, "seat", "e3")));
        (await Release(c, "seat", "e1")).MustBe(200);
        (await Assign(c, "seat", "e3")).MustBe(200);
        Assert.Equal(["e2 seat", "e3 seat"], await Assignments(c));
        var ended = Assert.Single((await Api.Post("licenses.list_assignments", new { customer_id = c, active = false })).MustFit("licenses.list_assignments").List);
        Assert.Equal("e1", ended.GetProperty("entity_id").GetString());
        Assert.True(ended.GetProperty("ended_at").GetInt64() >= ended.GetProperty("started_at").GetInt64());
    }

    [Fact]
    public async Task Refusals_name_what_is_missing()
    {
        var c = await shop.Customer("team", "e1");
        (await Assign(c, "seat", "e1")).MustBe(200);
        Assert.Equal((409, "plan_already_attached"), Said(await Assign(c, "seat", "e1")));
        Assert.Equal((404, "entity_not_found"), Said(await Assign(c, "seat", "nobody")));
        Assert.Equal((404, "product_not_found"), Said(await Assign(c, "nothing", "e1")));
        Assert.Equal((400, "invalid_request"), Said(await Assign(c, "each", "e1")));
        Assert.Equal((404, "customer_not_found"), Said(await Assign("nobody", "seat", "e1")));
        Assert.Equal((400, "invalid_inputs"), Said(await Assign(c, "seat", "e1", "e1")));
        Assert.Equal((400, "invalid_inputs"), Said(await Api.Post("licenses.attach", new { customer_id = c, plan_id = "seat", entities = Array.Empty<object>() })));
        Assert.Equal((404, "invalid_request"), Said(await Release(c, "guest", "e1")));
        Assert.Equal((404, "entity_not_found"), Said(await Release(c, null, "nobody")));
        Assert.Equal((400, "not_supported"), Said(await Api.Post("billing.attach", new { customer_id = c, plan_id = "odd" })));
    }

    [Fact]
    public async Task An_entity_that_is_not_there_comes_with_its_licence()
    {
        var c = await shop.Customer("team");
        (await Api.Post("licenses.attach", new { customer_id = c, plan_id = "seat", entities = new[] { new { entity_id = "new", name = "New", feature_id = "seats" } } })).MustBe(200);
        Assert.Equal(("New", 100m), ((await shop.Shown(c, "new")).Word("name"), await shop.Left(c, "new")));
        Assert.Equal(["new seat"], await Assignments(c));
    }

    [Fact]
    public async Task A_deleted_entity_gives_its_licences_back()
    {
        var c = await shop.Customer("team", "e1");
        (await Assign(c, "seat", "e1")).MustBe(200);
        (await Assign(c, "guest", "e1")).MustBe(200);
        Assert.Equal(["seat 2 1 1 team Seat", "guest 1 1 0 team Guest"], await Pools(c));
        (await Api.Post("entities.delete", new { customer_id = c, entity_id = "e1" })).MustBe(200);
        Assert.Equal(["seat 2 0 2 team Seat", "guest 1 0 1 team Guest"], await Pools(c));
        Assert.Empty(await Assignments(c));
    }

    [Fact]
    public async Task Licences_go_on_with_a_plan_that_offers_them_too_and_end_with_one_that_does_not()
    {
        var c = await shop.Customer("team", "e1", "e2");
        (await Assign(c, "seat", "e1", "e2")).MustBe(200);
        (await Assign(c, "guest", "e1")).MustBe(200);
        await shop.Attach(c, "team_large");
        Assert.Equal(["seat 3 2 1 team_large Seat"], await Pools(c));
        Assert.Equal(["e1 seat", "e2 seat"], await Assignments(c));
        await shop.Attach(c, "team");
        (await Assign(c, "guest", "e2")).MustBe(200);
        await shop.Attach(c, "solo");
        Assert.Empty(await Pools(c));
        Assert.Empty(await Assignments(c));
        Assert.Equal(10, await shop.Left(c, "e1"));
    }

    [Fact]
    public async Task Released_without_a_plan_an_entity_loses_every_licence_and_keeps_its_own_plans()
    {
        var c = await shop.Customer("team", "e1");
        await shop.Attach(c, "each", "e1");
        (await Assign(c, "seat", "e1")).MustBe(200);
        (await Assign(c, "guest", "e1")).MustBe(200);
        Assert.Equal(["e1 guest"], (await Api.Post("licenses.list_assignments", new { customer_id = c, entity_id = "e1", plan_id = "guest" })).List.Select(one => $"{one.GetProperty("entity_id").GetString()} {one.GetProperty("license_plan_id").GetString()}"));
        (await Release(c, null, "e1")).MustBe(200);
        Assert.Empty(await Assignments(c));
        Assert.Equal(100, await shop.Left(c, "e1"));
    }

    [Fact]
    public async Task Of_many_who_want_the_last_licence_one_gets_it()
    {
        var entities = Enumerable.Range(1, 8).Select(i => $"e{i}").ToArray();
        var c = await shop.Customer("team", entities);
        var replies = await Task.WhenAll(entities.Select(entity => Assign(c, "seat", entity)));
        Assert.Equal(2, replies.Count(reply => reply.Status == 200));
        Assert.Equal(2, (await Assignments(c)).Count());
    }

    private Task<Reply> Assign(string customer, string plan, params string[] entities) =>
        Api.Post("licenses.attach", new { customer_id = customer, plan_id = plan, entities = entities.Select(entity => new { entity_id = entity }) });

    private Task<Reply> Release(string customer, string? plan, params string[] entities) => Api.Post("licenses.release", plan is null
        ? new { customer_id = customer, entity_ids = entities }
        : (object)new { customer_id = customer, license_plan_id = plan, entity_ids = entities });

    private async Task<IEnumerable<string>> Pools(string customer) => (await Api.Post("licenses.list", new { customer_id = customer })).MustFit("licenses.list").List
        .Select(pool => $"{pool.GetProperty("license_plan_id")} {pool.GetProperty("granted")} {pool.GetProperty("usage")} {pool.GetProperty("remaining")} {pool.GetProperty("parent_plan_id")} {pool.GetProperty("license_plan_name")}");

    private async Task<IEnumerable<string>> Assignments(string customer) => (await Api.Post("licenses.list_assignments", new { customer_id = customer })).MustFit("licenses.list_assignments").List
        .Select(one => $"{one.GetProperty("entity_id")} {one.GetProperty("license_plan_id")}");

    private static (int, string?) Said(Reply reply) => (reply.Status, reply.Code);
}
