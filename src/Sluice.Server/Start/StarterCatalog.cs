using Sluice.Core;
using Sluice.Server.Tenants;

namespace Sluice.Server.Start;

/// <summary>
/// One feature and one free plan in a fresh sandbox, so that the lines printed at the start work. Nobody gets the plan
/// who does not ask for it.
/// </summary>
internal static class StarterCatalog
{
    private static readonly FeatureId Hello = new("hello");

    public static IReadOnlyList<(string Path, string Body)> Try { get; } =
    [
        ("/v1/customers.get_or_create", """{"customer_id": "you", "auto_enable_plan_id": "hello"}"""),
        ("/v1/check", """{"customer_id": "you", "feature_id": "hello"}"""),
        ("/v1/track", """{"customer_id": "you", "feature_id": "hello", "value": 1}"""),
    ];

    public static Task Load(Engine engine, Instant now) => Catalogs.Load(
        engine.Scopes.Environment(ScopeDirectory.Sandbox),
        engine,
        now,
        [new CreateFeature(Hello, "Hello messages", FeatureType.Metered) { Consumable = true }],
        [new CreatePlan(new PlanId("hello"), "Hello") { Group = "hello", Items = [new ItemDraft(Hello) { Included = Quantity.Of(100), Reset = new Interval(IntervalUnit.Month) }] }]);
}
