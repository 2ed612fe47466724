using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Server.Operations;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>
/// Changes a scope's catalog: shuts out deciding, drains the queue so that counts of what is in use are exact, decides,
/// commits, swaps.
/// </summary>
internal sealed class CatalogChanges(IStore store, Committer committer, PostgresStore? shared)
{
    /// <param name="decide">Called with the catalog as committed and at rest; may ask the store what is in use.</param>
    /// <returns>The catalog after the change, when it was done; stored = something was committed, the claims with it.</returns>
    public async ValueTask<(RunEnd End, Refusal? Refusal, Catalog? After, bool Stored)> Change(
        Scope scope, Func<CatalogContext, ValueTask<CatalogDecision>> decide, ImmutableArray<Claim> claims, Instant now)
    {
        await scope.Close();
        var stored = new StoredCatalog(scope.Catalog, scope.Terms);
        try
        {
            await committer.Drain();

            // Other nodes commit nothing on this catalog until its change has: what is counted in between is exact.
            await using var alone = shared is null ? null : await shared.LockCatalog(scope.Id);
            if (alone is not null) stored = await store.LoadCatalog(scope.Id);
            while (true)
            {
                Fate fate;
                switch (await decide(stored.At(now)))
                {
                    case CatalogDecision.Refused refused:
                        return (RunEnd.Refused, refused.Refusal, null, false);
                    case CatalogDecision.Accepted { Edit.IsEmpty: true }:
                        return (RunEnd.Done, null, stored.Catalog, false);
                    case CatalogDecision.Accepted accepted:
                        if (!committer.TryReserve(out var reserved)) return (RunEnd.Overloaded, null, null, false);
                        using (reserved)
                        {
                            var unit = new ClaimsUnit { Catalog = Stored(scope, stored.Catalog.Version, accepted.Edit), Takes = claims };
                            committer.Enqueue(unit);
                            fate = await Spans.Settling(unit);
                        }

                        if (fate.IsCommitted)
                        {
                            stored = new StoredCatalog(accepted.After, stored.Terms.SetItems(accepted.Edit.NewTerms.Select(terms => KeyValuePair.Create(terms.Id, terms))));
                            return (RunEnd.Done, null, stored.Catalog, true);
                        }

                        if (fate.Kind == FateKind.ClaimLost) return (RunEnd.Refused, Idempotency.Duplicate, null, false);
                        stored = await store.LoadCatalog(scope.Id);
                        if (fate.Kind == FateKind.Unknown) return (RunEnd.StoreFailed, null, null, false);
                        break;
                }
            }
        }
        finally
        {
            scope.Open(stored);
        }
    }

    private static CatalogChange Stored(Scope scope, long version, CatalogEdit edit) =>
        new(scope.Id, version, edit.PutFeatures, edit.DropFeatures, edit.PutPlans, edit.DropPlans, edit.NewTerms)
        {
            PutRewards = edit.PutRewards, DropRewards = edit.DropRewards, PutPrograms = edit.PutPrograms, DropPrograms = edit.DropPrograms,
        };
}
