using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Sluice.Storage;

/// <summary>A prepared statement of the hot path, kept and used again. Parameters are numbered from 1 in the order of Bind.</summary>
internal sealed class Statement : IStatement
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private nint _handle;
    private readonly long?[] _number = new long?[1];
    private int _bound;

    public Statement(sqlite3 database, string sql)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
        _handle = _statement.DangerousGetHandle();
    }

    public Statement Bind(long value)
    {
        Check(NativeStatement.Bind(_handle, ++_bound, value));
        return this;
    }

    public Statement Bind(long? value) => value is { } number ? Bind(number) : BindNull();

    public Statement Bind(string? value)
    {
        if (value is null) return BindNull();
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        var utf8 = most <= 512 ? stackalloc byte[most] : new byte[most];
        return BindText(utf8[..Encoding.UTF8.GetBytes(value, utf8)]);
    }

    /// <summary>Text that is UTF-8 already. Its length is told, so a zero byte in it does not end it.</summary>
    public Statement BindText(ReadOnlySpan<byte> utf8)
    {
        // An empty span has no address, which SQLite would take for null.
        Check(NativeStatement.BindText(_handle, ++_bound, utf8.IsEmpty ? "\0"u8 : utf8, utf8.Length, NativeStatement.Copied));
        return this;
    }

    public Statement BindBlob(ReadOnlySpan<byte> bytes)
    {
        Check(NativeStatement.BindBlob(_handle, ++_bound, bytes, bytes.Length, NativeStatement.Copied));
        return this;
    }

    /// <summary>Runs it and makes it ready for the next time; returns how many rows changed.</summary>
    public int Run()
    {
        _bound = 0;
        var code = NativeStatement.Step(_handle);
        NativeStatement.Reset(_handle);
        if (code != raw.SQLITE_DONE) SqliteException.ThrowExceptionForRC(code, _database);
        return raw.sqlite3_changes(_database);
    }

    /// <summary>Runs it and gives the first column of its row; null when there is none.</summary>
    public long? RunForNumber() => RunFor(_number) ? _number[0] : null;

    /// <summary>Runs it and reads the columns of its row; false when there is none.</summary>
    public bool RunFor(long?[] columns)
    {
        _bound = 0;
        var code = NativeStatement.Step(_handle);
        var found = code == raw.SQLITE_ROW;
        if (found)
        {
            for (var at = 0; at < columns.Length; at++)
                columns[at] = raw.sqlite3_column_type(_statement, at) == raw.SQLITE_NULL ? null : raw.sqlite3_column_int64(_statement, at);
            code = NativeStatement.Step(_handle);
        }

        NativeStatement.Reset(_handle);
        if (code != raw.SQLITE_DONE) SqliteException.ThrowExceptionForRC(code, _database);
        return found;
    }

    /// <summary>Whoever uses it after this is told of misuse.</summary>
    public void Dispose()
    {
        _handle = 0;
        _statement.Dispose();
    }

    IStatement IStatement.Bind(long value) => Bind(value);

    IStatement IStatement.Bind(long? value) => Bind(value);

    IStatement IStatement.Bind(string? value) => Bind(value);

    IStatement IStatement.BindText(ReadOnlySpan<byte> utf8) => BindText(utf8);

    void IStatement.Run() => Run();

    private Statement BindNull()
    {
        Check(NativeStatement.BindNull(_handle, ++_bound));
        return this;
    }

    private void Check(int code)
    {
        if (code == raw.SQLITE_OK) return;
        _bound = 0;
        SqliteException.ThrowExceptionForRC(code, _database);
    }
}

/// <summary>
/// What is called for each column of each row, without what the library's own way costs each time: it guards the statement.
/// Who binds keeps the statement.
/// </summary>
internal static partial class NativeStatement
{
    /// <summary>SQLITE_TRANSIENT: SQLite makes a copy before it returns.</summary>
    public const nint Copied = -1;

    [LibraryImport(DatabaseFile.Library, EntryPoint = "sqlite3_bind_int64"), SuppressGCTransition]
    public static partial int Bind(nint statement, int at, long value);

    [LibraryImport(DatabaseFile.Library, EntryPoint = "sqlite3_bind_null"), SuppressGCTransition]
    public static partial int BindNull(nint statement, int at);

    [LibraryImport(DatabaseFile.Library, EntryPoint = "sqlite3_bind_text")]
    public static partial int BindText(nint statement, int at, ReadOnlySpan<byte> utf8, int length, nint lifetime);

    [LibraryImport(DatabaseFile.Library, EntryPoint = "sqlite3_bind_blob")]
    public static partial int BindBlob(nint statement, int at, ReadOnlySpan<byte> bytes, int length, nint lifetime);

    [LibraryImport(DatabaseFile.Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    [LibraryImport(DatabaseFile.Library, EntryPoint = "sqlite3_reset")]
    public static partial int Reset(nint statement);
}

/// <summary>Runs each statement at once.</summary>
internal sealed class Statements(sqlite3 database) : IStatements
{
    public IStatement Prepare(string sql) => new Statement(database, sql);
}
