using Sluice.Core;

namespace Sluice.Storage;

/// <summary>A customer's journal from its start: the chain of rows is followed back once, then read forward.</summary>
public sealed partial class SqliteStore
{
    private const int EntriesAtOnce = 1_000;

    private static readonly string RecentOfOne = Gatherer.Recent("@scope", "@key", "@last", "@seen");

    private protected override string UsageDaysOfOne => $"""
        {RecentOfOne}
        {base.UsageDaysOfOne}
        union all
        select {Gatherer.DayOf("j.used_at")}, j.feature, 1, j.value from recent r cross join journal j on j.no = r.no where j.listed = 1
        """;

    private protected override string VersionOfOne => $"v.version + ({RecentOfOne} select count(*) from recent)";

    private protected override object One(ScopeId scope, CustomerKey key)
    {
        var (last, seen) = _ends.Of(scope, key);
        return new { scope = scope.Value, key = key.Value, last, seen };
    }

    public override async IAsyncEnumerable<JournalRow> ReadJournal(ScopeId scope, CustomerKey key, long from, long upTo)
    {
        foreach (var some in (await Chain(scope, key, from, upTo)).Chunk(EntriesAtOnce))
        {
            await using var read = await Read();
            var rows = await read.Query<StoredEntry>($"select {JournalColumns} from json_each(@nos) wanted cross join journal j on j.no = wanted.value order by j.version", new { nos = $"[{string.Join(',', some)}]" });
            foreach (var row in rows) yield return row.ToRow();
        }
    }

    // In order of version.
    private async Task<List<long>> Chain(ScopeId scope, CustomerKey key, long from, long upTo)
    {
        var (last, seen) = _ends.Of(scope, key);
        await using var read = await Read();
        var nos = await read.Query<long>(
            $"""
            with recursive chain (no, prev, version) as (
                select j.no, j.prev, j.version from customer_version v
                cross join {JournalEnds.LastRow(JournalEnds.LastNo("@last", "@seen"))}
                where v.scope = @scope and v.key = @key
                union all
                select j.no, j.prev, j.version from chain c cross join journal j on j.no = c.prev where c.version > @from)
            select no from chain where version between @from and @upTo
            """,
            new { scope = scope.Value, key = key.Value, from, upTo, last, seen });
        nos.Reverse();
        return nos;
    }
}
