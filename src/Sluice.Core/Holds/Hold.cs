using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Usage taken in advance, until it is settled at what was really used, released, or ends by itself.</summary>
/// <param name="Id">The caller's; unique among pending holds of the tenant's environment.</param>
/// <param name="Value">Units asked for; negative for credit held in advance.</param>
/// <param name="Moves">What was taken, step by step in order: undone from the last on.</param>
/// <param name="Windows">What it counts in usage limits.</param>
/// <param name="ReleasesAt">It is released then; null = it is kept, and settled as it is after <see cref="Kept"/>.</param>
public sealed record Hold(
    string Id,
    FeatureId Feature,
    EntityNo? Entity,
    Quantity Value,
    JsonText? Properties,
    ImmutableArray<HeldMove> Moves,
    ImmutableArray<WindowCount> Windows,
    Instant PlacedAt,
    Instant? ReleasesAt)
{
    /// <summary>How long a hold without a moment of release stays open, and the latest such moment a caller may name.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>It ends by itself then.</summary>
    public Instant EndsAt => ReleasesAt ?? PlacedAt.Plus(Kept);

    /// <summary>Units that really were taken; less than <see cref="Value"/> when a cap held some back.</summary>
    public decimal Applied
    {
        get
        {
            var units = 0m;
            foreach (var move in Moves) units += move.Units;
            return units;
        }
    }
}

/// <summary>One step of a deduction.</summary>
/// <param name="Units">In units of the tracked feature; not rounded.</param>
/// <param name="Amount">In the grant's own unit.</param>
/// <param name="Rollover">The saved units it was taken from; null = the grant's own balance.</param>
public readonly record struct HeldMove(GrantNo Grant, EntityNo? Entity, int? Rollover, decimal Units, decimal Amount);

/// <summary>The moment until which usage is held, as asked for.</summary>
public sealed record HoldTerms(string Id, Instant? ReleasesAt);

public enum HoldEnd
{
    /// <summary>Settled, at what was held or at another value.</summary>
    Settled,

    Released,

    /// <summary>Its moment came: released by itself.</summary>
    Expired,

    /// <summary>Nobody settled it in time and no moment of release was named: it stays used.</summary>
    Lapsed,
}
