using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Holds;

public class ControlTests
{
    [Fact]
    public async Task Controls_of_a_customer_are_set_list_by_list_and_shown_with_their_source_and_use()
    {
        await using var server = await Stage();
        (await server.Api.Post("/v1/customers.update", """
            {"customer_id": "c", "billing_controls": {"usage_limits": [{"feature_id": "messages", "limit": 5, "interval": "month"}], "spend_limits": [{"feature_id": "messages", "enabled": true, "overage_limit": 10}]}}
            """)).MustBe(200);
        await server.Api.Track("c", 3);
        var customer = await server.Api.Post("/v1/customers.get", """{"customer_id": "c"}""");
        Assert.Equal("""[{"feature_id":"messages","enabled":true,"limit":5,"interval":"month","usage":3,"source":"customer"}]""", customer["billing_controls.usage_limits"].ToString());
        Assert.Equal("""[{"feature_id":"messages","enabled":true,"overage_limit":10,"source":"customer"}]""", customer["billing_controls.spend_limits"].ToString());

        (await server.Api.Post("/v1/customers.update", """{"customer_id": "c", "billing_controls": {"usage_limits": []}}""")).MustBe(200);
        customer = await server.Api.Post("/v1/customers.get", """{"customer_id": "c"}""");
        Assert.Equal("[]", customer["billing_controls.usage_limits"].ToString());
        Assert.Equal(1, customer["billing_controls.spend_limits"]!.Value.GetArrayLength());
    }

    [Fact]
    public async Task A_new_customer_may_come_with_controls_and_config()
    {
        await using var server = await Stage();
        var made = (await server.Api.Post("/v1/customers.get_or_create", """
            {"customer_id": "n", "billing_controls": {"overage_allowed": [{"feature_id": "messages", "enabled": true}]}, "config": {"disable_pooled_balance": true}}
            """)).MustBe(200);
        Assert.True(made.Flag("config.disable_pooled_balance"));
        Assert.Equal("""[{"feature_id":"messages","enabled":true,"source":"customer"}]""", made["billing_controls.overage_allowed"].ToString());
    }

    [Fact]
    public async Task Defaults_of_a_plan_hold_and_are_shown_from_2_3_on()
    {
        await using var server = await Stage();
        (await server.Api.Post("/v1/plans.create", """
            {"plan_id": "limited", "name": "Limited", "items": [{"feature_id": "messages", "included": 100, "reset": {"interval": "month"}}],
             "billing_controls": {"usage_limits": [{"feature_id": "messages", "limit": 5, "interval": "month"}]}}
            """)).MustBe(200);
        (await server.Api.Post("/v1/billing.attach", """{"customer_id": "c", "plan_id": "limited"}""")).MustBe(200);
        Assert.Equal(5, (await server.Api.Track("c", 50)).Number("deductions.0.value"));
        foreach (var (version, shown) in new[] { ("2.3.0", true), ("2.2.0", false), ("2.1.0", false) })
        {
            var customer = await server.Api.Post("/v1/customers.get", """{"customer_id": "c"}""", ("x-api-version", version));
            Assert.Equal(shown ? "plan" : null, customer.Word("billing_controls.usage_limits.0.source"));
        }
    }

    [Fact]
    public async Task A_filter_looks_at_the_properties_of_check_and_track()
    {
        await using var server = await Stage();
        (await server.Api.Post("/v1/customers.update", """
            {"customer_id": "c", "billing_controls": {"usage_limits": [{"feature_id": "messages", "limit": 5, "interval": "month", "filter": {"properties": {"model": "big", "n": 5}}}]}}
            """)).MustBe(200);
        const string big = """{"customer_id": "c", "feature_id": "messages", "value": 10, "properties": {"model": "big", "n": "5"}}""";
        Assert.Equal(5, (await server.Api.Post("/v1/track", big)).Number("deductions.0.value"));
        Assert.Equal(10, (await server.Api.Post("/v1/track", big.Replace("big", "small", StringComparison.Ordinal))).Number("deductions.0.value"));
        Assert.False((await server.Api.Post("/v1/check", """{"customer_id": "c", "feature_id": "messages", "properties": {"model": "big", "n": 5}}""")).Flag("allowed"));
        Assert.True((await server.Api.Post("/v1/check", """{"customer_id": "c", "feature_id": "messages"}""")).Flag("allowed"));
    }

