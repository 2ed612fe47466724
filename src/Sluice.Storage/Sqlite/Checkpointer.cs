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

    // About 32 MB: pages that many commits touch are written to the database once.
    private const int Enough = 1_000;

    // A commit writes some pages whatever it holds, and about one for each row.
    private const int PagesOfACommit = 8;

    private readonly SqliteConnection _connection;
    private readonly sqlite3 _database;
    private readonly sqlite3 _writer;
    private Task? _bulk;
    private int _pages;

    /// <param name="connectionString">For a connection of its own.</param>
    public Checkpointer(string connectionString, sqlite3 writer)
    {
        _writer = writer;
        _connection = new SqliteConnection(connectionString);
        _connection.Open();
        _database = _connection.Handle ?? throw new InvariantViolation("the connection is closed");
        using var command = new SqliteCommand("pragma synchronous = full", _connection);
        command.ExecuteNonQuery();
    }

    /// <summary>On the writer's thread, after each commit.</summary>
    public void Committed(long rows)
    {
        _pages += PagesOfACommit + (int)Math.Min(rows, Enough);
        if (_bulk is { IsCompleted: true })
        {
            _bulk = null;
            _pages = 0;
            Run(_writer);
        }
        else if (_bulk is null && _pages >= Enough)
        {
            _bulk = Task.Factory.StartNew(Bulk, TaskCreationOptions.LongRunning);
        }
    }

    public void Dispose()
    {
        _bulk?.Wait();
        _connection.Dispose();
    }

    // Twice: the second time only what was committed during the first, so that the writer is left with next to nothing. SQLite
    // syncs the database only when nothing is left in the log, which it is the writer's turn to find.
    private void Bulk()
    {
        for (var turn = 0; turn < 2 && Run(_database) && DatabaseFile.TrySync(_database); turn++)
        {
        }
    }

    // What is in the log is safe there. Where this fails (a full disk) it stays there, and the next time it is tried again.
    private static bool Run(sqlite3 database) => raw.sqlite3_wal_checkpoint_v2(database, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _) == raw.SQLITE_OK;
}
