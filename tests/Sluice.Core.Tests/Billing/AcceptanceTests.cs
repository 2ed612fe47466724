using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

/// <summary>Worked cases: each is told with the clock leaping, day by day and moment by moment, and must end the same.</summary>
public sealed class BillingAcceptanceTests
{
    [Fact]
    public void A_new_paid_plan() => Tell("""
        attach pro
        invoices: 20 paid
        holds: pro
        period: 2026-05-01
        messages 100
        """);

    [Fact]
    public void Without_a_card_it_goes_to_a_checkout() => Tell(card: "none", script: """
        attach pro
        checkout: 1
        attach pro
        checkout: 1
        invoices:
        holds:
        complete good
        invoices: 20 paid
        holds: pro
        card: saved
        checkout: none
        """);

    [Fact]
    public void An_upgrade_at_the_start() => Tell("""
        attach pro
        preview attach premium: total 30; lines -20 50; next 50 on 2026-05-01
        attach premium
        invoices: 20 paid, 30 paid
        holds: premium
        messages 500
        """);

    [Fact]
    public void An_upgrade_half_way() => Tell("""
        attach pro
        advance 15d
        attach premium
        invoices: 20 paid, 15 paid
        lines: -10 25
        resets: 2026-05-01
        advance to next
        invoices: 20 paid, 15 paid, 50 paid
        """);

    [Fact]
    public void An_upgrade_bills_overage_whole() => Tell("""
        attach pro_u
        track messages 150
        advance 15d
        attach premium_u
        invoices: 20 paid, 20 paid
        lines: -10 25 5
        messages 500
        """);

    [Fact]
    public void A_downgrade_is_scheduled() => Tell("""
        attach premium
        preview attach pro: total 0; next 20 on 2026-05-01
        attach pro
        invoices: 50 paid
        holds: premium until 2026-05-01, pro from 2026-05-01
        messages 500
        advance to next
        invoices: 50 paid, 20 paid
        holds: pro
        messages 100
        """);

    [Fact]
    public void A_later_upgrade_drops_the_scheduled_downgrade() => Tell("""
        attach premium
        attach pro
        attach ultra
        invoices: 50 paid, 150 paid
        holds: ultra
        """);

    [Fact]
    public void The_same_plan_twice() => Tell("""
        attach pro
        refused PlanAlreadyAttached attach pro
        invoices: 20 paid
        """);

    [Fact]
    public void The_schedule_can_be_said() => Tell("""
        attach pro
        attach premium {schedule: end_of_cycle}
        invoices: 20 paid
        holds: pro until 2026-05-01, premium from 2026-05-01
        advance to next
        invoices: 20 paid, 50 paid
        holds: premium
        """);

    [Theory]
    [InlineData("50", "20")]
    [InlineData("250.5", "35.05")]
    [InlineData("106.5", "20.65")]
    [InlineData("1000", "110")]
    public void A_renewal_bills_use_beyond_the_included_units(string used, string renewed) => Tell($"""
        attach pro_u
        track messages {used}
        advance to next
        invoices: 20 paid, {renewed} paid
        messages 100
        """);

    [Fact]
    public void Packs_are_rounded_up() => Tell(shop: "pro_u: $20/month; messages 100 used 1 per 10", script: """
        attach pro_u
        track messages 155
        advance to next
        invoices: 20 paid, 26 paid
        """);

    [Fact]
    public void Prepaid_with_included_units() => Tell(shop: "pro_p: $20/month; messages 100 prepaid 10 per 100", script: """
        attach pro_p {messages: 300}
        invoices: 40 paid
        messages 300
        track messages 120
        advance to next
        invoices: 40 paid, 40 paid
        messages 300
        """);

    [Theory]
    [InlineData("prepaid (500: 10, inf: 5) per 100", 800, 85)]
    [InlineData("prepaid (500: 10, inf: 5) per 100 volume", 800, 60)]
    [InlineData("prepaid (500: 10, inf: 5) per 100 volume", 300, 50)]
    [InlineData("100 prepaid (600: 10, inf: 5) per 100 volume", 300, 50)]
    [InlineData("200 prepaid (700: 10, inf: 5) per 100 volume", 800, 60)]
    [InlineData("prepaid (500: 10, inf: 5) per 100 volume", 0, 20)]
    public void Tiers(string item, int quantity, int total) => Tell(shop: $"pro_p: $20/month; messages {item}", script: $$"""
        attach pro_p {messages: {{quantity}}}
        invoices: {{total}} paid
        """);

    [Fact]
    public void More_packs_half_way() => Tell("""
        attach pro_p {messages: 200}
        track messages 50
        advance 15d
        update pro_p {messages: 500}
        invoices: 40 paid, 15 paid
        lines: -10 25
        messages 450
        advance to next
        invoices: 40 paid, 15 paid, 70 paid
        messages 500
        """);

    [Fact]
    public void Seats_are_billed_in_arrears_and_never_reset() => Tell("""
        attach pro_s
        track users 5
        invoices: 20 paid
        users -3
        resets: never
        advance to next
        invoices: 20 paid, 50 paid
        users -3
        """);

