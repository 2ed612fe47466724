using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Which balances of a feature do not count for a request, and why: the complement of what <see cref="DrawOrder"/> collects.</summary>
internal static class NotCounted
{
    // A customer may have thousands of entities; a reader wants the first few and how many there are.
    private const int MostTold = 100;

    public static (ImmutableArray<LeftOut> Told, int InAll) Of(Subject subject, ImmutableArray<FeatureId> features, Customer? stored, Instant now)
    {
        var (told, inAll) = (ImmutableArray.CreateBuilder<LeftOut>(), 0);
        foreach (var (grant, reason) in All(subject, stored, now))
        {
            if (!features.Contains(grant.Feature)) continue;
            inAll++;
            if (told.Count < MostTold) told.Add(new LeftOut(grant, PlanVersion(stored ?? subject.Customer, grant), IdOf(subject, grant), reason));
        }

        return (told.DrainToImmutable(), inAll);
    }

    /// <summary>The version at which the plan is held that a grant came with.</summary>
    public static int? PlanVersion(Customer customer, Grant grant)
    {
        if (grant.Subscription is not { } no) return null;
        var own = grant.Entity is { } entity ? customer.Entities.Find(entity)?.Own.Subscriptions ?? [] : [];
        return own.Concat(customer.Subscriptions).FirstOrDefault(held => held.No == no)?.Version;
    }

    private static IEnumerable<(Grant Grant, LeftOutReason Reason)> All(Subject subject, Customer? stored, Instant now)
    {
        foreach (var grant in Ended(subject, stored, now)) yield return (grant, LeftOutReason.Expired);
        if (subject.Entity is not { } entity)
        {
            foreach (var grant in subject.Customer.Entities.SelectMany(static each => each.Own.Grants))
            {
                if (grant.Parent is null) yield return (grant, LeftOutReason.OfEntity);
            }

            yield break;
        }

        foreach (var grant in subject.Customer.Grants)
        {
            if (grant.IsShared ? entity.Own.Grants.Any(share => share.Parent == grant.No) : subject.SharesCustomers) continue;
            yield return (grant, grant.IsShared ? LeftOutReason.NoShare : LeftOutReason.PooledBalanceDisabled);
        }

        foreach (var grant in subject.Customer.Entities.Where(other => other.No != entity.No).SelectMany(static other => other.Own.Grants)) yield return (grant, LeftOutReason.OtherEntity);
    }

    // Still written down, and not there any more as of now.
    private static IEnumerable<Grant> Ended(Subject subject, Customer? stored, Instant now)
    {
        if (stored is null) return [];
        var before = subject.Entity is { } entity ? stored.Grants.AddRange(stored.Entities.Find(entity.No)?.Own.Grants ?? []) : stored.Grants;
        return before.Where(grant => grant.ExpiresAt <= now && subject.Customer.Grant(grant.No, grant.Entity) is null);
    }

    private static string? IdOf(Subject subject, Grant grant) => grant.Entity is { } no ? subject.Customer.Entities.Find(no)?.Id : null;
}
