using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

public sealed class RenewalTests
{
    [Fact]
    public void Two_features_beyond_what_is_included() => Tell(shop: "pro_2: $20/month; messages 100 used 0.10 per 1; words used 0.05 per 1", script: """
        attach pro_2
        track messages 200
        track words 100
        advance to next
        charged: 35
        """);

    [Fact]
    public void An_add_on_of_its_own_cycle_has_its_own_invoice() => Tell(shop: "addon_u: add-on; $20/month; words used 0.05 per 1", script: """
        attach pro_u
        attach addon_u {own_cycle: yes}
        track messages 200
        track words 100
        advance to next
        invoices: 20 paid, 20 paid, 30 paid, 25 paid
        """);

    [Fact]
    public void A_years_price_and_a_months_use_each_keep_their_own_cycle() => Tell(shop: "year_u: $200/year; messages 100 used 0.10 per 1", script: """
        attach year_u
        track messages 150
        advance 1mo
        advance 1h
        invoices: 200 paid, 5 paid
        messages 100
        advance to 2027-04-02
        charged: 200
        """);

    [Fact]
    public void A_year_of_months() => Tell("""
        attach pro
        advance to 2027-04-02
        invoices: 20 paid, 20 paid, 20 paid, 20 paid, 20 paid, 20 paid, 20 paid, 20 paid, 20 paid, 20 paid, 20 paid, 20 paid, 20 paid
        """);

    [Fact]
    public void Month_ends_are_counted_from_the_anchor() => Tell("""
        advance to 2026-05-31
        attach pro
        period: 2026-06-30
        advance to 2026-07-01
        period: 2026-07-31
        advance to 2027-03-01
        period: 2027-03-31
        """);

    [Fact]
    public void Entities_are_rated_one_by_one() => Tell(shop: "pro_e: $20/month; messages used 1 per 10", script: """
        entity a
        entity b
        attach pro_e {for: a}
        attach pro_e {for: b}
        track messages 55 for a
        track messages 23 for b
        advance to next
        lines: 6 20 3 20
        """);

    [Fact]
    public void What_entities_have_their_parts_of_in_one_plan_is_added_up_first() => Tell(shop: "pro_e: $20/month; messages used 1 per 10 each users", script: """
        entity a
        entity b
        attach pro_e
        track messages 55 for a
        track messages 23 for b
        advance to next
        lines: 8 20
        """);

    [Fact]
    public void Prepaid_units_with_a_reset_of_their_own_come_back_by_the_clock() => Tell(shop: "year_p: $200/year; messages/month prepaid 100 per 100/year", script: """
        attach year_p {messages: 200}
        charged: 400
        track messages 150
        advance 1mo
        advance 1h
        messages 200
        charged: 400
        advance to 2027-04-02
        charged: 400
        """);

    [Fact]
    public void Overage_that_is_not_billed_is_counted_only()
    {
        var shop = Shop.Of();
        var quiet = new Catalog(1, shop.Features, shop.Plans) { Policy = shop.Policy with { BillsOverage = false } };
        BillingStory.Tell(quiet, """
            attach pro_u
            track messages 500
            advance to next
            charged: 20
            """);
    }

    [Fact]
    public void Versions_of_held_plans_stay() => Tell("""
        attach pro
        edit pro: $99/month; messages 1/month
        advance to next
        charged: 20
        messages 100
        """);
}
