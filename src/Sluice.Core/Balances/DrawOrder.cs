using System.Runtime.InteropServices;

namespace Sluice.Core;

/// <summary>Who is served: a customer as a whole, or one of its entities.</summary>
/// <param name="Customer">As of now: <see cref="Due.AsOf"/>.</param>
public readonly record struct Subject(Customer Customer, Entity? Entity = null)
{
    public static implicit operator Subject(Customer customer) => new(customer);

    /// <summary>What it holds itself: the entity, or the customer without its entities.</summary>
    public Holdings Own => Entity?.Own ?? Customer.Own;

    /// <summary>The plan as it holds it itself; null when it does not.</summary>
    public Subscription? Holds(PlanId plan)
    {
        foreach (var held in Own.Subscriptions)
        {
            if (held.Plan == plan && !held.IsPaused) return held;
        }

        return null;
    }

    /// <summary>Grants of the customer's own count: always for the customer, for an entity unless it may draw on its own only.</summary>
    internal bool SharesCustomers => Entity is null || !Customer.Config.DisablePooledBalance;
}

/// <summary>A grant that a request may draw on.</summary>
/// <param name="Rate">What the units of the request take of it: as many, or what they cost when it is a pool.</param>
/// <param name="IsPool">It belongs to a credit system that lists the requested feature.</param>
/// <param name="IsHeld">Its units are held, not used up (seats).</param>
/// <param name="EntityId">Of the entity that holds it, where grants of several stand together.</param>
internal readonly record struct Source(Grant Grant, CreditRate Rate, bool IsPool, bool IsHeld, string? EntityId = null)
{
    public bool IsOfEntity => Grant.Entity is not null || Grant.IsShared;
}

/// <summary>
/// Which grants a request draws on, and in which order. Grants that will be gone soonest go first; an unlimited one
/// goes before all others.
/// </summary>
internal static class DrawOrder
{
    /// <summary>The grants of a feature, then those of the credit systems that list it.</summary>
    /// <param name="property">A property of the usage as text: what it costs in credits may depend on it.</param>
    public static List<Source> Of(Subject subject, Catalog catalog, Feature feature, Func<string, string?>? property = null)
    {
        var sources = new List<Source>(1);
        if (feature.IsBoolean) return sources;
        Collect(subject, feature, RatesOf(Pools(catalog, feature), property), sharesApart: true, sources);
        return Sort(sources, subject.Entity is not null);
    }

    /// <summary>The grants of the feature itself.</summary>
    public static List<Source> Of(Subject subject, Feature feature)
    {
        var sources = new List<Source>(1);
        Collect(subject, feature, [], sharesApart: true, sources);
        return Sort(sources, subject.Entity is not null);
    }

    /// <summary>The same but for entities' parts of the customer's grants, which come last.</summary>
    /// <param name="parents">The grants that entities have parts of; null = there are none.</param>
    public static List<Source> BeforeParts(Subject subject, Catalog catalog, Feature feature, Func<string, string?>? property, out List<Source>? parents)
    {
        var sources = Serving(subject, catalog, feature, property);
        parents = null;
        foreach (var source in sources)
        {
            if (source.Grant.IsShared) (parents ??= []).Add(source);
        }

        if (parents is not null) sources.RemoveAll(static source => source.Grant.IsShared);
        return Sort(sources, subject.Entity is not null);
    }

    /// <summary>The grants that serve a feature, in no order and without a look at each entity: one for a grant that entities have shares of.</summary>
    public static List<Source> Serving(Subject subject, Catalog catalog, Feature feature, Func<string, string?>? property = null)
    {
        var sources = new List<Source>(1);
        if (!feature.IsBoolean) Collect(subject, feature, RatesOf(Pools(catalog, feature), property), sharesApart: false, sources);
        return sources;
    }

    /// <summary>The same as rows that are read: one for a grant that entities have shares of, not one for each share.</summary>
    public static List<Source> Rows(Subject subject, Feature feature)
    {
        var sources = new List<Source>(1);
        Collect(subject, feature, [], sharesApart: false, sources);
        return Sort(sources, subject.Entity is not null);
    }

    /// <summary>The rows of every feature, features in the order first granted. One pass, for customers with many balances.</summary>
    public static OrderedDictionary<FeatureId, List<Source>> AllRows(Subject subject, Catalog catalog)
    {
        var all = new OrderedDictionary<FeatureId, List<Source>>();
        void Add(Grant grant)
        {
            if (!all.TryGetValue(grant.Feature, out var sources)) all.Add(grant.Feature, sources = new List<Source>(1));
            sources.Add(new Source(grant, CreditRate.One, IsPool: false, catalog.Feature(grant.Feature) is { } feature && IsHeld(feature)));
        }

        if (subject.SharesCustomers)
        {
            foreach (var grant in subject.Customer.Grants)
            {
                if (subject.Entity is null || !grant.IsShared) Add(grant);
            }
        }

        if (subject.Entity is { } entity)
        {
            foreach (var grant in entity.Own.Grants) Add(grant);
        }

        foreach (var sources in all.Values) Sort(sources, subject.Entity is not null);
        return all;
    }

    /// <summary>The credit systems that serve a feature. A credit system serves itself alone, even when it lists itself.</summary>
    public static ReadOnlySpan<Catalog.Pool> Pools(Catalog catalog, Feature feature) =>
        feature.Type == FeatureType.CreditSystem ? [] : catalog.Pools(feature.Id).AsSpan();

