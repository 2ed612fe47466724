using Sluice.Core;

namespace Sluice.Storage;

/// <summary>A customer's journal, page by page.</summary>
public sealed partial class PostgresStore
{
    private const int EntriesAtOnce = 1_000;

    public override async IAsyncEnumerable<JournalRow> ReadJournal(ScopeId scope, CustomerKey key, long from, long upTo)
    {
        for (var at = long.MinValue; from <= upTo;)
        {
            await using var read = await Read();
            var rows = await read.Query<StoredEntry>(
                $"select {JournalColumns} from journal j where j.scope = @scope and j.customer = @key and j.version between @from and @upTo and j.at >= @at order by j.version limit @EntriesAtOnce",
                new { scope = scope.Value, key = key.Value, from, upTo, at, EntriesAtOnce });
            foreach (var row in rows) yield return row.ToRow();
            if (rows.Count < EntriesAtOnce) yield break;
            (from, at) = (rows[^1].Version + 1, rows[^1].At);
        }
    }
}
