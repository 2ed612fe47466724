using SQLitePCL;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// The fence: a customer moves on only from the version that the change was decided on. Its version is where its journal ends, so
/// nothing is written here for most changes: <see cref="Gatherer"/> brings customer_version along.
/// </summary>
internal sealed class HeadWriter(sqlite3 database, Gatherer gatherer) : IDisposable
{
    private readonly Statement _begin = new(database, "insert into customer_version (scope, key, version, last_no) values (?, ?, ?, ?) on conflict do nothing");

    private readonly Statement _read = new(database, "select version, last_no from customer_version where scope = ? and key = ?");

    private readonly Statement _erase = new(database, "update customer_version set version = ?, last_no = 0 where scope = ? and key = ?");

    private readonly Statement _add = new(database, """
        insert into customer (external_id, name, email, search, next_due, deleted, scope, key, created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);

    private readonly Statement _change = new(database, """
        update customer set external_id = ?, name = ?, email = ?, search = ?, next_due = ?, deleted = ? where scope = ? and key = ?
        """);

    private readonly long?[] _row = new long?[2];

    /// <summary>Whether the head of who is new says it all: none of the rows has to be gathered.</summary>
    public static bool IsComplete(CustomerChange change) => change.ExpectedVersion == 0 && change.Entries.All(static entry => entry.Usage is not { Listed: true });

    /// <summary>
    /// Gives the customer's journal row before the change (0 = none), or null when the customer is not at the version expected.
    /// </summary>
    /// <param name="lastNo">The journal row that will be the customer's last.</param>
    public long? TryMove(CustomerChange change, long lastNo)
    {
        var (scope, after) = (change.Scope.Value, change.After);
        if (Before(change, lastNo) is not { } before) return null;
        if (change.ExpectedVersion == 0) Columns(_add, after).Bind(scope).Bind(after.Key.Value).Bind(after.CreatedAt.Milliseconds).Run();
        else if (change.HeadMoved) Columns(_change, after).Bind(scope).Bind(after.Key.Value).Run();
        if (change.Erase)
        {
            _erase.Bind(after.Version).Bind(scope).Bind(after.Key.Value).Run();
            gatherer.Erased((scope, after.Key.Value), after.Version);
        }
        else
        {
            gatherer.Moved((scope, after.Key.Value), new JournalEnd(after.Version, lastNo));
        }

        return before;
    }

    public void Dispose()
    {
        _begin.Dispose();
        _read.Dispose();
        _erase.Dispose();
        _add.Dispose();
        _change.Dispose();
    }

    private long? Before(CustomerChange change, long lastNo)
    {
        var (scope, key) = (change.Scope.Value, change.After.Key.Value);
        if (change.ExpectedVersion == 0)
        {
            var begun = IsComplete(change) ? new JournalEnd(change.After.Version, lastNo) : default;
            return _begin.Bind(scope).Bind(key).Bind(begun.Version).Bind(begun.No).Run() == 1 ? 0 : null;
        }

        var end = gatherer.EndOf((scope, key)) ?? Stored(scope, key);
        return end?.Version == change.ExpectedVersion ? end.Value.No : null;
    }

    private JournalEnd? Stored(int scope, long key) => _read.Bind(scope).Bind(key).RunFor(_row) ? new JournalEnd(_row[0]!.Value, _row[1]!.Value) : null;

    private static Statement Columns(Statement statement, Customer after) => statement
        .Bind(after.Profile.Id)
        .Bind(after.Profile.Name)
        .Bind(after.Profile.Email)
        .Bind(SearchText.Of(after.Profile))
        .Bind(after.SweptAt?.Milliseconds)
        .Bind(after.Deleted ? 1 : 0);
}

/// <param name="Version">The customer's version after the row.</param>
/// <param name="No">The row; 0 = no row is left.</param>
internal readonly record struct JournalEnd(long Version, long No);
