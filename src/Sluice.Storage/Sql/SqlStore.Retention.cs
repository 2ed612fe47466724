using System.Text;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Old entries make room for a checkpoint. Where they lie and how they are dropped is each database's own.</summary>
public abstract partial class SqlStore
{
    /// <summary>Entries of a customer that go in one step, and of several in one transaction: commits wait for it.</summary>
    private protected const int OldAtOnce = 500;

    public abstract ValueTask<IAsyncDisposable?> TakeRetention();

    public abstract ValueTask<bool> KeepMonths(Instant now);

    public abstract IAsyncEnumerable<IReadOnlyList<OldEntries>> FindOld(Instant before, Func<ScopeId, Terms?> terms);

    public async ValueTask<Instant> RetiredBefore()
    {
        await using var read = await Read();
        return new Instant(await read.Scalar<long>("select next from counter where name = 'retired'"));
    }

    public virtual ValueTask EndRetention(Instant before) =>
        Write($"update counter set next = {Sql.Greatest}(next, @before) where name = 'retired'", new { before = before.Milliseconds });

    public async ValueTask<Checkpoint?> ReadCheckpoint(ScopeId scope, CustomerKey key)
    {
        await using var read = await Read();
        return await ReadCheckpoint(read, scope.Value, key.Value);
    }

    public async ValueTask<Retirement?> Prepare(OldEntries old, Terms terms)
    {
        await using var read = await Read();
        var start = await ReadCheckpoint(read, old.Scope.Value, old.Key.Value);
        var rows = await ReadOld(read, old);
        if (rows.Count == 0) return null;
        var replay = new Replay(old.Key, rows[^1].Version, terms);
        if (start is not null) replay.Start(start);
        foreach (var row in rows) replay.Add(row.Version, row.Schema, row.Body, row.Hash, row.Properties);
        var stored = replay.Finish();
        return stored.Customer.Clock is null ? new Retirement(old, start?.Version ?? 0, Checkpoint.Of(stored.Customer, stored.Hash)) : null;
    }

    public ValueTask<int> Retire(IReadOnlyList<Retirement> some) => InOne(async write =>
    {
        var gone = 0;
        foreach (var (old, after, checkpoint) in some)
        {
            // Commits and the erasing of a customer hold this row, too.
            var of = new { scope = old.Scope.Value, customer = old.Key.Value };
            await write.Scalar<long?>($"select version from customer_version where scope = @scope and key = @customer {Sql.ForUpdate}", of);
            if ((await write.Scalar<long?>("select version from checkpoint where scope = @scope and customer = @customer", of) ?? 0) != after) continue;
            var dropped = await DropOld(write, old);
            if (dropped == 0) continue;
            if (dropped != old.Rows.Count) throw new InvariantViolation($"of {old.Rows.Count} old entries of {old.Key} {dropped} were there");
            await Put(write, of.scope, of.customer, checkpoint);
            gone += dropped;
        }

        return gone;
    });

    /// <summary>These entries, in order; empty when they have gone meanwhile.</summary>
    private protected abstract Task<List<JournalRow>> ReadOld(Session read, OldEntries old);

    /// <summary>Drops these entries and what was copied from them; sums stay. Returns how many there were.</summary>
    private protected abstract Task<int> DropOld(Session write, OldEntries old);

    /// <summary>A customer's many entries go in several steps, those of customers with few together.</summary>
    private protected static IEnumerable<IReadOnlyList<OldEntries>> Together(IEnumerable<OldEntries> steps)
    {
        var (some, rows) = (new List<OldEntries>(), 0);
        foreach (var step in steps)
        {
            if (rows + step.Rows.Count > OldAtOnce && rows > 0)
            {
                yield return some;
                (some, rows) = ([], 0);
            }

            some.Add(step);
            rows += step.Rows.Count;
        }

        if (rows > 0) yield return some;
    }

    private static async Task Put(Session write, long scope, long customer, Checkpoint checkpoint)
    {
        await write.Execute(
            """
            insert into checkpoint (scope, customer, version, at, schema, hash, body, seal) values (@scope, @customer, @Version, @at, @Schema, @Hash, @body, @Seal)
            on conflict (scope, customer) do update
            set version = excluded.version, at = excluded.at, schema = excluded.schema, hash = excluded.hash, body = excluded.body, seal = excluded.seal
            """,
            new
            {
                scope, customer, checkpoint.Version, at = checkpoint.At.Milliseconds, checkpoint.Schema, checkpoint.Hash, body = Encoding.UTF8.GetString(checkpoint.Body), checkpoint.Seal,
            });

        // A snapshot that is no newer spares nothing any more.
        await write.Execute("delete from snapshot where scope = @scope and customer = @customer and version <= @Version", new { scope, customer, checkpoint.Version });
    }

    private static async Task<Checkpoint?> ReadCheckpoint(Session read, long scope, long customer) => (await read.One<StoredCheckpoint>(
        "select version, at, schema, hash, body, seal from checkpoint where scope = @scope and customer = @customer", new { scope, customer }))?.ToCheckpoint();

    private sealed record StoredCheckpoint(long Version, long At, long Schema, byte[] Hash, string Body, byte[] Seal)
    {
        public Checkpoint ToCheckpoint() => new(Version, new Instant(At), checked((int)Schema), Hash, Encoding.UTF8.GetBytes(Body), Seal);
    }
}
