using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Pooled items: what entities' plans grant in common is one balance of the customer's, which any entity draws on.</summary>
internal static class Pools
{
    /// <summary>The plan of an entity puts its pooled items in: into the pool there is, or a new one.</summary>
    /// <param name="lastNo">The last number given so far.</param>
    public static ImmutableArray<CustomerEvent> Join(Customer customer, Subscription from, IEnumerable<Grant> pooled, ref int lastNo)
    {
        var events = ImmutableArray.CreateBuilder<CustomerEvent>();
        foreach (var grant in pooled)
        {
            var part = new PoolPart(from.No, from.Entity!.Value, grant.Starting);
            if (customer.Grants.FirstOrDefault(pool => pool.IsPool && IsSame(pool, grant)) is { } pool)
            {
                events.Add(new CustomerEvent.PoolChanged(pool.No, part));
                continue;
            }

            events.Add(new CustomerEvent.GrantOpened(grant with { No = new GrantNo(++lastNo), Subscription = null, Plan = null, AddOn = false, Entity = null, Parts = [part] }));
        }

        return events.DrainToImmutable();
    }

    /// <summary>The plan of an entity takes out what it put in; a pool without parts is closed.</summary>
    public static ImmutableArray<CustomerEvent> Leave(Customer customer, SubscriptionNo from)
    {
        var events = ImmutableArray.CreateBuilder<CustomerEvent>();
        foreach (var pool in customer.Grants)
        {
            if (!pool.Parts.Any(part => part.From == from)) continue;
            var part = pool.Parts.First(one => one.From == from);
            events.Add(pool.Parts.Length == 1
                ? new CustomerEvent.GrantClosed(pool.No, GrantEnd.Deleted)
                : new CustomerEvent.PoolChanged(pool.No, part with { Amount = Quantity.Zero }));
        }

        return events.DrainToImmutable();
    }

    private static bool IsSame(Grant pool, Grant grant) =>
        pool.Feature == grant.Feature && pool.Terms.Reset == grant.Terms.Reset && pool.Terms.Unlimited == grant.Terms.Unlimited && pool.Terms.Rollover == grant.Terms.Rollover
        && (pool.Terms.Price is null ? grant.Terms.Price is null : grant.Terms.Price is { } price && pool.Terms.Price.SameAs(price));
}
