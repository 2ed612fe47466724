using System.Text.Json;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Billing;

public sealed class BillingTests(Till till) : IClassFixture<Till>
{
    private ApiClient Api => till.Api;

    [Fact]
    public async Task After_an_outage_of_several_periods_a_call_decides_when_all_of_them_are_paid()
    {
        var late = new Till();
        await late.InitializeAsync();
        await late.Api.Create("c");
        await late.Card("c", "pm_card_visa");
        (await late.Attach("c", "pro")).MustBe(200);
        late.Time.Advance(TimeSpan.FromDays(100));
        (await late.Attach("c", "premium")).MustBe(200);
        Assert.Equal(("20 paid, 20 paid, 20 paid, 20 paid, 21.29 paid", "premium active"), (await late.Invoices("c"), await late.Plans("c")));
        await late.DisposeAsync();
    }

    [Fact]
    public async Task Dunning_tries_again_and_then_ends_the_plan()
    {
        var c = await till.Customer();
        (await till.Attach(c, "pro")).MustBe(200);
        await till.Card(c, "pm_card_chargeDeclined");
        await till.Advance(c, Till.T0.AddMonths(1).AddDays(30));
        Assert.Equal(("", "20 paid, 20 void"), (await till.Plans(c), await till.Invoices(c)));
    }

