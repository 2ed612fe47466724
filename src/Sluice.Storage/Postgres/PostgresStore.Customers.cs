using Npgsql;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Loading customers: last snapshot or checkpoint and the journal after it, in one statement and so of one moment.</summary>
public sealed partial class PostgresStore
{
    private const int LoadedAtOnce = 256;

    // The newer of snapshot and checkpoint.
    private const string Start = """
        select s.version, s.at, s.schema, s.hash, s.body, null as seal from snapshot s where s.scope = $1 and s.customer = wanted.key
        union all select p.version, p.at, p.schema, p.hash, p.body, p.seal from checkpoint p where p.scope = $1 and p.customer = wanted.key
        order by version desc limit 1
        """;

    // Heads first, then the entries of each in order. "offset 0" keeps the planner to it: customer by customer, each by its key, and
    // only in months in which it can have entries.
    private const string HeadsAndTails = $"""
        select 0, wanted.key, v.version, b.version, b.schema, b.hash, b.body, null, b.at, b.seal
        from unnest($2) wanted (key)
        cross join lateral (select * from customer_version v where v.scope = $1 and v.key = wanted.key offset 0) v
        left join lateral ({Start}) b on true
        union all
        select 1, wanted.key, 0, j.version, j.schema, j.hash, j.body, j.properties, 0, null
        from unnest($2) wanted (key)
        left join lateral (select b.version, b.at from ({Start}) b offset 0) b on true
        cross join lateral (select coalesce(b.version, 0) as version, coalesce(b.at, (select c.created_at from customer c where c.scope = $1 and c.key = wanted.key), 0) as at offset 0) f
        cross join lateral (select * from journal j where j.scope = $1 and j.customer = wanted.key and j.version > f.version and j.at >= f.at offset 0) j
        order by 1, 2, 4
        """;

    public override async ValueTask<IReadOnlyList<StoredCustomer>> LoadMany(ScopeId scope, IReadOnlyList<CustomerKey> keys, Terms terms)
    {
        var loaded = new Dictionary<CustomerKey, StoredCustomer>(keys.Count);
        foreach (var some in keys.Distinct().Chunk(LoadedAtOnce))
        {
            var replays = await Twice(() => Replays(scope, some, terms), ReadSeconds);
            foreach (var (key, replay) in replays) loaded.Add(key, replay.Finish());
        }

        return [.. keys.Where(loaded.ContainsKey).Select(key => loaded[key])];
    }

    private async Task<Dictionary<CustomerKey, Replay>> Replays(ScopeId scope, CustomerKey[] keys, Terms terms)
    {
        var replays = new Dictionary<CustomerKey, Replay>();
        await using var command = _source.CreateCommand(HeadsAndTails);
        command.CommandTimeout = ReadSeconds;
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = scope.Value });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = Array.ConvertAll(keys, static key => key.Value) });
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync()) Read(rows, replays, terms);
        return replays;
    }

    private static void Read(NpgsqlDataReader row, Dictionary<CustomerKey, Replay> replays, Terms terms)
    {
        var key = new CustomerKey(row.GetInt64(1));
        if (row.GetInt32(0) == 0)
        {
            var replay = new Replay(key, headVersion: row.GetInt64(2), terms);
            if (!row.IsDBNull(9)) replay.Start(new Checkpoint(row.GetInt64(3), new Instant(row.GetInt64(8)), (int)row.GetInt64(4), row.GetFieldValue<byte[]>(5), row.GetFieldValue<byte[]>(6), row.GetFieldValue<byte[]>(9)));
            else if (!row.IsDBNull(3)) replay.Start(row.GetInt64(3), (int)row.GetInt64(4), row.GetFieldValue<byte[]>(5), row.GetFieldValue<byte[]>(6));
            replays.Add(key, replay);
            return;
        }

        replays[key].Add(row.GetInt64(3), (int)row.GetInt64(4), row.GetFieldValue<byte[]>(6), row.GetFieldValue<byte[]>(5), row.IsDBNull(7) ? null : new JsonText(row.GetString(7)));
    }

    private protected override Task EraseJournal(Session write, long scope, long customer) =>
        write.Execute("delete from journal where scope = @scope and customer = @customer", new { scope, customer });
}