    private static ReadOnlySpan<(FeatureId Pool, CreditRate Rate)> RatesOf(ReadOnlySpan<Catalog.Pool> pools, Func<string, string?>? property)
    {
        if (pools.IsEmpty) return [];
        var rates = new (FeatureId, CreditRate)[pools.Length];
        for (var at = 0; at < rates.Length; at++) rates[at] = (pools[at].Feature.Id, pools[at].RateFor(property));
        return rates;
    }

    private static bool IsHeld(Feature feature) => feature is { Type: FeatureType.Metered, Consumable: false };

    private static void Collect(Subject subject, Feature feature, ReadOnlySpan<(FeatureId Pool, CreditRate Rate)> pools, bool sharesApart, List<Source> sources)
    {
        var isHeld = IsHeld(feature);
        var anyShared = false;
        if (subject.SharesCustomers)
        {
            foreach (var grant in subject.Customer.Own.Grants.AsSpan())
            {
                if (SourceOf(grant, feature, pools, isHeld) is not { } source) continue;
                if (!grant.IsShared || (subject.Entity is null && !sharesApart))
                    sources.Add(source);
                else
                    anyShared = true;
            }
        }

        if (subject.Entity is { } entity)
        {
            foreach (var grant in entity.Own.Grants.AsSpan())
            {
                if (SourceOf(grant, feature, pools, isHeld) is { } source) sources.Add(source);
            }
        }
        else if (anyShared)
        {
            foreach (var each in subject.Customer.Entities)
            {
                foreach (var grant in each.Own.Grants.AsSpan())
                {
                    if (grant.Parent is not null && SourceOf(grant, feature, pools, isHeld) is { } source) sources.Add(source with { EntityId = each.Id });
                }
            }
        }
    }

    private static Source? SourceOf(Grant grant, Feature feature, ReadOnlySpan<(FeatureId Pool, CreditRate Rate)> pools, bool isHeld)
    {
        if (grant.Feature == feature.Id) return new Source(grant, CreditRate.One, IsPool: false, isHeld);
        foreach (var (pool, rate) in pools)
        {
            if (grant.Feature == pool) return new Source(grant, rate, IsPool: true, IsHeld: false);
        }

        return null;
    }

    private static List<Source> Sort(List<Source> sources, bool entitiesFirst)
    {
        if (sources.Count < 2) return sources;
        var order = CollectionsMarshal.AsSpan(sources);
        if (entitiesFirst)
            order.Sort(static (a, b) => Compare(a, b, entitiesFirst: true));
        else
            order.Sort(static (a, b) => Compare(a, b, entitiesFirst: false));
        var unlimited = sources.FindIndex(static source => source.Grant.Terms.Unlimited);
        if (unlimited > 0)
        {
            var first = sources[unlimited];
            sources.RemoveAt(unlimited);
            sources.Insert(0, first);
        }

        return sources;
    }

    /// <summary>What put a source of a sorted list behind the one before it.</summary>
    public static OrderKey PlacedBy(List<Source> inOrder, int at, bool entitiesFirst)
    {
        if (at == 0) return OrderKey.First;
        var (key, sign) = Difference(inOrder[at - 1], inOrder[at], entitiesFirst);

        // What stands against the keys was taken to the front.
        return sign > 0 ? OrderKey.Unlimited : key;
    }

    private static int Compare(Source left, Source right, bool entitiesFirst) => Difference(left, right, entitiesFirst).Sign;

    // The first difference decides.
    private static (OrderKey Key, int Sign) Difference(Source left, Source right, bool entitiesFirst)
    {
        if (left.IsOfEntity != right.IsOfEntity) return (OrderKey.Holder, left.IsOfEntity == entitiesFirst ? -1 : 1);
        if (left.IsPool != right.IsPool) return (OrderKey.CreditSystem, left.IsPool ? 1 : -1);
        var (a, b) = (left.Grant, right.Grant);
        if (a.Terms.Unlimited != b.Terms.Unlimited) return (OrderKey.Unlimited, a.Terms.Unlimited ? -1 : 1);
        if (a.NextResetAt.HasValue != b.NextResetAt.HasValue) return (OrderKey.NextReset, a.NextResetAt.HasValue ? -1 : 1);
        if (Weight(a) != Weight(b)) return (OrderKey.Interval, Weight(a).CompareTo(Weight(b)));
        if (a.ExpiresAt != b.ExpiresAt) return (OrderKey.Expiry, (a.ExpiresAt ?? Never).CompareTo(b.ExpiresAt ?? Never));
        if (left.EntityId != right.EntityId) return (OrderKey.Entity, string.CompareOrdinal(left.EntityId, right.EntityId));
        if (a.AddOn != b.AddOn) return (OrderKey.AddOn, a.AddOn ? 1 : -1);
        if (a.Terms.IsUsageBased != b.Terms.IsUsageBased) return (OrderKey.UsageBased, a.Terms.IsUsageBased ? 1 : -1);
        if (a.CreatedAt != b.CreatedAt) return (OrderKey.CreatedAt, a.CreatedAt.CompareTo(b.CreatedAt));
        return (OrderKey.Number, a.No.CompareTo(b.No));
    }

    private static readonly Instant Never = new(long.MaxValue);

    // Without a reset a grant stands between the yearly ones and those granted once.
    private static long Weight(Grant grant) => grant.Terms.Reset?.Weight ?? 10_000_000L;
}
