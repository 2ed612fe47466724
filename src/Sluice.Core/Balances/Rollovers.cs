using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Unused units that outlive a reset.</summary>
internal static class Rollovers
{
    // What never ends is kept apart up to here; beyond, the two oldest become one.
    private const int KeptApart = 100;

    /// <summary>Those that have not ended.</summary>
    public static ImmutableArray<RolledOver> Live(ImmutableArray<RolledOver> rollovers, Instant now) =>
        rollovers.IsEmpty ? rollovers : rollovers.RemoveAll(rollover => rollover.ExpiresAt <= now);

    /// <summary>
    /// What is saved when a grant is brought over all its resets from <paramref name="first"/> up to
    /// <paramref name="now"/> (inclusive): one cycle at a time, though no more of them than can still be seen.
    /// </summary>
    public static ImmutableArray<RolledOver> AfterResets(Grant grant, Instant first, Instant now)
    {
        if (grant.Terms.Rollover is not { } terms || grant.IsShared) return Live(grant.Rollovers, now);
        var (every, rollovers) = (grant.Terms.Reset!.Value, Saved(grant.Rollovers, grant.Remaining, terms, grant.Starting, first));
        var whole = Quantity.Max(Quantity.Zero, grant.Starting);
        if (NeverLost(terms))
        {
            var cycles = every.Passed(grant.Anchor, now) - every.Passed(grant.Anchor, first);
            return Live(Saved(rollovers, Quantity.Total(whole.Value * Math.Max(0, cycles)), terms, grant.Starting, first), now);
        }

        for (var reset = first; every.NextAfter(grant.Anchor, reset) is { } next && next <= now;)
        {
            reset = FirstSeen(grant, terms, next, now);
            rollovers = Saved(rollovers, whole, terms, grant.Starting, reset);
        }

        return Live(rollovers, now);
    }

    /// <summary>Saved units of several grants as those of one, by the moment they end.</summary>
    public static ImmutableArray<RolledOver> Numbered(IEnumerable<RolledOver> rollovers) =>
        [.. rollovers.OrderBy(static rollover => rollover.ExpiresAt?.Milliseconds ?? long.MaxValue).Select((rollover, at) => rollover with { No = at + 1 })];

    /// <summary>No more than the terms let stand.</summary>
    public static ImmutableArray<RolledOver> Capped(ImmutableArray<RolledOver> rollovers, Rollover terms, Quantity starting) =>
        Cap(terms, starting) is { } most ? Trimmed(rollovers, most) : rollovers;

    // One reset: the leftover joins, then the cap is kept at the cost of what ends first.
    private static ImmutableArray<RolledOver> Saved(ImmutableArray<RolledOver> rollovers, Quantity leftover, Rollover terms, Quantity starting, Instant reset)
    {
        rollovers = Live(rollovers, reset).RemoveAll(static rollover => !rollover.Balance.IsPositive);
        if (leftover.IsPositive)
        {
            // The minute of its reset: unlike a count it is not given again once all that was saved is gone.
            var no = (int)Math.Clamp(reset.Milliseconds / 60_000L, 1L, int.MaxValue - KeptApart);
            foreach (var rollover in rollovers) no = Math.Max(no, rollover.No + 1);
            rollovers = Joined(rollovers, new RolledOver(no, leftover, Quantity.Zero, Expiry(terms, reset)), terms);
        }

        return Cap(terms, starting) is { } most ? Trimmed(rollovers, most) : rollovers;
    }

    // Leftovers that end on one day end together, with the last of them, so that short cycles make no long lists. What a
    // plan before saved may outlast what this one saves: those that end first stand first.
    private static ImmutableArray<RolledOver> Joined(ImmutableArray<RolledOver> rollovers, RolledOver leftover, Rollover terms)
    {
        for (var at = rollovers.Length - 1; at >= 0; at--)
        {
            var other = rollovers[at].ExpiresAt;
            var isTogether = leftover.ExpiresAt is { } end ? other is { } day && Day.Of(day) == Day.Of(end) : NeverLost(terms) && other is null;
            if (isTogether) return rollovers.SetItem(at, Sum(rollovers[at], leftover) with { ExpiresAt = Later(other, leftover.ExpiresAt) });
        }

        if (rollovers.Length >= KeptApart && leftover.ExpiresAt is null && rollovers[1].ExpiresAt is null) rollovers = [Sum(rollovers[0], rollovers[1]), .. rollovers[2..]];
        var place = rollovers.Length;
        while (place > 0 && leftover.ExpiresAt is { } ends && !(rollovers[place - 1].ExpiresAt <= ends)) place--;
        return rollovers.Insert(place, leftover);
    }

    private static RolledOver Sum(RolledOver a, RolledOver b) => a with { Balance = a.Balance + b.Balance, Used = a.Used + b.Used };

    private static Instant? Later(Instant? a, Instant? b) => a is { } one && b is { } other ? Instant.Max(one, other) : null;

    private static ImmutableArray<RolledOver> Trimmed(ImmutableArray<RolledOver> rollovers, Quantity most)
    {
        var over = -most;
        foreach (var rollover in rollovers) over += rollover.Balance;
        var kept = ImmutableArray.CreateBuilder<RolledOver>(rollovers.Length);
        foreach (var rollover in rollovers)
        {
            var trimmed = Quantity.Max(Quantity.Zero, Quantity.Min(over, rollover.Balance));
            over -= trimmed;
            if (trimmed.IsZero || trimmed < rollover.Balance) kept.Add(rollover with { Balance = rollover.Balance - trimmed });
        }

        return kept.DrainToImmutable();
    }

    private static bool NeverLost(Rollover terms) => terms is { Expiry: RolloverExpiry.Forever, Max: null, MaxPercentage: null };

    private static Quantity? Cap(Rollover terms, Quantity starting) =>
        terms.Max ?? (terms.MaxPercentage is { } percent ? Quantity.Of(Math.Floor(starting.Value * percent.Value / 100m)) : null);

    private static Instant? Expiry(Rollover terms, Instant reset) => terms.Expiry == RolloverExpiry.Forever
        ? null
        : new Interval(IntervalUnit.Month).Boundary(reset, terms.Length) ?? Instant.Latest;

    // What was saved so long ago that it has ended, or that later cycles pushed out, need not be gone through.
    private static Instant FirstSeen(Grant grant, Rollover terms, Instant next, Instant now)
    {
        if (!grant.Starting.IsPositive) return next;
        var every = grant.Terms.Reset!.Value;
        var seen = terms.Expiry == RolloverExpiry.Month
            ? now.Milliseconds - ((terms.Length + 1L) * 31 * Day.Milliseconds)
            : now.Milliseconds - (long)Math.Min((Math.Ceiling(Cap(terms, grant.Starting)!.Value.Value / grant.Starting.Value) + 2m) * every.Weight * 62_000m, now.Milliseconds);
        if (seen <= next.Milliseconds) return next;
        return every.NextAfter(grant.Anchor, new Instant(seen)) is { } first && first <= now ? first : every.Boundary(grant.Anchor, every.Passed(grant.Anchor, now)) ?? next;
    }
}
