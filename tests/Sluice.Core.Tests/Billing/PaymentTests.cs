using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

/// <summary>Payments that fail, wait, come late or twice.</summary>
public sealed class PaymentTests
{
    [Theory]
    [InlineData("decline", "Declined")]
    [InlineData("3ds", "NeedsConfirmation")]
    public void A_plan_that_is_not_paid_does_not_begin_and_its_invoice_is_void_after_a_while(string card, string problem) => Tell(card: card, script: $"""
        attach pro
        invoices: 20 open
        holds:
        waiting: pro
        problem: {problem}
        advance 1h
        invoices: 20 void
        waiting:
        """);

    [Fact]
    public void Confirmed_in_time_the_plan_begins() => Tell(card: "3ds", script: """
        attach pro
        answer paid
        invoices: 20 paid
        holds: pro
        """);

    [Fact]
    public void An_upgrade_without_a_card_waits_and_the_old_plan_stays() => Tell("""
        attach pro
        card none
        attach premium
        holds: pro
        waiting: premium
        problem: NoPaymentMethod
        invoices: 20 paid, 30 open
        advance 1h
        holds: pro
        invoices: 20 paid, 30 void
        """);

    [Fact]
    public void An_upgrade_that_is_declined_changes_nothing() => Tell("""
        attach pro
        card decline
        attach premium
        holds: pro
        messages 100
        advance 1h
        holds: pro
        invoices: 20 paid, 30 void
        """);

    [Fact]
    public void Asked_again_what_waits_gives_way() => Tell(card: "decline", script: """
        attach pro
        card good
        attach premium
        invoices: 20 void, 50 paid
        holds: premium
        """);

    [Fact]
    public void While_a_payment_is_under_way_nothing_else_is_begun() => Tell(card: "silent", script: """
        attach pro
        refused Conflict attach pro
        refused Conflict attach premium
        """);

    [Fact]
    public void An_answer_that_comes_twice_or_late_changes_nothing() => Tell(card: "silent", script: """
        attach pro
        answer declined attempt 7
        waiting: pro
        answer paid
        invoices: 20 paid
        answer paid
        answer declined
        invoices: 20 paid
        holds: pro
        """);

    [Fact]
    public void Money_that_comes_while_the_invoice_is_taken_back_becomes_credit() => Tell(card: "decline", script: """
        attach pro
        provider silent
        attach premium
        answer paid
        invoices: 20 paid, 50 open
        credit: 20
        """);

    [Fact]
    public void A_bank_debit_takes_its_time() => Tell(card: "slow", script: """
        attach pro
        problem: Processing
        waiting: pro
        advance 5h
        answer paid
        holds: pro
        """);

    [Fact]
    public void Unanswered_for_a_day_a_renewal_is_past_due_and_may_still_turn_out_paid() => Tell("""
        attach pro
        track messages 40
        provider silent
        advance to 2026-05-01
        holds: pro
        messages 60
        advance 2d
        holds: pro past due
        answer paid
        holds: pro
        messages 100
        """);

    [Fact]
    public void What_was_not_answered_may_have_been_paid_so_it_is_asked_again_under_its_old_number() => Tell(leaps: false, script: """
        attach pro
        provider silent
        advance to 2026-05-01
        asked: Collect 1
        advance 2d
        asked: Collect 1
        answer declined
        advance 1d
        asked: Collect 2
        """);

    [Fact]
    public void A_bank_debit_that_takes_days_is_not_collected_a_second_time() => Tell(leaps: false, script: """
        attach pro
        provider slow
        advance to 2026-05-01
        asked: Collect 1
        advance 60h
        asked: Collect 1
        answer paid
        holds: pro
        invoices: 20 paid, 20 paid
        """);

    [Fact]
    public void Also_without_a_card_what_was_not_answered_is_asked_again() => Tell(leaps: false, script: """
        attach pro
        provider silent
        advance to 2026-05-01
        advance 25h
        card none
        provider silent
        advance 1d
        asked: Collect 1
        answer paid
        invoices: 20 paid, 20 paid
        """);

    [Fact]
    public void What_the_provider_may_have_collected_is_not_marked_as_paid_outside() => Tell(leaps: false, script: """
        attach pro
        provider silent
        advance to 2026-05-01
        refused InvalidRequest mark
        advance 25h
        refused InvalidRequest mark
        advance 1d
        answer declined
        mark paid
        invoices: 20 paid, 20 paid
        """);

    [Fact]
    public void What_the_customer_may_still_confirm_is_not_marked_as_paid_outside() => Tell(leaps: false, script: """
        attach pro
        card 3ds
        advance to 2026-05-01
        card none
        refused InvalidRequest mark
        advance 3d
        refused InvalidRequest mark
        answer paid
        invoices: 20 paid, 20 paid
        """);

    [Fact]
    public void Of_an_invoice_that_is_void_nothing_is_given_back() => Tell(card: "none", script: """
        attach pro {invoice: at once}
        void invoice
        attach premium {invoice: at once}
        invoices: 20 void, 50 open
        credit: 0
        """);

    [Fact]
    public void Retries_are_counted_and_at_their_end_the_plan_ends() => Tell(leaps: false, live: ["free_def"], script: """
        attach pro
        card decline
        advance to 2026-05-02
        holds: pro past due
        advance to 2026-05-07
        holds: pro past due
        advance to 2026-05-09
        holds: free_def
        invoices: 20 paid, 20 void
        """);