    [Fact]
    public async Task Numbers_of_invoices_have_no_gap()
    {
        var customers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => till.Customer()));
        await Task.WhenAll(customers.Select(c => till.Attach(c, "pro")));
        var numbers = new List<int>();
        string? cursor = "";
        while (cursor is not null)
        {
            var page = (await Api.Post("invoices.list", new { limit = 5, start_cursor = cursor })).MustBe(200);
            numbers.AddRange(page.List.Where(one => one.TryGetProperty("number", out _)).Select(one => int.Parse(one.GetProperty("number").GetString()!["INV-".Length..], System.Globalization.CultureInfo.InvariantCulture)));
            cursor = page["next_cursor"]!.Value.GetString();
        }

        Assert.Equal(Enumerable.Range(1, numbers.Count), numbers.Order());
    }

    [Fact]
    public async Task A_clock_of_one_customer_moves_nobody_else_and_only_forward()
    {
        var c = await till.Customer();
        await Api.Create("real-time");
        (await till.Attach(c, "pro")).MustBe(200);
        await till.Advance(c, Till.T0.AddYears(1).AddHours(1));
        Assert.Equal(string.Join(", ", Enumerable.Repeat("20 paid", 13)), await till.Invoices(c));
        Assert.Equal(400, (await Api.Post("customers.advance_test_clock", new { customer_id = c, frozen_time = Till.T0.ToUnixTimeMilliseconds() })).Status);
        Assert.Equal(404, (await Api.Post("customers.advance_test_clock", new { customer_id = "nobody", frozen_time = 1 })).Status);
        using var live = till.Server.Client(await till.Server.Key("live"));
        Assert.Equal(400, (await live.Post("customers.advance_test_clock", new { customer_id = "c", frozen_time = 1 })).Status);
        Assert.Equal(400, (await live.Post("customers.set_test_card", new { customer_id = "c", payment_method = "pm_card_visa" })).Status);
    }

    [Fact]
    public async Task Without_a_provider_live_refuses_and_says_what_to_set()
    {
        using var live = till.Server.Client(await till.Server.Key("live"));
        (await live.Post("features.create", """{"feature_id": "messages", "name": "Messages", "type": "metered", "consumable": true}""")).MustBe(200);
        (await live.Post("plans.create", """{"plan_id": "pro", "name": "Pro", "price": {"amount": 20, "interval": "month"}}""")).MustBe(200);
        await live.Create("c");
        var refused = await live.Post("billing.attach", """{"customer_id": "c", "plan_id": "pro"}""");
        Assert.Equal((400, "not_supported"), (refused.Status, refused.Code));
        Assert.Contains("provider", refused.Message, StringComparison.Ordinal);
        (await live.Post("billing.attach", """{"customer_id": "c", "plan_id": "pro", "no_billing_changes": true}""")).MustBe(200);
    }

    private static decimal Milliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds();

    [Theory]
    [InlineData("""[]""", "phases")]
    [InlineData("""[{"plans": []}]""", "phases[0].plans")]
    [InlineData("""[{"starting_after": {"duration_type": "month", "duration_count": 1}, "plans": [{"plan_id": "pro"}]}]""", "the first phase starts now")]
    [InlineData("""[{"plans": [{"plan_id": "pro"}]}, {"starts_at": 5, "plans": [{"plan_id": "premium"}]}]""", "does not start after")]
    [InlineData("""[{"plans": [{"plan_id": "pro"}]}, {"starting_after": {"duration_type": "week", "duration_count": 1}, "plans": [{"plan_id": "premium"}]}]""", "duration_type")]
    public async Task A_schedule_is_refused_that_says(string phases, string why)
    {
        var c = await till.Customer();
        Assert.Contains(why, (await Api.Post("billing.create_schedule", $$"""{"customer_id": "{{c}}", "phases": {{phases}}}""")).MustBe(400).Message, StringComparison.Ordinal);
        Assert.Equal(("", ""), (await till.Plans(c), await till.Invoices(c)));
    }

    [Fact]
    public async Task Several_changes_cost_together_what_their_preview_says()
    {
        var c = await till.Customer();
        (await till.Attach(c, "pro")).MustBe(200);
        (await till.Attach(c, "addon")).MustBe(200);
        await till.Advance(c, 15);
        var updates = new { customer_id = c, updates = new[] { new { plan_id = "pro", cancel_action = "cancel_immediately" }, new { plan_id = "addon", cancel_action = "cancel_immediately" } } };
        var preview = (await Api.Post("billing.preview_multi_update", updates)).MustBe(200);
        Assert.Equal((-20m, 2), (preview.Number("total"), preview["subscriptions"]!.Value.GetArrayLength()));
        (await Api.Post("billing.multi_update", updates)).MustBe(200);
        Assert.Equal("20 paid, 20 paid, -10 paid, -10 paid", await till.Invoices(c));
    }

    [Fact]
    public async Task A_check_of_a_plan_tells_its_state()
    {
        var c = await till.Customer("pm_card_chargeCustomerFail");
        Assert.Equal((false, null), await Of("pro_t"));
        (await till.Attach(c, "pro_t")).MustBe(200);
        Assert.Equal((true, "trialing"), await Of("pro_t"));
        (await till.Update(c, new { plan_id = "pro_t", cancel_action = "cancel_immediately" })).MustBe(200);
        (await till.Attach(c, "pro")).MustBe(200);
        Assert.Equal((true, "active"), await Of("pro"));
        await till.Renew(c);
        Assert.Equal((true, "past_due"), await Of("pro"));

        c = await till.Customer();
        (await till.Attach(c, "premium")).MustBe(200);
        (await till.Attach(c, "pro")).MustBe(200);
        Assert.Equal((true, "canceled"), await Of("premium"));
        Assert.Equal((false, "scheduled"), await Of("pro"));

        async Task<(bool, string?)> Of(string plan)
        {
            var told = (await Api.Post("balances.check", new { customer_id = c, product_id = plan })).MustBe(200);
            return (told.Flag("allowed"), told.Word("status"));
        }
    }

    [Fact]
    public async Task A_list_of_plans_tells_what_is_tried_what_ends_and_what_comes()
    {
        var c = await till.Customer();
        (await till.Attach(c, "pro_t")).MustBe(200);
        Assert.Equal(("active", false, true), await Eligible(c, "pro_t"));
        await till.Advance(c, 8);
        (await till.Attach(c, "premium")).MustBe(200);
        (await till.Attach(c, "pro")).MustBe(200);
        Assert.Equal(("active", true, false), await Eligible(c, "premium"));
        Assert.Equal(("scheduled", null, null), await Eligible(c, "pro"));
    }

    private async Task<(string? Status, bool? Canceling, bool? Trialing)> Eligible(string customer, string plan)
    {
        var told = (await Api.Post("plans.list", new { customer_id = customer })).MustBe(200).List.Single(one => one.GetProperty("id").GetString() == plan).GetProperty("customer_eligibility");
        bool? Flag(string name) => told.TryGetProperty(name, out var flag) ? flag.GetBoolean() : null;
        return (told.TryGetProperty("status", out var status) ? status.GetString() : null, Flag("canceling"), Flag("trialing"));
    }

    [Fact]
    public async Task What_was_agreed_with_a_customer_is_what_a_change_begins_with()
    {
        var c = await till.Customer();
        (await till.Attach(c, "pro", new { customize = new { price = new { amount = 25, interval = "month" }, add_items = new[] { Words(30) } } })).MustBe(200);
        (await till.Update(c, new { customize = new { price = new { amount = 30, interval = "month" } } })).MustBe(200);
        Assert.Equal((30m, 100m), (await till.Left(c, "words"), await till.Left(c)));
        (await till.Update(c, new { customize = new { remove_items = new[] { new { feature_id = "words" } } } })).MustBe(200);
        Assert.False((await till.Shown(c)).Json.GetProperty("balances").TryGetProperty("words", out _));
        (await till.Update(c, new { customize = new { add_items = new[] { Words(10) } } })).MustBe(200);
        Assert.Equal(10m, await till.Left(c, "words"));
        Assert.Equal("25 paid, 5 paid", await till.Invoices(c));
        await till.Renew(c);
        Assert.Equal("25 paid, 5 paid, 30 paid", await till.Invoices(c));

        static object Words(int included) => new { feature_id = "words", included, reset = new { interval = "month" } };
    }

    [Fact]
    public async Task What_an_entitys_plan_put_into_a_pool_stays_there_when_its_price_changes()
    {
        await till.Sells("""{"plan_id": "pooling", "name": "Pooling", "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "words", "included": 40, "pooled": true, "reset": {"interval": "month"}}]}""");
        var c = await till.Customer();
        (await Api.Post("entities.create", new { customer_id = c, entity_id = "e", feature_id = "users" })).MustBe(200);
        (await till.Attach(c, "pooling", new { entity_id = "e" })).MustBe(200);
        foreach (var amount in (int[])[30, 35]) (await till.Update(c, new { plan_id = "pooling", entity_id = "e", customize = new { price = new { amount, interval = "month" } } })).MustBe(200);
        Assert.Equal((40m, "20 paid, 10 paid, 5 paid"), (await till.Left(c, "words"), await till.Invoices(c)));
    }

    [Fact]
    public async Task What_was_asked_before_a_leap_of_the_clock_is_paid_before_it()
    {
        await using var own = await Till.With("""{"plan_id": "topped", "name": "Topped", "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "messages", "price": {"amount": 10, "billing_units": 100, "interval": "one_off", "billing_method": "prepaid"}}]}""");
        var c = await own.Till.Customer();
        (await own.Till.Attach(c, "topped", new { feature_quantities = new[] { new { feature_id = "messages", quantity = 100 } } })).MustBe(200);
        (await own.Till.Api.Post("customers.update", new { customer_id = c, billing_controls = new { auto_topups = new[] { new { feature_id = "messages", enabled = true, threshold = 20, quantity = 100 } } } })).MustBe(200);
        await own.Till.Track(c, 85);
        await own.Till.Advance(c, 1);
        Assert.Equal(("30 paid, 10 paid", 115m), (await own.Till.Invoices(c), await own.Till.Left(c)));
    }
}
