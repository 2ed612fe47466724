using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// Old entries lie at the beginning of the table, as rows are numbered in the order of commit. It is read from there, some
/// thousands at a time, until it is young.
/// </summary>
public sealed partial class SqliteStore
{
    private const int Window = 20_000;

    private int _retiring;

    public override ValueTask<IAsyncDisposable?> TakeRetention() => new(Interlocked.Exchange(ref _retiring, 1) == 0 ? new Retiring(this) : null);

    public override ValueTask<bool> KeepMonths(Instant now) => new(true);

    public override async IAsyncEnumerable<IReadOnlyList<OldEntries>> FindOld(Instant before, Func<ScopeId, Terms?> terms)
    {
        // Only what is gathered may go: what is not yet is found along the chain of rows, and a restart would give its numbers again.
        await GatherAll();
        for (var after = 0L; ;)
        {
            List<Place> window;
            await using (var read = await Read())
            {
                window = await read.Query<Place>(
                    "select no, scope, customer, at from journal where no > @after and no <= (select next from counter where name = 'gathered') order by no limit @Window", new { after, Window });
            }

            foreach (var some in Together(window.Where(row => row.At < before.Milliseconds).GroupBy(static row => (row.Scope, row.Customer)).SelectMany(Steps))) yield return some;
            if (window.Count < Window || await IsYoung(window.Where(row => row.At >= before.Milliseconds), terms)) yield break;
            after = window[^1].No;
        }
    }

    // All that is there now, in parts, and whoever waits to commit comes in between.
    private async Task GatherAll()
    {
        long upTo;
        using (Writing()) upTo = Writer.LastNo;
        while (GatherPart(upTo)) await Task.Delay(1);
    }

    private bool GatherPart(long upTo)
    {
        using (Writing()) return Writer.TryGatherPart(upTo);
    }

    private protected override async Task<List<JournalRow>> ReadOld(Session read, OldEntries old) =>
        (await read.Query<StoredEntry>($"select {JournalColumns} from json_each(@nos) wanted cross join journal j on j.no = wanted.value order by j.version", new { nos = Json(old.Rows) })).ConvertAll(static row => row.ToRow());

    private protected override async Task<int> DropOld(Session write, OldEntries old)
    {
        var nos = Json(old.Rows);
        await write.Execute(
            """
            delete from usage where (scope, customer, used_at, version) in (
                select j.scope, j.customer, j.used_at, j.version from json_each(@nos) wanted cross join journal j on j.no = wanted.value where j.listed = 1)
            """,
            new { nos });
        return await write.Execute("delete from journal where no in (select value from json_each(@nos))", new { nos });
    }

    private static string Json(IEnumerable<long> numbers) => $"[{string.Join(',', numbers)}]";

    private static IEnumerable<OldEntries> Steps(IGrouping<(long Scope, long Customer), Place> rows) =>
        rows.Select(static row => row.No).Chunk(OldAtOnce).Select(nos => new OldEntries(new ScopeId(checked((int)rows.Key.Scope)), new CustomerKey(rows.Key.Customer), nos));

    // True: somebody who lives in the time of everyone wrote one of these, so nothing behind them is old. Test clocks may be far ahead.
    private async ValueTask<bool> IsYoung(IEnumerable<Place> rows, Func<ScopeId, Terms?> terms)
    {
        foreach (var (scope, customer) in rows.Select(static row => (new ScopeId(checked((int)row.Scope)), new CustomerKey(row.Customer))).Distinct())
        {
            if (terms(scope) is { } known && await Load(scope, customer, known) is { Customer: { Clock: null, Deleted: false } }) return true;
        }

        return false;
    }

    private sealed record Place(long No, long Scope, long Customer, long At);

    private sealed class Retiring(SqliteStore store) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            Volatile.Write(ref store._retiring, 0);
            return ValueTask.CompletedTask;
        }
    }
}
