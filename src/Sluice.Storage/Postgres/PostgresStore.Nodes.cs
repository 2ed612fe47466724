using Npgsql;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>What the database holds at one moment, for a node to compare its memory with.</summary>
/// <param name="Keys">See <see cref="ITenantStore.KeyRevision"/>.</param>
/// <param name="Catalogs">Every scope that has not ended, and the version of its catalog.</param>
/// <param name="Customers">The versions of those asked for; who is not there is left out.</param>
public sealed record Versions(long Keys, IReadOnlyDictionary<ScopeId, long> Catalogs, IReadOnlyDictionary<(ScopeId Scope, CustomerKey Key), long> Customers);

/// <summary>What nodes on one database need to know of each other's work.</summary>
public sealed partial class PostgresStore
{
    /// <summary>One round trip, however many are asked for.</summary>
    public ValueTask<Versions> LookAt(IReadOnlyCollection<(ScopeId Scope, CustomerKey Key)> customers) => Twice(async () =>
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection) { Timeout = LookSeconds };
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select next from counter where name = 'keys'"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select id, catalog_version from scope where ended_at is null"));
        if (customers.Count > 0)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("""
                select v.scope, v.key, v.version from unnest($1, $2) wanted (scope, key) cross join lateral
                (select * from customer_version v where v.scope = wanted.scope and v.key = wanted.key offset 0) v
                """)
            {
                Parameters =
                {
                    new NpgsqlParameter<long[]> { TypedValue = [.. customers.Select(static customer => (long)customer.Scope.Value)] },
                    new NpgsqlParameter<long[]> { TypedValue = [.. customers.Select(static customer => customer.Key.Value)] },
                },
            });
        }

        await using var rows = await batch.ExecuteReaderAsync();
        await rows.ReadAsync();
        var keys = rows.GetInt64(0);
        await rows.NextResultAsync();
        var catalogs = new Dictionary<ScopeId, long>();
        while (await rows.ReadAsync()) catalogs.Add(new ScopeId((int)rows.GetInt64(0)), rows.GetInt64(1));
        await rows.NextResultAsync();
        var versions = new Dictionary<(ScopeId, CustomerKey), long>();
        while (customers.Count > 0 && await rows.ReadAsync()) versions[(new ScopeId((int)rows.GetInt64(0)), new CustomerKey(rows.GetInt64(1)))] = rows.GetInt64(2);
        return new Versions(keys, catalogs, versions);
    }, LookSeconds);

    /// <summary>Until it is disposed no node commits what it decided on this catalog: what is counted meanwhile stays true.</summary>
    public ValueTask<IAsyncDisposable> LockCatalog(ScopeId scope) => Lock(Locks.Catalog, scope.Value, StandsStill);

    /// <summary>This node's turn on a customer that other nodes want, too: they come one after the other, until it is disposed.</summary>
    /// <returns>Wanted = another node has asked for it a moment ago.</returns>
    public async ValueTask<(IAsyncDisposable Turn, bool Wanted)> TakeTurn(ScopeId scope, CustomerKey key)
    {
        var turn = await Lock(Locks.Turn, NumberOf(scope, key), StandsStill, ReadSeconds);
        try
        {
            // Done again on another connection it does no harm.
            await using var session = await Read();
            var contended = await session.Scalar<bool?>(
                $"""
                update customer_version v set wanted_at = clock_timestamp(), wanted_by = @node
                from (select scope, key, {Fences.Contended("@node")} as contended from customer_version v where scope = @scope and key = @key for update) before
                where v.scope = before.scope and v.key = before.key returning before.contended
                """,
                new { scope = (long)scope.Value, key = key.Value, node = _node });
            return (turn, contended is true);
        }
        catch
        {
            await turn.DisposeAsync();
            throw;
        }
    }

    public override async ValueTask PullIn(Instant now)
    {
        await base.PullIn(now);
        await Write("update customer set leased_until = 0 where leased_until > @far", new { far = now.Plus(Far).Milliseconds });
    }

    /// <summary>Until it is disposed no other node does a call of billing for the customer.</summary>
    public ValueTask<IAsyncDisposable> LockBilling(ScopeId scope, CustomerKey key) => Lock(Locks.Billing, NumberOf(scope, key), Collects, source: _billing);

    private static int NumberOf(ScopeId scope, CustomerKey key) => unchecked(((int)key.Value * 31) + scope.Value);

    public override async ValueTask<IReadOnlyList<(ScopeId Scope, CustomerKey Key)>> LeaseDueCustomers(Instant now, Instant until, int limit) => await InOne(async write =>
    {
        var due = await write.Query<(int Scope, long Key)>(
            $"""
            update customer set leased_until = @until where (scope, key) in (
                select scope, key from customer where next_due <= @now and leased_until <= @now and {Standing}
                order by next_due limit @limit for update skip locked)
            returning scope, key
            """,
            new { now = now.Milliseconds, until = until.Milliseconds, limit });
        return due.ConvertAll(static row => (new ScopeId(row.Scope), new CustomerKey(row.Key)));
    });
}
