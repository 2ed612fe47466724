using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;

// BareSqlite <database> <rows> <rows in a transaction>
// The last rows of a journal, read into memory and written again to a fresh database beside it: the same table with the same
// index, one prepared statement, each transaction synced. Prints how many rows a second.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [var database, var count, var inOne])
{
    Console.Error.WriteLine("usage: BareSqlite <database> <rows> <rows in a transaction>");
    return 2;
}

using var from = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
from.Open();
var (rows, schema) = (new List<object[]>(), new List<string>());
using (var command = from.CreateCommand())
{
    command.CommandText = "select sql from sqlite_schema where tbl_name = 'journal' and sql is not null order by type desc";
    using var said = command.ExecuteReader();
    while (said.Read()) schema.Add(said.GetString(0));
}

using (var command = from.CreateCommand())
{
    command.CommandText = $"select * from journal order by no desc limit {int.Parse(count)}";
    using var read = command.ExecuteReader();
    while (read.Read())
    {
        var row = new object[read.FieldCount];
        read.GetValues(row);
        rows.Add(row);
    }
}

rows.Reverse();
var fresh = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(database))!, "bare.db");
Remove();
using var to = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = fresh, Pooling = false }.ToString());
to.Open();
Run("pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -32768; pragma wal_autocheckpoint = 8000;" + string.Join(";\n", schema));
using var insert = to.CreateCommand();
insert.CommandText = $"insert into journal values ({string.Join(", ", rows[0].Select(static (_, at) => $"${at}"))})";
var values = rows[0].Select((_, at) => insert.Parameters.Add($"${at}", SqliteType.Text)).ToArray();
foreach (var (value, at) in values.Select(static (value, at) => (value, at))) value.SqliteType = rows[0][at] switch { long => SqliteType.Integer, byte[] => SqliteType.Blob, _ => SqliteType.Text };
insert.Prepare();
var started = Stopwatch.GetTimestamp();
foreach (var together in rows.Chunk(int.Parse(inOne)))
{
    using var transaction = to.BeginTransaction();
    insert.Transaction = transaction;
    foreach (var row in together)
    {
        for (var at = 0; at < row.Length; at++) values[at].Value = row[at];
        insert.ExecuteNonQuery();
    }

    transaction.Commit();
}

Console.WriteLine($"{rows.Count / Stopwatch.GetElapsedTime(started).TotalSeconds:0}");
to.Close();
Remove();
return 0;

void Run(string sql)
{
    using var command = to.CreateCommand();
    command.CommandText = sql;
    command.ExecuteNonQuery();
}

void Remove()
{
    foreach (var ending in (string[])["", "-wal", "-shm"]) File.Delete(fresh + ending);
}
