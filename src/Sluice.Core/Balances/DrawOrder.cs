using System.Runtime.InteropServices;

namespace Sluice.Core;

/// <summary>A grant that a request may draw on.</summary>
/// <param name="At">Its place in <see cref="Customer.Grants"/>.</param>
/// <param name="Cost">What one unit of the request takes of it: 1, or the credit cost when it is a pool.</param>
/// <param name="IsPool">It belongs to a credit system that lists the requested feature.</param>
/// <param name="IsHeld">Its units are held, not used up (seats).</param>
internal readonly record struct Source(int At, Grant Grant, decimal Cost, bool IsPool, bool IsHeld);

/// <summary>
/// Which grants a request draws on, and in which order. Grants that will be gone soonest go first; an unlimited one
/// goes before all others.
/// </summary>
internal static class DrawOrder
{
    /// <summary>The grants of a feature, then those of the credit systems that list it.</summary>
    public static List<Source> Of(Customer customer, Catalog catalog, Feature feature)
    {
        var sources = new List<Source>(4);
        if (feature.IsBoolean) return sources;
        var pools = Pools(catalog, feature);
        var isHeld = IsHeld(feature);
        for (var at = 0; at < customer.Grants.Length; at++)
        {
            var grant = customer.Grants[at];
            if (grant.Feature == feature.Id)
            {
                sources.Add(new Source(at, grant, 1m, IsPool: false, isHeld));
                continue;
            }

            foreach (var pool in pools)
            {
                if (grant.Feature != pool.Feature.Id) continue;
                sources.Add(new Source(at, grant, pool.Cost.Value, IsPool: true, IsHeld: false));
                break;
            }
        }

        return Sort(sources);
    }

    /// <summary>The grants of the feature itself.</summary>
    public static List<Source> Of(Customer customer, Feature feature)
    {
        var sources = new List<Source>(4);
        var isHeld = IsHeld(feature);
        for (var at = 0; at < customer.Grants.Length; at++)
        {
            var grant = customer.Grants[at];
            if (grant.Feature == feature.Id) sources.Add(new Source(at, grant, 1m, IsPool: false, isHeld));
        }

        return Sort(sources);
    }

    /// <summary>The grants of every feature, features in the order first granted. One pass, for customers with many balances.</summary>
    public static OrderedDictionary<FeatureId, List<Source>> OfAll(Customer customer, Catalog catalog)
    {
        var all = new OrderedDictionary<FeatureId, List<Source>>(customer.Grants.Length);
        for (var at = 0; at < customer.Grants.Length; at++)
        {
            var grant = customer.Grants[at];
            if (!all.TryGetValue(grant.Feature, out var sources)) all.Add(grant.Feature, sources = new List<Source>(1));
            sources.Add(new Source(at, grant, 1m, IsPool: false, catalog.Feature(grant.Feature) is { } feature && IsHeld(feature)));
        }

        foreach (var sources in all.Values) Sort(sources);
        return all;
    }

    /// <summary>The credit systems that serve a feature. A credit system serves itself alone, even when it lists itself.</summary>
    public static ReadOnlySpan<Catalog.Pool> Pools(Catalog catalog, Feature feature) =>
        feature.Type == FeatureType.CreditSystem ? [] : catalog.Pools(feature.Id).AsSpan();

    private static bool IsHeld(Feature feature) => feature is { Type: FeatureType.Metered, Consumable: false };

    private static List<Source> Sort(List<Source> sources)
    {
        if (sources.Count < 2) return sources;
        CollectionsMarshal.AsSpan(sources).Sort(static (a, b) => Compare(a, b));
        var unlimited = sources.FindIndex(static source => source.Grant.Terms.Unlimited);
        if (unlimited > 0)
        {
            var first = sources[unlimited];
            sources.RemoveAt(unlimited);
            sources.Insert(0, first);
        }

        return sources;
    }

    // The first difference decides. Grants of one entity, and rows named by the caller, will come before all of these.
    private static int Compare(Source left, Source right)
    {
        if (left.IsPool != right.IsPool) return left.IsPool ? 1 : -1;
        var (a, b) = (left.Grant, right.Grant);
        if (a.Terms.Unlimited != b.Terms.Unlimited) return a.Terms.Unlimited ? -1 : 1;
        if (a.NextResetAt.HasValue != b.NextResetAt.HasValue) return a.NextResetAt.HasValue ? -1 : 1;
        if (Weight(a) != Weight(b)) return Weight(a).CompareTo(Weight(b));
        if (a.ExpiresAt != b.ExpiresAt) return (a.ExpiresAt ?? Never).CompareTo(b.ExpiresAt ?? Never);
        if (a.AddOn != b.AddOn) return a.AddOn ? 1 : -1;
        if (a.Terms.IsUsageBased != b.Terms.IsUsageBased) return a.Terms.IsUsageBased ? 1 : -1;
        if (a.CreatedAt != b.CreatedAt) return a.CreatedAt.CompareTo(b.CreatedAt);
        return a.No.CompareTo(b.No);
    }

    private static readonly Instant Never = new(long.MaxValue);

    // Without a reset a grant stands between the yearly ones and those granted once.
    private static long Weight(Grant grant) => grant.Terms.Reset?.Weight ?? 10_000_000L;
}
