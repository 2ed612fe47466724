using System.Text.Json;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Billing;

public sealed class BillingTests(Till till) : IClassFixture<Till>
{
    private ApiClient Api => till.Api;

    [Fact]
    public async Task A01_A_paid_plan_with_a_card_is_active_and_paid()
    {
        var c = await till.Customer();
        var attached = (await till.Attach(c, "pro")).MustBe(200);
        Assert.Equal(JsonValueKind.Null, attached["payment_url"]!.Value.ValueKind);
        Assert.Equal(("paid", 20m, "usd"), (attached.Word("invoice.status"), attached.Number("invoice.total"), attached.Word("invoice.currency")));
        Assert.Equal(("pro active", "20 paid", 100m), (await till.Plans(c), await till.Invoices(c), await till.Left(c)));
        var shown = await till.Shown(c);
        Assert.Equal(Milliseconds(Till.T0.AddMonths(1)), shown.Number("subscriptions.0.current_period_end"));
        Assert.Equal(("paid", 20m), (shown.Word("invoices.0.status"), shown.Number("invoices.0.total")));
        await till.Renew(c);
        Assert.Equal("20 paid, 20 paid", await till.Invoices(c));
    }

    [Fact]
    public async Task A03_What_is_previewed_is_what_is_charged()
    {
        var c = await till.Customer();
        (await till.Attach(c, "pro")).MustBe(200);
        var preview = (await till.Preview(c, "premium")).MustBe(200);
        Assert.Equal((30m, 30m), (preview.Number("total"), preview.Number("subtotal")));
        Assert.Equal([-20m, 50m], preview["line_items"]!.Value.EnumerateArray().Select(line => line.GetProperty("total").GetDecimal()));
        Assert.Equal((50m, Milliseconds(Till.T0.AddMonths(1))), (preview.Number("next_cycle.total"), preview.Number("next_cycle.starts_at")));
        Assert.Equal(("premium", "pro", false), (preview.Word("incoming.0.plan_id"), preview.Word("outgoing.0.plan_id"), preview.Flag("redirect_to_checkout")));
        Assert.Equal("20 paid", await till.Invoices(c));
        (await till.Attach(c, "premium")).MustBe(200);
        Assert.Equal(("20 paid, 30 paid", "premium active", 500m), (await till.Invoices(c), await till.Plans(c), await till.Left(c)));
    }

    [Fact]
    public async Task A04_Half_way_half_is_charged()
    {
        var c = await till.Customer();
        (await till.Attach(c, "pro")).MustBe(200);
        await till.Advance(c, 15);
        (await till.Attach(c, "premium")).MustBe(200);
        Assert.Equal("20 paid, 15 paid", await till.Invoices(c));
        var lines = (await Api.Post("invoices.list", new { customer_id = c })).List[0].GetProperty("items").EnumerateArray().Select(line => line.GetProperty("amount").GetDecimal());
        Assert.Equal([-10m, 25m], lines);
        await till.Renew(c);
        Assert.Equal("20 paid, 15 paid, 50 paid", await till.Invoices(c));
    }

    [Fact]
    public async Task A05_A11_Overage_is_billed_at_a_switch_and_at_a_renewal()
    {
        var (a, b) = (await till.Customer(), await till.Customer());
        foreach (var c in (string[])[a, b]) (await till.Attach(c, "pro_u")).MustBe(200);
        await till.Track(a, 150);
        await till.Advance(a, 15);
        (await till.Attach(a, "premium_u")).MustBe(200);
        Assert.Equal(("20 paid, 20 paid", 500m), (await till.Invoices(a), await till.Left(a)));
        await till.Track(b, 250.5m);
        await till.Renew(b);
        Assert.Equal(("20 paid, 35.05 paid", 100m), (await till.Invoices(b), await till.Left(b)));
    }

    [Fact]
    public async Task A06_A07_A_downgrade_waits_for_the_end_and_a_later_upgrade_drops_it()
    {
        var c = await till.Customer();
        (await till.Attach(c, "premium")).MustBe(200);
        (await till.Attach(c, "pro")).MustBe(200);
        Assert.Equal("premium active, pro scheduled", await till.Plans(c));
        var premium = (await till.Shown(c))["subscriptions"]!.Value[0];
        Assert.Equal((Milliseconds(Till.T0), Milliseconds(Till.T0.AddMonths(1))), (premium.GetProperty("canceled_at").GetDecimal(), premium.GetProperty("expires_at").GetDecimal()));
        (await till.Attach(c, "ultra")).MustBe(200);
        Assert.Equal(("ultra active", "50 paid, 150 paid"), (await till.Plans(c), await till.Invoices(c)));
        var d = await till.Customer();
        (await till.Attach(d, "premium")).MustBe(200);
        (await till.Attach(d, "pro")).MustBe(200);
        await till.Renew(d);
        Assert.Equal(("pro active", "50 paid, 20 paid", 100m), (await till.Plans(d), await till.Invoices(d), await till.Left(d)));
    }

