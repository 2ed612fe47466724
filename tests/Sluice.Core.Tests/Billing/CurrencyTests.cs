using System.Collections.Immutable;
using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

/// <summary>Prices in further currencies: chosen by the first plan that costs something, and kept.</summary>
public sealed class CurrencyTests
{
    private const string Plans = """
        pro:     $20/month or 18 eur or 23188 rwf; messages 100/month
        premium: $50/month or 10 eur or 30000 rwf; messages 500/month
        addon:   add-on; $20/month or 5 eur or 10 rwf; words 200/month
        dollars: add-on; $7/month
        pro_t:   $20/month or 18 eur; messages 100/month; trial 7 days with card
        """;

    private static readonly Currency Euro = new("eur");

    [Fact]
    public void A_plan_is_charged_in_the_currency_that_was_chosen_for_good() => Tell(shop: Plans, script: """
        attach pro {currency: eur}
        invoices: 18 paid
        refused CurrencyMismatch attach addon {currency: usd}
        refused CurrencyMismatch attach dollars
        attach addon
        invoices: 18 paid, 5 paid
        advance to next
        invoices: 18 paid, 5 paid, 23 paid
        """);

    [Fact]
    public void Without_a_choice_it_is_the_tenants() => Tell(shop: Plans, script: """
        attach pro
        refused CurrencyMismatch attach addon {currency: eur}
        attach dollars
        invoices: 20 paid, 7 paid
        """);

    [Fact]
    public void All_plans_of_a_call_have_it() => Tell(shop: Plans, script: """
        attach pro {currency: rwf}
        attach addon
        invoices: 23188 paid, 10 paid
        advance to next
        invoices: 23188 paid, 10 paid, 23198 paid
        """);

    [Fact]
    public void What_is_more_is_decided_in_it() => Tell(shop: Plans, script: """
        attach pro {currency: eur}
        attach premium
        holds: pro until 2026-05-01, premium from 2026-05-01
        advance to next
        invoices: 18 paid, 10 paid
        """);

    [Fact]
    public void A_trial_settles_it_although_it_costs_nothing() => Tell(shop: Plans, script: """
        attach pro_t {currency: eur}
        refused CurrencyMismatch attach dollars
        advance 8d
        invoices: 0 paid, 18 paid
        """);

    [Fact]
    public void A_plan_that_stays_must_have_a_price_in_it() => Tell(card: "none", live: ["pro_nc", "free_def"], shop: Plans, script: """
        holds: pro_nc trial to 2026-04-08
        card good
        refused CurrencyMismatch attach addon {currency: eur}
        attach pro {currency: eur}
        holds: pro
        invoices: 0 paid, 18 paid
        """);

    [Theory]
    [InlineData("usd", 17.505, 17.51)]
    [InlineData("jpy", 17.5, 18)]
    [InlineData("rwf", 23198, 23198)]
    [InlineData("kwd", 17.5051, 17.51)]
    [InlineData("kwd", -17.505, -17.51)]
    public void Money_is_rounded_to_what_the_currency_can_charge(string currency, decimal amount, decimal charged) => Assert.Equal(charged, Core.Money.Of(amount, new Currency(currency)).Major);

    [Fact]
    public void Tiers_have_prices_of_their_own_and_the_silent_one_is_lacking()
    {
        PriceTier[] tiers = [new(Quantity.Of(100), new Price(10), null, In(8)), new(null, new Price(5), new Price(3), new CurrencyPrices([new CurrencyPrice(Euro, new Price(4), new Price(2))]))];
        Assert.Equal((100m * 8m) + (50m * 4m), Rating.Cost(Priced([.. tiers]).In(Euro), Quantity.Of(150), Quantity.Zero));
        Assert.False(CurrencyRules.Lacks(Priced([.. tiers]), Euro, Currency.Usd));
        Assert.True(CurrencyRules.Lacks(Priced([tiers[0], new(null, new Price(5), null)]), Euro, Currency.Usd));
        Assert.True(CurrencyRules.Lacks(Priced([tiers[0], tiers[1] with { OtherCurrencies = In(4) }]), Euro, Currency.Usd));
        Assert.False(CurrencyRules.Lacks(Priced([new(Quantity.Of(100), new Price(0), null), tiers[1]]), Euro, Currency.Usd));
        Assert.False(CurrencyRules.Lacks(Priced([new(null, new Price(5), null)]), Currency.Usd, Currency.Usd));
    }

    private static CurrencyPrices In(decimal amount) => new([new CurrencyPrice(Euro, new Price(amount))]);

    private static ItemPrice Priced(ImmutableArray<PriceTier> tiers) => new(null, tiers, TierBehavior.Graduated, Words.Interval("month"), Quantity.One, BillingMethod.UsageBased, null);
}
