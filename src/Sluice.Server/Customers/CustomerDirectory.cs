using System.Collections.Concurrent;
using Sluice.Core;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>Finds a customer in memory, loading it once from the store.</summary>
internal sealed class CustomerDirectory(IStore store, Freshness freshness)
{
    private long _hits;
    private long _misses;

    /// <summary>How often somebody was looked for in memory and was there.</summary>
    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>How often the store had to be asked.</summary>
    public long Misses => Interlocked.Read(ref _misses);

    /// <summary>The committed customer with this id, or null. A customer still being created is not there yet.</summary>
    public ValueTask<Cell?> Find(Scope scope, string id, Instant now) => freshness.IsAlone ? Known(scope, id, now) : Current(scope, () => Known(scope, id, now));

    /// <summary>By the engine's own key.</summary>
    public ValueTask<Cell?> Load(Scope scope, CustomerKey key) => freshness.IsAlone ? Known(scope, key) : Current(scope, () => Known(scope, key));

    /// <summary>The same, as this node remembers it: good enough for what is committed, as another node's change makes that fail.</summary>
    public ValueTask<Cell?> Known(Scope scope, string id, Instant now)
    {
        if (scope.CellsById.TryGetValue(id, out var cell) && !cell.Dropped && cell.Committed is { Deleted: false } known && known.Profile.Id == id)
        {
            Interlocked.Increment(ref _hits);
            return new(Used(cell));
        }

        Interlocked.Increment(ref _misses);
        return new(FirstLoad(scope, id, now));
    }

    /// <summary>What is committed under this id, or null. Read once: a moment later it may be renamed or deleted.</summary>
    public async ValueTask<Customer?> FindCommitted(Scope scope, string id, Instant now)
    {
        var cell = await Find(scope, id, now);
        return cell?.Committed is { Deleted: false } committed && committed.Profile.Id == id ? committed : null;
    }

    /// <summary>The committed customer that stands under an email only, or null.</summary>
    public async ValueTask<Customer?> FindByEmail(Scope scope, string email, Instant now)
    {
        var claim = await store.FindClaim(new ClaimKey(scope.Id, ClaimKind.CustomerEmail, email), now);
        return claim?.Customer is { } key && (await Load(scope, key))?.Committed is { Deleted: false, Profile.Id: null } committed ? committed : null;
    }

    /// <summary>The same by the engine's own key.</summary>
    public ValueTask<Cell?> Known(Scope scope, CustomerKey key) =>
        scope.Cells.TryGetValue(key, out var known) && !known.Dropped ? new(Usable(known)) : new(Once(scope.LoadingByKey, key, () => LoadFromStore(scope, key)));

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

    private async ValueTask<Cell?> Current(Scope scope, Func<ValueTask<Cell?>> known)
    {
        while (true)
        {
            var cell = await known();
            if (cell is null || await freshness.IsCurrent(scope, cell)) return cell;
        }
    }

    private static Cell? Usable(Cell cell) => cell.Committed is { Deleted: false } ? Used(cell) : null;

    // Looked at before it is set: many threads look at a busy customer, and a write would take it from all of them.
    private static Cell Used(Cell cell)
    {
        if (!cell.WasUsed) cell.WasUsed = true;
        return cell;
    }

    private Task<Cell?> FirstLoad(Scope scope, string id, Instant now) => Once(scope.Loading, id, async () =>
    {
        var claim = await store.FindClaim(new ClaimKey(scope.Id, ClaimKind.CustomerId, id), now);
        var cell = claim?.Customer is { } key ? await Known(scope, key) : null;
        return cell?.Committed is { } committed && committed.Profile.Id == id ? cell : null;
    });

    // One load of a customer at a time, and memory is looked at inside it: a load that read the store before somebody
    // else loaded, changed and dropped the customer would put back what is long gone.
    private async Task<Cell?> LoadFromStore(Scope scope, CustomerKey key)
    {
        if (scope.Cells.TryGetValue(key, out var known) && !known.Dropped) return Usable(known);
        if (await store.Load(scope.Id, key, scope.ResolveTerms) is not { } stored || stored.Customer.Deleted) return null;
        return Enter(scope, Cell.Loaded(stored));
    }

    // Who comes while it runs waits for the same result. What it did not find may be there by now, where others write, too.
    private async Task<Cell?> Once<TKey>(ConcurrentDictionary<TKey, Task<Cell?>> running, TKey key, Func<Task<Cell?>> load)
        where TKey : notnull
    {
        var loading = new TaskCompletionSource<Cell?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var task = running.GetOrAdd(key, loading.Task);
        if (task != loading.Task) return await task is { } shared || freshness.IsAlone ? await task : await Once(running, key, load);
        try
        {
            var cell = await load();
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
            running.TryRemove(KeyValuePair.Create(key, loading.Task));
        }
    }
}
