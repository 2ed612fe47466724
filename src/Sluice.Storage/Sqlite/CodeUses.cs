using SQLitePCL;

namespace Sluice.Storage;

/// <summary>Uses of codes, counted against their limit in the transaction of the unit that uses them.</summary>
internal sealed class CodeUses(sqlite3 database) : IDisposable
{
    // Writes no row when the code was used as often as it may be.
    private readonly Statement _use = new(database, """
        insert into code_use (scope, kind, owner, code, used) values (?, ?, ?, ?, 1)
        on conflict (scope, kind, owner, code) do update set used = used + 1 where ? is null or used < ?
        """);

    private readonly Statement _giveBack = new(database, "update code_use set used = used - 1 where scope = ? and kind = ? and owner = ? and code = ? and used > 0");

    /// <summary>False when the code was used up.</summary>
    public bool TryUse(CodeUse use)
    {
        if (use.Times > 0) return Name(_use, use.Key).Bind(use.Most).Bind(use.Most).Run() == 1;
        Name(_giveBack, use.Key).Run();
        return true;
    }

    public void Dispose()
    {
        _use.Dispose();
        _giveBack.Dispose();
    }

    private static Statement Name(Statement statement, CodeKey key) => statement.Bind(key.Scope.Value).Bind((long)key.Kind).Bind(key.Owner).Bind(key.Code);
}
