using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Billing;

/// <summary>Plans come, take the place of others, and stand beside them.</summary>
public sealed class AcceptanceOfSwitchesTests(Till till) : IClassFixture<Till>
{
    [Fact]
    public async Task A01_A_new_paid_plan_is_charged_and_active()
    {
        var c = await till.Buyer();
        var attached = await c.Attach("pro");
        Assert.Null(attached.Word("payment_url"));
        Assert.Equal(("paid", 20m, "usd"), (attached.Word("invoice.status"), attached.Number("invoice.total"), attached.Word("invoice.currency")));
        await c.Has(plans: "pro", invoices: "20 paid", messages: 100, periodEnds: "2026-05-01");
        Assert.Equal(20, (await till.Shown(c.Id)).Number("invoices.0.total"));
    }

    [Fact]
    public async Task A03_An_upgrade_at_the_start_costs_the_difference()
    {
        var c = await till.Buyer();
        await c.Attach("pro");
        await c.Previews("premium", total: 30, lines: "-20 50", next: "50 on 2026-05-01");
        await c.Has(invoices: "20 paid", plans: "pro");
        await c.Attach("premium");
        await c.Has(plans: "premium", invoices: "20 paid, 30 paid", messages: 500);
    }

    [Fact]
    public async Task A04_An_upgrade_half_way_costs_half_the_difference()
    {
        var c = await till.Buyer();
        await c.Attach("pro");
        await c.Days(15);
        await c.Attach("premium");
        await c.Has(invoices: "20 paid, 15 paid", lines: "-10 25", resets: "2026-05-01");
        await c.Renews();
        await c.Has(invoices: "20 paid, 15 paid, 50 paid");
    }

    [Fact]
    public async Task A05_An_upgrade_bills_overage_and_prorates_none_of_it()
    {
        var c = await till.Buyer();
        await c.Attach("pro_u");
        await c.Track(150);
        await c.Days(15);
        await c.Attach("premium_u");
        await c.Has(invoices: "20 paid, 20 paid", lines: "-10 25 5", messages: 500);
    }

    [Fact]
    public async Task A06_A_downgrade_waits_for_the_end_of_the_period()
    {
        var c = await till.Buyer();
        await c.Attach("premium");
        await c.Previews("pro", total: 0, next: "20 on 2026-05-01");
        await c.Attach("pro");
        await c.Has(plans: "premium canceled 2026-04-01 until 2026-05-01, pro from 2026-05-01", invoices: "50 paid", messages: 500);
        await c.Renews();
        await c.Has(plans: "pro", invoices: "50 paid, 20 paid", messages: 100);
    }

    [Fact]
    public async Task A07_A_later_upgrade_drops_the_scheduled_downgrade()
    {
        var c = await till.Buyer();
        await c.Attach("premium");
        await c.Attach("pro");
        await c.Attach("ultra");
        await c.Has(plans: "ultra", invoices: "50 paid, 150 paid");
    }

    [Fact]
    public async Task A08_The_same_plan_twice_is_refused()
    {
        var c = await till.Buyer();
        await c.Attach("pro");
        var again = await c.Post("billing.attach", new { plan_id = "pro" });
        Assert.Equal((409, "plan_already_attached"), (again.Status, again.Code));
        await c.Has(plans: "pro", invoices: "20 paid");
    }

    [Fact]
    public async Task A09_Overage_of_the_old_plan_is_billed_with_the_first_period_of_the_scheduled_one()
    {
        var c = await till.Buyer();
        await c.Attach("premium_u");
        await c.Track(600);
        await c.Attach("pro");
        await c.Renews();
        await c.Has(plans: "pro", invoices: "50 paid, 30 paid", lines: "10 20", messages: 100);
    }

    [Fact]
    public async Task A10_The_caller_says_when_a_plan_is_switched()
    {
        var c = await till.Buyer();
        await c.Attach("pro");
        await c.Attach("premium", new { plan_schedule = "end_of_cycle" });
        await c.Has(plans: "pro canceled 2026-04-01 until 2026-05-01, premium from 2026-05-01", invoices: "20 paid");
        await c.Renews();
        await c.Has(plans: "premium", invoices: "20 paid, 50 paid");
    }

    [Fact]
    public async Task A25_An_add_on_shares_the_cycle()
    {
        var c = await till.Buyer();
        await c.Attach("pro");
        await c.Days(15);
        await c.Attach("addon");
        await c.Has(plans: "pro, addon", invoices: "20 paid, 10 paid", messages: 100, words: 200);
        await c.Renews();
        await c.Has(invoices: "20 paid, 10 paid, 40 paid");
    }

    [Fact]
    public async Task A26_An_add_on_that_is_bought_twice_adds_up_and_lasts()
    {
        var c = await till.Buyer();
        await c.Attach("pro");
        await c.Attach("boost", Bought.Words(50));
        await c.Attach("boost", Bought.Words(50));
        await c.Has(plans: "pro", invoices: "20 paid, 15 paid, 15 paid", purchases: 2, words: 100);
        await c.Renews();
        await c.Has(invoices: "20 paid, 15 paid, 15 paid, 20 paid", purchases: 2, words: 100);
    }

