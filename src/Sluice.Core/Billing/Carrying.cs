using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What of the old plan's balances comes along on a switch.</summary>
internal static class Carrying
{
    /// <summary>Seats in use stay in use, saved units follow, and used ones where it was asked for.</summary>
    public static CustomerEvent.PlanAttached Carry(Holdings own, Catalog catalog, Subscription outgoing, CustomerEvent.PlanAttached attached, Incoming incoming)
    {
        var old = own.Grants.Where(grant => grant.Subscription == outgoing.No).ToLookup(static grant => grant.Feature);
        var (carried, moved) = (new HashSet<FeatureId>(), new HashSet<FeatureId>());
        return attached with { Grants = [.. attached.Grants.Select(grant => Rolled(Used(Continued(grant))))] };

        Grant Continued(Grant grant) => incoming.Continues && old[grant.Feature].FirstOrDefault(before => before.Terms.Reset == grant.Terms.Reset) is { } before
            ? grant with { Anchor = before.Anchor, NextResetAt = before.NextResetAt } : grant;

        // The new grant starts with what the old plan's grants had in use, even below zero.
        Grant Used(Grant grant)
        {
            var isHeld = IsHeld(catalog, grant.Feature);
            if (grant.Terms.Unlimited && !isHeld) return grant;
            if (isHeld || incoming.CarryUsage.Takes(grant.Feature))
                return carried.Add(grant.Feature) ? grant with { Balance = Less(grant.Balance, old[grant.Feature], incoming, isHeld) } : grant;
            if (!incoming.CarryBalances.Takes(grant.Feature) || !carried.Add(grant.Feature)) return grant;
            return grant with { Balance = old[grant.Feature].Aggregate(grant.Balance, static (balance, before) => balance - before.Overage) };
        }

        Grant Rolled(Grant grant)
        {
            if (grant.Terms.Rollover is null || grant.IsShared || !old[grant.Feature].Any(static before => !before.Rollovers.IsEmpty) || !moved.Add(grant.Feature)) return grant;
            return grant with { Rollovers = Rollovers.Capped(Rollovers.Numbered(old[grant.Feature].SelectMany(static before => before.Rollovers)), grant.Terms.Rollover, grant.Starting) };
        }
    }

    /// <summary>An entity's share starts with what it had in use of the old one.</summary>
    public static Grant Carry(Holdings own, Catalog catalog, Subscription outgoing, Grant share, Entity entity, Incoming incoming)
    {
        if (share.Terms.Unlimited || !incoming.CarryUsage.Takes(share.Feature)) return share;
        var parents = own.Grants.Where(grant => grant.Subscription == outgoing.No && grant.IsShared && grant.Feature == share.Feature).Select(static grant => grant.No).ToList();
        var old = entity.Own.Grants.Where(grant => grant.Parent is { } parent && parents.Contains(parent)).ToList();
        return share with { Balance = Less(share.Balance, old, incoming, IsHeld(catalog, share.Feature)) };
    }

    // Use that was billed as overage is not taken again from what is included now.
    private static Quantity Less(Quantity balance, IEnumerable<Grant> old, Incoming incoming, bool isHeld)
    {
        var isBilled = incoming.Continues && !isHeld && old.Any(static before => before.Terms.IsUsageBased && before.Overage.IsPositive);
        var left = old.Aggregate(balance, static (balance, before) => balance - before.Usage);
        return isBilled ? Quantity.Max(Quantity.Zero, left) : left;
    }

    /// <summary>Balances that stand by themselves after the switch: leftovers that were asked for, and units bought once.</summary>
    public static ImmutableArray<CustomerEvent> Kept(
        Holdings own, Catalog catalog, Subscription outgoing, CustomerEvent.PlanAttached attached, Incoming incoming, ref int lastNo, Instant at)
    {
        var kept = ImmutableArray.CreateBuilder<CustomerEvent>();
        foreach (var old in own.Grants.Where(grant => grant.Subscription == outgoing.No && !grant.IsShared && !grant.Terms.Unlimited))
        {
            var isBoughtOnce = old.Terms is { IsPrepaid: true, Price.Interval.Recurs: false };
            if (isBoughtOnce ? !old.Balance.IsPositive : !incoming.CarryBalances.Takes(old.Feature) || !old.Balance.IsPositive || !IsUsedUp(catalog, old.Feature)) continue;
            var next = isBoughtOnce ? null : attached.Grants.FirstOrDefault(grant => grant.Feature == old.Feature)?.NextResetAt;
            kept.Add(new CustomerEvent.GrantOpened(new Grant(
                new GrantNo(++lastNo), BalanceId: null, Subscription: null, Plan: null, AddOn: false,
                new ItemTerms(TermsId.None, old.Feature, old.Balance, Unlimited: false, Interval.OneOff),
                old.Balance, Prepaid: Quantity.Zero, Adjustment: Quantity.Zero, old.Balance,
                Anchor: at, NextResetAt: null, next, CreatedAt: at) { Entity = old.Entity }));
        }

        return kept.DrainToImmutable();
    }

    public static bool IsUsedUp(Catalog catalog, FeatureId feature) => catalog.Feature(feature) is { IsBoolean: false, Consumable: true } or { IsCredits: true };

    private static bool IsHeld(Catalog catalog, FeatureId feature) => catalog.Feature(feature) is { Type: FeatureType.Metered, Consumable: false };
}
