using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>A pending hold's id is claimed in its scope, as it is settled by that id alone: taken with the hold, freed with its end.</summary>
internal static class HoldClaims
{
    public static ClaimKey Key(ScopeId scope, string holdId) => new(scope, ClaimKind.Hold, holdId);

    /// <summary>True for what takes or frees such a claim.</summary>
    public static bool IsAbout(CustomerEvent happened) => happened is CustomerEvent.Used { Hold: not null } or CustomerEvent.HoldEnded or CustomerEvent.Deleted;

    /// <param name="before">The customer before the events; its pending holds end when it is deleted.</param>
    public static void Add(ScopeId scope, Customer before, IEnumerable<CustomerEvent> events, Instant now, ImmutableArray<Claim>.Builder takes, ImmutableArray<ClaimKey>.Builder frees)
    {
        foreach (var happened in events)
        {
            switch (happened)
            {
                case CustomerEvent.Used { Hold: { } hold }:
                    takes.Add(new Claim(Key(scope, hold.Id), before.Key, now, ExpiresAt: null));
                    break;
                case CustomerEvent.HoldEnded ended:
                    // One that is placed and ended within a unit leaves no claim.
                    if (!Dropped(takes, Key(scope, ended.Id))) frees.Add(Key(scope, ended.Id));
                    break;
                case CustomerEvent.Deleted:
                    frees.AddRange(before.Holds.All.Select(hold => Key(scope, hold.Id)));
                    break;
            }
        }
    }

    private static bool Dropped(ImmutableArray<Claim>.Builder claims, ClaimKey key)
    {
        var count = claims.Count;
        claims.RemoveAll(claim => claim.Key == key);
        return claims.Count < count;
    }
}