    [Fact]
    public async Task A27_A_downgrade_at_once_leaves_credit_that_pays_the_renewal()
    {
        var c = await till.Buyer();
        await c.Attach("premium");
        await c.Attach("pro", new { plan_schedule = "immediate" });
        await c.Has(plans: "pro", invoices: "50 paid, -30 paid", lines: "-50 20", messages: 100, credit: 30);
        await c.Renews();
        await c.Has(invoices: "50 paid, -30 paid, 20 paid", credit: 10);
        Assert.Equal(0, (await c.Invoices())[^1].GetProperty("amount_paid").GetDecimal());
    }

    [Fact]
    public async Task A36_From_the_year_to_the_month_leaves_credit_and_back_costs_the_rest_of_the_year()
    {
        var c = await till.Buyer();
        await c.Attach("annual");
        await c.Attach("pro", new { plan_schedule = "immediate" });
        await c.Has(plans: "pro", invoices: "200 paid, -180 paid", lines: "-200 20", credit: 180);
        await c.Renews();
        await c.Has(invoices: "200 paid, -180 paid, 20 paid", credit: 160);

        var d = await till.Buyer();
        await d.Attach("pro");
        await d.Days(15);
        await d.Attach("annual");
        await d.Has(plans: "annual", invoices: "20 paid, 181.78 paid", lines: "-10 191.78", periodEnds: "2027-04-01");
    }

    [Fact]
    public async Task A37_Several_plans_come_in_one_invoice()
    {
        var c = await till.Buyer();
        await c.AttachSeveral(new { plan_id = "pro_p", feature_quantities = new[] { new { feature_id = "messages", quantity = 100 } } }, new { plan_id = "addon" });
        await c.Has(plans: "pro_p, addon", invoices: "50 paid", messages: 100, words: 200);
    }

    [Fact]
    public async Task A38_Phases_begin_in_their_time_and_are_charged_then()
    {
        var c = await till.Buyer();
        var made = (await c.Post("billing.create_schedule", new
        {
            phases = new object[]
            {
                new { starts_at = "now", plans = new[] { new { plan_id = "pro" } } },
                new { starting_after = new { duration_type = "month", duration_count = 1 }, plans = new[] { new { plan_id = "premium" } } },
            },
        })).MustBe(200);
        Assert.Equal(("created", "paid", Till.T0.AddMonths(1).ToUnixTimeMilliseconds()), (made.Word("status"), made.Word("invoice.status"), (long)made.Number("phases.1.starts_at")));
        Assert.Equal(made["phases.1.customer_product_ids.0"]!.Value.GetString(), (await till.Shown(c.Id)).Word("subscriptions.1.id"));
        await c.Has(plans: "pro until 2026-05-01, premium from 2026-05-01", invoices: "20 paid");
        await c.Renews();
        await c.Has(plans: "premium", invoices: "20 paid, 50 paid");
    }

    [Fact]
    public async Task A39_A_start_in_the_past_is_billed_since_then()
    {
        var c = await till.Buyer();
        await c.Attach("pro", new { starts_at = new DateTimeOffset(2026, 2, 15, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() });
        await c.Has(plans: "pro", invoices: "40 paid", lines: "20 20", periodEnds: "2026-04-15");
        Assert.Equal(new DateTimeOffset(2026, 2, 15, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(), (await till.Shown(c.Id)).Number("subscriptions.0.started_at"));
    }

    [Fact]
    public async Task A41_A_period_that_starts_anew_is_paid_whole_less_what_was_left_of_the_old_one()
    {
        var c = await till.Buyer();
        await c.Attach("pro");
        await c.Days(15);
        await c.Attach("premium", new { billing_cycle_anchor = "now" });
        await c.Has(plans: "premium", invoices: "20 paid, 40 paid", lines: "-10 50", periodEnds: "2026-05-16");
    }

    [Theory]
    [InlineData(null, "pro", "fifth", "16 paid")]
    [InlineData(null, "pro", "fifth two", "14 paid")]
    [InlineData(null, "pro", "fifth fifth", "16 paid")]
    [InlineData("pro", "premium", "fifth", "20 paid, 20 paid")]
    public async Task A34_Discounts_come_off_what_is_charged(string? held, string plan, string discounts, string invoices)
    {
        await Coupons();
        var c = await till.Buyer();
        if (held is not null) await c.Attach(held);
        await c.Attach(plan, new { discounts = discounts.Split(' ').Select(static id => new { reward_id = id }) });
        await c.Has(invoices: invoices);
    }

    [Fact]
    public async Task A34_What_is_given_back_was_not_discounted_when_the_coupon_came_later()
    {
        await Coupons();
        var c = await till.Buyer();
        await c.Attach("pro");
        (await till.Api.Post($"customers/{c.Id}/coupons/third", "{}")).MustBe(200);
        await c.Attach("premium", new { discounts = new[] { new { reward_id = "five" } } });
        await c.Has(invoices: "20 paid, 10 paid");
    }

    private async Task Coupons()
    {
        foreach (var (id, type, value) in (IEnumerable<(string, string, decimal)>)[("fifth", "percentage_discount", 20), ("third", "percentage_discount", 30), ("two", "fixed_discount", 2), ("five", "fixed_discount", 5)])
        {
            var made = await till.Api.Post("rewards.create", new { coupon = new { id, name = id, type, value, duration = new { type = "forever", length = (int?)null }, plan_ids = (string[]?)null, promo_codes = Array.Empty<object>() } });
            Assert.True(made.Status == 200 || made.Code == "duplicate_reward_id", made.ToString());
        }
    }
}
