using Npgsql;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// Opens a batch's transaction, and locks and reads what its units are fenced on: catalogs, customers, claims. Each kind
/// in the order of its keys, so that no two nodes wait for each other in a circle.
/// </summary>
internal sealed class Fences
{
    private readonly SortedSet<int> _shared = [];
    private readonly SortedSet<int> _catalogs = [];
    private readonly HashSet<(ScopeId Scope, CustomerKey Key)> _customers = [];
    private readonly HashSet<ClaimKey> _claims = [];
    private readonly HashSet<CodeKey> _codes = [];

    public Fences(IReadOnlyList<Unit> batch)
    {
        foreach (var unit in batch)
        {
            foreach (var change in unit.Changes)
            {
                _customers.Add((change.Scope, change.After.Key));
                if (unit.CatalogVersion is null) continue;
                _shared.Add(change.Scope.Value);
                _catalogs.Add(change.Scope.Value);
            }

            if (unit.Catalog is { } catalog) _catalogs.Add(catalog.Scope.Value);
            foreach (var claim in unit.Takes) _claims.Add(claim.Key);
            _claims.UnionWith(unit.Frees);
            foreach (var use in unit.Uses) _codes.Add(use.Key);
        }
    }

    /// <summary>A column of customer_version v: another node has asked for its turn a moment ago.</summary>
    /// <param name="node">This one.</param>
    public static string Contended(string node) => $"(v.wanted_by is not null and v.wanted_by <> {node} and v.wanted_at > clock_timestamp() - interval '1 second')";

    public Verdicts Take(NpgsqlConnection connection, long node)
    {
        var verdicts = new Verdicts();
        var (claims, codes) = (_claims.ToArray(), CodeColumns.InOrder(_codes));
        using var batch = new NpgsqlBatch(connection) { Timeout = PostgresStore.CommitSeconds };
        Add(batch, "begin");
        if (_shared.Count > 0) Add(batch, "select pg_advisory_xact_lock_shared($1, scope) from unnest($2) scope", Value(Locks.Catalog), Value(_shared.ToArray()));
        if (_catalogs.Count > 0) Add(batch, "select id, catalog_version from scope where id = any($1) and ended_at is null", Value(_catalogs.ToArray()));
        if (_customers.Count > 0)
        {
            Add(
                batch,
                $"""
                select v.scope, v.key, v.version, {Contended("$3")} from unnest($1, $2) wanted (scope, key)
                join customer_version v on v.scope = wanted.scope and v.key = wanted.key order by v.scope, v.key for update of v
                """,
                Value(_customers.Select(static customer => (long)customer.Scope.Value).ToArray()),
                Value(_customers.Select(static customer => customer.Key.Value).ToArray()),
                Value(node));
        }

        if (claims.Length > 0)
        {
            Add(
                batch,
                """
                select wanted.at, c.expires_at from unnest($1, $2, $3) with ordinality wanted (scope, kind, key, at)
                join claim c on c.scope = wanted.scope and c.kind = wanted.kind and c.key = wanted.key order by c.scope, c.kind, c.key for update of c
                """,
                Value(Array.ConvertAll(claims, static claim => (long)claim.Scope.Value)),
                Value(Array.ConvertAll(claims, static claim => (long)claim.Kind)),
                Value(Array.ConvertAll(claims, ClaimText.Of)));
        }

        // A code that nobody has used yet gets its row first, so that there is one to lock.
        if (codes.Length > 0)
        {
            Add(batch, "insert into code_use (scope, kind, owner, code, used) select scope, kind, owner, code, 0 from unnest($1, $2, $3, $4) n (scope, kind, owner, code) on conflict do nothing", CodeColumns.Of(codes));
            Add(
                batch,
                """
                select wanted.at, c.used from unnest($1, $2, $3, $4) with ordinality wanted (scope, kind, owner, code, at)
                join code_use c on c.scope = wanted.scope and c.kind = wanted.kind and c.owner = wanted.owner and c.code = wanted.code order by wanted.at for update of c
                """,
                CodeColumns.Of(codes));
        }

        using var rows = batch.ExecuteReader();
        if (_shared.Count > 0) rows.NextResult();
        if (_catalogs.Count > 0)
        {
            while (rows.Read()) verdicts.Catalog(new ScopeId((int)rows.GetInt64(0)), rows.GetInt64(1));
            rows.NextResult();
        }

        if (_customers.Count > 0)
        {
            while (rows.Read()) verdicts.Customer(new ScopeId((int)rows.GetInt64(0)), new CustomerKey(rows.GetInt64(1)), rows.GetInt64(2), rows.GetBoolean(3));
            rows.NextResult();
        }

        if (claims.Length > 0)
        {
            while (rows.Read()) verdicts.Claim(claims[rows.GetInt64(0) - 1], rows.IsDBNull(1) ? null : new Instant(rows.GetInt64(1)));
            rows.NextResult();
        }

        while (codes.Length > 0 && rows.Read()) verdicts.Code(codes[rows.GetInt64(0) - 1], rows.GetInt64(1));
        return verdicts;
    }

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    private static void Add(NpgsqlBatch batch, string sql, params ReadOnlySpan<NpgsqlParameter> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values) command.Parameters.Add(value);
        batch.BatchCommands.Add(command);
    }
}
