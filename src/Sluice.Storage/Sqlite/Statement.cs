using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Sluice.Storage;

/// <summary>A prepared statement of the hot path, kept and used again. Parameters are numbered from 1 in the order of Bind.</summary>
internal sealed class Statement : IStatement
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly long?[] _number = new long?[1];
    private int _bound;

    public Statement(sqlite3 database, string sql)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    public Statement Bind(long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, ++_bound, value));
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
        Check(utf8.IsEmpty ? raw.sqlite3_bind_text(_statement, ++_bound, "") : raw.sqlite3_bind_text(_statement, ++_bound, utf8));
        return this;
    }

    public Statement BindBlob(ReadOnlySpan<byte> bytes)
    {
        Check(raw.sqlite3_bind_blob(_statement, ++_bound, bytes));
        return this;
    }

    /// <summary>Runs it and makes it ready for the next time; returns how many rows changed.</summary>
    public int Run()
    {
        _bound = 0;
        var code = raw.sqlite3_step(_statement);
        raw.sqlite3_reset(_statement);
        if (code != raw.SQLITE_DONE) SqliteException.ThrowExceptionForRC(code, _database);
        return raw.sqlite3_changes(_database);
    }

    /// <summary>Runs it and gives the first column of its row; null when there is none.</summary>
    public long? RunForNumber() => RunFor(_number) ? _number[0] : null;

    /// <summary>Runs it and reads the columns of its row; false when there is none.</summary>
    public bool RunFor(long?[] columns)
    {
        _bound = 0;
        var code = raw.sqlite3_step(_statement);
        var found = code == raw.SQLITE_ROW;
        if (found)
        {
            for (var at = 0; at < columns.Length; at++)
                columns[at] = raw.sqlite3_column_type(_statement, at) == raw.SQLITE_NULL ? null : raw.sqlite3_column_int64(_statement, at);
            code = raw.sqlite3_step(_statement);
        }

        raw.sqlite3_reset(_statement);
        if (code != raw.SQLITE_DONE) SqliteException.ThrowExceptionForRC(code, _database);
        return found;
    }

    public void Dispose() => _statement.Dispose();

    IStatement IStatement.Bind(long value) => Bind(value);

    IStatement IStatement.Bind(long? value) => Bind(value);

    IStatement IStatement.Bind(string? value) => Bind(value);

    IStatement IStatement.BindText(ReadOnlySpan<byte> utf8) => BindText(utf8);

    void IStatement.Run() => Run();

    private Statement BindNull()
    {
        Check(raw.sqlite3_bind_null(_statement, ++_bound));
        return this;
    }

    private void Check(int code)
    {
        if (code == raw.SQLITE_OK) return;
        _bound = 0;
        SqliteException.ThrowExceptionForRC(code, _database);
    }
}

/// <summary>Runs each statement at once.</summary>
internal sealed class Statements(sqlite3 database) : IStatements
{
    public IStatement Prepare(string sql) => new Statement(database, sql);
}
