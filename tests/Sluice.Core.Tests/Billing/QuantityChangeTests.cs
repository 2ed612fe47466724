using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

/// <summary>Units bought in advance change within a period.</summary>
public sealed class QuantityChangeTests
{
    [Theory]
    [InlineData("", 200, 500, "-10 25", "messages 500", "70", "by its share, now")]
    [InlineData("", 500, 200, "-25 10", "messages 200", "40", "given back by its share")]
    [InlineData("up next", 200, 500, "20 20", "messages 500", "85", "on the next invoice: 15 more")]
    [InlineData("up later", 200, 500, "20 20", "messages 500", "70", "this period for free")]
    [InlineData("down none", 500, 200, "20 50", "messages 500", "40", "from the next period on")]
    [InlineData("down next", 500, 200, "20 50", "messages 200", "25", "given back on the next invoice")]
    public void A_change_half_way(string how, int from, int to, string lines, string balance, string renewal, string because)
    {
        Assert.NotEmpty(because);
        Tell(shop: $"pro_p: $20/month; messages prepaid 10 per 100 {how}".TrimEnd(), script: $$"""
            attach pro_p {messages: {{from}}}
            advance 15d
            update pro_p {messages: {{to}}}
            lines: {{lines}}
            {{balance}}
            advance to next
            invoices: {{(lines.StartsWith('-') ? $"{20 + (from / 10)} paid, {(to - from) / 20} paid" : $"{20 + (from / 10)} paid")}}, {{renewal}} paid
            messages {{to}}
            """);
    }

    [Fact]
    public void Declined_the_quantity_stays() => Tell("""
        attach pro_p {messages: 200}
        card decline
        update pro_p {messages: 500}
        messages 200
        advance 1h
        messages 200
        invoices: 40 paid, 30 void
        """);

    [Fact]
    public void Paid_late_the_units_still_come() => Tell(card: "good", script: """
        attach pro_p {messages: 200}
        provider 3ds
        update pro_p {messages: 500}
        messages 200
        answer paid
        messages 500
        """);

    [Fact]
    public void In_a_trial_more_costs_nothing_yet() => Tell(shop: "pro_p: $20/month; messages prepaid 10 per 100; trial 7 days with card", script: """
        attach pro_p {messages: 100}
        update pro_p {messages: 300}
        messages 300
        advance 8d
        charged: 50
        """);

    [Fact]
    public void Changed_twice_in_a_period_each_share_is_counted_from_what_was_charged() => Tell("""
        attach pro_p {messages: 200}
        advance 10d
        update pro_p {messages: 500}
        lines: -13.33 33.33
        advance 10d
        update pro_p {messages: 100}
        lines: -16.67 3.33
        """);

    [Fact]
    public void What_waits_for_the_next_invoice_is_settled_when_the_plan_goes_before_it() => Tell(shop: "pro_p: $20/month; messages prepaid 10 per 100 up next", script: """
        attach pro_p {messages: 200}
        advance 15d
        update pro_p {messages: 500}
        advance 5d
        cancel pro_p {now: yes}
        lines: -6.67 -10 8.33
        """);

    [Fact]
    public void A_top_up_is_what_is_added() => Tell(shop: "pro_o: $20/month; words prepaid 5 per 50 once", script: """
        attach pro_o
        invoices: 20 paid
        update pro_o {words: 100}
        charged: 10
        words 100
        update pro_o {words: 50}
        charged: 5
        words 150
        advance to next
        charged: 20
        words 150
        """);

    [Fact]
    public void Refusals() => Tell("""
        attach pro_p {messages: 200}
        refused InvalidRequest update pro_p {words: 5}
        refused InvalidInputs update pro_p
        refused SubscriptionNotFound update premium {messages: 5}
        """);
}
