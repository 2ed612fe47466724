using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sluice.Core;
using Sluice.Server.Api;
using Sluice.Server.Api.Balances;
using Sluice.Server.Api.Features;

namespace Sluice.Server.Tests.Api;

/// <summary>What is written by hand, to the letter: names, order, exact numbers, and what is left out or null.</summary>
public sealed class BalanceJsonTests
{
    private static readonly CustomerKey Customer = new(7);
    private static readonly FeatureId Messages = new("messages");
    private static readonly Instant Reset = new(1_768_478_400_000);

    [Fact]
    public void A_balance_with_a_priced_row_a_row_by_hand_and_saved_units()
    {
        var price = new ItemPrice(null, [new PriceTier(Quantity.Of(10m), new Price(0.50m), null), new PriceTier(null, new Price(0.1m), new Price(3m))], TierBehavior.Graduated, new Interval(IntervalUnit.Month), Quantity.Of(100m), BillingMethod.UsageBased, Quantity.Of(8m));
        var priced = Row(1, new ItemTerms(TermsId.None, Messages, Quantity.Of(5m), false, new Interval(IntervalUnit.Month, 3), price), plan: "pro", resetsAt: Reset) with
        {
            Included = Quantity.Of(5.50m), Prepaid = Quantity.Of(100m), Adjustment = Quantity.Of(-1m), Balance = Quantity.Of(-0.000001m), ExpiresAt = new Instant(6),
        };
        var byHand = Row(2, new ItemTerms(TermsId.None, Messages, Quantity.Zero, false, Interval.OneOff)) with { BalanceId = "mine \"2\"", Included = Quantity.Of(2m), Balance = Quantity.Of(3m) };
        var balance = new Balance(Messages, Quantity.Of(10.50m), Quantity.Of(3m), Quantity.Of(-0.5m), false, true, Quantity.Of(3m), Reset, [priced, byHand])
        {
            Rollovers = [new RolledOver(1, Quantity.Of(4.5m), Quantity.Of(0.5m), null), new RolledOver(2, Quantity.Zero, Quantity.Of(1m), new Instant(9))],
        };
        Assert.Equal(
            """
            {"feature_id":"messages","granted":10.5,"remaining":3,"usage":-0.5,"unlimited":false,"overage_allowed":true,"max_purchase":3,"next_reset_at":1768478400000,"breakdown":[
            {"id":"cus_ent_7_1","plan_id":"pro","included_grant":4.5,"prepaid_grant":100,"remaining":0,"usage":104.500001,"unlimited":false,"reset":{"interval":"month","interval_count":3,"resets_at":1768478400000},
            "price":{"tiers":[{"to":10,"amount":0.5},{"to":"inf","amount":0.1,"flat_amount":3}],"tier_behavior":"graduated","billing_units":100,"billing_method":"usage_based","max_purchase":8},"expires_at":6},
            {"id":"mine \"2\"","plan_id":null,"included_grant":2,"prepaid_grant":0,"remaining":3,"usage":-1,"unlimited":false,"reset":{"interval":"one_off","resets_at":null},"price":null,"expires_at":null}],
            "rollovers":[{"granted":5,"balance":4.5,"expires_at":0},{"granted":1,"balance":0,"expires_at":9}]}
            """.ReplaceLineEndings(""),
            Written(BalanceBody.Of(Customer, balance), ApiJson.Default.BalanceBody));
    }

    [Fact]
    public void An_unlimited_balance_that_saves_and_has_saved_nothing_with_its_feature()
    {
        var feature = new Feature(new FeatureId("seats \u20ac"), "Näme", FeatureType.Metered, true, [], [], null, false, new Instant(1));
        var row = Row(3, new ItemTerms(TermsId.None, feature.Id, Quantity.Zero, true, new Interval(IntervalUnit.Day)), resetsAt: Reset);
        var balance = new Balance(feature.Id, Quantity.Zero, Quantity.Zero, Quantity.Zero, true, false, null, null, [row]) { Rollovers = [] };
        var shown = Written(FeatureBody.Of(feature), ApiJson.Default.FeatureBody);
        Assert.Equal(
            $$"""
            {"feature_id":"seats €","feature":{{shown}},"granted":0,"remaining":0,"usage":0,"unlimited":true,"overage_allowed":false,"max_purchase":null,"next_reset_at":null,"breakdown":[
            {"id":"cus_ent_7_3","plan_id":null,"included_grant":0,"prepaid_grant":0,"remaining":0,"usage":0,"unlimited":true,"reset":null,"price":null,"expires_at":null}],"rollovers":[]}
            """.ReplaceLineEndings(""),
            Written(BalanceBody.Of(Customer, balance, feature), ApiJson.Default.BalanceBody));
    }

    [Fact]
    public void A_balance_of_nothing_that_saves_nothing()
    {
        var balance = new Balance(Messages, Quantity.Zero, Quantity.Zero, Quantity.Zero, true, false, null, null, []);
        Assert.Equal(
            """{"feature_id":"messages","granted":0,"remaining":0,"usage":0,"unlimited":true,"overage_allowed":false,"max_purchase":null,"next_reset_at":null,"breakdown":[]}""",
            Written(BalanceBody.Of(Customer, balance), ApiJson.Default.BalanceBody));
    }

    [Fact]
    public void Deductions_one_for_each_balance()
    {
        Assert.Equal("[]", Written(new DeductionsBody(Customer, []), ApiJson.Default.DeductionsBody));
        Assert.Equal(
            """[{"balance_id":"cus_ent_7_1","feature_id":"messages","plan_id":"pro","reset":{"interval":"month","interval_count":2,"resets_at":1768478400000},"value":1.25}]""",
            Written(new DeductionsBody(Customer, [Taken(1, 1.250m)]), ApiJson.Default.DeductionsBody));
        Assert.Equal(
            """
            [{"balance_id":"cus_ent_7_1","feature_id":"messages","plan_id":"pro","reset":{"interval":"month","interval_count":2,"resets_at":1768478400000},"value":3},
            {"balance_id":"mine","feature_id":"messages","plan_id":null,"reset":null,"value":-3}]
            """.ReplaceLineEndings(""),
            Written(new DeductionsBody(Customer, [Taken(1, 1m), Taken(2, -3m) with { BalanceId = "mine", Plan = null, Reset = null, ResetsAt = null }, Taken(9, 2m) with { Parent = new GrantNo(1) }]), ApiJson.Default.DeductionsBody));
    }

    private static Draw Taken(int grant, decimal amount) => new(new GrantNo(grant), null, Messages, new PlanId("pro"), new Interval(IntervalUnit.Month, 2), Reset, Quantity.Of(amount));

    private static Grant Row(int no, ItemTerms terms, string? plan = null, Instant? resetsAt = null) => new(
        new GrantNo(no), null, null, plan is null ? null : new PlanId(plan), false, terms, Quantity.Zero, Quantity.Zero, Quantity.Zero, Quantity.Zero, new Instant(1), resetsAt, null, new Instant(1));

    private static string Written<T>(T body, JsonTypeInfo<T> type)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) JsonSerializer.Serialize(writer, body, type);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
