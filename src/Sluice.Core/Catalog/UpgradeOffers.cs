using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What can be offered to someone who needs more of a feature.</summary>
public static class UpgradeOffers
{
    /// <summary>
    /// The latest versions that grant the feature, or credits that pay for it, and that its holder could have beside or
    /// above what it has: main plans by price, then add-ons. Empty when there is nothing to offer.
    /// </summary>
    public static ImmutableArray<Plan> Of(Subject subject, Catalog catalog, Feature feature)
    {
        var serving = DrawOrder.Pools(catalog, feature).ToArray().Select(static pool => pool.Feature.Id).Append(feature.Id).ToHashSet();
        return
        [
            .. PlanComparison.InOrder(catalog, catalog.LatestPlans.Where(plan =>
                !plan.Archived && plan.Items.Any(item => serving.Contains(item.Feature)) && IsMore(Eligibility.Of(catalog, plan, subject).AttachAction))),
        ];
    }

    private static bool IsMore(AttachAction action) => action switch
    {
        AttachAction.Activate or AttachAction.Upgrade or AttachAction.Purchase => true,
        AttachAction.Downgrade or AttachAction.None => false,
        _ => throw new InvariantViolation($"attach action {action}"),
    };
}
