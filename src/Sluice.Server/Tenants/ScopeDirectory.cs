using System.Collections.Concurrent;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Tenants;

/// <summary>The scopes this process serves, each with its catalog in memory.</summary>
public sealed class ScopeDirectory(IStore store)
{
    public const string Sandbox = "sandbox";
    public const string Live = "live";

    private readonly ConcurrentDictionary<ScopeId, Scope> _scopes = new();

    public IEnumerable<Scope> All => _scopes.Values;

    public Scope? Find(ScopeId id) => _scopes.GetValueOrDefault(id);

    /// <summary>The tenant's own environment by name.</summary>
    public Scope Environment(string environment) => _scopes.Values.First(scope => scope.Environment == environment);

    /// <summary>Loads all scopes; makes the two environments of the tenant on the first start.</summary>
    public async Task Load(Instant now)
    {
        var rows = (await store.Scopes()).ToList();
        foreach (var environment in (string[])[Sandbox, Live])
        {
            if (rows.All(row => row.Environment != environment)) rows.Add(await store.AddScope("default", environment, environment, now));
        }

        foreach (var row in rows) _scopes[row.Id] = new Scope(row, await store.LoadCatalog(row.Id));
    }
}
