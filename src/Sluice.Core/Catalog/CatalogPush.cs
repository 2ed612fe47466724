using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A whole catalog as its owner wants it: what is not named is to go.</summary>
/// <param name="Features">Credit systems after what they list.</param>
/// <param name="KeepOthers">Leave what is not named as it is.</param>
public sealed record CatalogPush(
    ImmutableArray<CreateFeature> Features,
    ImmutableArray<PushedPlan> Plans,
    bool KeepOthers,
    ImmutableHashSet<FeatureId> SkipFeatures,
    ImmutableHashSet<PlanId> SkipPlans)
{
    /// <summary>Null = rewards are not spoken of.</summary>
    public ImmutableArray<Reward>? Rewards { get; init; }

    /// <summary>Null = programs are not spoken of.</summary>
    public ImmutableArray<ReferralProgram>? Programs { get; init; }
}

/// <param name="InPlace">Edit the version that is held instead of making a new one.</param>
/// <param name="AllVersions">Edit every version in place.</param>
public sealed record PushedPlan(CreatePlan Plan, bool InPlace = false, bool AllVersions = false);

public enum PushAction
{
    None,
    Create,
    Update,

    /// <summary>Not named any more: deleted, or archived where it is in use.</summary>
    Remove,

    /// <summary>The caller said to leave it out.</summary>
    Skipped,
}

/// <param name="WillArchive">It is in use, so it is archived instead of deleted.</param>
public sealed record FeaturePushed(FeatureId Feature, PushAction Action, bool WillArchive = false);

/// <param name="Versionable">Customers hold it and would feel the change: a new version is made unless the caller wants otherwise.</param>
public sealed record PlanPushed(PlanId Plan, string Name, PushAction Action, bool Versionable = false, bool WillArchive = false);

/// <summary>What a push comes to, in the order pushed, what goes at the end.</summary>
public sealed record PushOutcome(ImmutableArray<FeaturePushed> Features, ImmutableArray<PlanPushed> Plans, CatalogDecision Decision)
{
    public ImmutableArray<(string Id, PushAction Action)> Rewards { get; init; } = [];

    public ImmutableArray<(string Id, PushAction Action)> Programs { get; init; } = [];
}

/// <summary>Who uses what, of everything that is in the catalog.</summary>
public sealed record CatalogInUse(ImmutableDictionary<FeatureId, FeatureUse> Features, ImmutableDictionary<PlanId, PlanUse> Plans)
{
    public FeatureUse Of(FeatureId feature) => Features.GetValueOrDefault(feature);

    public PlanUse Of(PlanId plan) => Plans.GetValueOrDefault(plan) ?? PlanUse.None;
}
