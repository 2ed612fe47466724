using Microsoft.Data.Sqlite;
using SQLitePCL;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// Brings what the log holds into the database beside the commits, which would stand still for it otherwise: the bulk on a
/// thread and a connection of its own, and the little that was committed meanwhile by the writer, so that the log begins anew.
/// </summary>
internal sealed class Checkpointer : IDisposable
{
    /// <summary>Pages of the log after which SQLite does it within a commit after all: only where this cannot keep up.</summary>
    public const int Most = 64_000;

    // About 1 MB, as pages are reckoned high: a commit that has to wait for a large part to reach the disk takes 3 ms, and each part
    // has its price.
    private const int Enough = 1_200;

    // What the writer may be left with.
    private const int Few = 400;

    // A commit writes some pages whatever it holds, and one for each row at most: a fifth of that where many track.
    private const int PagesOfACommit = 8;

    private readonly SqliteConnection _connection;
    private readonly sqlite3 _database;
    private readonly sqlite3 _writer;
    private readonly Thread _thread;
    private readonly SemaphoreSlim _turns = new(0);
    private volatile Bulk _bulk;
    private volatile int _pages;
    private volatile bool _ended;

    /// <param name="connectionString">For a connection of its own.</param>
    public Checkpointer(string connectionString, sqlite3 writer)
    {
        _writer = writer;
        _connection = new SqliteConnection(connectionString);
        _connection.Open();
        _database = _connection.Handle ?? throw new InvariantViolation("the connection is closed");
        using var command = new SqliteCommand("pragma synchronous = full", _connection);
        command.ExecuteNonQuery();
        _thread = new Thread(Loop) { IsBackground = true, Name = "sluice checkpoints" };
        _thread.Start();
    }

    private enum Bulk
    {
        None,
        UnderWay,
        Done,
    }

    /// <summary>On the writer's thread, after each commit.</summary>
    public void Committed(long rows)
    {
        _pages += PagesOfACommit + (int)Math.Min(rows, Enough);
        if (_bulk == Bulk.Done)
        {
            (_bulk, _pages) = (Bulk.None, 0);
            Run(_writer);
        }
        else if (_bulk == Bulk.None && _pages >= Enough)
        {
            _bulk = Bulk.UnderWay;
            _turns.Release();
        }
    }

    public void Dispose()
    {
        _ended = true;
        _turns.Release();
        _thread.Join();
        _turns.Dispose();
        _connection.Dispose();
    }

    private void Loop()
    {
        for (_turns.Wait(); !_ended; _turns.Wait())
        {
            var pages = _pages;
            if (Copy() && _pages - pages > Few) Copy();
            _bulk = Bulk.Done;
        }
    }

    // SQLite syncs the database only when nothing is left in the log, which it is the writer's turn to find.
    private bool Copy() => Run(_database) && DatabaseFile.TrySync(_database);

    // What is in the log is safe there. Where this fails (a full disk) it stays there, and the next time it is tried again.
    private static bool Run(sqlite3 database) => raw.sqlite3_wal_checkpoint_v2(database, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _) == raw.SQLITE_OK;
}
