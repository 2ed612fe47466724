using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Billing;

/// <summary>What is used, bought in advance, and held: what it costs and what is left of it.</summary>
public sealed class AcceptanceOfUseTests(Till till) : IClassFixture<Till>
{
    [Theory]
    [InlineData(50, "20")]
    [InlineData(250.5, "35.05")]
    [InlineData(106.5, "20.65")]
    [InlineData(1000, "110")]
    public async Task A11_A_renewal_bills_use_beyond_the_included_units(double used, string renewed)
    {
        var c = await till.Buyer();
        await c.Attach("pro_u");
        await c.Track((decimal)used);
        await c.Renews();
        await c.Has(invoices: $"20 paid, {renewed} paid", messages: 100);
    }

    [Fact]
    public async Task A12_Packs_are_rounded_up()
    {
        await till.Sells("""{"plan_id": "pro_ten", "name": "Pro", "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "messages", "included": 100, "price": {"amount": 1, "billing_units": 10, "interval": "month", "billing_method": "usage_based"}}]}""");
        var c = await till.Buyer();
        await c.Attach("pro_ten");
        await c.Track(155);
        await c.Renews();
        await c.Has(invoices: "20 paid, 26 paid");
    }

    [Fact]
    public async Task A13_Of_units_bought_in_advance_the_included_ones_are_free()
    {
        await till.Sells("""{"plan_id": "pro_p100", "name": "Pro", "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "messages", "included": 100, "price": {"amount": 10, "billing_units": 100, "interval": "month", "billing_method": "prepaid"}}]}""");
        var c = await till.Buyer();
        await c.Attach("pro_p100", Bought.Messages(300));
        await c.Has(invoices: "40 paid", messages: 300);
        await c.Track(120);
        await c.Renews();
        await c.Has(invoices: "40 paid, 40 paid", messages: 300);
    }

    [Theory]
    [InlineData("graduated", 0, 500, 800, 85)]
    [InlineData("volume", 0, 500, 800, 60)]
    [InlineData("volume", 0, 500, 300, 50)]
    [InlineData("volume", 100, 600, 300, 50)]
    [InlineData("volume", 200, 700, 800, 60)]
    [InlineData("volume", 0, 500, 0, 20)]
    public async Task A14_Tiers_take_each_its_part_or_one_of_them_the_whole(string behavior, int included, int firstTo, int quantity, int total)
    {
        var plan = $"tiers_{behavior}_{included}_{quantity}";
        await till.Sells($$"""
            {"plan_id": "{{plan}}", "name": "Tiers", "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "messages", "included": {{included}}, "price": {
             "tiers": [{"to": {{firstTo}}, "amount": 10}, {"to": "inf", "amount": 5}], "tier_behavior": "{{behavior}}", "billing_units": 100, "interval": "month", "billing_method": "prepaid"} } ] }
            """);
        var c = await till.Buyer();
        await c.Attach(plan, Bought.Messages(quantity));
        await c.Has(invoices: $"{total} paid", messages: quantity);
    }

    [Fact]
    public async Task A16_More_units_half_way_cost_half()
    {
        var c = await till.Buyer();
        await c.Attach("pro_p", Bought.Messages(200));
        await c.Track(50);
        await c.Days(15);
        var more = new { plan_id = "pro_p", feature_quantities = new[] { new { feature_id = "messages", quantity = 500 } } };
        Assert.Equal("update_quantity", (await c.Post("billing.preview_update", more)).MustBe(200).Word("intent"));
        await c.Update(more);
        await c.Has(invoices: "40 paid, 15 paid", lines: "-10 25", messages: 450);
        await c.Renews();
        await c.Has(invoices: "40 paid, 15 paid, 70 paid", messages: 500);
    }

    [Fact]
    public async Task A17_Fewer_units_without_proration_wait_for_the_next_period_with_their_balance()
    {
        await till.Sells("""{"plan_id": "pro_later", "name": "Pro", "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "messages", "price": {"amount": 10, "billing_units": 100, "interval": "month", "billing_method": "prepaid"}, "proration": {"on_increase": "prorate_immediately", "on_decrease": "no_prorations"}}]}""");
        var c = await till.Buyer();
        await c.Attach("pro_later", Bought.Messages(500));
        await c.Days(15);
        await c.Update(Bought.Messages(200));
        await c.Has(invoices: "70 paid", messages: 500);
        await c.Renews();
        await c.Has(invoices: "70 paid, 40 paid", messages: 200);
    }

    [Fact]
    public async Task A18_Seats_are_billed_in_arrears_and_never_reset()
    {
        var c = await till.Buyer();
        await c.Attach("pro_s");
        await c.Track(5, "users");
        await c.Has(invoices: "20 paid", users: -3, resets: "never");
        await c.Renews();
        await c.Has(invoices: "20 paid, 50 paid", users: -3);
    }

    [Fact]
    public async Task A19_Older_seats_are_charged_when_they_are_taken_and_a_freed_one_is_taken_again_for_nothing()
    {
        (await till.Api.Post("/v1/products", """
            {"id": "seat", "name": "Seat", "items": [{"feature_id": "users", "included_usage": 1, "price": 50, "interval": "month", "usage_model": "pay_per_use", "config": {"on_increase": "prorate_immediately", "on_decrease": "none"}}]}
            """, ("x-api-version", "1.2"))).MustBe(200);
        var c = await till.Buyer();
        await c.Attach("seat");
        await c.Days(15);
        await c.Track(2, "users");
        await c.Settles();
        await c.Has(invoices: "25 paid");
        await c.Track(-1, "users");
        await c.Has(invoices: "25 paid");
        await c.Track(1, "users");
        await c.Has(invoices: "25 paid");
    }
}
