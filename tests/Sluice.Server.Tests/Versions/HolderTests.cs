using Sluice.Server.Api;

namespace Sluice.Server.Tests.Versions;

/// <summary>Customers and entities in the words of older versions.</summary>
public sealed class HolderTests
{
    private static readonly ApiVersion Two = new(2, 0);
    private static readonly ApiVersion OneTwo = new(1, 2);

    private const string Ada = """
        {"id": "ada", "name": "Ada", "email": null, "created_at": 1, "fingerprint": null, "stripe_id": null, "env": "sandbox", "metadata": {}, "send_email_receipts": false, "billing_controls": {},
         "subscriptions": [
           {"id": "s1", "plan_id": "seat", "auto_enable": false, "add_on": true, "status": "active", "past_due": false, "canceled_at": null, "expires_at": null, "trial_ends_at": null, "started_at": 9, "current_period_start": null, "current_period_end": null, "quantity": 1, "scope": "customer"},
           {"id": "s2", "plan_id": "seat", "auto_enable": false, "add_on": true, "status": "active", "past_due": false, "canceled_at": null, "expires_at": null, "trial_ends_at": null, "started_at": 5, "current_period_start": null, "current_period_end": null, "quantity": 2, "scope": "customer"},
           {"id": "s3", "plan_id": "pro", "auto_enable": true, "add_on": false, "status": "active", "past_due": false, "canceled_at": null, "expires_at": null, "trial_ends_at": 1760000000001, "started_at": 5, "current_period_start": null, "current_period_end": null, "quantity": 1, "scope": "customer"},
           {"id": "s4", "plan_id": "free", "auto_enable": true, "add_on": false, "status": "scheduled", "past_due": false, "canceled_at": null, "expires_at": null, "trial_ends_at": null, "started_at": 8, "current_period_start": null, "current_period_end": null, "quantity": 1, "scope": "customer"}],
         "purchases": [{"plan_id": "pack", "expires_at": null, "started_at": 3, "quantity": 1, "scope": "customer"}],
         "licenses": [], "config": {},
         "balances": {},
         "flags": {"support": {"id": "f", "plan_id": "pro", "expires_at": null, "feature_id": "support"}}}
        """;

    [Fact]
    public void At_2_0_flags_were_balances_and_purchases_add_ons_and_one_plan_one_row()
    {
        var older = Told.At(Two, "customers.get", Ada);
        Assert.Equal(["id", "name", "email", "created_at", "fingerprint", "stripe_id", "env", "metadata", "send_email_receipts", "billing_controls", "subscriptions", "scheduled_subscriptions", "balances"], older.Select(member => member.Key));
        Assert.Equal(
            ["plan_id \"seat\", add_on true, quantity 3, started_at 5, default false", "plan_id \"pro\", add_on false, quantity 1, started_at 5, default true", "plan_id \"pack\", add_on true, quantity 1, started_at 3, default false"],
            older["subscriptions"]!.AsArray().Select(held => Told.Members(held, "plan_id add_on quantity started_at default")));
        Assert.Equal("plan_id \"free\", status \"scheduled\"", Told.Members(Assert.Single(older["scheduled_subscriptions"]!.AsArray()), "plan_id status"));
        Assert.Equal("current_balance 0, unlimited false", Told.Members(older["balances"]!["support"], "current_balance unlimited"));
    }

    [Fact]
    public void At_1_2_all_of_them_were_products()
    {
        var older = Told.At(OneTwo, "customers.get", Ada);
        Assert.Equal(["id", "created_at", "name", "email", "fingerprint", "stripe_id", "env", "metadata", "send_email_receipts", "products", "features"], older.Select(member => member.Key));
        Assert.Equal(
            ["id \"seat\", status \"active\", quantity 3", "id \"pro\", status \"trialing\", quantity 1", "id \"pack\", status \"active\", quantity 1", "id \"free\", status \"scheduled\", quantity 1"],
            older["products"]!.AsArray().Select(held => Told.Members(held, "id status quantity")));
        Assert.Equal("id \"support\", type \"static\", name \"Support\", balance 0", Told.Members(older["features"]!["support"], "id type name balance"));
    }

    [Theory]
    [InlineData("2.0", "subscriptions [], balances {}, products -, customer_id \"ada\", feature_id \"desks\"")]
    [InlineData("1.2", "subscriptions -, balances -, products [], customer_id \"ada\", feature_id \"desks\"")]
    public void Entities_follow_when_they_are_built(string version, string expected)
    {
        Assert.True(ApiVersion.TryParse(version, out var at, out _));
        Assert.Equal(expected, Told.Members(
            Told.At(at, "entities.get", """{"id": "e", "name": null, "customer_id": "ada", "feature_id": "desks", "created_at": 1, "env": "sandbox", "subscriptions": [], "purchases": [], "balances": {}, "flags": {}}"""),
            "subscriptions balances products customer_id feature_id"));
    }

    [Fact]
    public void Invoices_and_trials_named_products_at_1_2() => Assert.Equal(
        """invoices [{"stripe_id":"i","product_ids":["pro"]}], trials_used [{"customer_id":"ada","product_id":"pro"}]""",
        Told.Members(
            Told.At(OneTwo, "customers.get", """{"id": "ada", "subscriptions": [], "purchases": [], "balances": {}, "flags": {}, "invoices": [{"stripe_id": "i", "plan_ids": ["pro"]}], "trials_used": [{"customer_id": "ada", "plan_id": "pro"}]}"""),
            "invoices trials_used"));
}
