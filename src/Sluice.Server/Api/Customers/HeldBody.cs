using Sluice.Core;
using Sluice.Server.Api.Balances;

namespace Sluice.Server.Api.Customers;

/// <summary>What a customer or an entity holds, as both are shown. An entity shares what its customer holds; a customer's view has its entities' plans.</summary>
internal static class HeldBody
{
    public static IReadOnlyList<SubscriptionBody> Subscriptions(View view, Subject subject, CustomerExpand expand) =>
        [.. Held(subject).Where(static held => !held.OneOff).Select(held => SubscriptionBody.Of(view, subject.Customer, held, expand.SubscriptionPlans))];

    public static IReadOnlyList<PurchaseBody> Purchases(View view, Subject subject, CustomerExpand expand) =>
        [.. Held(subject).Where(static held => held.OneOff).Select(held => PurchaseBody.Of(view, held, expand.PurchasePlans))];

    public static IReadOnlyDictionary<string, FlagBody> Flags(View view, Subject subject, CustomerExpand expand) => Core.Flags.All(subject, view.Catalog).ToDictionary(
        grant => grant.Feature.Value, grant => FlagBody.Of(subject.Customer.Key, grant, expand.Features ? view.Catalog.Feature(grant.Feature) : null));

    public static IReadOnlyDictionary<string, BalanceBody> Balances(View view, Subject subject, CustomerExpand expand)
    {
        var catalog = view.Catalog;
        var bodies = Core.Balances.All(subject, catalog)
            .ToDictionary(balance => balance.Feature.Value, balance => BalanceBody.Of(subject.Customer.Key, balance, expand.Features ? catalog.Feature(balance.Feature) : null));
        if (!expand.Features) return bodies;

        // React's check() knows only features that have an entry: give those behind a held credit system an empty one.
        foreach (var pool in bodies.Values.Select(body => catalog.Feature(body.Balance.Feature)!).Where(feature => feature.IsCredits).ToList())
        {
            foreach (var cost in pool.CreditSchema)
            {
                if (catalog.Feature(cost.Feature) is { IsBoolean: false } member) bodies.TryAdd(member.Id.Value, BalanceBody.Zero(subject.Customer.Key, member));
            }
        }

        return bodies;
    }

    // An entity's own before the customer's; of the entities of a customer each plan once, however many hold it.
    private static IEnumerable<Subscription> Held(Subject subject) => subject.Entity is { } entity
        ? Listed(entity.Own).Concat(Listed(subject.Customer.Own))
        : Listed(subject.Customer.Own).Concat(subject.Customer.Entities.SelectMany(static each => Listed(each.Own)).DistinctBy(static held => (held.Plan, held.Incoming is null)));

    // What stands aside for a trial is not held meanwhile, and what waits to be paid not yet.
    private static IEnumerable<Subscription> Listed(Holdings own) => own.Planned.IsEmpty && !own.Subscriptions.Any(static held => held.IsPaused)
        ? own.Subscriptions
        : own.Subscriptions.Where(static held => !held.IsPaused).Concat(own.Planned.Where(static planned => planned.Incoming!.StartsAt is not null));
}
