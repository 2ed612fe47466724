using Microsoft.Data.Sqlite;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Loading customers: last snapshot or checkpoint, whichever is newer, and the journal after it, in one read transaction.</summary>
public sealed partial class SqliteStore
{
    private const int LoadedAtOnce = 256;

    // Of those wanted, each with the row that is known to be its own, where their journals end.
    private static readonly string Ends = $"""
        ends (scope, key, version, last_no) as (
            select v.scope, v.key, v.version, {JournalEnds.LastNo("wanted.value ->> 1", "@seen")}
            from json_each(@wanted) wanted
            cross join customer_version v on v.scope = @scope and v.key = wanted.value ->> 0)
        """;

    private static readonly string Heads = $"""
        with {Ends}
        select v.key, coalesce(j.version, v.version), coalesce(p.version, s.version), coalesce(p.schema, s.schema), coalesce(p.hash, s.hash), coalesce(p.body, s.body), p.at, p.seal
        from ends v
        left join {JournalEnds.LastRow("v.last_no")}
        left join snapshot s on s.scope = v.scope and s.customer = v.key
        left join checkpoint p on p.scope = v.scope and p.customer = v.key and p.version > coalesce(s.version, 0)
        """;

    // Back from the customer's last row to where it starts.
    private static readonly string Tails = $"""
        with recursive {Ends},
        tail (no, prev, floor) as (
            select j.no, j.prev, max(coalesce(s.version, 0), coalesce(p.version, 0))
            from ends v
            left join snapshot s on s.scope = v.scope and s.customer = v.key
            left join checkpoint p on p.scope = v.scope and p.customer = v.key
            cross join {JournalEnds.LastRow("v.last_no")} and j.version > max(coalesce(s.version, 0), coalesce(p.version, 0))
            union all
            select j.no, j.prev, t.floor from tail t cross join journal j on j.no = t.prev and j.version > t.floor)
        select j.customer, j.version, j.schema, j.body, j.hash, j.properties
        from tail t cross join journal j on j.no = t.no
        order by j.customer, j.version
        """;

    public override ValueTask<IReadOnlyList<StoredCustomer>> LoadMany(ScopeId scope, IReadOnlyList<CustomerKey> keys, Terms terms)
    {
        var loaded = new Dictionary<CustomerKey, StoredCustomer>(keys.Count);
        using var connection = Connect();
        foreach (var some in keys.Distinct().Chunk(LoadedAtOnce))
        {
            var wanted = Wanted(scope, some);
            using var transaction = connection.BeginTransaction(deferred: true);
            var replays = ReadHeads(connection, transaction, wanted, terms);
            ReadTails(connection, transaction, wanted, replays);
            foreach (var (key, replay) in replays) loaded.Add(key, replay.Finish());
        }

        IReadOnlyList<StoredCustomer> inOrder = [.. keys.Where(loaded.ContainsKey).Select(key => loaded[key])];
        return ValueTask.FromResult(inOrder);
    }

    private (ScopeId Scope, string Keys, long Seen) Wanted(ScopeId scope, IReadOnlyList<CustomerKey> keys)
    {
        var (last, seen) = _ends.Of(scope, keys);
        return (scope, $"[{string.Join(',', keys.Zip(last, static (key, no) => $"[{key.Value},{no}]"))}]", seen);
    }

    private static Dictionary<CustomerKey, Replay> ReadHeads(SqliteConnection connection, SqliteTransaction transaction, (ScopeId Scope, string Keys, long Seen) wanted, Terms terms)
    {
        var replays = new Dictionary<CustomerKey, Replay>();
        ForEach(connection, transaction, Heads, wanted, row =>
        {
            var key = new CustomerKey(row.GetInt64(0));
            var replay = new Replay(key, headVersion: row.GetInt64(1), terms);
            if (!row.IsDBNull(7)) replay.Start(new Checkpoint(row.GetInt64(2), new Instant(row.GetInt64(6)), row.GetInt32(3), row.GetFieldValue<byte[]>(4), row.GetFieldValue<byte[]>(5), row.GetFieldValue<byte[]>(7)));
            else if (!row.IsDBNull(2)) replay.Start(row.GetInt64(2), row.GetInt32(3), row.GetFieldValue<byte[]>(4), row.GetFieldValue<byte[]>(5));
            replays.Add(key, replay);
        });
        return replays;
    }

    private static void ReadTails(SqliteConnection connection, SqliteTransaction transaction, (ScopeId Scope, string Keys, long Seen) wanted, Dictionary<CustomerKey, Replay> replays) =>
        ForEach(connection, transaction, Tails, wanted, row =>
            replays[new CustomerKey(row.GetInt64(0))].Add(
                row.GetInt64(1), row.GetInt32(2), row.GetFieldValue<byte[]>(3), row.GetFieldValue<byte[]>(4), row.IsDBNull(5) ? null : new JsonText(row.GetString(5))));

    private static void ForEach(SqliteConnection connection, SqliteTransaction transaction, string sql, (ScopeId Scope, string Keys, long Seen) wanted, Action<SqliteDataReader> read)
    {
        using var command = new SqliteCommand(sql, connection, transaction);
        command.Parameters.AddWithValue("@scope", wanted.Scope.Value);
        command.Parameters.AddWithValue("@wanted", wanted.Keys);
        command.Parameters.AddWithValue("@seen", wanted.Seen);
        using var reader = command.ExecuteReader();
        while (reader.Read()) read(reader);
    }
}
