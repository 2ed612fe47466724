using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Billing;

/// <summary>Plans with prices in further currencies, sold over HTTP.</summary>
public sealed class CurrencyTests(Till till) : IClassFixture<Till>
{
    [Fact]
    public async Task Prices_in_further_currencies_come_back_as_they_were_sent()
    {
        const string Price = """{"amount": 20, "interval": "month", "additional_currencies": [{"currency": "eur", "amount": 18}, {"currency": "JPY", "amount": 3000}]}""";
        const string Item = """
            {"feature_id": "messages", "price": {"tiers": [{"to": 100, "amount": 1, "additional_currencies": [{"currency": "eur", "amount": 0.9}]},
             {"to": "inf", "amount": 0.5, "flat_amount": 3, "additional_currencies": [{"currency": "eur", "amount": 0.4, "flat_amount": 2}]}], "tier_behavior": "volume", "interval": "month", "billing_method": "prepaid"}}
            """;
        await till.Sells($$"""{"plan_id": "round", "name": "Round", "price": {{Price}}, "items": [{{Item}}]}""");
        var plan = (await till.Api.Post("plans.get", """{"plan_id": "round"}""")).MustFit("plans.get");
        Assert.Equal("""[{"currency":"eur","amount":18},{"currency":"jpy","amount":3000}]""", plan["price.additional_currencies"]!.Value.GetRawText());
        Assert.Equal("""[{"currency":"eur","amount":0.4,"flat_amount":2}]""", plan["items.0.price.tiers.1.additional_currencies"]!.Value.GetRawText());

        // What is answered can be sent back, alone and with a whole catalog, and changes nothing.
        var sent = $$"""{"plan_id": "round", "price": {{plan["price"]!.Value.GetRawText()}}, "items": {{plan["items"]!.Value.GetRawText()}}}""";
        Assert.Equal(1, (await till.Api.Post("plans.update", sent)).MustFit("plans.update").Number("version"));
        var push = $$"""{"skip_deletions": true, "plans": [{"plan_id": "round", "name": "Round", "price": {{Price}}, "items": [{{Item}}]}]}""";
        Assert.Equal("none", (await till.Api.Post("catalog.preview_update", push)).MustBe(200).Word("plan_changes.0.action"));
        (await till.Api.Post("catalog.update", push)).MustBe(200);
        var after = (await till.Api.Post("plans.list", "{}")).MustFit("plans.list").List.Single(static one => one.GetProperty("id").GetString() == "round");
        Assert.Equal(plan["price"]!.Value.GetRawText(), after.GetProperty("price").GetRawText());
        Assert.Equal(plan["items"]!.Value.GetRawText(), after.GetProperty("items").GetRawText());
    }

    [Fact]
    public async Task The_first_plan_settles_the_currency()
    {
        await Sells("eur_first", "eur", 18);
        await Sells("eur_next", "eur", 30);
        var c = await till.Buyer();
        var attached = await c.Attach("eur_first", new { currency = "eur" });
        Assert.Equal((18m, "eur"), (attached.Number("invoice.total"), attached.Word("invoice.currency")));
        foreach (var wrong in new object[] { new { plan_id = "eur_next", currency = "usd" }, new { plan_id = "addon" } })
        {
            var refused = await c.Post("billing.attach", wrong);
            Assert.Equal((400, "currency_mismatch"), (refused.Status, refused.Code));
            Assert.Equal("currency_mismatch", (await c.Post("billing.preview_attach", wrong)).Code);
        }

        await c.Attach("eur_next", new { currency = "EUR" });
        await c.Has(plans: "eur_next", invoices: "18 paid, 12 paid", lines: "-18 30");
        await c.Renews();
        await c.Has(invoices: "18 paid, 12 paid, 30 paid");
        Assert.All(await c.Invoices(), static one => Assert.Equal("eur", one.GetProperty("currency").GetString()));
    }

    [Fact]
    public async Task A_checkout_charges_in_the_currency_that_was_asked_for()
    {
        await Sells("eur_page", "eur", 18);
        var c = await till.Buyer(card: null);
        var page = (await c.Attach("eur_page", new { currency = "eur" })).Word("payment_url");
        using var http = new HttpClient();
        Assert.Contains("Pay 18.00 EUR", await http.GetStringAsync(page), StringComparison.Ordinal);
        using var paid = await http.PostAsync(page, new FormUrlEncodedContent([new("card", "pm_card_visa")]));
        await c.Has(plans: "eur_page", invoices: "18 paid");
    }

    [Fact]
    public async Task All_plans_of_one_call_are_in_one_currency_and_none_has_decimals_where_there_are_none()
    {
        await Sells("rwf_pro", "rwf", 23_188);
        await Sells("rwf_more", "rwf", 10, addOn: true);
        var c = await till.Buyer();
        var mixed = await c.Post("billing.multi_attach", new { currency = "rwf", plans = new[] { new { plan_id = "rwf_pro" }, new { plan_id = "addon" } } });
        Assert.Equal((400, "currency_mismatch"), (mixed.Status, mixed.Code));
        var preview = (await c.Post("billing.preview_multi_attach", new { currency = "rwf", plans = new[] { new { plan_id = "rwf_pro" }, new { plan_id = "rwf_more" } } })).MustBe(200);
        Assert.Equal((23_198m, "rwf"), (preview.Number("total"), preview.Word("currency")));
        (await c.Post("billing.multi_attach", new { currency = "rwf", plans = new[] { new { plan_id = "rwf_pro" }, new { plan_id = "rwf_more" } } })).MustBe(200);
        await c.Has(invoices: "23198 paid");
    }

    [Fact]
    public async Task Three_decimals_are_charged_in_hundredths()
    {
        await Sells("kwd_pro", "kwd", 17.55m);
        await Sells("kwd_more", "kwd", 35.15m);
        var c = await till.Buyer();
        await c.Attach("kwd_pro", new { currency = "kwd" });
        await c.Days(15);
        await c.Attach("kwd_more");
        await c.Has(invoices: "17.55 paid, 8.8 paid", lines: "-8.78 17.58");
    }

    [Theory]
    [InlineData("""[{"currency": "eur", "amount": 18}, {"currency": "EUR", "amount": 19}]""", "eur is there twice")]
    [InlineData("""[{"currency": "usd", "amount": 18}]""", "leave it out")]
    [InlineData("""[{"currency": "eru", "amount": 18}]""", "eru is no currency")]
    [InlineData("""[{"currency": "eur"}]""", "amount: is required")]
    [InlineData("""[{"currency": "jpy", "amount": 0.5}]""", "0.5 jpy has more than 0 decimals")]
    [InlineData("""{"eur": 18}""", "expected a list")]
    public async Task A_plan_cannot_have(string currencies, string says)
    {
        var refused = await till.Api.Post("plans.create", $$"""{"plan_id": "wrong", "name": "Wrong", "price": {"amount": 20, "interval": "month", "additional_currencies": {{currencies}} } }""");
        Assert.Equal((400, "invalid_inputs"), (refused.Status, refused.Code));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    private Task Sells(string plan, string currency, decimal amount, bool addOn = false) => till.Sells($$"""
        {"plan_id": "{{plan}}", "name": "{{plan}}", "add_on": {{(addOn ? "true" : "false")}}, "price": {"amount": 20, "interval": "month", "additional_currencies": [{"currency": "{{currency}}", "amount": {{amount.ToString(System.Globalization.CultureInfo.InvariantCulture)}} } ] } }
        """);
}
