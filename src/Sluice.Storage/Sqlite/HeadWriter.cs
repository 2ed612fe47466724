using SQLitePCL;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>The fence: a head row moves on only from the version that the change was decided on.</summary>
internal sealed class HeadWriter(sqlite3 database) : IDisposable
{
    private const int MostRows = 100_000;

    private const string Move = "update customer_version set version = ?, prev_no = last_no, last_no = ? where scope = ? and key = ? and version = ?";

    // The journal row that brought a customer to a version, of those who moved lately: to have the database tell it costs as much
    // again as the move. What is here of a transaction that came to nothing is of a version that the customer's row does not have.
    private readonly Dictionary<(int Scope, long Key), (long Version, long No)> _rows = [];

    private readonly Statement _begin = new(database, "insert into customer_version (scope, key, version, last_no, prev_no) values (?, ?, ?, ?, 0) on conflict do nothing");

    private readonly Statement _move = new(database, Move);

    private readonly Statement _moveAndTell = new(database, $"{Move} returning prev_no");

    private readonly Statement _add = new(database, """
        insert into customer (external_id, name, email, search, next_due, deleted, scope, key, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);

    private readonly Statement _change = new(database, """
        update customer set external_id = ?, name = ?, email = ?, search = ?, next_due = ?, deleted = ? where scope = ? and key = ?
        """);

    /// <summary>
    /// Most changes are usage: they move the version and leave the rest of the head alone. Gives the customer's journal
    /// row before the change (0 = none), or null when the customer is not at the version expected.
    /// </summary>
    /// <param name="lastNo">The journal row that will be the customer's last.</param>
    public long? TryMove(CustomerChange change, long lastNo)
    {
        var (scope, after) = (change.Scope.Value, change.After);
        if (change.ExpectedVersion == 0)
        {
            if (_begin.Bind(scope).Bind(after.Key.Value).Bind(after.Version).Bind(lastNo).Run() == 0) return null;
            Columns(_add, after).Bind(scope).Bind(after.Key.Value).Bind(after.CreatedAt.Milliseconds).Run();
            Remember(scope, after, lastNo);
            return 0;
        }

        if (Moved(change, lastNo) is not { } before) return null;
        Remember(scope, after, lastNo);
        if (change.HeadMoved) Columns(_change, after).Bind(scope).Bind(after.Key.Value).Run();
        return before;
    }

    public void Dispose()
    {
        _begin.Dispose();
        _move.Dispose();
        _moveAndTell.Dispose();
        _add.Dispose();
        _change.Dispose();
    }

    private long? Moved(CustomerChange change, long lastNo)
    {
        var (scope, key, expected) = (change.Scope.Value, change.After.Key.Value, change.ExpectedVersion);
        if (_rows.TryGetValue((scope, key), out var known) && known.Version == expected) return Bound(_move).Run() == 1 ? known.No : null;
        return Bound(_moveAndTell).RunForNumber();

        Statement Bound(Statement move) => move.Bind(change.After.Version).Bind(lastNo).Bind(scope).Bind(key).Bind(expected);
    }

    private void Remember(int scope, Customer after, long lastNo)
    {
        if (_rows.Count >= MostRows) _rows.Clear();
        _rows[(scope, after.Key.Value)] = (after.Version, lastNo);
    }

    private static Statement Columns(Statement statement, Customer after) => statement
        .Bind(after.Profile.Id)
        .Bind(after.Profile.Name)
        .Bind(after.Profile.Email)
        .Bind(SearchText.Of(after.Profile))
        .Bind(after.SweptAt?.Milliseconds)
        .Bind(after.Deleted ? 1 : 0);
}
