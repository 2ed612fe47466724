using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>
/// Who uses what of a catalog, counted in committed tables. Exact only while the catalog is being changed: nobody
/// decides then and the queue is drained.
/// </summary>
internal static class CatalogUse
{
    public static async ValueTask<FeatureUse> Of(IStore store, ScopeId scope, Catalog catalog, FeatureId feature)
    {
        if (await store.EverGrantedAlone(scope, feature)) return new FeatureUse(EverGranted: true);
        foreach (var plan in catalog.Plans.Where(plan => plan.Grants(feature)))
        {
            if ((await store.CountHolders(scope, plan.Id, plan.Version)).Ever > 0) return new FeatureUse(EverGranted: true);
        }

        return new FeatureUse(EverGranted: false);
    }

    public static async ValueTask<PlanUse> Of(IStore store, ScopeId scope, Catalog catalog, PlanId plan)
    {
        var versions = ImmutableDictionary.CreateBuilder<int, VersionUse>();
        foreach (var version in catalog.Versions(plan))
        {
            var holders = await store.CountHolders(scope, plan, version.Version);
            versions[version.Version] = new VersionUse(holders.Holding > 0, holders.Ever > 0);
        }

        return new PlanUse(versions.ToImmutable());
    }
}
