using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

public sealed class TrialTests
{
    [Fact]
    public void A_trial_with_a_card_goes_to_a_checkout_first() => Tell(card: "none", script: """
        preview attach pro_t: total 0; path Checkout; next 20 on 2026-04-08
        attach pro_t
        holds:
        complete good
        holds: pro_t trial to 2026-04-08
        invoices: 0 paid
        advance 8d
        invoices: 0 paid, 20 paid
        """);

    [Fact]
    public void Without_a_card_none_is_asked_for() => Tell(card: "none", shop: "pro_f: $20/month; trial 7 days without card", script: """
        preview attach pro_f: total 0; path Nothing; next 20 on 2026-04-08
        attach pro_f
        holds: pro_f trial to 2026-04-08
        checkout: none
        advance 8d
        holds:
        """);

    [Fact]
    public void A_card_saved_meanwhile_is_charged_at_the_end() => Tell(card: "none", shop: "pro_f: $20/month; trial 7 days without card", script: """
        attach pro_f
        setup
        complete good
        advance 8d
        holds: pro_f
        invoices: 0 paid, 20 paid
        """);

    [Fact]
    public void An_upgrade_to_a_plan_without_trial_ends_the_trial() => Tell("""
        attach pro_t
        advance 3d
        attach premium
        lines: 50
        period: 2026-05-04
        """);

    [Fact]
    public void An_upgrade_to_a_plan_with_a_trial_starts_it_from_now() => Tell("""
        attach pro
        attach premium_t
        lines: -20 0
        credit: 20
        holds: premium_t trial to 2026-04-15
        advance to 2026-04-16
        invoices: 20 paid, -20 paid, 50 paid
        charged: 30
        """);

    [Fact]
    public void A_downgrade_in_a_trial_comes_at_its_end_at_the_lower_price() => Tell("""
        attach premium_t
        attach pro
        holds: premium_t trial to 2026-04-15 until 2026-04-15, pro from 2026-04-15
        advance 15d
        invoices: 0 paid, 20 paid
        holds: pro
        period: 2026-05-15
        """);

    [Fact]
    public void An_add_on_is_free_as_long_as_the_plan_is_tried() => Tell(shop: "addon_t: add-on; $30/month; trial 30 days with card", script: """
        attach pro_t
        attach addon
        attach addon_t
        holds: pro_t trial to 2026-04-08, addon trial to 2026-04-08, addon_t trial to 2026-04-08
        invoices: 0 paid, 0 paid, 0 paid
        advance 8d
        charged: 70
        """);

    [Fact]
    public void An_add_on_beside_a_paid_plan_has_no_trial() => Tell(shop: "addon_t: add-on; $30/month; trial 30 days with card", script: """
        attach pro
        advance 15d
        attach addon_t
        charged: 15
        """);

    [Fact]
    public void Canceled_in_its_trial_a_plan_ends_without_an_invoice() => Tell("""
        attach pro_t
        cancel pro_t
        advance 8d
        holds:
        invoices: 0 paid
        """);

    [Fact]
    public void A_trial_that_is_asked_for_counts_again() => Tell("""
        attach pro_t
        cancel pro_t {now: yes}
        attach pro_t {trial: 3}
        holds: pro_t trial to 2026-04-04
        """);

    [Fact]
    public void A_trial_can_be_left_out() => Tell("""
        attach pro_t {trial: none}
        charged: 20
        holds: pro_t
        """);

    [Fact]
    public void A_plan_that_is_tried_instead_of_another_gives_it_back() => Tell(shop: "premium_r: $50/month; trial 7 days with card then back", script: """
        attach pro
        attach premium_r
        holds: pro paused, premium_r trial to 2026-04-08 until 2026-04-08
        invoices: 20 paid, 0 paid
        advance 8d
        holds: pro
        invoices: 20 paid, 0 paid
        advance to next
        charged: 20
        """);

    [Theory]
    [InlineData("cancel premium_r {now: yes}", "pro", "20 paid, 0 paid", "canceled, it gives the plan back at once")]
    [InlineData("cancel premium_r", "pro paused, premium_r trial to 2026-04-08 until 2026-04-08", "20 paid, 0 paid", "or at its end")]
    [InlineData("update premium_r {price: 60}", "pro paused, premium_r trial to 2026-04-08 until 2026-04-08", "20 paid, 0 paid, 0 paid", "on other terms it still gives it back")]
    [InlineData("update premium_r {trial: 3}", "pro paused, premium_r trial to 2026-04-04 until 2026-04-04", "20 paid, 0 paid, 0 paid", "and at another end, too")]
    public void What_a_plan_is_tried_instead_of_is_given_back(string step, string held, string invoices, string because)
    {
        Assert.NotEmpty(because);
        Tell(shop: "premium_r: $50/month; trial 7 days with card then back", live: ["free_def"], script: $"""
            attach pro
            track messages 30
            attach premium_r
            {step}
            holds: {held}
            advance 8d
            holds: pro
            messages 70
            invoices: {invoices}
            refused PlanAlreadyAttached attach pro
            """);
    }

    [Theory]
    [InlineData("attach ultra", "ultra", "20 paid, 0 paid, 180 paid", "another plan in place of the one that is tried")]
    [InlineData("update premium_r {trial: none}", "premium_r", "20 paid, 0 paid, 30 paid", "or the tried one for good: what was paid for the plan before is given back")]
    [InlineData("attach free", "free", "20 paid, 0 paid, -15.33 paid", "or one that waits for its end")]
    public void What_a_plan_is_tried_instead_of_ends_when(string step, string held, string invoices, string because)
    {
        Assert.NotEmpty(because);
        Tell(shop: "premium_r: $50/month; trial 7 days with card then back", script: $"""
            attach pro
            attach premium_r
            {step}
            advance 8d
            holds: {held}
            invoices: {invoices}
            """);
    }

    [Fact]
    public void The_plan_that_stands_aside_cannot_be_attached_again() => Tell(shop: "premium_r: $50/month; trial 7 days with card then back", script: """
        attach pro
        attach premium_r
        refused PlanAlreadyAttached attach pro
        """);

    [Fact]
    public void Other_terms_in_a_trial_keep_the_trial() => Tell("""
        attach pro_t
        advance 2d
        update pro_t {price: 35}
        holds: pro_t trial to 2026-04-08
        advance 8d
        charged: 35
        """);

    [Fact]
    public void A_free_plan_with_a_trial_ends_with_it() => Tell(shop: "demo: messages 9/month; trial 7 days with card", live: ["free_def"], script: """
        attach demo
        holds: demo trial to 2026-04-08 until 2026-04-08
        advance 8d
        holds: free_def
        """);
}
