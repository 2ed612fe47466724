using Sluice.Core;
using Sluice.Server.Payments;

namespace Sluice.Server.Tests.Billing;

/// <summary>What settings say about billing has its effect.</summary>
public sealed class PolicyTests
{
    [Fact]
    public async Task Tax_comes_on_top_in_the_currency_that_is_set()
    {
        await using var server = await RunningServer.Start(demo: false, billing: new BillingSettings { TaxRate = 10m, Currency = new Currency("eur") });
        await Sold(server, "pm_card_visa");
        var preview = (await server.Api.Post("billing.preview_attach", new { customer_id = "c", plan_id = "pro" })).MustBe(200);
        Assert.Equal((20m, 22m, 2m, "eur"), (preview.Number("subtotal"), preview.Number("total"), preview.Number("tax.total"), preview.Word("currency")));
        var attached = (await server.Api.Post("billing.attach", new { customer_id = "c", plan_id = "pro" })).MustBe(200);
        Assert.Equal((22m, "eur"), (attached.Number("invoice.total"), attached.Word("invoice.currency")));
    }

    [Theory]
    [InlineData(AfterDunning.Cancel, "")]
    [InlineData(AfterDunning.Keep, "pro past due")]
    public async Task Tries_run_out_as_they_are_set(AfterDunning then, string held)
    {
        await using var server = await RunningServer.Start(demo: false, billing: new BillingSettings { RetryDays = [3], AfterDunning = then });
        await Sold(server, "pm_card_chargeCustomerFail");
        await Advance(server, 0);
        (await server.Api.Post("billing.attach", new { customer_id = "c", plan_id = "pro" })).MustBe(200);
        await Advance(server, 33);
        Assert.Equal("pro past due", await Held(server));
        await Advance(server, 36);
        Assert.Equal(held, await Held(server));
    }

    private static async Task Sold(RunningServer server, string card)
    {
        (await server.Api.Post("plans.create", """{"plan_id": "pro", "name": "Pro", "group": "sold", "price": {"amount": 20, "interval": "month"}}""")).MustBe(200);
        await server.Api.Create("c", new { customer_id = "c", internal_options = new { disable_defaults = true } });
        (await server.Api.Post("customers.set_test_card", new { customer_id = "c", payment_method = card })).MustBe(200);
    }

    private static async Task Advance(RunningServer server, int days) =>
        (await server.Api.Post("customers.advance_test_clock", new { customer_id = "c", frozen_time = server.Time.GetUtcNow().AddDays(days).ToUnixTimeMilliseconds() })).MustBe(200);

    private static async Task<string> Held(RunningServer server) => string.Join(", ", (await server.Api.Post("customers.get", new { customer_id = "c" })).MustBe(200)["subscriptions"]!.Value.EnumerateArray()
        .Select(held => held.GetProperty("plan_id").GetString() + (held.GetProperty("past_due").GetBoolean() ? " past due" : "")));
}
