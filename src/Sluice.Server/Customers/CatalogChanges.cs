using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>What a rule of the catalog says: a change and its answer, or a refusal.</summary>
public sealed record CatalogDecision(CatalogChange? Change, Catalog? After, Refusal? Refusal)
{
    public static CatalogDecision Refuse(Refusal refusal) => new(null, null, refusal);
}

/// <summary>
/// Changes a scope's catalog: shuts out deciding, drains the queue so that counts of what is in use are exact, decides,
/// commits, swaps.
/// </summary>
internal sealed class CatalogChanges(IStore store, Committer committer) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    /// <param name="decide">Called with the catalog as committed and at rest; may ask the store what is in use.</param>
    public async ValueTask<(RunEnd End, Refusal? Refusal)> Change(Scope scope, Func<Catalog, ValueTask<CatalogDecision>> decide, ImmutableArray<Claim> claims)
    {
        await _one.WaitAsync();
        StoredCatalog? changed = null;
        scope.Close();
        try
        {
            await committer.Drain();
            while (true)
            {
                if (!committer.TryReserve(out var place)) return (RunEnd.Overloaded, null);
                CatalogDecision decision;
                try
                {
                    decision = await decide((changed ?? new StoredCatalog(scope.Catalog, scope.Terms)).Catalog);
                }
                catch
                {
                    place.Release();
                    throw;
                }

                if (decision.Refusal is { } refusal)
                {
                    place.Release();
                    return (RunEnd.Refused, refusal);
                }

                var unit = new ClaimsUnit { Catalog = decision.Change, Takes = claims };
                committer.Enqueue(unit, place);
                var fate = await unit.Settled;
                if (fate.IsCommitted)
                {
                    var terms = (changed?.Terms ?? scope.Terms).SetItems(decision.Change!.NewTerms.Select(item => KeyValuePair.Create(item.Id, item)));
                    changed = new StoredCatalog(decision.After!, terms);
                    return (RunEnd.Done, null);
                }

                if (fate.Kind == FateKind.ClaimLost) return (RunEnd.Refused, Idempotency.Duplicate);
                changed = await store.LoadCatalog(scope.Id);
                if (fate.Kind == FateKind.Unknown) return (RunEnd.StoreFailed, null);
            }
        }
        finally
        {
            scope.Open(changed);
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
