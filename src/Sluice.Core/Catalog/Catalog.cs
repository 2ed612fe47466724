using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>All features, plans and rewards of one scope: one immutable value, swapped whole when it changes.</summary>
public sealed class Catalog
{
    public static readonly Catalog Empty = new(0, [], []);

    private readonly ImmutableDictionary<FeatureId, Feature> _features;
    private readonly ImmutableDictionary<PlanId, ImmutableArray<Plan>> _plans;
    private readonly ImmutableDictionary<FeatureId, ImmutableArray<Pool>> _pools;
    private readonly ImmutableDictionary<string, ImmutableArray<Feature>> _listeners;
    private readonly ImmutableArray<Plan> _autoEnabled;

    /// <param name="Version">Grows by one with every change of the scope's catalog.</param>
    public Catalog(long version, IEnumerable<Feature> features, IEnumerable<Plan> plans)
    {
        Version = version;
        Features = [.. features.OrderBy(feature => feature.CreatedAt).ThenBy(feature => feature.Id)];
        Plans = [.. plans.OrderBy(plan => plan.CreatedAt).ThenBy(plan => plan.Id).ThenBy(plan => plan.Version)];
        _features = Features.ToImmutableDictionary(feature => feature.Id);
        _plans = Plans.GroupBy(plan => plan.Id).ToImmutableDictionary(group => group.Key, group => group.OrderBy(plan => plan.Version).ToImmutableArray());
        _pools = Features.Where(feature => feature.IsCredits)
            .SelectMany(feature => feature.CreditSchema.Where(cost => DrawsOnPools(cost.Feature)).Select(cost => (cost.Feature, Pool: new Pool(feature, cost))))
            .GroupBy(pair => pair.Feature)
            .ToImmutableDictionary(group => group.Key, group => group.Select(pair => pair.Pool).ToImmutableArray());
        _listeners = Features.SelectMany(feature => feature.EventNames.Distinct().Select(name => (name, feature)))
            .GroupBy(pair => pair.name)
            .ToImmutableDictionary(group => group.Key, group => group.Select(pair => pair.feature).ToImmutableArray());
        HasPlanControls = Plans.Any(static plan => plan.Controls is { IsEmpty: false });
        _autoEnabled = [.. LatestPlans.Where(plan => plan is { AutoEnable: true, Archived: false })];
    }

    /// <summary>A credit system and what the member feature costs in it.</summary>
    public sealed record Pool(Feature Feature, CreditCost Cost)
    {
        // For most schemas the properties have no say: then this is the rate.
        private readonly CreditRate _usual = Cost.RateFor(null);

        /// <param name="property">A property of the usage as text; null when it has none.</param>
        internal CreditRate RateFor(Func<string, string?>? property) => Cost.IsConditional ? Cost.RateFor(property) : _usual;
    }

    public long Version { get; }

    /// <summary>What the tenant decides about billing.</summary>
    public BillingPolicy Policy { get; init; } = BillingPolicy.Default;

    /// <summary>What is given, by code or for bringing somebody.</summary>
    public RewardBook Rewards { get; init; } = RewardBook.Empty;

    /// <summary>The same catalog under another policy.</summary>
    public Catalog Under(BillingPolicy policy) => Equals(Policy, policy) ? this : new Catalog(Version, Features, Plans) { Policy = policy, Rewards = Rewards };

    internal Catalog With(RewardBook rewards) => new(Version, Features, Plans) { Policy = Policy, Rewards = rewards };

    /// <summary>Some version of a plan brings billing controls along.</summary>
    public bool HasPlanControls { get; }

    /// <summary>In the order they were created.</summary>
    public ImmutableArray<Feature> Features { get; }

    /// <summary>Every version of every plan, in the order they were created.</summary>
    public ImmutableArray<Plan> Plans { get; }

    public IEnumerable<Plan> LatestPlans => _plans.Values.Select(versions => versions[^1]).OrderBy(plan => plan.CreatedAt).ThenBy(plan => plan.Id);

    /// <summary>The plans a new customer gets.</summary>
    public ImmutableArray<Plan> AutoEnabled => _autoEnabled;

    public Feature? Feature(FeatureId id) => _features.GetValueOrDefault(id);

    /// <summary>The latest version, or the one asked for.</summary>
    public Plan? Plan(PlanId id, int? version = null) => !_plans.TryGetValue(id, out var versions) ? null
        : version is null ? versions[^1]
        : versions.FirstOrDefault(plan => plan.Version == version);

    public ImmutableArray<Plan> Versions(PlanId id) => _plans.GetValueOrDefault(id, []);

    /// <summary>The credit systems that list a feature.</summary>
    public ImmutableArray<Pool> Pools(FeatureId member) => _pools.GetValueOrDefault(member, []);

    /// <summary>The features that listen to an event name.</summary>
    public ImmutableArray<Feature> Listeners(string eventName) => _listeners.GetValueOrDefault(eventName, []);

    // A schema may list ids that do not exist yet, its own among them; a credit system never draws on another or itself.
    private bool DrawsOnPools(FeatureId member) => Feature(member)?.Type != FeatureType.CreditSystem;
}