    [Fact]
    public async Task Parallel_tracks_never_pass_a_usage_limit_or_a_spend_limit()
    {
        await using var server = await Stage();
        (await server.Api.Post("/v1/customers.update", """{"customer_id": "c", "billing_controls": {"usage_limits": [{"feature_id": "messages", "limit": 50, "interval": "day"}]}}""")).MustBe(200);
        var allowed = await Task.WhenAll(Enumerable.Range(0, 40).Select(async _ => (await server.Api.Consume("c", 3)).Flag("allowed")));
        Assert.Equal(16, allowed.Count(yes => yes));

        await server.Api.Create("s", new { customer_id = "s", internal_options = new { disable_defaults = true } });
        await server.Api.Grant("s", 100);
        (await server.Api.Post("/v1/customers.update", """
            {"customer_id": "s", "billing_controls": {"overage_allowed": [{"feature_id": "messages", "enabled": true}], "spend_limits": [{"feature_id": "messages", "enabled": true, "overage_limit": 20}]}}
            """)).MustBe(200);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => server.Api.Track("s", 3)));
        Assert.Equal(120, (await server.Api.Check("s")).Number("balance.usage"));
    }

    [Theory]
    [InlineData("""{"usage_limits": [{"feature_id": "messages", "limit": 5, "interval": "hour"}]}""")]
    [InlineData("""{"usage_limits": [{"feature_id": "messages", "limit": -1, "interval": "day"}]}""")]
    [InlineData("""{"usage_limits": [{"feature_id": "messages", "limit": 5, "interval": "day"}, {"feature_id": "messages", "limit": 6, "interval": "day"}]}""")]
    [InlineData("""{"usage_limits": [{"feature_id": "messages", "limit": 5, "interval": "day", "filter": {"properties": {}}}]}""")]
    [InlineData("""{"spend_limits": [{"overage_limit": 5}]}""")]
    [InlineData("""{"usage_alerts": [{"threshold": 101, "threshold_type": "remaining_percentage"}]}""")]
    [InlineData("""{"auto_topups": [{"feature_id": "messages", "threshold": 1, "quantity": 0}]}""")]
    [InlineData("""{"overage_allowed": {}}""")]
    public async Task Controls_are_refused(string controls)
    {
        await using var server = await Stage();
        var refused = await server.Api.Post("/v1/customers.update", $$"""{"customer_id": "c", "billing_controls": {{controls}}}""");
        Assert.Equal((400, "invalid_inputs"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task Overage_moves_onto_what_is_left_and_a_deleted_balances_usage_to_the_others()
    {
        await using var server = await Stage(grant: 0);
        foreach (var (id, grant) in new[] { ("A", 100m), ("B", 200m) })
            (await server.Api.Post("/v1/balances.create", new { customer_id = "c", feature_id = "messages", balance_id = id, included_grant = grant })).MustBe(200);
        (await server.Api.Post("/v1/balances.update", """{"customer_id": "c", "feature_id": "messages", "balance_id": "A", "usage": 140}""")).MustBe(200);
        var preview = (await server.Api.Post("/v1/balances.preview_recalculate", """{"customer_id": "c", "feature_id": "messages"}""")).MustBe(200);
        Assert.Equal(140, preview.Number("total_usage"));
        Assert.Contains("""{"customer_entitlement_id":"B","before_remaining":200,"after_remaining":160}""", preview.Text, StringComparison.Ordinal);
        Assert.Equal(200, await server.Api.Remaining("c"));
        for (var i = 0; i < 2; i++) (await server.Api.Post("/v1/balances.recalculate", """{"customer_id": "c", "feature_id": "messages"}""")).MustBe(200);
        Assert.Equal(160, await server.Api.Remaining("c"));
        Assert.Equal(400, (await server.Api.Post("/v1/balances.delete", """{"customer_id": "c", "balance_id": "A", "recalculate_balances": true}""")).Status);
        (await server.Api.Post("/v1/balances.delete", """{"customer_id": "c", "feature_id": "messages", "balance_id": "A", "recalculate_balances": true}""")).MustBe(200);
        var left = await server.Api.Check("c");
        Assert.Equal((60m, 140m), (left.Number("balance.remaining"), left.Number("balance.usage")));
    }

    [Fact]
    public async Task A_balance_by_itself_may_roll_over()
    {
        await using var server = await Stage(grant: 0);
        (await server.Api.Post("/v1/balances.create", """
            {"customer_id": "c", "feature_id": "messages", "included_grant": 100, "reset": {"interval": "month"}, "rollover": {"max": 30, "expiry_duration_type": "forever"}}
            """)).MustBe(200);
        server.Time.Advance(TimeSpan.FromDays(32));
        Assert.Equal(130, await server.Api.Remaining("c"));
        foreach (var wrong in (string[])["""{"max": 1, "max_percentage": 5, "expiry_duration_type": "forever"}""", """{"max": 1}"""])
            Assert.Equal(400, (await server.Api.Post("/v1/balances.create", $$"""{"customer_id": "c", "feature_id": "messages", "included_grant": 1, "reset": {"interval": "day"}, "rollover": {{wrong}}}""")).Status);
        Assert.Equal(400, (await server.Api.Post("/v1/balances.create", """{"customer_id": "c", "feature_id": "messages", "included_grant": 1, "rollover": {"expiry_duration_type": "forever"}}""")).Status);
    }

    private static async Task<RunningServer> Stage(decimal grant = 1000)
    {
        var server = await RunningServer.Start();
        await server.Api.Create("c", new { customer_id = "c", internal_options = new { disable_defaults = true } });
        if (grant > 0) await server.Api.Grant("c", grant);
        return server;
    }
}
