namespace Sluice.Simulation;

/// <summary>What is sold in every story.</summary>
internal static class Offers
{
    public static readonly string[] Plans =
        ["free", "pro", "premium", "ultra", "annual", "addon", "boost", "pro_u", "tiers", "year_u", "pro_p", "premium_p", "deferred", "at_once", "packs", "pro_s", "seats", "team", "pro_t", "back", "weekly", "basic", "mixed", "support"];

    /// <summary>Plans with units that are bought before.</summary>
    public static readonly (string Plan, string Feature)[] Prepaid = [("pro_p", "messages"), ("premium_p", "messages"), ("deferred", "messages"), ("at_once", "messages"), ("packs", "words"), ("mixed", "words"), ("boost", "words")];

    public static IEnumerable<(string Operation, string Body)> Catalog =>
    [
        ("features.create", """{"feature_id": "messages", "name": "Messages", "type": "metered", "consumable": true}"""),
        ("features.create", """{"feature_id": "words", "name": "Words", "type": "metered", "consumable": true}"""),
        ("features.create", """{"feature_id": "tokens", "name": "Tokens", "type": "metered", "consumable": true}"""),
        ("features.create", """{"feature_id": "users", "name": "Users", "type": "metered", "consumable": false}"""),
        Plan("base", """ "auto_enable": true, "group": "base", "items": [{"feature_id": "users", "included": 100}]"""),
        Plan("free", Items("messages", 50)),
        Plan("pro", Price(20) + Items("messages", 100)),
        Plan("premium", Price(50) + Items("messages", 500)),
        Plan("ultra", """ "price": {"amount": 200, "interval": "month"}"""),
        Plan("annual", Price(200, "year") + Items("messages", 100)),
        Plan("addon", """ "add_on": true,""" + Price(20) + Items("words", 200)),
        Plan("boost", """ "add_on": true, "price": {"amount": 10, "interval": "one_off"}, "items": [{"feature_id": "words", "price": {"amount": 5, "billing_units": 50, "interval": "one_off", "billing_method": "prepaid"}}]"""),
        Plan("pro_u", Price(20) + Used("messages", 100, "0.1")),
        Plan("tiers", Price(30) + """ "items": [{"feature_id": "messages", "included": 10, "price": {"tiers": [{"to": 100, "amount": 0.13}, {"to": "inf", "amount": 0.07}], "tier_behavior": "graduated", "interval": "month", "billing_method": "usage_based"}}]"""),
        Plan("year_u", Price(200, "year") + Used("messages", 100, "0.10")),
        Plan("pro_p", Price(20) + Prepaying("messages", 10, 100)),
        Plan("premium_p", Price(50) + Prepaying("messages", 10, 100)),
        Plan("deferred", Price(20) + Prorating("prorate_next_cycle", "none")),
        Plan("at_once", Price(20) + Prorating("prorate_immediately", "prorate_immediately")),
        Plan("packs", """ "add_on": true,""" + Prepaying("words", 3, 25)),
        Plan("pro_s", Price(20) + """ "items": [{"feature_id": "users", "included": 2, "price": {"amount": 10, "interval": "month", "billing_method": "usage_based"}}]"""),
        Plan("seats", Price(30) + Seats(1, 50)),
        Plan("team", Price(60) + Seats(3, 30)),
        Plan("pro_t", Price(20) + Items("messages", 100) + """, "free_trial": {"duration_length": 7, "duration_type": "day"}"""),
        Plan("back", Price(45) + """ "items": [], "free_trial": {"duration_length": 5, "duration_type": "day", "on_end": "revert"}"""),
        Plan("weekly", Price(7, "week") + Items("messages", 70, "week")),
        Plan("basic", Price("9.99") + """ "items": [{"feature_id": "messages", "included": 30, "price": {"amount": 0.07, "interval": "month", "billing_method": "usage_based"}}, {"feature_id": "users", "included": 1, "price": {"amount": 3, "interval": "month", "billing_method": "usage_based"}}]"""),
        Plan("mixed", Price("33.33") + """ "items": [{"feature_id": "messages", "included": 100, "price": {"amount": 0.1, "interval": "month", "billing_method": "usage_based"}}, {"feature_id": "words", "included": 100, "price": {"amount": 3.33, "billing_units": 50, "interval": "month", "billing_method": "prepaid"}}]"""),
        Plan("support", """ "group": "help",""" + Price(30) + Items("words", 5)),
    ];

    private static (string, string) Plan(string id, string rest) => ("plans.create", $$"""{"plan_id": "{{id}}", "name": "{{id}}",{{rest}}}""");

    private static string Price(object amount, string every = "month") => $$""" "price": {"amount": {{amount}}, "interval": "{{every}}"},""";

    private static string Items(string feature, int included, string every = "month") => $$""" "items": [{"feature_id": "{{feature}}", "included": {{included}}, "reset": {"interval": "{{every}}"} }]""";

    private static string Used(string feature, int included, string amount) =>
        $$""" "items": [{"feature_id": "{{feature}}", "included": {{included}}, "price": {"amount": {{amount}}, "interval": "month", "billing_method": "usage_based"} }]""";

    private static string Prepaying(string feature, int amount, int units) =>
        $$""" "items": [{"feature_id": "{{feature}}", "price": {"amount": {{amount}}, "billing_units": {{units}}, "interval": "month", "billing_method": "prepaid"} }]""";

    private static string Seats(int included, int amount) =>
        $$""" "items": [{"feature_id": "users", "included": {{included}}, "price": {"amount": {{amount}}, "interval": "month", "billing_method": "usage_based"} }]""";

    private static string Prorating(string up, string down) =>
        $$""" "items": [{"feature_id": "messages", "price": {"amount": 10, "billing_units": 100, "interval": "month", "billing_method": "prepaid"}, "proration": {"on_increase": "{{up}}", "on_decrease": "{{down}}"} }]""";
}
