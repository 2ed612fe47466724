using System.Collections.Concurrent;
using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Tenants;

/// <summary>The scopes this process serves, each with its catalog in memory.</summary>
/// <param name="policyOf">What holds for billing in an environment.</param>
public sealed class ScopeDirectory(IStore store, Func<string, BillingPolicy> policyOf)
{
    public const string Sandbox = "sandbox";
    public const string Live = "live";

    private readonly ConcurrentDictionary<ScopeId, Scope> _scopes = new();

    public IEnumerable<Scope> All => _scopes.Values;

    public Scope? Find(ScopeId id) => _scopes.GetValueOrDefault(id);

    /// <summary>The tenant's main environment by name.</summary>
    public Scope Environment(string environment) => _scopes.Values.First(scope => scope.IsMain && scope.Environment == environment);

    /// <summary>A scope that is empty yet.</summary>
    public Scope Add(ScopeRow row) => Add(row, new StoredCatalog(Catalog.Empty, ImmutableDictionary<TermsId, ItemTerms>.Empty));

    public void Remove(ScopeId id) => _scopes.TryRemove(id, out _);

    /// <summary>Does after what other nodes have done to scopes and their catalogs. One at a time.</summary>
    /// <param name="stored">Every scope that has not ended, with the version of its catalog.</param>
    public async Task Follow(IReadOnlyDictionary<ScopeId, long> stored)
    {
        if (stored.Keys.Any(id => !_scopes.ContainsKey(id)))
        {
            foreach (var row in await store.Scopes())
            {
                if (!_scopes.ContainsKey(row.Id)) Add(row, await store.LoadCatalog(row.Id));
            }
        }

        foreach (var scope in _scopes.Values)
        {
            if (!stored.TryGetValue(scope.Id, out var version))
            {
                if ((await store.Scopes()).All(row => row.Id != scope.Id)) End(scope);
            }
            else if (version > scope.Catalog.Version)
            {
                scope.Follow(await store.LoadCatalog(scope.Id));
            }
        }
    }

    private void End(Scope scope)
    {
        scope.End();
        Remove(scope.Id);
    }

    // Of two who have seen the same new scope one makes it.
    private Scope Add(ScopeRow row, StoredCatalog catalog) => _scopes.GetOrAdd(row.Id, _ => new Scope(row, catalog, policyOf(row.Environment)));

    /// <summary>Loads all scopes; makes the two environments of the tenant on the first start.</summary>
    public async Task Load(Instant now)
    {
        var rows = (await store.Scopes()).ToList();
        foreach (var environment in (string[])[Sandbox, Live])
        {
            if (rows.All(row => row.Name != environment)) rows.Add(await store.AddScope("default", environment, environment, now));
        }

        foreach (var row in rows) _scopes[row.Id] = new Scope(row, await store.LoadCatalog(row.Id), policyOf(row.Environment));
    }
}
