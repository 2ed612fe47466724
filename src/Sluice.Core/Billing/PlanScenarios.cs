using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What became of a plan, in the words of the older webhook.</summary>
public enum PlanScenario
{
    New,
    Upgrade,
    Downgrade,
    Renew,
    Cancel,
    Expired,
    PastDue,
    UpdatePrepaidQuantity,
}

/// <summary>The changes of plans in older words, one for each plan that something was done to. A plan that is scheduled is told when it begins.</summary>
public static class PlanScenarios
{
    /// <param name="changes">Between the two.</param>
    /// <param name="events">That led from the one to the other.</param>
    public static ImmutableArray<(PlanScenario Scenario, Subscription Plan)> Of(Customer? before, Customer after, Catalog catalog, PlanChanges changes, ImmutableArray<CustomerEvent> events)
    {
        var told = ImmutableArray.CreateBuilder<(PlanScenario, Subscription)>();
        var upgraded = new HashSet<SubscriptionNo>();
        foreach (var (_, now, _) in changes.News.Where(static news => news.Action == PlanAction.Activated))
        {
            var replaced = Replaced(changes, now);
            if (replaced is not null && PlanComparison.Between(catalog, Switching.Held(before!, catalog, replaced), Switching.Held(after, catalog, now)) == Direction.Upgrade) upgraded.Add(replaced.No);
            told.Add((replaced is not null && upgraded.Contains(replaced.No) ? PlanScenario.Upgrade : PlanScenario.New, now));
        }

        foreach (var (action, now, was) in changes.News)
        {
            // What waited to begin and does not come was never told of; what gave way to more is told by that.
            if (action == PlanAction.Expired && now.Incoming is null && !upgraded.Contains(now.No)) told.Add((PlanScenario.Expired, now));
            else if (action == PlanAction.Updated && Updated(after, was!, now) is { } scenario) told.Add((scenario, now));
        }

        foreach (var bought in events.OfType<CustomerEvent.GrantBought>())
        {
            if (after.Grant(bought.Grant, bought.Entity) is not { Terms: { IsPrepaid: true, Price.Interval.Recurs: true }, Subscription: { } no }) continue;
            if (after.HeldBy(bought.Entity).Held(no) is { } held && !told.Any(one => one.Item2.No == no)) told.Add((PlanScenario.UpdatePrepaidQuantity, held));
        }

        return told.DrainToImmutable();
    }

    private static Subscription? Replaced(PlanChanges changes, Subscription now) => !now.IsMain ? null : changes.News
        .FirstOrDefault(gone => gone.Action == PlanAction.Expired && gone.Now.Incoming is null && gone.Now.IsMain && gone.Now.Group == now.Group && gone.Now.Entity == now.Entity)?.Now;

    private static PlanScenario? Updated(Customer after, Subscription was, Subscription now) => (was, now) switch
    {
        ({ CanceledAt: null }, { CanceledAt: not null }) => HasPaidSuccessor(after, now) ? PlanScenario.Downgrade : PlanScenario.Cancel,
        ({ CanceledAt: not null }, { CanceledAt: null }) => PlanScenario.Renew,
        ({ PastDue: false }, { PastDue: true }) => PlanScenario.PastDue,
        _ => null,
    };

    private static bool HasPaidSuccessor(Customer customer, Subscription canceled) => customer.HeldBy(canceled.Entity).Planned
        .Any(planned => planned.IsMain && planned.Group == canceled.Group && planned.Incoming!.StartsAt is not null && (planned.Price is not null || planned.Incoming.Items.Any(static item => item.Price is not null)));
}
