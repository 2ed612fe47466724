using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

/// <summary>What a caller may say beside the plan.</summary>
public sealed class OptionTests
{
    [Fact]
    public void Without_proration_a_switch_costs_nothing_until_the_next_period() => Tell("""
        attach pro
        advance 15d
        attach premium {proration: none}
        invoices: 20 paid
        holds: premium
        advance to next
        invoices: 20 paid, 50 paid
        """);

    [Fact]
    public void Anchored_now_a_new_period_begins() => Tell("""
        attach pro
        advance 15d
        attach premium {anchor: now}
        lines: -10 50
        period: 2026-05-16
        """);

    [Fact]
    public void Anchored_later_the_time_until_then_is_a_share() => Tell("""
        attach pro {anchor: 2026-04-16}
        charged: 9.68
        period: 2026-04-16
        advance to 2026-04-17
        charged: 20
        period: 2026-05-16
        """);

    [Fact]
    public void A_start_in_the_future() => Tell("""
        attach pro {starts: 2026-04-10}
        holds: pro from 2026-04-10
        invoices:
        advance to 2026-04-11
        holds: pro
        invoices: 20 paid
        period: 2026-05-10
        """);

    [Fact]
    public void An_end_that_is_said() => Tell("""
        attach pro {ends: 2026-06-01}
        holds: pro until 2026-06-01
        advance to 2026-05-02
        invoices: 20 paid, 20 paid
        advance to 2026-07-02
        holds:
        invoices: 20 paid, 20 paid
        """);

    [Theory]
    [InlineData("attach pro {ends: 2026-05-16}", "20 paid, 20 paid, -10.32 paid", "an end that was said")]
    [InlineData("schedule pro addon; 2026-04-16 pro", "40 paid, -10 paid, 20 paid, 20 paid", "a schedule that goes on without a plan")]
    public void What_ends_within_a_period_gives_back_what_is_left_of_it(string begins, string invoices, string because)
    {
        Assert.NotEmpty(because);
        Tell($"""
            {begins}
            advance to 2026-06-10
            invoices: {invoices}
            """);
    }

    [Fact]
    public void Other_plans_end_in_the_same_step() => Tell("""
        attach pro
        attach addon
        attach premium {removes: addon}
        lines: -20 -20 50
        holds: premium
        """);

    [Fact]
    public void Terms_of_the_customers_own() => Tell("""
        attach pro {price: 15}
        charged: 15
        advance to next
        charged: 15
        update pro {price: 30}
        lines: -14.98 29.96
        """);

    [Fact]
    public void Tax_is_taken_of_the_sum() => Tell("""
        attach pro {tax: 10}
        tax: 2
        charged: 22
        """);

    [Theory]
    [InlineData("50% once", "10 paid, 20 paid, 20 paid, 20 paid")]
    [InlineData("50% 3 months", "10 paid, 10 paid, 10 paid, 20 paid")]
    [InlineData("50%", "10 paid, 10 paid, 10 paid, 10 paid")]
    public void A_discount_lasts(string discount, string invoices) => Tell($$"""
        attach pro {discount: {{discount}}}
        advance 3mo
        advance 1h
        invoices: {{invoices}}
        """);

    [Fact]
    public void A_discount_that_is_over_leaves_the_customer()
    {
        var story = new BillingStory(Shop.Of(), Clock.Moments);
        story.Run("attach pro {discount: 50% 2 months}\nadvance 1mo\nadvance 1h");
        Assert.Single(story.Stored.Billing.Discounts);
        story.Run("advance 1mo\ncharged: 20");
        Assert.Empty(story.Stored.Billing.Discounts);
    }

    [Fact]
    public void A_discount_for_one_invoice_waits_for_the_end_of_a_trial() => Tell("""
        attach pro_t {discount: 50% once}
        advance 8d
        charged: 10
        advance to next
        charged: 20
        """);

    [Fact]
    public void A_discount_on_a_purchase_is_gone_with_it() => Tell("""
        attach boost {words: 50, discount: 50%}
        charged: 7.5
        attach pro
        charged: 20
        """);

