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

    // 500 are held until 1 May, 200 were asked for from then on.
    [Theory]
    [InlineData("update pro_p {price: 25}", 500, "45", "the same plan on other terms, from the next period on")]
    [InlineData("attach premium_p", 500, "70", "a switch now, from the next period on")]
    [InlineData("attach lite_p", 500, "30", "a switch that waits: it comes with the plan")]
    [InlineData("attach packs_p", 500, "88", "in whole packs of the plan that comes")]
    [InlineData("attach premium_p {messages: 300}", 300, "80", "asked for anew: it waits no more")]
    [InlineData("attach premium_p {anchor: now}", 200, "70", "a new period begins, and that is the next one")]
    [InlineData("attach annual_p", 200, "340", "in a period of another length it has begun, too")]
    public void What_waits_for_the_next_period_goes_along_to_other_terms(string change, int now, string renewal, string because)
    {
        Assert.NotEmpty(because);
        const string none = "messages prepaid 10 per 100 down none";
        Tell(shop: $"pro_p: $20/month; {none}\nlite_p: $10/month; {none}\npremium_p: $50/month; {none}\npacks_p: $52/month; messages prepaid 9 per 50 down none\nannual_p: $300/year; messages prepaid 20 per 100/year", script: $$"""
            attach pro_p {messages: 500}
            update pro_p {messages: 200}
            messages 500
            {{change}}
            messages {{now}}
            advance to next
            charged: {{renewal}}
            """);
    }

    [Fact]
    public void Without_a_period_that_is_billed_nothing_waits_for_its_end() => Tell(shop: "pro_p: $20/month; messages prepaid 10 per 100 down none", script: """
        attach pro_p {messages: 500, unbilled: yes}
        update pro_p {messages: 200}
        messages 200
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
