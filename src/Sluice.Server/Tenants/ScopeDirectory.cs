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
    public Scope Add(ScopeRow row) => _scopes[row.Id] = new Scope(row, new StoredCatalog(Catalog.Empty, ImmutableDictionary<TermsId, ItemTerms>.Empty), policyOf(row.Environment));

    public void Remove(ScopeId id) => _scopes.TryRemove(id, out _);

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
