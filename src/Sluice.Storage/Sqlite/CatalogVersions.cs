using SQLitePCL;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>The fence of catalogs: their versions inside an open transaction, each looked up once.</summary>
internal sealed class CatalogVersions(sqlite3 database) : IDisposable
{
    private readonly Statement _version = new(database, "select catalog_version from scope where id = ?");
    private readonly Dictionary<ScopeId, long?> _known = [];

    public void Forget() => _known.Clear();

    public bool Is(ScopeId scope, long version)
    {
        if (!_known.TryGetValue(scope, out var stored)) _known[scope] = stored = _version.Bind(scope.Value).RunForNumber();
        return stored == version;
    }

    /// <summary>False when it is not at the version expected.</summary>
    public bool TryMove(CatalogChange change)
    {
        if (!Is(change.Scope, change.ExpectedVersion)) return false;
        _known[change.Scope] = change.ExpectedVersion + 1;
        return true;
    }

    public void Dispose() => _version.Dispose();
}
