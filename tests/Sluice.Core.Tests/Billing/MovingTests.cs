using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

/// <summary>Held plans go over to another version: nothing is charged now, usage comes along.</summary>
public sealed class MovingTests
{
    private const string Tenner = "tenner: $10/month; messages 10 used 1 per 1";

    [Theory]
    [InlineData(5, 15, "20")] // within what was included
    [InlineData(20, 0, "30")] // 10 beyond it, at the old price
    [InlineData(25, 0, "35")] // 15 beyond it, billed once
    public void What_was_used_comes_along_and_what_was_over_is_billed_at_the_old_price(int used, int left, string next) => Tell(shop: Tenner, script: $"""
        attach tenner
        track messages {used}
        edit tenner: $20/month; messages 20 used 2 per 1
        move tenner to 2
        messages {left}
        invoices: 10 paid
        advance to 2026-05-01
        invoices: 10 paid, {next} paid
        messages 20
        advance to 2026-06-01
        invoices: 10 paid, {next} paid, 20 paid
        """);

    [Fact]
    public void Half_way_nothing_is_charged_and_what_was_paid_still_counts() => Tell("""
        attach pro
        advance to 2026-04-16
        edit pro: $30/month; messages 200/month
        move pro to 2
        messages 200
        resets: 2026-05-01
        attach premium
        lines: -10 25
        invoices: 20 paid, 15 paid
        """);

    [Fact]
    public void What_was_canceled_stays_canceled_and_what_comes_after_still_comes() => Tell("""
        attach premium
        attach pro
        edit premium: $60/month; messages 600/month
        move premium to 2
        holds: premium until 2026-05-01, pro from 2026-05-01
        messages 600
        advance to 2026-05-01
        holds: pro
        invoices: 50 paid, 20 paid
        """);

    [Fact]
    public void Bought_units_stay_bought() => Tell("""
        attach pro_p {messages: 300}
        track messages 120
        edit pro_p: $25/month; messages prepaid 12 per 100
        move pro_p to 2
        messages 180
        invoices: 50 paid
        advance to 2026-05-01
        invoices: 50 paid, 61 paid
        messages 300
        """);

    [Fact]
    public void A_trial_goes_on() => Tell("""
        attach pro_t
        advance to 2026-04-04
        edit pro_t: $25/month; messages 150/month
        move pro_t to 2
        holds: pro_t trial to 2026-04-08
        advance to 2026-04-08
        invoices: 0 paid, 25 paid
        """);

    [Fact]
    public void A_free_plan_keeps_its_day_of_reset() => Tell("""
        attach free
        track messages 20
        advance to 2026-04-16
        edit free: messages 80/month
        move free to 2
        messages 60
        resets: 2026-05-01
        """);

    [Fact]
    public void Each_entity_keeps_what_it_used() => Tell(shop: "team: $20/month; messages 100/month", script: """
        entity a
        attach team {for: a}
        track messages 30 for a
        edit team: $20/month; messages 150/month
        move team to 2
        balances: messages 120 until 2026-05-01T00:00:00.000Z
        advance to 2026-05-01
        invoices: 20 paid, 20 paid
        """);

    [Theory]
    [InlineData("attach annual", "annual: $20/month; messages 100/month", "move annual to 2")]
    [InlineData("attach free", "free: $5/month; messages 50/month", "move free to 2")]
    [InlineData("attach pro", "pro: $20 once; messages 100 once", "move pro to 2")]
    public void What_could_not_wait_for_the_next_invoice_is_refused(string attach, string edit, string move) => Tell($"""
        {attach}
        edit {edit}
        refused InvalidRequest {move}
        """);

    [Fact]
    public void Terms_of_the_customers_own_stay() => Tell("""
        attach pro {price: 15}
        edit pro: $30/month; messages 200/month
        move pro to 2
        messages 100
        advance to 2026-05-01
        invoices: 15 paid, 15 paid
        """);

    [Fact]
    public void Without_such_a_version_it_is_refused() => Tell("attach pro\nrefused PlanNotFound move pro to 7");
}
