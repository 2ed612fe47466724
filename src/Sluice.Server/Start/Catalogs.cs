using Sluice.Core;
using Sluice.Server.Customers;
using Sluice.Server.Tenants;

namespace Sluice.Server.Start;

/// <summary>Loads a small catalog by the same rules as the API; what is there already stays as it is.</summary>
internal static class Catalogs
{
    public static async Task Load(Scope scope, Engine engine, Instant now, IReadOnlyList<CreateFeature> features, IReadOnlyList<CreatePlan> plans)
    {
        foreach (var feature in features)
        {
            if (scope.Catalog.Feature(feature.Id) is null) await Change(scope, engine, now, context => FeatureRules.Create(context, feature));
        }

        foreach (var plan in plans)
        {
            if (scope.Catalog.Plan(plan.Id) is null) await Change(scope, engine, now, context => PlanRules.Create(context, plan));
        }
    }

    private static async Task Change(Scope scope, Engine engine, Instant now, Func<CatalogContext, CatalogDecision> rule)
    {
        var (end, refusal, _, _) = await engine.Catalogs.Change(scope, context => new(rule(context)), [], now);
        if (end != RunEnd.Done) throw new InvariantViolation($"the example catalog was not taken: {refusal?.Message ?? end.ToString()}");
    }
}