    [Fact]
    public async Task A08_A45_The_same_plan_twice_is_refused_also_at_once()
    {
        var c = await till.Customer();
        var both = await Task.WhenAll(till.Attach(c, "pro"), till.Attach(c, "pro"));
        Assert.Equal([200, 409], both.Select(reply => reply.Status).Order());
        Assert.Equal("plan_already_attached", both.Single(reply => reply.Status == 409).Code);
        Assert.Equal("20 paid", await till.Invoices(c));
    }

    [Fact]
    public async Task A13_A16_Units_are_bought_in_advance_and_changed_within_the_period()
    {
        var c = await till.Customer();
        (await till.Attach(c, "pro_p", new { feature_quantities = new[] { new { feature_id = "messages", quantity = 200 } } })).MustBe(200);
        await till.Track(c, 50);
        await till.Advance(c, 15);
        var change = new { plan_id = "pro_p", feature_quantities = new[] { new { feature_id = "messages", quantity = 500 } } };
        var preview = (await Api.Post("billing.preview_update", JsonSerializer.Serialize(new { customer_id = c, change.plan_id, change.feature_quantities }))).MustBe(200);
        Assert.Equal((15m, "update_quantity"), (preview.Number("total"), preview.Word("intent")));
        (await till.Update(c, change)).MustBe(200);
        Assert.Equal(("40 paid, 15 paid", 450m), (await till.Invoices(c), await till.Left(c)));
    }

    [Fact]
    public async Task A18_Seats_are_billed_in_arrears()
    {
        var c = await till.Customer();
        (await till.Attach(c, "pro_s")).MustBe(200);
        await till.Track(c, 5, "users");
        await till.Renew(c);
        Assert.Equal("20 paid, 50 paid", await till.Invoices(c));
        Assert.Equal(5, (await till.Shown(c)).Number("balances.users.usage"));
    }

    [Fact]
    public async Task A20_A22_A_trial_costs_nothing_and_comes_once()
    {
        var c = await till.Customer();
        (await till.Attach(c, "pro_t")).MustBe(200);
        Assert.Equal(("0 paid", Milliseconds(Till.T0.AddDays(7))), (await till.Invoices(c), (await till.Shown(c)).Number("subscriptions.0.trial_ends_at")));
        await till.Advance(c, 8);
        Assert.Equal("0 paid, 20 paid", await till.Invoices(c));
        Assert.Equal(Milliseconds(Till.T0.AddDays(7).AddMonths(1)), (await till.Shown(c)).Number("subscriptions.0.current_period_end"));
        var d = await till.Customer();
        (await till.Attach(d, "pro_t")).MustBe(200);
        await till.Advance(d, 3);
        (await till.Update(d, new { plan_id = "pro_t", cancel_action = "cancel_immediately" })).MustBe(200);
        Assert.Equal(20, (await till.Preview(d, "pro_t")).MustBe(200).Number("total"));
    }

    [Fact]
    public async Task A25_A26_Add_ons_share_the_cycle_and_purchases_add_up()
    {
        var c = await till.Customer();
        (await till.Attach(c, "pro")).MustBe(200);
        await till.Advance(c, 15);
        (await till.Attach(c, "addon")).MustBe(200);
        Assert.Equal(("20 paid, 10 paid", 200m), (await till.Invoices(c), await till.Left(c, "words")));
        await till.Renew(c);
        Assert.Equal("20 paid, 10 paid, 40 paid", await till.Invoices(c));
        var d = await till.Customer();
        foreach (var _ in (int[])[1, 2]) (await till.Attach(d, "boost", new { feature_quantities = new[] { new { feature_id = "words", quantity = 50 } } })).MustBe(200);
        Assert.Equal(("15 paid, 15 paid", 100m, 2), (await till.Invoices(d), await till.Left(d, "words"), (await till.Shown(d))["purchases"]!.Value.GetArrayLength()));
    }

    [Fact]
    public async Task A28_A29_Plans_are_canceled_kept_and_ended()
    {
        var c = await till.Customer();
        (await till.Attach(c, "pro_u")).MustBe(200);
        await till.Track(c, 500);
        (await till.Update(c, new { plan_id = "pro_u", cancel_action = "cancel_end_of_cycle" })).MustBe(200);
        (await till.Update(c, new { plan_id = "pro_u", cancel_action = "uncancel" })).MustBe(200);
        Assert.Equal(JsonValueKind.Null, (await till.Shown(c))["subscriptions.0.canceled_at"]!.Value.ValueKind);
        (await till.Update(c, new { plan_id = "pro_u", cancel_action = "cancel_end_of_cycle" })).MustBe(200);
        await till.Renew(c);
        Assert.Equal(("20 paid, 40 paid", ""), (await till.Invoices(c), await till.Plans(c)));
        var d = await till.Customer();
        (await till.Attach(d, "pro_p", new { feature_quantities = new[] { new { feature_id = "messages", quantity = 500 } } })).MustBe(200);
        await till.Advance(d, 15);
        (await till.Update(d, new { cancel_action = "cancel_immediately" })).MustBe(200);
        Assert.Equal("70 paid, -35 paid", await till.Invoices(d));
        Assert.Equal(35, (await till.Preview(d, "ultra")).Number("invoice_credits.balance"));
    }

