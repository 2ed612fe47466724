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

    /// <summary>Plans that are not held yet: scheduled, or waiting for their first payment.</summary>
    public ImmutableArray<Subscription> Planned { get; init; } = [];

    /// <summary>The next moment at which a grant or a plan falls due; null when none ever does.</summary>
    public Instant? NextDue() => Earlier(NextGrantDue(), NextPlanDue());

    /// <param name="stop">Plans stand still after this moment.</param>
    internal Instant? NextGrantDue(Instant? stop = null)
    {
        // Who holds nothing that is billed is asked this on every use, and need not look up the plan of each grant.
        var (next, isBilled) = ((Instant?)null, false);
        foreach (var held in Subscriptions) isBilled |= !held.Runs.IsEmpty || held.HoldsResetsBack;
        foreach (var grant in Grants) next = Earlier(next, !isBilled || grant.NextResetAt < ResetLimit(grant, stop) ? grant.NextDue : grant.NextEnd);
        return next;
    }

    /// <summary>The next moment at which something of a plan is billed, begins or ends.</summary>
    internal Instant? NextPlanDue()
    {
        Instant? next = null;
        foreach (var held in Subscriptions) next = Earlier(next, held.NextDue);
        foreach (var planned in Planned)
        {
            if (planned.Incoming!.StartsAt is { } start) next = Earlier(next, start);
        }

        return next;
    }

    /// <summary>
    /// Resets at or after this moment do not come by themselves: those of what comes back with its invoice, of a plan whose
    /// payment is overdue or not answered yet, and those after the end of the plan's period, which must be billed first.
    /// </summary>
    /// <param name="stop">Plans stand still after this moment.</param>
    internal Instant ResetLimit(Grant grant, Instant? stop)
    {
        if (grant.Subscription is not { } no) return new Instant(long.MaxValue);
        foreach (var held in Subscriptions)
        {
            if (held.No != no) continue;
            if (held.HoldsResetsBack || IsBilled(held, grant)) return new Instant(long.MinValue);
            if (held.PeriodEnd is not { } end) return new Instant(long.MaxValue);
            return stop is { } at && at < end ? new Instant(at.Milliseconds + 1) : end;
        }

        return new Instant(long.MaxValue);
    }

    /// <summary>It comes back whenever its price is billed.</summary>
    internal static bool IsBilled(Subscription held, Grant grant)
    {
        if (grant.Terms.Price is not { } price || grant.Terms.Reset != price.Interval) return false;
        foreach (var run in held.Runs)
        {
            if (run.Item == grant.No) return true;
        }

        return false;
    }

    internal Subscription? Held(SubscriptionNo no)
    {
        foreach (var held in Subscriptions)
        {
            if (held.No == no) return held;
        }

        return null;
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
