using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Sluice.Core;

/// <summary>
/// What a customer has of one feature, all grants together, as it is read. The customer must be as of the moment of
/// reading (<see cref="Due.AsOf"/>).
/// </summary>
/// <param name="Granted">Everything granted; 0 when unlimited.</param>
/// <param name="Remaining">Each grant's remainder, one in overage counted as nothing: not always granted − usage.</param>
/// <param name="Usage">May exceed what was granted, and may be negative after a credit.</param>
/// <param name="OverageAllowed">A usage-based price pays for what is used beyond the grants.</param>
/// <param name="MaxPurchase">Units that may be had beyond the grants; null = no limit, or nothing to buy.</param>
/// <param name="NextResetAt">The earliest of the grants' resets.</param>
/// <param name="Rows">
/// In the order they are drawn on. As soon as one grant is unlimited there is one row for all of them: its usage is
/// that of the unlimited ones, and it names a plan, a balance id and an expiry only when it stands for a single grant.
/// </param>
public sealed record Balance(
    FeatureId Feature,
    Quantity Granted,
    Quantity Remaining,
    Quantity Usage,
    bool Unlimited,
    bool OverageAllowed,
    Quantity? MaxPurchase,
    Instant? NextResetAt,
    ImmutableArray<Grant> Rows)
{
    /// <summary>Null when the customer has no grant of it, and for a boolean feature: see <see cref="Flags"/>.</summary>
    public static Balance? Of(Customer customer, Feature feature)
    {
        if (feature.IsBoolean) return null;
        var sources = DrawOrder.Of(customer, feature);
        return sources.Count == 0 ? null : Of(feature, sources);
    }

    /// <param name="inOrder">The grants of the feature, at least one.</param>
    internal static Balance Of(Feature feature, List<Source> inOrder)
    {
        var sources = CollectionsMarshal.AsSpan(inOrder);
        return sources[0].Grant.Terms.Unlimited ? OfUnlimited(feature.Id, sources) : OfLimited(feature.Id, sources);
    }

    /// <summary>Units that may be used right now, counting the overage that prices pay for; null = no end.</summary>
    internal Quantity? Usable
    {
        get
        {
            var usable = Remaining.Value;
            foreach (var row in Rows)
            {
                if (!row.Terms.IsUsageBased) continue;
                if (row.Terms.Price!.MaxPurchase is not { } most) return null;
                usable += Math.Max(0m, most.Value - row.Overage.Value);
            }

            return Quantity.Total(usable);
        }
    }

    private static Balance OfLimited(FeatureId feature, ReadOnlySpan<Source> sources)
    {
        var rows = new Grant[sources.Length];
        var (granted, remaining, usage, overageAllowed) = (0m, 0m, 0m, false);
        Instant? nextReset = null;
        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i] = sources[i].Grant;
            granted += row.Granted.Value;
            remaining += row.Remaining.Value;
            usage += row.Usage.Value;
            overageAllowed |= row.Terms.IsUsageBased;
            if (row.NextResetAt is { } reset && (nextReset is null || reset < nextReset)) nextReset = reset;
        }

        return new Balance(
            feature, Quantity.Total(granted), Quantity.Total(remaining), Quantity.Total(usage), Unlimited: false, overageAllowed,
            Purchasable(rows), nextReset, ImmutableCollectionsMarshal.AsImmutableArray(rows));
    }

    private static Balance OfUnlimited(FeatureId feature, ReadOnlySpan<Source> sources)
    {
        var used = 0m;
        foreach (var source in sources)
        {
            if (source.Grant.Terms.Unlimited) used -= source.Grant.Balance.Value;
        }

        var usage = Quantity.Total(used);
        var row = sources[0].Grant with
        {
            Included = Quantity.Zero, Prepaid = Quantity.Zero, Adjustment = Quantity.Zero, Balance = -usage, NextResetAt = null,
        };
        if (sources.Length > 1) row = row with { BalanceId = null, Subscription = null, Plan = null, ExpiresAt = null };
        return new Balance(
            feature, Quantity.Zero, Quantity.Zero, usage, Unlimited: true, OverageAllowed: false, MaxPurchase: null, NextResetAt: null, [row]);
    }

    // Bought units count against the limit of a prepaid grant. One priced grant without a limit lifts it for all.
    private static Quantity? Purchasable(Grant[] rows)
    {
        var (isPriced, sum) = (false, 0m);
        foreach (var row in rows)
        {
            if (row.Terms.Price is not { } price) continue;
            if (price.MaxPurchase is not { } most) return null;
            isPriced = true;
            sum += most.Value - row.Prepaid.Value;
        }

        return isPriced ? Quantity.Total(sum) : null;
    }
}

/// <summary>All balances of a customer.</summary>
public static class Balances
{
    /// <summary>In the order first granted. Features that the catalog no longer knows are left out.</summary>
    public static ImmutableArray<Balance> All(Customer customer, Catalog catalog)
    {
        var balances = ImmutableArray.CreateBuilder<Balance>();
        foreach (var (id, sources) in DrawOrder.OfAll(customer, catalog))
        {
            if (catalog.Feature(id) is { IsBoolean: false } feature) balances.Add(Balance.Of(feature, sources));
        }

        return balances.DrainToImmutable();
    }
}

/// <summary>The boolean features a customer holds.</summary>
public static class Flags
{
    /// <summary>The grant that holds it: the first granted; null when it is not held.</summary>
    public static Grant? Of(Customer customer, Feature feature)
    {
        if (!feature.IsBoolean) return null;
        foreach (var grant in customer.Grants)
        {
            if (grant.Feature == feature.Id) return grant;
        }

        return null;
    }

    /// <summary>One grant for each, in the order first granted.</summary>
    public static ImmutableArray<Grant> All(Customer customer, Catalog catalog)
    {
        var flags = ImmutableArray.CreateBuilder<Grant>();
        foreach (var grant in customer.Grants)
        {
            if (catalog.Feature(grant.Feature) is { IsBoolean: true } feature && Of(customer, feature)!.No == grant.No) flags.Add(grant);
        }

        return flags.DrainToImmutable();
    }
}
