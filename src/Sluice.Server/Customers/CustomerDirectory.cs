using Sluice.Core;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>Finds a customer in memory, loading it once from the store.</summary>
internal sealed class CustomerDirectory(IStore store)
{
    /// <summary>The committed customer with this id, or null. A customer still being created is not there yet.</summary>
    public ValueTask<Cell?> Find(Scope scope, string id, Instant now)
    {
        return scope.CellsById.TryGetValue(id, out var cell) && !cell.Dropped && cell.Committed is { Deleted: false } known && known.Profile.Id == id
            ? new(cell)
            : new(FirstLoad(scope, id, now));
    }

    /// <summary>The customer that stands under an email only, or null.</summary>
    public async ValueTask<Cell?> FindByEmail(Scope scope, string email, Instant now)
    {
        var claim = await store.FindClaim(new ClaimKey(scope.Id, ClaimKind.CustomerEmail, email), now);
        return claim?.Customer is { } key ? await Load(scope, key) : null;
    }

    /// <summary>By the engine's own key.</summary>
    public async ValueTask<Cell?> Load(Scope scope, CustomerKey key)
    {
        if (scope.Cells.TryGetValue(key, out var known) && !known.Dropped) return Usable(known);
        if (await store.Load(scope.Id, key, scope.ResolveTerms) is not { } stored || stored.Customer.Deleted) return null;
        return Enter(scope, Cell.Loaded(stored));
    }

    /// <summary>Puts a cell in the directory; the one that is there already wins.</summary>
    public static Cell Enter(Scope scope, Cell cell)
    {
        var winner = scope.Cells.AddOrUpdate(cell.Key, cell, (_, old) => old.Dropped ? cell : old);
        if (winner.Committed?.Profile.Id is { } id) scope.CellsById[id] = winner;
        return winner;
    }

    /// <summary>Takes a cell out: its customer is gone, or what it holds is no longer the truth.</summary>
    public static void Drop(Scope scope, Cell cell, params ReadOnlySpan<string?> ids)
    {
        cell.Drop();
        scope.Cells.TryRemove(KeyValuePair.Create(cell.Key, cell));
        foreach (var id in ids)
        {
            if (id is not null) scope.CellsById.TryRemove(KeyValuePair.Create(id, cell));
        }
    }

    private static Cell? Usable(Cell cell) => cell.Committed is { Deleted: false } ? cell : null;

    private async Task<Cell?> FirstLoad(Scope scope, string id, Instant now)
    {
        var loading = new TaskCompletionSource<Cell?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var task = scope.Loading.GetOrAdd(id, loading.Task);
        if (task != loading.Task) return await task;
        try
        {
            var claim = await store.FindClaim(new ClaimKey(scope.Id, ClaimKind.CustomerId, id), now);
            var cell = claim?.Customer is { } key ? await Load(scope, key) : null;
            if (cell?.Committed!.Profile.Id != id) cell = null;
            loading.SetResult(cell);
            return cell;
        }
        catch (Exception failure)
        {
            loading.SetException(failure);
            throw;
        }
        finally
        {
            scope.Loading.TryRemove(KeyValuePair.Create(id, loading.Task));
        }
    }
}