    [Fact]
    public async Task A30_A_refund_goes_back_to_the_card()
    {
        var c = await till.Customer();
        (await till.Attach(c, "pro")).MustBe(200);
        (await till.Update(c, new { cancel_action = "cancel_immediately", refund_last_payment = "full" })).MustBe(200);
        var invoice = (await Api.Post("invoices.list", new { customer_id = c })).List[^1];
        Assert.Equal((20m, 20m), (invoice.GetProperty("amount_paid").GetDecimal(), invoice.GetProperty("refunded_amount").GetDecimal()));
    }

    [Fact]
    public async Task A32_A_renewal_that_fails_is_overdue_and_recovers()
    {
        var c = await till.Customer();
        (await till.Attach(c, "pro")).MustBe(200);
        await till.Track(c, 40);
        await till.Card(c, "pm_card_chargeDeclined");
        await till.Renew(c);
        Assert.Equal(("pro active past due", "20 paid, 20 open", 60m), (await till.Plans(c), await till.Invoices(c), await till.Left(c)));
        Assert.True((await Api.Check(c)).Flag("allowed"));
        await till.Card(c, "pm_card_visa");
        var open = (await Api.Post("invoices.list", new { customer_id = c, status = new[] { "open" } })).List[0].GetProperty("id").GetString();
        Assert.Equal("paid", (await Api.Post("invoices.pay", new { invoice_id = open })).MustBe(200).Word("invoice.status"));
        Assert.Equal(("pro active", "20 paid, 20 paid", 100m), (await till.Plans(c), await till.Invoices(c), await till.Left(c)));
    }

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
    public async Task A33_An_invoice_is_sent_and_paid_by_a_call()
    {
        var c = await till.Customer(card: null);
        var attached = (await till.Attach(c, "pro", new { invoice_mode = new { enabled = true, net_terms_days = 30 } })).MustBe(200);
        Assert.Equal(("open", ""), (attached.Word("invoice.status"), await till.Plans(c)));
        Assert.Equal(attached.Word("invoice.hosted_invoice_url"), attached.Word("payment_url"));
        (await Api.Post("invoices.pay", new { invoice_id = attached.Word("invoice.stripe_id") })).MustBe(200);
        Assert.Equal(("pro active", "20 paid"), (await till.Plans(c), await till.Invoices(c)));
        var d = await till.Customer(card: null);
        var draft = (await till.Attach(d, "pro", new { invoice_mode = new { enabled = true, enable_plan_immediately = true, finalize = false } })).MustBe(200);
        Assert.Equal((JsonValueKind.Null, "pro active", "20 draft"), (draft["payment_url"]!.Value.ValueKind, await till.Plans(d), await till.Invoices(d)));
    }

    [Fact]
    public async Task A37_Several_plans_come_in_one_invoice()
    {
        var c = await till.Customer();
        var plans = new object[] { new { plan_id = "pro_p", feature_quantities = new[] { new { feature_id = "messages", quantity = 100 } } }, new { plan_id = "addon" } };
        Assert.Equal(50, (await Api.Post("billing.preview_multi_attach", new { customer_id = c, plans })).MustBe(200).Number("total"));
        (await Api.Post("billing.multi_attach", new { customer_id = c, plans })).MustBe(200);
        Assert.Equal(("50 paid", "pro_p active, addon active"), (await till.Invoices(c), await till.Plans(c)));
    }

    [Fact]
    public async Task A39_A_plan_may_have_begun_in_the_past()
    {
        var c = await till.Customer();
        (await till.Attach(c, "pro", new { starts_at = new DateTimeOffset(2026, 2, 15, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() })).MustBe(200);
        Assert.Equal("40 paid", await till.Invoices(c));
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

    [Fact]
    public async Task Phases_begin_in_their_time_and_are_charged_then()
    {
        var c = await till.Customer();
        var made = (await Api.Post("billing.create_schedule", new
        {
            customer_id = c,
            phases = new object[]
            {
                new { starts_at = "now", plans = new[] { new { plan_id = "pro" } } },
                new { starting_after = new { duration_type = "month", duration_count = 1 }, plans = new[] { new { plan_id = "premium" } } },
            },
        })).MustBe(200);
        Assert.Equal(("created", "paid", Till.T0.AddMonths(1).ToUnixTimeMilliseconds()), (made.Word("status"), made.Word("invoice.status"), (long)made.Number("phases.1.starts_at")));
        Assert.Equal(made["phases.1.customer_product_ids.0"]!.Value.GetString(), (await till.Shown(c)).Word("subscriptions.1.id"));
        Assert.Equal(("pro active, premium scheduled", "20 paid"), (await till.Plans(c), await till.Invoices(c)));
        await till.Renew(c);
        Assert.Equal(("premium active", "20 paid, 50 paid"), (await till.Plans(c), await till.Invoices(c)));
    }

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
}