    [Theory]
    [InlineData("Keep", "pro past due", "20 open")]
    [InlineData("Cancel", "free_def", "20 void")]
    public void What_becomes_of_a_plan_that_is_not_paid_in_the_end(string policy, string holds, string invoice)
    {
        var shop = Shop.Of("", "free_def");
        var strict = new Catalog(1, shop.Features, shop.Plans) { Policy = shop.Policy with { RetryDays = [2], AfterDunning = Enum.Parse<AfterDunning>(policy) } };
        var story = new BillingStory(strict, Clock.Moments);
        story.Run($"attach pro\ncard decline\nadvance to 2026-05-10\nholds: {holds}\ninvoices: 20 paid, {invoice}");
    }

    [Fact]
    public void A_tenant_may_end_a_plan_at_the_first_failure()
    {
        var shop = Shop.Of();
        var strict = new Catalog(1, shop.Features, shop.Plans) { Policy = shop.Policy with { CancelWhenPastDue = true } };
        new BillingStory(strict, Clock.Moments).Run("attach pro\ncard decline\nadvance to 2026-05-01\nholds:\ninvoices: 20 paid, 20 void");
    }

    [Fact]
    public void Canceled_when_it_is_overdue_it_ends_at_once_where_open_invoices_are_void_then()
    {
        var shop = Shop.Of();
        var strict = new Catalog(1, shop.Features, shop.Plans) { Policy = shop.Policy with { VoidOnEnd = true } };
        new BillingStory(strict, Clock.Moments).Run("attach pro\ncard decline\nadvance to 2026-05-02\ncancel pro\nholds:\ninvoices: 20 paid, 20 void\ncredit: 0");
    }

    [Fact]
    public void A_new_card_is_used_by_the_next_try() => Tell(leaps: false, script: """
        attach pro
        card decline
        advance to 2026-05-01
        card good
        advance to 2026-05-03
        holds: pro
        invoices: 20 paid, 20 paid
        """);

    [Fact]
    public void Without_any_card_tries_are_counted_too() => Tell(leaps: false, script: """
        attach pro
        card none
        advance to 2026-05-02
        holds: pro past due
        advance to 2026-05-09
        holds:
        invoices: 20 paid, 20 void
        """);

    [Fact]
    public void Past_due_it_keeps_its_access_and_its_priced_units_come_back() => Tell(leaps: false, script: """
        attach pro_u
        track messages 40
        card decline
        advance to next
        holds: pro_u past due
        messages 100
        """);

    [Fact]
    public void A_period_that_is_not_paid_cannot_be_switched_within() => Tell(leaps: false, script: """
        attach pro_p {messages: 100}
        card decline
        advance to 2026-05-01
        refused Conflict attach premium
        refused Conflict update pro_p {messages: 300}
        card good
        pay
        attach premium
        holds: premium
        """);

    [Fact]
    public void What_was_not_paid_is_not_given_back() => Tell(leaps: false, script: """
        attach pro
        card decline
        advance to 2026-05-01
        cancel pro {now: yes}
        invoices: 20 paid, 20 void
        credit: 0
        """);

    [Fact]
    public void An_invoice_that_is_sent_is_due_in_its_time_and_so_are_those_that_follow() => Tell(card: "none", script: """
        attach pro {invoice: 30 days}
        mark paid
        advance to 2026-05-02
        invoices: 20 paid, 20 open
        holds: pro
        advance to 2026-05-31
        holds: pro past due
        mark paid
        holds: pro
        """);

    [Fact]
    public void A_sent_invoice_that_is_void_takes_its_plan_along() => Tell(card: "none", script: """
        attach pro {invoice: yes}
        void invoice
        invoices: 20 void
        waiting:
        """);

    [Fact]
    public void Paid_only_after_the_old_plan_was_billed_again_the_rest_of_that_is_given_back() => Tell("""
        attach pro
        attach premium {invoice: 30 days}
        advance to 2026-05-01
        invoices: 20 paid, 30 open, 20 paid
        mark paid
        invoices: 20 paid, 30 paid, 20 paid, 50 open
        holds: premium
        charged: 30
        """);

    [Fact]
    public void A_quantity_that_waits_gives_way_to_the_next() => Tell("""
        attach pro_p {messages: 100}
        card none
        update pro_p {messages: 300}
        update pro_p {messages: 200}
        invoices: 30 paid, 20 void, 10 open
        mark paid
        messages 200
        """);

    [Fact]
    public void A_checkout_that_is_not_completed_is_gone_after_a_day() => Tell(card: "none", script: """
        attach pro
        advance 2d
        checkout: none
        invoices:
        """);

    [Fact]
    public void A_preview_before_a_checkout_shows_what_comes_after_it() => Tell(card: "none", script: """
        preview attach pro_p {messages: 200}: total 40; path Checkout; next 40 on 2026-05-01
        attach pro_p {messages: 200}
        invoices:
        """);

    [Fact]
    public void Another_wish_replaces_the_open_checkout() => Tell(card: "none", script: """
        attach pro
        checkout: 1
        attach premium
        checkout: 2
        complete good
        holds: premium
        """);

    [Fact]
    public void What_needs_no_checkout_closes_the_open_one() => Tell(card: "none", script: """
        attach pro
        attach free
        checkout: none
        holds: free
        """);

    [Fact]
    public void A_card_declined_in_the_checkout_leaves_the_plan_waiting() => Tell(card: "none", script: """
        attach pro
        complete decline
        waiting: pro
        invoices: 20 open
        """);

    [Fact]
    public void A_price_edited_while_the_page_is_open_is_the_price_of_then() => Tell(card: "none", script: """
        attach pro
        edit pro: $30/month; messages 100/month
        complete good
        invoices: 20 paid
        """);

    [Fact]
    public void A_card_can_be_saved_and_a_plan_attached_with_it() => Tell(card: "none", script: """
        setup attach pro_p {messages: 200}
        complete good
        invoices: 40 paid
        holds: pro_p
        """);
}
