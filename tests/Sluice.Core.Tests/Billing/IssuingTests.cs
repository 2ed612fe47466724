using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

/// <summary>Invoices that a call asks for, and invoices that take the place of one that is not paid.</summary>
public sealed class IssuingTests
{
    [Theory]
    [InlineData("pro", "20")]
    [InlineData("pro line=5", "25")]
    [InlineData("line=7.25 line=2.75", "10")]
    [InlineData("pro_p/messages=300", "50")] // 20 + 3 packs of 10
    [InlineData("pro_u/messages=150", "25")] // 20 + 50 beyond the included 100, 0.10 each
    [InlineData("pro_u/messages=80", "20")] // within the included ones
    [InlineData("pro premium", "70")]
    [InlineData("pro tax=10", "22")]
    [InlineData("pro line=-5 tax=10", "16.5")]
    [InlineData("pro discount=20%", "16")]
    [InlineData("pro from=2026-01-01 to=2026-04-01", "20")] // not by share: one price
    [InlineData("pro from=2026-01-01 to=2026-04-01 prorated", "60")] // three whole months
    [InlineData("pro from=2026-04-01 to=2026-04-16 prorated", "10")]
    [InlineData("pro from=2026-04-01 to=2026-05-16 prorated", "29.68")] // a month and 15 of May's 31 days
    public void It_costs_what_the_plans_and_amounts_cost_and_is_sent(string bill, string total) => Tell($"""
        bill {bill}
        invoices: {total} open
        holds:
        mark
        invoices: {total} paid
        """);

    [Fact]
    public void It_changes_no_plan_and_no_renewal() => Tell("""
        attach pro
        bill premium line=5
        invoices: 20 paid, 55 open
        holds: pro
        advance to 2026-05-01
        invoices: 20 paid, 55 open, 20 paid
        advance to 2026-09-01
        holds: pro
        """);

    [Fact]
    public void Credit_pays_it_and_below_zero_it_becomes_credit() => Tell("""
        bill line=-30
        invoices: -30 paid
        bill pro
        invoices: -30 paid, 20 paid
        bill pro
        invoices: -30 paid, 20 paid, 20 open
        void
        bill line=10
        invoices: -30 paid, 20 paid, 20 void, 10 paid
        """);

    [Theory]
    [InlineData("refused InvalidRequest bill")]
    [InlineData("refused PlanNotFound bill nothing")]
    [InlineData("refused InvalidRequest bill pro/messages=5")]
    [InlineData("refused InvalidRequest bill pro from=2026-04-01 to=2026-03-01")]
    [InlineData("refused InvalidRequest bill pro terms=-1")]
    [InlineData("refused InvalidRequest bill pro tax=101")]
    [InlineData("refused InvalidInputs bill line=1000000000000")]
    [InlineData("refused InvoiceNotFound reissue line=1")]
    public void What_makes_no_invoice_is_refused(string step) => Tell($"{step}\ninvoices:");

    [Theory]
    [InlineData("set=0/15", "15")]
    [InlineData("line=-2.50", "17.5")]
    [InlineData("pro_p/messages=100", "50")] // another 20 and a pack
    [InlineData("remove=0 line=3", "3")]
    [InlineData("tax=10", "22")]
    public void What_waits_for_an_invoice_waits_for_the_one_in_its_place(string changes, string total) => Tell($$"""
        attach pro {invoice: deferred}
        invoices: 20 open
        reissue {{changes}}
        invoices: 20 void, {{total}} open
        waiting: pro
        mark
        invoices: 20 void, {{total}} paid
        holds: pro
        advance to 2026-05-01
        holds: pro
        """);

    [Fact]
    public void What_is_given_back_later_is_a_share_of_what_the_new_one_charged() => Tell("""
        attach pro {invoice: deferred}
        reissue set=0/10
        mark
        advance to 2026-04-16
        attach premium
        lines: -5 25
        """);

    [Fact]
    public void With_nothing_left_to_pay_the_plan_begins_at_once() => Tell("""
        credit 30
        attach premium {invoice: deferred}
        invoices: 50 open
        reissue set=0/12
        invoices: 50 void, 12 paid
        holds: premium
        bill line=18
        invoices: 50 void, 12 paid, 18 paid
        """);

    [Theory]
    [InlineData("reissue set=3/1")]
    [InlineData("reissue set=0/1 remove=0")]
    [InlineData("reissue remove=0")]
    public void What_is_no_line_or_leaves_none_is_refused(string step) => Assert.Contains("InvalidRequest", Assert.Throws<BillingStory.StepFailed>(() => Tell($"bill pro\n{step}")).Message, StringComparison.Ordinal);

    [Fact]
    public void One_that_a_card_was_charged_for_is_not_reissued() =>
        Assert.Contains("InvalidRequest", Assert.Throws<BillingStory.StepFailed>(() => Tell(card: "decline", script: "attach pro\nreissue line=1")).Message, StringComparison.Ordinal);
}
