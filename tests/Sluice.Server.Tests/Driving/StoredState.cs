using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;
using Sluice.Storage;

namespace Sluice.Server.Tests.Driving;

/// <summary>
/// What a running server has stored, seen by a connection of the test's own: to tell whether a request changed anything.
/// Caches, and how far work in the background has come, are left out: they move without a request.
/// </summary>
internal sealed class StoredState : IAsyncDisposable
{
    private static readonly string[] Moving = ["snapshot", "usage", "webhook_delivery", "webhook_lane", "webhook_attempt", "payment_task", "plan_migration_item", "schema_migration"];

    // Rows of these are changed in place, and there are few.
    private static readonly string[] Whole = ["scope", "api_key", "webhook_endpoint", "reward", "referral_program", "code_use", "token_family"];

    private readonly DbConnection _connection;
    private readonly IReadOnlyList<(string Table, IReadOnlyList<string> Columns)> _tables;
    private long _seen = -1;
    private string _counts = "";

    private StoredState(DbConnection connection, IReadOnlyList<(string, IReadOnlyList<string>)> tables) => (_connection, _tables) = (connection, tables);

    public static async Task<StoredState> Open(TempDirectory directory)
    {
        DbConnection connection = TestDatabase.IsPostgres ? Postgres(new Uri(TestDatabase.Of(directory))) : new SqliteConnection($"Data Source={directory[SqliteStore.FileName]};Pooling=False");
        await connection.OpenAsync();
        var columns = await Rows(connection, TestDatabase.IsPostgres
            ? "select table_name, column_name from information_schema.columns where table_schema = current_schema() and not starts_with(table_name, 'journal_')"
            : "select m.name, p.name from sqlite_master m join pragma_table_info(m.name) p where m.type = 'table' and m.name not like 'sqlite%'");
        return new StoredState(connection, [.. columns.GroupBy(row => row[0], row => row[1]).Where(table => !Moving.Contains(table.Key)).OrderBy(table => table.Key, StringComparer.Ordinal).Select(table => (table.Key, (IReadOnlyList<string>)[.. table]))]);
    }

    /// <summary>Every row of a scope, or of one customer of it, as a hash for each table.</summary>
    public async Task<IReadOnlyDictionary<string, string>> Of(int scope, long? customer = null)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (table, columns) in _tables)
        {
            var scoped = table == "scope" ? "id" : "scope";
            var owner = table is "customer" or "customer_version" ? "key" : "customer";
            if ((table != "scope" && !columns.Contains("scope")) || (customer is not null && !columns.Contains(owner))) continue;
            var where = customer is null ? $"{scoped} = {scope}" : $"{scoped} = {scope} and {owner} = {customer}";
            hashes[table] = Hash((await Rows(_connection, $"select * from {table} where {where}")).Select(row => string.Join('|', row)).Order(StringComparer.Ordinal));
        }

        return hashes;
    }

    /// <summary>How much there is of everything, and how far versions and numbers have come: whatever changes the state moves it.</summary>
    public async Task<string> Measure()
    {
        if (!TestDatabase.IsPostgres)
        {
            // Moves when anybody else has committed anything.
            var seen = long.Parse((await Rows(_connection, "pragma data_version"))[0][0], CultureInfo.InvariantCulture);
            if (seen == _seen) return _counts;
            _seen = seen;
        }

        var counts = await Rows(_connection, string.Join(" union all ", _tables.Select(table => $"select '{table.Table}', count(*), {Furthest(table.Table, table.Columns)} from {table.Table}")));
        var text = new StringBuilder(string.Join(", ", counts.Select(row => string.Join(' ', row))));
        foreach (var table in Whole) text.Append(CultureInfo.InvariantCulture, $", {table} {Hash((await Rows(_connection, $"select * from {table}")).Select(row => string.Join('|', row)).Order(StringComparer.Ordinal))}");
        return _counts = text.ToString();
    }

    /// <summary>What was recorded last; on PostgreSQL, which numbers no rows, one of those with the latest moment.</summary>
    public async Task<string> Newest() => string.Join(' ', (await Rows(_connection, $"select scope, customer, version, body from journal order by {(TestDatabase.IsPostgres ? "at" : "no")} desc, version desc limit 1"))[0]);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>Changes the database of a directory as nobody should, and gives how many rows that changed.</summary>
    public static async Task<int> Change(TempDirectory directory, string sql)
    {
        await using var state = await Open(directory);
        await using var command = state._connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteNonQueryAsync();
    }

    private static NpgsqlConnection Postgres(Uri url) =>
        new(new NpgsqlConnectionStringBuilder { Host = url.Host, Port = url.Port, Username = url.UserInfo.Split(':')[0], Password = url.UserInfo.Split(':').ElementAtOrDefault(1), Database = url.AbsolutePath[1..], Pooling = false }.ConnectionString);

    private static string Furthest(string table, IReadOnlyList<string> columns) => table switch
    {
        "customer_version" => "coalesce(sum(version), 0)",
        "scope" => "coalesce(sum(catalog_version), 0)",
        _ when columns.Contains("no") => "coalesce(max(no), 0)",
        _ => "0",
    };

    private static string Hash(IEnumerable<string> rows) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', rows))))[..16];

    private static async Task<IReadOnlyList<string[]>> Rows(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string[]>();
        while (await reader.ReadAsync())
        {
            var row = new string[reader.FieldCount];
            for (var i = 0; i < row.Length; i++) row[i] = reader.GetValue(i) is byte[] bytes ? Convert.ToHexString(bytes) : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture) ?? "";
            rows.Add(row);
        }

        return rows;
    }
}
