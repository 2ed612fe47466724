using System.Collections.Concurrent;
using Dapper;
using Microsoft.Data.Sqlite;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// The store in one SQLite file. One connection writes, for one at a time: the committer's thread and, seldom, the few
/// writes of the shell. Reads have pooled connections of their own and see the last commit.
/// </summary>
public sealed partial class SqliteStore : SqlStore
{
    /// <summary>The file's name in the data directory.</summary>
    public const string FileName = "sluice.db";

    // Another process (a backup, a shell) may hold the file for a moment.
    private const int BusySeconds = 30;

    private readonly string _readers;
    private readonly GatheringLimits _gathering;
    private readonly SqliteConnection _connection;

    // Who waits for a commit that stands still holds no thread, and waits for so long.
    private readonly SemaphoreSlim _writing = new(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly ConcurrentBag<ClaimReader> _claims = [];
    private readonly JournalEnds _ends;
    private BatchWriter? _writer;

    public SqliteStore(string path)
        : this(path, new GatheringLimits())
    {
    }

    internal SqliteStore(string path, GatheringLimits gathering)
        : base(Dialect.Sqlite)
    {
        _gathering = gathering;
        var builder = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = BusySeconds, Pooling = true };
        _readers = builder.ToString();
        builder.Pooling = false;
        _connection = new SqliteConnection(builder.ToString());
        _ends = new JournalEnds(builder.ToString());
    }

    public override Task Migrate()
    {
        using (Writing())
        {
            _connection.Open();
            _connection.Execute($"""
                pragma busy_timeout = {BusySeconds * 1000};
                pragma journal_mode = wal;
                pragma synchronous = full;
                pragma foreign_keys = off;
                pragma secure_delete = on;
                pragma cache_size = -8192;
                pragma wal_autocheckpoint = {Checkpointer.Most};
                """);
            _connection.Execute($"{Migrations.Table} strict");
            foreach (var migration in Migrations.Missing("Sqlite", _connection.ExecuteScalar<int?>(Migrations.Applied) ?? 0))
            {
                using var transaction = _connection.BeginTransaction();
                _connection.Execute(migration.Sql(), transaction: transaction);
                _connection.Execute(Migrations.Note, migration, transaction);
                transaction.Commit();
            }

            _writer = new BatchWriter(_connection, _connection.ConnectionString, _gathering, _ends);
        }

        return Task.CompletedTask;
    }

    public override async Task<IReadOnlyList<string>> PendingMigrations()
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder(_readers) { Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        await connection.OpenAsync();
        return [.. Migrations.Missing("Sqlite", await connection.ExecuteScalarAsync<int?>(Migrations.Applied) ?? 0).Select(static migration => migration.Name)];
    }

    /// <summary>How the writer is set: journal mode, and 2 = every commit is synced to the disk before it returns.</summary>
    public (string Journal, long Synchronous) Durability()
    {
        using (Writing()) return (Opened.ExecuteScalar<string>("pragma journal_mode")!, Opened.ExecuteScalar<long>("pragma synchronous"));
    }

    public override IReadOnlyList<Fate> Commit(IReadOnlyList<Unit> batch)
    {
        using (Writing()) return Writer.Write(batch);
    }

    public override ValueTask<ClaimFound?> FindClaim(ClaimKey key, Instant now)
    {
        var reader = _claims.TryTake(out var kept) ? kept : new ClaimReader(_connection.ConnectionString);
        try
        {
            var found = reader.Find(key, now);
            _claims.Add(reader);
            return new(found);
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    public override ValueTask DisposeAsync()
    {
        while (_claims.TryTake(out var reader)) reader.Dispose();
        using (Writing())
        {
            _writer?.Dispose();
            _writer = null;
            _connection.Dispose();
        }

        _ends.Dispose();

        using var pool = new SqliteConnection(_readers);
        SqliteConnection.ClearPool(pool);
        return ValueTask.CompletedTask;
    }

    private BatchWriter Writer => _writer ?? throw new ObjectDisposedException(nameof(SqliteStore));

    private SqliteConnection Opened => _writer is null ? throw new ObjectDisposedException(nameof(SqliteStore)) : _connection;

    private protected override ValueTask<Session> Read() => new(new Session(Connect()));

    private protected override async ValueTask<T> OneMoment<T>(Func<Session, Task<T>> read)
    {
        await using var connection = Connect();
        using var transaction = connection.BeginTransaction(deferred: true);
        return await read(new Session(connection, transaction));
    }

    // SQLite's calls end before they return, so nothing is awaited while it writes.
    private protected override async ValueTask<T> InOne<T>(Func<Session, Task<T>> write)
    {
        if (!await _writing.WaitAsync(Patience)) throw new IOException("The commit before this write stands still.");
        using var turn = new Turn(_writing);
        using var transaction = Opened.BeginTransaction();
        var writing = write(new Session(Opened, transaction));
        if (!writing.IsCompleted) throw new InvariantViolation("a write to SQLite did not end at once");
        var written = writing.GetAwaiter().GetResult();
        transaction.Commit();
        return written;
    }

    private protected override async Task EraseJournal(Session write, long scope, long customer)
    {
        var (last, seen) = _ends.Of(new ScopeId(checked((int)scope)), new CustomerKey(customer));
        var of = new { scope, customer, last, seen };
        Writer.Forget();
        await write.Execute(
            $"""
            with recursive chain (no, prev) as (
                select j.no, j.prev from customer_version v
                cross join {JournalEnds.LastRow(JournalEnds.LastNo("@last", "@seen"))}
                where v.scope = @scope and v.key = @customer
                union all
                select j.no, j.prev from chain c join journal j on j.no = c.prev)
            delete from journal where no in (select no from chain)
            """,
            of);
        await write.Execute("delete from usage where scope = @scope and customer = @customer", of);
    }

    private Turn Writing()
    {
        _writing.Wait();
        return new Turn(_writing);
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection(_readers);
        connection.Open();
        return connection;
    }

    private readonly struct Turn(SemaphoreSlim writing) : IDisposable
    {
        public void Dispose() => writing.Release();
    }
}
