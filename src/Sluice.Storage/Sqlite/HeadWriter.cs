using SQLitePCL;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>The fence: a head row moves on only from the version that the change was decided on.</summary>
internal sealed class HeadWriter(sqlite3 database) : IDisposable
{
    private readonly Statement _add = new(database, """
        insert into customer (version, external_id, name, email, search, next_due, deleted, scope, key, created_at)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
        """);

    private readonly Statement _change = new(database, """
        update customer set version = ?, external_id = ?, name = ?, email = ?, search = ?, next_due = ?, deleted = ?
        where scope = ? and key = ? and version = ?
        """);

    // Most changes are usage: they leave the due moment where it was, so no index is touched.
    private readonly Statement _move = new(database, "update customer set version = ? where scope = ? and key = ? and version = ?");

    public bool TryMove(CustomerChange change)
    {
        var after = change.After;
        var statement = change.ExpectedVersion == 0 ? Columns(_add, after) : change.HeadMoved ? Columns(_change, after) : _move.Bind(after.Version);
        statement.Bind(change.Scope.Value).Bind(after.Key.Value).Bind(change.ExpectedVersion == 0 ? after.CreatedAt.Milliseconds : change.ExpectedVersion);
        return statement.Run() == 1;
    }

    public void Dispose()
    {
        _add.Dispose();
        _change.Dispose();
        _move.Dispose();
    }

    private static Statement Columns(Statement statement, Customer after) => statement
        .Bind(after.Version)
        .Bind(after.Profile.Id)
        .Bind(after.Profile.Name)
        .Bind(after.Profile.Email)
        .Bind(SearchText.Of(after.Profile))
        .Bind(after.NextDue?.Milliseconds)
        .Bind(after.Deleted ? 1 : 0);
}
