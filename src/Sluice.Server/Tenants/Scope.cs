using System.Collections.Concurrent;
using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Server.Customers;
using Sluice.Storage;

namespace Sluice.Server.Tenants;

/// <summary>One environment of the tenant in memory: its catalog and its customers.</summary>
/// <param name="policy">What holds there for billing, whatever the catalog.</param>
public sealed class Scope(ScopeRow row, StoredCatalog stored, BillingPolicy policy)
{
    private readonly ReaderWriterLockSlim _side = new();
    private readonly SemaphoreSlim _one = new(1);
    private volatile StoredCatalog _stored = stored with { Catalog = stored.Catalog.Under(policy) };
    private TaskCompletionSource? _changing;
    private volatile bool _ended;

    public ScopeId Id { get; } = row.Id;

    /// <summary>"sandbox" or "live".</summary>
    public string Environment { get; } = row.Environment;

    public string Tenant { get; } = row.Tenant;

    /// <summary>"sandbox" or "live", or the public id of a further sandbox.</summary>
    public string Name { get; } = row.Name;

    /// <summary>One of the two that every tenant has.</summary>
    public bool IsMain => Name == Environment;

    /// <summary>Of a further sandbox.</summary>
    public SandboxLook? Look { get; } = row.Look;

    public Instant CreatedAt { get; } = row.CreatedAt;

    public Catalog Catalog => _stored.Catalog;

    public ImmutableDictionary<TermsId, ItemTerms> Terms => _stored.Terms;

    internal ConcurrentDictionary<CustomerKey, Cell> Cells { get; } = new();

    internal ConcurrentDictionary<string, Cell> CellsById { get; } = new();

    internal ConcurrentDictionary<string, Task<Cell?>> Loading { get; } = new();

    internal ConcurrentDictionary<CustomerKey, Task<Cell?>> LoadingByKey { get; } = new();

    public ItemTerms ResolveTerms(TermsId id) => _stored.Terms.TryGetValue(id, out var terms) ? terms : throw new InvariantViolation($"no terms {id.Value}");

    /// <summary>
    /// Takes the shared side, held only while deciding. False: the catalog is being changed; wait for
    /// <paramref name="changed"/> and come again.
    /// </summary>
    internal bool TryEnter(out Task changed)
    {
        _side.EnterReadLock();
        if (_changing is { } changing)
        {
            _side.ExitReadLock();
            changed = changing.Task;
            return false;
        }

        if (_ended)
        {
            _side.ExitReadLock();
            throw new ScopeEndedException();
        }

        changed = Task.CompletedTask;
        return true;
    }

    internal void Leave() => _side.ExitReadLock();

    /// <summary>Shuts the shared side: once this returns nobody is deciding and nobody begins until it is opened again. Who would shut it meanwhile waits.</summary>
    /// <exception cref="ScopeEndedException">It has ended, and is not shut.</exception>
    internal async ValueTask Close()
    {
        await _one.WaitAsync();
        _side.EnterWriteLock();
        var ended = _ended;
        if (!ended) _changing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _side.ExitWriteLock();
        if (!ended) return;
        _one.Release();
        throw new ScopeEndedException();
    }

    /// <summary>Opens the shared side again, with the catalog as it is now.</summary>
    internal void Open(StoredCatalog current) => Open(current, ended: false);

    /// <summary>Another node has changed the catalog. While this one is changing it, it knows better.</summary>
    internal void Follow(StoredCatalog current)
    {
        current = current with { Catalog = current.Catalog.Under(policy) };
        _side.EnterWriteLock();
        if (_changing is null && current.Catalog.Version > _stored.Catalog.Version) _stored = current;
        _side.ExitWriteLock();
    }

    internal void Reopen() => Open(_stored, ended: false);

    /// <summary>The scope is no more: whoever waits, and whoever comes, gets <see cref="ScopeEndedException"/>.</summary>
    internal void End() => Open(_stored, ended: true);

    private void Open(StoredCatalog current, bool ended)
    {
        current = current with { Catalog = current.Catalog.Under(policy) };
        _side.EnterWriteLock();
        _stored = current;
        _ended |= ended;
        var waiting = _changing;
        _changing = null;
        _side.ExitWriteLock();
        if (waiting is null) return; // Ended by another node while it was not shut, or shut and opened by that.
        waiting.SetResult();
        _one.Release();
    }
}

/// <summary>The scope was emptied or removed while a request was on its way: it is to be started over.</summary>
internal sealed class ScopeEndedException() : Exception("The scope has ended.");
