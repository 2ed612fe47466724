using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

/// <summary>One plan in the place of another: when, and what is charged for it.</summary>
public sealed class SwitchingTests
{
    [Theory]
    [InlineData("free", "pro", "now", "free to paid")]
    [InlineData("pro", "free", "later", "paid to free")]
    [InlineData("pro", "other20", "now", "the same price counts as more")]
    [InlineData("pro", "annual", "now", "the interval is longer")]
    [InlineData("annual", "premium", "now", "16.67 a month is less than 50")]
    [InlineData("annual", "pro", "now", "16.67 a month is less than 20")]
    [InlineData("annual240", "pro", "now", "240 a year equal 20 a month")]
    [InlineData("annual250", "pro", "later", "20.83 a month is more than 20")]
    [InlineData("annual300", "pro", "later", "25 a month is more than 20")]
    [InlineData("pro", "weekly5", "now", "5 a week equal 20 a month")]
    [InlineData("free", "free2", "now", "one free plan for another")]
    [InlineData("premium", "pro", "later", "less")]
    [InlineData("usage", "usage2", "now", "both are paid by use alone")]
    public void What_is_more_comes_now_and_what_is_less_at_the_end_of_the_period(string from, string to, string when, string because)
    {
        var story = new BillingStory(Shop.Of(Others), Clock.Moments);
        story.Run($"attach {from}\nattach {to}");
        var (held, planned) = (story.Now.Subscriptions.Select(static held => held.Plan.Value), story.Now.Own.Planned.Select(static plan => plan.Plan.Value));
        Assert.True((when == "now" ? held : planned).Contains(to), because);
        Assert.True(held.Contains(from) == (when == "later"), because);
    }

    [Theory]
    [InlineData("attach pro", 0, "attach premium", "-20 50")]
    [InlineData("attach pro", 15, "attach premium", "-10 25")]
    [InlineData("attach pro_w; track words 100", 15, "attach premium_w", "-10 25 5")]
    [InlineData("attach pro_uw; track messages 150; track words 100", 0, "attach premium_w", "-20 50 5 5")]
    [InlineData("attach premium", 0, "attach ultra", "-50 200")]
    [InlineData("attach premium", 0, "attach pro {schedule: immediate}", "-50 20")]
    [InlineData("attach pro_p {messages: 200}", 0, "attach premium_p {messages: 500}", "-20 -20 50 50")]
    [InlineData("attach pro_p {messages: 500}", 0, "attach premium_p {messages: 200}", "-20 -50 50 20")]
    [InlineData("attach pro_p {messages: 200}", 0, "attach premium_p100 {messages: 200}", "-20 -20 50 10")]
    [InlineData("attach pro_p100 {messages: 200}", 0, "attach premium_p {messages: 200}", "-20 -10 50 20")]
    [InlineData("attach pro_p {messages: 200}", 0, "attach premium_p50 {messages: 200}", "-20 -20 50 40")]
    [InlineData("attach pro", 15, "attach annual", "-10 191.78")]
    [InlineData("attach annual", 0, "attach pro", "-200 20")]
    public void Lines_of_a_switch(string before, int days, string then, string lines) => Tell(shop: Others, script: $"""
        {before.Replace("; ", "\n")}
        advance {days}d
        {then}
        lines: {lines}
        """);

    [Fact]
    public void An_annual_plan_keeps_the_monthly_anchor() => Tell("""
        attach pro
        advance 15d
        attach annual
        period: 2027-04-01
        advance to 2027-04-02
        invoices: 20 paid, 181.78 paid, 200 paid
        """);

    [Fact]
    public void What_is_left_of_a_year_pays_the_months_that_follow() => Tell("""
        attach annual
        attach pro
        invoices: 200 paid, -180 paid
        credit: 180
        advance to 2026-12-31
        credit: 20
        advance to 2027-01-02
        credit: 0
        charged: 0
        advance to 2027-02-02
        charged: 20
        """);

    [Fact]
    public void A_second_switch_gives_back_what_the_first_one_charged() => Tell("""
        attach pro
        advance 15d
        attach premium
        lines: -10 25
        advance 5d
        attach ultra
        lines: -16.67 66.67
        advance to next
        charged: 200
        """);

    [Fact]
    public void A_purchase_replaces_nothing() => Tell("""
        attach pro
        attach boost {words: 50}
        holds: pro, boost
        """);

    [Fact]
    public void Another_group_stands_beside_on_the_same_cycle() => Tell(shop: "support: $30/month; group help; words 5/month", script: """
        attach pro
        advance 15d
        attach support
        invoices: 20 paid, 15 paid
        advance to next
        charged: 50
        """);

    [Fact]
    public void An_entity_has_its_own_plan_on_the_same_cycle_and_no_credit_of_another() => Tell("""
        entity a
        attach pro
        advance 15d
        attach premium {for: a}
        lines: 25
        advance to next
        charged: 70
        """);

    [Fact]
    public void One_entity_switches_and_the_other_is_untouched() => Tell("""
        entity a
        entity b
        attach pro {for: a}
        attach pro {for: b}
        attach premium {for: a}
        lines: -20 50
        advance to next
        charged: 70
        """);

    [Fact]
    public void A_cycle_of_its_own_is_charged_in_full_and_renews_by_itself() => Tell("""
        attach pro
        advance 15d
        attach addon {own_cycle: yes}
        invoices: 20 paid, 20 paid
        period: 2026-05-01, 2026-05-16
        advance to 2026-05-17
        invoices: 20 paid, 20 paid, 20 paid, 20 paid
        """);

    [Fact]
    public void A_canceled_plan_can_be_switched_and_the_cancellation_is_gone() => Tell("""
        attach pro
        cancel pro
        attach premium
        holds: premium
        advance to next
        charged: 50
        """);

    [Fact]
    public void A_scheduled_plan_is_replaced_by_another_that_is_less() => Tell(shop: "basic: $10/month", script: """
        attach premium
        attach pro
        attach basic
        holds: premium until 2026-05-01, basic from 2026-05-01
        advance to next
        invoices: 50 paid, 10 paid
        """);

    [Fact]
    public void Overage_of_the_old_plan_and_the_new_price_stand_in_one_invoice() => Tell("""
        attach premium_u
        track messages 600
        attach pro
        advance to next
        invoices: 50 paid, 30 paid
        lines: 10 20
        holds: pro
        messages 100
        """);

    private const string Others = """
        free2:       messages 60/month
        other20:     $20/month; messages 200/month
        annual240:   $240/year
        annual250:   $250/year
        annual300:   $300/year
        weekly5:     $5/week
        usage:       messages used 1 per 1
        usage2:      messages used 2 per 1
        pro_w:       $20/month; words used 0.05 per 1
        pro_uw:      $20/month; messages 100 used 0.10 per 1; words used 0.05 per 1
        premium_w:   $50/month; words used 0.05 per 1
        pro_p100:    $20/month; messages 100 prepaid 10 per 100
        premium_p100: $50/month; messages 100 prepaid 10 per 100
        premium_p50: $50/month; messages prepaid 10 per 50
        """;
}
