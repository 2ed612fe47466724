using Dapper;
using Microsoft.Data.Sqlite;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// The store in one SQLite file. One connection writes, under a lock: the committer's thread and, seldom, the few
/// writes of the shell. Reads have pooled connections of their own and see the last commit.
/// </summary>
public sealed partial class SqliteStore : IStore
{
    /// <summary>The file's name in the data directory.</summary>
    public const string FileName = "sluice.db";

    // Another process (a backup, a shell) may hold the file for a moment.
    private const int BusySeconds = 30;

    private readonly string _readers;
    private readonly SqliteConnection _connection;
    private readonly Lock _writing = new();
    private BatchWriter? _writer;

    // Columns are named_so, members NamedSo.
    static SqliteStore() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    public SqliteStore(string path)
    {
        var builder = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = BusySeconds, Pooling = true };
        _readers = builder.ToString();
        builder.Pooling = false;
        _connection = new SqliteConnection(builder.ToString());
    }

    // A log of 16 MB between checkpoints: pages that many commits touch are written to the database once.
    public Task Migrate()
    {
        lock (_writing)
        {
            _connection.Open();
            _connection.Execute($"""
                pragma busy_timeout = {BusySeconds * 1000};
                pragma journal_mode = wal;
                pragma synchronous = full;
                pragma foreign_keys = off;
                pragma secure_delete = on;
                pragma cache_size = -32768;
                pragma wal_autocheckpoint = 8000;
                """);
            Migrations.Apply(_connection);
            _writer = new BatchWriter(_connection);
        }

        return Task.CompletedTask;
    }

    /// <summary>How the writer is set: journal mode, and 2 = every commit is synced to the disk before it returns.</summary>
    public (string Journal, long Synchronous) Durability()
    {
        lock (_writing) return (Opened.ExecuteScalar<string>("pragma journal_mode")!, Opened.ExecuteScalar<long>("pragma synchronous"));
    }

    public IReadOnlyList<Fate> Commit(IReadOnlyList<Unit> batch)
    {
        lock (_writing) return Writer.Write(batch);
    }

    public ValueTask<ClaimFound?> FindClaim(ClaimKey key, Instant now)
    {
        using var connection = Read();
        var row = connection.QuerySingleOrDefault<ClaimRow>(
            "select customer, expires_at as ExpiresAt from claim where scope = @scope and kind = @kind and key = @key and (expires_at is null or expires_at > @now)",
            new { scope = key.Scope.Value, kind = (int)key.Kind, key = key.Key, now = now.Milliseconds });
        return ValueTask.FromResult(row is null ? null : new ClaimFound(Key(row.Customer), Moment(row.ExpiresAt)));
    }

    public ValueTask<int> DropExpiredClaims(Instant now, int limit)
    {
        lock (_writing)
        {
            using var transaction = Opened.BeginTransaction();
            var expired = Opened.Query<ExpiredClaim>(
                "select scope, kind, key from claim where expires_at <= @now order by expires_at limit @limit", new { now = now.Milliseconds, limit }, transaction);
            var dropped = Opened.Execute("delete from claim where scope = @Scope and kind = @Kind and key = @Key", expired, transaction);
            transaction.Commit();
            return ValueTask.FromResult(dropped);
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_writing)
        {
            _writer?.Dispose();
            _writer = null;
            _connection.Dispose();
        }

        using var pool = new SqliteConnection(_readers);
        SqliteConnection.ClearPool(pool);
        return ValueTask.CompletedTask;
    }

    private BatchWriter Writer => _writer ?? throw new ObjectDisposedException(nameof(SqliteStore));

    private SqliteConnection Opened => _writer is null ? throw new ObjectDisposedException(nameof(SqliteStore)) : _connection;

    private SqliteConnection Read()
    {
        var connection = new SqliteConnection(_readers);
        connection.Open();
        return connection;
    }

    private static CustomerKey? Key(long? key) => key is { } value ? new CustomerKey(value) : null;

    private static Instant? Moment(long? milliseconds) => milliseconds is { } value ? new Instant(value) : null;

    private static JsonText? Json(string? json) => json is null ? null : new JsonText(json);

    private sealed record ExpiredClaim(long Scope, long Kind, string Key);

    private sealed record ClaimRow(long? Customer, long? ExpiresAt);
}
