using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What one holder has: the customer itself, or one of its entities.</summary>
/// <param name="Grants">In the order they were opened.</param>
/// <param name="Windows">Counters of usage limits that are set for this holder.</param>
public sealed record Holdings(
    ImmutableArray<Subscription> Subscriptions,
    ImmutableArray<Grant> Grants,
    BillingControls Controls,
    ImmutableArray<UsageWindow> Windows)
{
    public static readonly Holdings None = new([], [], BillingControls.None, []);

    /// <summary>The next moment at which one of the grants falls due; null when none ever does.</summary>
    public Instant? NextDue()
    {
        Instant? next = null;
        foreach (var grant in Grants) next = Earlier(next, grant.NextDue);
        return next;
    }

    /// <summary>One grant changed.</summary>
    public Holdings With(GrantNo no, Func<Grant, Grant> change)
    {
        for (var at = 0; at < Grants.Length; at++)
        {
            if (Grants[at].No == no) return this with { Grants = Grants.SetItem(at, change(Grants[at])) };
        }

        throw new InvariantViolation($"no grant {no.Value}");
    }

    internal static Instant? Earlier(Instant? a, Instant? b) => a is null || b < a ? b ?? a : a;
}