    [Fact]
    public void A_discount_takes_from_overage_too() => Tell("""
        attach pro_u {discount: 20%}
        track messages 500
        advance to next
        lines: 32 16
        """);

    [Fact]
    public void Credit_pays_first() => Tell("""
        credit 30
        attach pro
        charged: 0
        credit: 10
        advance to next
        charged: 10
        credit: 0
        """);

    [Theory]
    [InlineData("attach free {anchor: now, schedule: end_of_cycle}")]
    [InlineData("attach boost {words: 50, anchor: now}")]
    [InlineData("attach pro_t {anchor: 2026-04-20}")]
    [InlineData("attach pro {anchor: 2026-03-20}")]
    [InlineData("attach pro {starts: 2026-05-01, schedule: end_of_cycle}")]
    [InlineData("attach free {starts: 2026-05-01}")]
    [InlineData("attach pro_t {starts: 2026-05-01}")]
    [InlineData("attach pro {starts: 2026-05-01, invoice: yes}")]
    [InlineData("attach pro {ends: 2026-03-01}")]
    [InlineData("multi pro premium")]
    public void What_does_not_go_together(string wrong) => Tell($"refused InvalidRequest {wrong}");

    [Theory]
    [InlineData("attach pro {carry: balances}")]
    [InlineData("attach pro {carry: usage}")]
    [InlineData("attach pro {invoice: yes}")]
    [InlineData("attach pro {starts: 2026-03-01}")]
    [InlineData("attach pro_o {words: 50, schedule: end_of_cycle}")]
    public void What_a_switch_at_the_end_of_the_period_cannot_have(string wrong) => Tell(shop: "pro_o: $10/month; words prepaid 5 per 50 once", script: $"""
        attach premium
        refused InvalidRequest {wrong}
        """);

    [Theory]
    [InlineData("gold: $99999999999999999999/month", "attach gold")]
    [InlineData("gold: $1/month; messages prepaid 99999999999999999999999 per 1", "attach gold {messages: 900000000000000}")]
    [InlineData("", "attach pro {tax: 101}")]
    [InlineData("", "attach pro {starts: 1990-01-01}")]
    public void Absurd_numbers_are_refused(string shop, string wrong)
    {
        var code = wrong.Contains("tax", StringComparison.Ordinal) || wrong.Contains("starts", StringComparison.Ordinal) ? "InvalidRequest" : "InvalidInputs";
        Tell(shop: shop, script: $"refused {code} {wrong}");
    }

    [Fact]
    public void An_absurd_price_of_use_does_not_stop_the_clock() => Tell(shop: "gold: $1/month; messages used 99999999999999999999999999 per 1", script: """
        attach gold
        track messages 900000000000000
        advance to next
        lines: 1000000000000 1
        holds: gold
        """);

    [Fact]
    public void A_customer_is_billed_in_one_currency() => Tell("""
        attach pro {currency: usd}
        refused CurrencyMismatch attach premium {currency: eur}
        attach premium {currency: usd}
        lines: -20 50
        """);

    [Theory]
    [InlineData("rwf", "23188", "23188", "a currency without decimals")]
    [InlineData("kwd", "10.005", "10.01", "cards know no third decimal")]
    public void Amounts_are_what_the_currency_can_charge(string currency, string price, string charged, string because)
    {
        Assert.NotEmpty(because);
        var shop = Shop.Of($"gold: ${price}/month");
        BillingStory.Tell(new Catalog(1, shop.Features, shop.Plans) { Policy = shop.Policy with { Currency = new Currency(currency) } }, $"attach gold\ncharged: {charged}");
    }

    [Fact]
    public void The_hosted_page_can_be_asked_for() => Tell("""
        attach pro {redirect: always}
        checkout: 1
        holds:
        complete good
        holds: pro
        """);

    [Fact]
    public void Or_refused() => Tell(card: "none", script: """
        attach pro {redirect: never}
        checkout: none
        waiting: pro
        problem: NoPaymentMethod
        """);
}
