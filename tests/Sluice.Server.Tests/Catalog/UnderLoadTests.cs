namespace Sluice.Server.Tests;

/// <summary>The catalog changes while usage comes in.</summary>
public sealed class CatalogUnderLoadTests : IAsyncLifetime
{
    private readonly Shop _shop = new();

    public Task InitializeAsync() => _shop.InitializeAsync();

    public Task DisposeAsync() => _shop.DisposeAsync();

    [Fact]
    public async Task No_track_is_lost_and_each_is_decided_on_a_whole_catalog()
    {
        // An image costs 1 or 3 credits, and the name says which: a track decided on half an edit would tell.
        const int Trackers = 8, Each = 60;
        for (var customer = 0; customer < Trackers; customer++)
        {
            await _shop.Api.Create($"c{customer}");
            await _shop.Api.Grant($"c{customer}", 10_000, "credits");
        }

        await Cost(1);
        var tracking = Task.WhenAll(Enumerable.Range(0, Trackers).Select(customer => Track($"c{customer}", Each)));
        var edits = 0;
        while (!tracking.IsCompleted) await Cost(++edits % 2 == 0 ? 1 : 3);
        Assert.True(edits > 1, "the edits and the tracks did not meet");

        var spent = await tracking;
        for (var customer = 0; customer < Trackers; customer++)
            Assert.Equal(10_000 - spent[customer], await _shop.Api.Remaining($"c{customer}", "credits"));
    }

    [Fact]
    public async Task Attaching_and_editing_at_once_leaves_every_holder_on_a_version_that_stands()
    {
        const int Customers = 40;
        var attaching = Enumerable.Range(0, Customers).Select(customer => _shop.Hold($"c{customer}", "free")).ToList();
        for (var edit = 1; edit <= 10; edit++)
            (await _shop.Api.Post("plans.update", $$"""{"plan_id": "free", "items": [{"feature_id": "messages", "included": {{edit}}}]}""")).MustBe(200);
        await Task.WhenAll(attaching);

        for (var customer = 0; customer < Customers; customer++)
        {
            var held = (await _shop.Api.Post("customers.get", $$"""{"customer_id": "c{{customer}}", "expand": ["subscriptions.plan"]}""")).MustBe(200);
            Assert.Equal(held.Number("subscriptions.0.plan.items.0.included"), held.Number("balances.messages.granted"));
        }
    }

    [Fact]
    public async Task Of_many_who_create_the_same_plan_one_succeeds()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => _shop.Api.Post("plans.create", $$"""{"plan_id": "race", "name": "Number {{i}}"}""")));
        Assert.Equal(1, replies.Count(reply => reply.Status == 200));
        Assert.Equal(11, replies.Count(reply => reply is { Status: 400, Code: "product_already_exists" }));
        Assert.Equal(replies.Single(reply => reply.Status == 200).Text, (await _shop.Api.Post("plans.get", """{"plan_id": "race"}""")).Text);
    }

    private async Task Cost(int cost) =>
        (await _shop.Api.Post("features.update", $$"""{"feature_id": "credits", "name": "Cost {{cost}}", "credit_schema": [{"metered_feature_id": "images", "credit_cost": {{cost}}}]}""")).MustBe(200);

    /// <summary>The credits that the answers say were taken.</summary>
    private async Task<decimal> Track(string customer, int times)
    {
        var spent = 0m;
        for (var i = 0; i < times; i++)
        {
            var reply = (await _shop.Api.Post("balances.track", $$"""{"customer_id": "{{customer}}", "feature_id": "images", "value": 1, "expand": ["balance.feature"]}""")).MustBe(200);
            Assert.Contains(reply.Number("deductions.0.value"), (decimal[])[1, 3]);
            spent += reply.Number("deductions.0.value");
            Assert.Equal($"Cost {reply.Number("balance.feature.credit_schema.0.credit_cost")}", reply.Word("balance.feature.name"));
        }

        return spent;
    }
}
