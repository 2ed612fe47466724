using Npgsql;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Customer after customer is asked for its first entry, by the journal's key.</summary>
public sealed partial class PostgresStore
{
    private const int CustomersAtOnce = 500;

    // Of the session, not of a transaction: one that is open for long would keep vacuum from its work.
    public override async ValueTask<IAsyncDisposable?> TakeRetention()
    {
        var connection = await _source.OpenConnectionAsync();
        try
        {
            await using var command = new NpgsqlCommand($"select pg_try_advisory_lock({Locks.Space}, {Locks.Retention})", connection);
            if (await command.ExecuteScalarAsync() is true) return new Retiring(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    public override async IAsyncEnumerable<IReadOnlyList<OldEntries>> FindOld(Instant before, Func<ScopeId, Terms?> terms)
    {
        var last = (Scope: new ScopeId(0), Key: new CustomerKey(0));
        while (await CustomersAfter(last.Scope, last.Key, CustomersAtOnce) is { Count: > 0 } page)
        {
            // Who has more than goes in one step comes again, behind what was found.
            for (var wanted = page.Select(static one => (one.Scope, one.Key, After: 0L)).ToList(); wanted.Count > 0;)
            {
                var found = await FirstOf(wanted, before);
                foreach (var some in Together(found)) yield return some;
                wanted = [.. found.Where(static old => old.Rows.Count == OldAtOnce).Select(static old => (old.Scope, old.Key, old.Rows[^1]))];
            }

            last = page[^1];
        }
    }

    private protected override async Task<List<JournalRow>> ReadOld(Session read, OldEntries old) => (await read.Query<StoredEntry>(
        $"select {JournalColumns} from journal j where j.scope = @scope and j.customer = @key and j.version between @first and @last order by j.version",
        new { scope = old.Scope.Value, key = old.Key.Value, first = old.Rows[0], last = old.Rows[^1] })).ConvertAll(static row => row.ToRow());

    private protected override Task<int> DropOld(Session write, OldEntries old) => write.Execute(
        "delete from journal where scope = @scope and customer = @key and version between @first and @last", new { scope = old.Scope.Value, key = old.Key.Value, first = old.Rows[0], last = old.Rows[^1] });

    private async Task<List<OldEntries>> FirstOf(List<(ScopeId Scope, CustomerKey Key, long After)> wanted, Instant before)
    {
        await using var read = await Read();
        var rows = await read.Query<(long Scope, long Key, long Version)>(
            """
            select w.scope, w.key, o.version from unnest(@scopes, @keys, @after) w (scope, key, after)
            cross join lateral (select j.at from journal j where j.scope = w.scope and j.customer = w.key and j.version > w.after order by j.version limit 1) f
            cross join lateral (select j.version, j.at from journal j where f.at < @before and j.scope = w.scope and j.customer = w.key and j.version > w.after order by j.version limit @OldAtOnce) o
            where o.at < @before order by 1, 2, 3
            """,
            new
            {
                scopes = wanted.ConvertAll(static one => (long)one.Scope.Value), keys = wanted.ConvertAll(static one => one.Key.Value), after = wanted.ConvertAll(static one => one.After),
                before = before.Milliseconds, OldAtOnce,
            });
        return [.. rows.GroupBy(static row => (row.Scope, row.Key), static row => row.Version).Select(static of => new OldEntries(new ScopeId(checked((int)of.Key.Scope)), new CustomerKey(of.Key.Key), [.. of]))];
    }

    private sealed class Retiring(NpgsqlConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                await using var command = new NpgsqlCommand($"select pg_advisory_unlock({Locks.Space}, {Locks.Retention})", connection);
                await command.ExecuteNonQueryAsync();
            }
            catch (NpgsqlException)
            {
                // The lock ended with the connection.
            }

            await connection.DisposeAsync();
        }
    }
}