    [Fact]
    public void A_trial_becomes_paid() => Tell("""
        preview attach pro_t: total 0; next 20 on 2026-04-08
        attach pro_t
        invoices: 0 paid
        holds: pro_t trial to 2026-04-08
        advance 8d
        invoices: 0 paid, 20 paid
        period: 2026-05-08
        holds: pro_t
        """);

    [Fact]
    public void Use_in_a_trial_is_free() => Tell(shop: "pro_u: $20/month; messages 100 used 0.10 per 1; trial 14 days with card", script: """
        attach pro_u
        track messages 250
        advance 15d
        invoices: 0 paid, 20 paid
        messages 100
        """);

    [Fact]
    public void A_plan_is_tried_once() => Tell("""
        attach pro_t
        advance 3d
        cancel pro_t {now: yes}
        preview attach pro_t: total 20
        attach pro_t
        invoices: 0 paid, 20 paid
        holds: pro_t
        """);

    [Fact]
    public void A_trial_without_a_card_then_the_free_plan() => Tell(card: "none", live: ["pro_nc", "free_def"], script: """
        holds: pro_nc trial to 2026-04-08
        advance 8d
        holds: free_def
        messages 50
        """);

    [Fact]
    public void An_add_on_shares_the_cycle() => Tell("""
        attach pro
        advance 15d
        attach addon
        invoices: 20 paid, 10 paid
        messages 100
        words 200
        advance to next
        invoices: 20 paid, 10 paid, 40 paid
        """);

    [Fact]
    public void A_purchase_made_twice() => Tell("""
        attach pro
        attach boost {words: 50}
        attach boost {words: 50}
        invoices: 20 paid, 15 paid, 15 paid
        words 100
        advance to next
        invoices: 20 paid, 15 paid, 15 paid, 20 paid
        words 100
        """);

    [Fact]
    public void Canceled_at_the_end_and_not_and_again() => Tell(live: ["free_def"], script: """
        holds: free_def
        attach pro_u
        track messages 500
        cancel pro_u
        uncancel pro_u
        holds: pro_u
        cancel pro_u
        holds: pro_u until 2026-05-01, free_def from 2026-05-01
        invoices: 20 paid
        advance to next
        invoices: 20 paid, 40 paid
        holds: free_def
        messages 50
        """);

    [Fact]
    public void Canceled_now_gives_credit_and_bills_no_overage() => Tell("""
        attach pro_p {messages: 500}
        advance 15d
        preview cancel pro_p {now: yes}: total -35
        cancel pro_p {now: yes}
        invoices: 70 paid, -35 paid
        credit: 35
        holds:
        """);

    [Fact]
    public void Canceled_now_with_a_refund() => Tell("""
        attach pro
        preview cancel pro {now: yes, refund: full}: total 0; refund 20
        cancel pro {now: yes, refund: full}
        invoices: 20 paid
        refunds: 20
        credit: 0
        """);

    [Fact]
    public void A_renewal_fails_and_recovers() => Tell(leaps: false, script: """
        attach pro
        track messages 40
        card decline
        advance to next
        holds: pro past due
        invoices: 20 paid, 20 open
        messages 60
        card good
        pay
        holds: pro
        invoices: 20 paid, 20 paid
        messages 100
        """);

    [Fact]
    public void An_invoice_that_is_sent() => Tell(card: "none", script: """
        attach pro {invoice: 30 days}
        invoices: 20 open
        holds:
        waiting: pro
        mark paid
        holds: pro
        invoices: 20 paid
        """);

    [Fact]
    public void A_draft_of_a_plan_that_comes_at_once() => Tell(card: "none", script: """
        attach pro {invoice: at once draft}
        invoices: 20 draft
        holds: pro
        """);

    [Theory]
    [InlineData("attach pro {discount: 20%}", 16)]
    [InlineData("attach pro {discount: 20% + $2}", 14)]
    [InlineData("attach pro {discount: 20% + 20%}", 16)]
    public void Discounts(string attach, int total) => Tell($"""
        {attach}
        invoices: {total} paid
        """);

    [Fact]
    public void A_discount_on_an_upgrade() => Tell("""
        attach pro
        attach premium {discount: 20%}
        invoices: 20 paid, 20 paid
        lines: -20 40
        """);

    [Fact]
    public void A_coupon_that_came_later_takes_nothing_off_what_is_given_back() => Tell("""
        attach pro
        discount 30%
        attach premium {discount: $5}
        lines: -20 30
        """);

    [Fact]
    public void Several_plans_in_one_invoice() => Tell("""
        multi pro_p/messages=100 addon
        invoices: 50 paid
        holds: pro_p, addon
        """);

    [Fact]
    public void A_start_in_the_past() => Tell("""
        attach pro {starts: 2026-02-15}
        invoices: 40 paid
        lines: 20 20
        period: 2026-04-15
        """);

    [Fact]
    public void Versions() => Tell("""
        attach pro
        edit pro: $30/month; messages 100/month
        update pro {version: 2}
        invoices: 20 paid, 10 paid
        lines: -20 30
        advance to next
        invoices: 20 paid, 10 paid, 30 paid
        """);
}
