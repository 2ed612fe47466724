using System.Text.Json.Nodes;
using Sluice.Server.Api;

namespace Sluice.Server.Tests.Versions;

/// <summary>A balance in the words of older versions.</summary>
public sealed class BalanceTests
{
    private static readonly ApiVersion Two = new(2, 0);
    private static readonly ApiVersion OneTwo = new(1, 2);

    [Fact]
    public void What_is_used_beyond_the_grant_was_purchased_at_2_0_and_below_zero_at_1_2()
    {
        var balance = Balance("desks", granted: 5, remaining: 0, usage: 8, rows: Row(included: 5, remaining: 0, usage: 8, price: UsageBased), overageAllowed: true);
        var two = Check(Two, balance)["balance"];
        Assert.Equal("granted_balance 5, purchased_balance 3, current_balance 0, usage 8, overage_allowed true, plan_id \"pro\", reset null", Told.Members(two, "granted_balance purchased_balance current_balance usage overage_allowed plan_id reset"));
        Assert.Equal("granted_balance 5, purchased_balance 3, current_balance 0, usage 8, overage_allowed true, prepaid_quantity 0", Told.Members(two!["breakdown"]![0], "granted_balance purchased_balance current_balance usage overage_allowed prepaid_quantity"));
        Assert.Equal("included_usage 5, balance -3, usage 8, overage_allowed true, interval null, usage_limit -", Told.Members(Check(OneTwo, balance), "included_usage balance usage overage_allowed interval usage_limit"));
    }

    [Fact]
    public void What_was_bought_in_advance_was_purchased_at_2_0_and_included_at_1_2()
    {
        var balance = Balance("letters", granted: 500, remaining: 380, usage: 120, rows: Row(included: 100, prepaid: 400, remaining: 380, usage: 120, reset: Monthly), nextReset: 7);
        Assert.Equal("granted_balance 100, purchased_balance 400, current_balance 380, usage 120", Told.Members(Check(Two, balance)["balance"], "granted_balance purchased_balance current_balance usage"));
        Assert.Equal("included_usage 500, balance 380, usage 120, interval \"month\", interval_count 1, next_reset_at 7", Told.Members(Check(OneTwo, balance), "included_usage balance usage interval interval_count next_reset_at"));
    }

    [Fact]
    public void An_end_of_overage_was_a_usage_limit_at_1_2()
    {
        var balance = Balance("letters", granted: 100, remaining: 40, usage: 60, rows: Row(included: 100, remaining: 40, usage: 60, price: UsageBased), overageAllowed: true, maxPurchase: 400);
        Assert.Equal("overage_allowed true, max_purchase 400", Told.Members(Check(Two, balance)["balance"], "overage_allowed max_purchase"));
        Assert.Equal("overage_allowed false, usage_limit 500", Told.Members(Check(OneTwo, balance), "overage_allowed usage_limit"));
    }

    [Fact]
    public void Grants_of_several_intervals_have_none_together()
    {
        var balance = Balance("letters", granted: 300, remaining: 300, usage: 0, nextReset: 7, rows:
            $"{Row(included: 100, remaining: 100, reset: Monthly)}, {Row(included: 200, remaining: 200, plan: "extra", reset: """{"interval": "one_off", "resets_at": null}""")}");
        Assert.Equal("""reset {"interval":"multiple","resets_at":null}, plan_id null""", Told.Members(Check(Two, balance)["balance"], "reset plan_id"));
        var older = Check(OneTwo, balance);
        Assert.Equal("interval \"multiple\", interval_count null, next_reset_at null", Told.Members(older, "interval interval_count next_reset_at"));
        Assert.Equal("interval \"lifetime\", interval_count 1, balance 200", Told.Members(older["breakdown"]![1], "interval interval_count balance"));
    }

    [Fact]
    public void A_boolean_feature_was_a_balance_of_zeros()
    {
        const string flag = """{"id": "f", "plan_id": "pro", "expires_at": null, "feature_id": "support"}""";
        var answer = $$"""{"allowed": true, "customer_id": "ada", "required_balance": 1, "balance": null, "flag": {{flag}}}""";
        var two = Told.At(Two, "balances.check", answer);
        Assert.Equal("flag -, allowed true", Told.Members(two, "flag allowed"));
        Assert.Equal("feature_id \"support\", granted_balance 0, current_balance 0, plan_id \"pro\", reset null", Told.Members(two["balance"], "feature_id granted_balance current_balance plan_id reset"));
        Assert.Equal("feature_id \"support\", balance 0, interval null, interval_count null", Told.Members(Told.At(OneTwo, "balances.check", answer), "feature_id balance interval interval_count"));
    }

    [Fact]
    public void Without_a_balance_a_check_named_what_was_asked_for() => Assert.Equal(
        """{"allowed":false,"code":"feature_found","customer_id":"ada","feature_id":"desks","required_balance":1}""",
        Told.At(OneTwo, "balances.check", """{"allowed": false, "customer_id": "ada", "required_balance": 1, "balance": null, "flag": null}""", """{"customer_id": "ada", "feature_id": "desks"}""").ToJsonString());

    [Fact]
    public void A_track_at_2_0_had_a_balance_and_no_deductions() => Assert.Equal(
        "customer_id \"ada\", event_name \"drawn\", value 2, deductions -, balance null",
        Told.Members(Told.At(Two, "balances.track", """{"customer_id": "ada", "event_name": "drawn", "value": 2, "balance": null, "deductions": []}"""), "customer_id event_name value deductions balance"));

    private const string Monthly = """{"interval": "month", "resets_at": 7}""";
    private const string UsageBased = """{"amount": 1, "billing_units": 1, "billing_method": "usage_based", "max_purchase": null}""";

    private static JsonObject Check(ApiVersion version, string balance) =>
        Told.At(version, "balances.check", $$"""{"allowed": true, "customer_id": "ada", "required_balance": 1, "balance": {{balance}}, "flag": null}""");

    private static string Balance(string feature, int granted, int remaining, int usage, string rows, bool overageAllowed = false, int? maxPurchase = null, int? nextReset = null) =>
        $$"""{"feature_id": "{{feature}}", "granted": {{granted}}, "remaining": {{remaining}}, "usage": {{usage}}, "unlimited": false, "overage_allowed": {{(overageAllowed ? "true" : "false")}}, "max_purchase": {{maxPurchase?.ToString() ?? "null"}}, "next_reset_at": {{nextReset?.ToString() ?? "null"}}, "breakdown": [{{rows}}]}""";

    private static string Row(int included, int remaining, int usage = 0, int prepaid = 0, string plan = "pro", string reset = "null", string price = "null") =>
        $$"""{"id": "r", "plan_id": "{{plan}}", "included_grant": {{included}}, "prepaid_grant": {{prepaid}}, "remaining": {{remaining}}, "usage": {{usage}}, "unlimited": false, "reset": {{reset}}, "price": {{price}}, "expires_at": null}""";
}
