using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

public sealed class CancelingTests
{
    [Fact]
    public void Canceled_at_the_end_it_is_held_until_then_and_never_billed_again() => Tell("""
        attach pro
        preview cancel pro: total 0; next none
        cancel pro
        holds: pro until 2026-05-01
        advance to next
        holds:
        invoices: 20 paid
        """);

    [Fact]
    public void A_plan_of_several_intervals_ends_with_the_longest() => Tell(shop: "year_u: $200/year; messages 100 used 0.10 per 1", script: """
        attach year_u
        cancel year_u
        holds: year_u until 2027-04-01
        track messages 150
        advance to 2026-05-02
        charged: 5
        advance to 2027-04-02
        holds:
        """);

    [Fact]
    public void Canceled_now_in_the_middle_the_rest_becomes_credit() => Tell("""
        attach pro
        advance 15d
        cancel pro {now: yes}
        credit: 10
        attach pro
        invoices: 20 paid, -10 paid, 20 paid
        charged: 10
        credit: 0
        """);

    [Fact]
    public void Without_proration_nothing_is_given_back() => Tell("""
        attach pro
        cancel pro {now: yes, proration: none}
        invoices: 20 paid
        credit: 0
        """);

    [Theory]
    [InlineData("full", "20")]
    [InlineData("prorated", "10")]
    public void Money_goes_back_to_the_card(string refund, string amount) => Tell($$"""
        attach pro
        advance 15d
        preview cancel pro {now: yes, refund: {{refund}}}: total 0; refund {{amount}}
        cancel pro {now: yes, refund: {{refund}}}
        refunds: {{amount}}
        credit: 0
        """);

    [Theory]
    [InlineData("full", "50")]
    [InlineData("prorated", "25")]
    public void Never_more_goes_back_than_was_collected_and_the_rest_is_credit(string refund, string worth) => Tell($$"""
        attach pro
        attach premium
        advance 15d
        cancel premium {now: yes, refund: {{refund}}}
        refunds: {{(worth == "50" ? "30" : "25")}}
        credit: {{(worth == "50" ? "20" : "0")}}
        """);

    [Fact]
    public void The_free_plan_comes_in_its_place() => Tell(live: ["free_def"], script: """
        attach pro
        cancel pro {now: yes}
        holds: free_def
        messages 50
        """);

    [Fact]
    public void An_add_on_leaves_the_plan_alone() => Tell(live: ["free_def"], script: """
        attach pro
        attach addon
        cancel addon
        advance to next
        holds: pro
        charged: 20
        """);

    [Fact]
    public void Canceling_a_scheduled_plan_keeps_the_current_one() => Tell("""
        attach premium
        attach pro
        cancel pro {now: yes}
        holds: premium
        advance to next
        charged: 50
        """);

    [Fact]
    public void Canceling_drops_the_scheduled_successor() => Tell("""
        attach premium
        attach pro
        cancel premium
        holds: premium until 2026-05-01
        """);

    [Fact]
    public void What_is_not_held_cannot_be_canceled() => Tell("""
        refused SubscriptionNotFound cancel pro
        attach free
        refused InvalidRequest cancel free
        cancel free {now: yes}
        holds:
        """);

    [Fact]
    public void Uncanceling_what_is_not_canceled_changes_nothing() => Tell("""
        attach pro
        uncancel pro
        holds: pro
        """);
}
