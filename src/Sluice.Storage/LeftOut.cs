using Sluice.Core;

namespace Sluice.Storage;

/// <summary>What units that are not written leave behind in one pass over a batch: later units that touch it cannot be written as they are.</summary>
internal sealed class LeftOut
{
    private readonly HashSet<(ScopeId, CustomerKey)> _customers = [];
    private readonly HashSet<ScopeId> _catalogs = [];
    private readonly HashSet<ClaimKey> _claims = [];
    private readonly HashSet<CodeKey> _codes = [];

    public bool IsEmpty { get; private set; } = true;

    public void Add(Unit unit)
    {
        IsEmpty = false;
        foreach (var change in unit.Changes) _customers.Add((change.Scope, change.After.Key));
        if (unit.Catalog is { } catalog) _catalogs.Add(catalog.Scope);
        foreach (var claim in unit.Takes) _claims.Add(claim.Key);
        foreach (var key in unit.Frees) _claims.Add(key);
        foreach (var use in unit.Uses) _codes.Add(use.Key);
    }

    /// <summary>The unit was decided on a state or a catalog that did not come to be, or holds such a state.</summary>
    public bool IsUnder(Unit unit)
    {
        if (IsEmpty) return false;
        foreach (var change in unit.Changes)
        {
            if (_customers.Contains((change.Scope, change.After.Key))) return true;
        }

        foreach (var snapshot in unit.Snapshots)
        {
            if (_customers.Contains((snapshot.Scope, snapshot.Key))) return true;
        }

        return unit.Catalog is { } catalog && _catalogs.Contains(catalog.Scope);
    }

    /// <summary>It asks for a claim or a use of a code that a loser touched.</summary>
    public bool SharesClaim(Unit unit)
    {
        foreach (var use in unit.Uses)
        {
            if (_codes.Contains(use.Key)) return true;
        }

        if (_claims.Count == 0) return false;
        foreach (var claim in unit.Takes)
        {
            if (_claims.Contains(claim.Key)) return true;
        }

        foreach (var key in unit.Frees)
        {
            if (_claims.Contains(key)) return true;
        }

        return false;
    }
}
