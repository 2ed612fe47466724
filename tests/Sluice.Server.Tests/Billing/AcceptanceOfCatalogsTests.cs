namespace Sluice.Server.Tests.Billing;

/// <summary>Versions of a plan, and plans that cannot be.</summary>
public sealed class AcceptanceOfCatalogsTests(Till till) : IClassFixture<Till>
{
    [Fact]
    public async Task A42_Who_holds_a_version_keeps_it_until_moved()
    {
        await till.Sells("""{"plan_id": "edited", "name": "Edited", "price": {"amount": 20, "interval": "month"}, "items": [{"feature_id": "messages", "included": 100, "reset": {"interval": "month"}}]}""");
        var (c, d) = (await till.Buyer(), await till.Buyer());
        await c.Attach("edited");
        Assert.Equal(2, (await till.Api.Post("plans.update", """{"plan_id": "edited", "price": {"amount": 30, "interval": "month"}}""")).MustBe(200).Number("version"));
        await d.Attach("edited");
        await d.Has(invoices: "30 paid");
        await c.Has(invoices: "20 paid");
        await c.Update(new { plan_id = "edited", version = 2 });
        await c.Has(plans: "edited", invoices: "20 paid, 10 paid", lines: "-20 30");
    }

    [Theory]
    [InlineData("billed by use by the year, reset by the month", "", """{"feature_id": "messages", "reset": {"interval": "month"}, "price": {"amount": 1, "interval": "year", "billing_method": "usage_based"}}""")]
    [InlineData("volume, billed by use", "", """{"feature_id": "messages", "price": {"tiers": [{"to": 10, "amount": 2}, {"to": "inf", "amount": 1}], "tier_behavior": "volume", "interval": "month", "billing_method": "usage_based"}}""")]
    [InlineData("an amount beside tiers", "", """{"feature_id": "messages", "price": {"amount": 1, "tiers": [{"to": "inf", "amount": 1}], "interval": "month", "billing_method": "prepaid"}}""")]
    [InlineData("a tier within the included units", "", """{"feature_id": "messages", "included": 100, "price": {"tiers": [{"to": 50, "amount": 1}, {"to": "inf", "amount": 1}], "interval": "month", "billing_method": "usage_based"}}""")]
    [InlineData("included units that are no whole packs", "", """{"feature_id": "messages", "included": 150, "price": {"amount": 1, "billing_units": 100, "interval": "month", "billing_method": "prepaid"}}""")]
    [InlineData("weeks and months", """ "price": {"amount": 1, "interval": "month"},""", """{"feature_id": "messages", "price": {"amount": 1, "interval": "week", "billing_method": "prepaid"}}""")]
    [InlineData("a price, without a trial, that enables itself", """ "auto_enable": true, "price": {"amount": 5, "interval": "month"},""", "")]
    [InlineData("proration, billed by use", "", """{"feature_id": "users", "price": {"amount": 1, "interval": "month", "billing_method": "usage_based"}, "proration": {"on_increase": "prorate_immediately", "on_decrease": "none"}}""")]
    public async Task A44_A_plan_cannot_have(string what, string terms, string item)
    {
        var refused = await till.Api.Post("plans.create", $$"""{"plan_id": "refused", "name": "Refused",{{terms}} "items": [{{item}}]}""");
        Assert.True(refused.Status == 400, $"{what}: {refused}");
        Assert.Equal(404, (await till.Api.Post("plans.get", """{"plan_id": "refused"}""")).Status);
    }

    [Fact]
    public async Task A44_A_plan_cannot_have_two_base_prices()
    {
        // Only older callers can say so.
        var refused = await till.Api.Post("/v1/products", """{"id": "refused", "name": "Refused", "items": [{"price": 20, "interval": "month"}, {"price": 30, "interval": "month"}]}""", ("x-api-version", "1.2"));
        Assert.Equal(400, refused.Status);
    }
}
