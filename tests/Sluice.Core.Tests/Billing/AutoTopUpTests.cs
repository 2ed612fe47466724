using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

/// <summary>More units bought by themselves, with packs of 100 for $10.</summary>
public sealed class AutoTopUpTests
{
    private const string Packs = "packs: $1/month; messages prepaid 10 per 100 once\nbase: messages 1000 used 1 per 1; messages prepaid 10 per 100 once";

    [Theory]
    [InlineData("100", "topup messages 100 below 20", "85", "115", "11 paid, 10 paid", "15 are left, so 100 more are bought")]
    [InlineData("100", "topup messages 100 below 20", "50", "50", "11 paid", "50 are left")]
    [InlineData("100", "topup messages 150 below 20", "85", "215", "11 paid, 20 paid", "packs are whole")]
    [InlineData("100", "topup messages 300 below 20", "85", "315", "11 paid, 30 paid", "three packs")]
    public void What_falls_to_the_threshold_is_filled_up(string bought, string topUp, string used, string left, string invoices, string because)
    {
        Assert.NotEmpty(because);
        Tell(shop: Packs, script: $$"""
            attach packs {messages: {{bought}}}
            {{topUp}}
            track messages {{used}}
            messages {{left}}
            invoices: {{invoices}}
            """);
    }

    [Fact]
    public void Overage_is_paid_off_first() => Tell(shop: "more: add-on; $1/month; messages prepaid 10 per 100 once\nbase: $1/month; messages 1000 used 0.5 per 1", script: """
        attach base
        attach more
        topup messages 600 below 0
        track messages 1500
        messages 100
        charged: 60
        """);

    [Fact]
    public void Switched_on_below_the_threshold_it_buys_at_once() => Tell(shop: Packs, script: """
        attach packs {messages: 100}
        track messages 90
        messages 10
        topup messages 100 below 20
        messages 110
        """);

    [Fact]
    public void Drained_again_a_second_one_and_then_not_within_ten_minutes() => Tell(shop: Packs, script: """
        attach packs {messages: 100}
        topup messages 100 below 20
        track messages 90
        track messages 100
        messages 110
        track messages 100
        messages 10
        advance 1h
        track messages 1
        messages 109
        """);

    [Fact]
    public void No_more_than_the_limit_says() => Tell(shop: Packs, script: """
        attach packs {messages: 100}
        topup messages 100 below 20 at most 1 a month
        track messages 90
        messages 110
        advance 1h
        track messages 100
        messages 10
        advance 1mo
        track messages 1
        messages 109
        """);

    [Fact]
    public void Declined_nothing_is_bought_and_it_waits_an_hour() => Tell(shop: Packs, script: """
        attach packs {messages: 100}
        topup messages 100 below 20
        card decline
        track messages 90
        messages 10
        invoices: 11 paid, 10 void
        track messages 1
        invoices: 11 paid, 10 void
        advance 2h
        track messages 1
        invoices: 11 paid, 10 void, 10 void
        advance 2h
        track messages 1
        advance 2h
        track messages 1
        invoices: 11 paid, 10 void, 10 void, 10 void
        card good
        track messages 1
        messages 105
        """);

    [Fact]
    public void A_burst_is_one_purchase_until_it_is_paid() => Tell(shop: Packs, script: """
        attach packs {messages: 100}
        topup messages 100 below 20
        provider silent
        track messages 85
        track messages 1
        track messages 1
        answer paid
        messages 113
        invoices: 11 paid, 10 paid
        """);
}
