using System.Globalization;
using System.Text;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>What an audit reads.</summary>
public abstract partial class SqlStore
{
    public async ValueTask<IReadOnlyList<(ScopeId Scope, CustomerKey Key)>> CustomersAfter(ScopeId scope, CustomerKey key, int limit)
    {
        await using var read = await Read();
        var rows = await read.Query<(int Scope, long Key)>(
            "select scope, key from customer_version where (scope, key) > (@scope, @key) order by scope, key limit @limit", new { scope = scope.Value, key = key.Value, limit });
        return [.. rows.Select(static row => (new ScopeId(row.Scope), new CustomerKey(row.Key)))];
    }

    public ValueTask<CustomerFile?> ReadFile(ScopeId scope, CustomerKey key)
    {
        var one = One(scope, key);
        return OneMoment(read => ReadFile(read, one, scope, key));
    }

    private async Task<CustomerFile?> ReadFile(Session read, object one, ScopeId scope, CustomerKey key)
    {
        var head = await read.One<HeadRow>(
            $"""
            select {VersionOfOne} as Version, c.created_at as CreatedAt, c.external_id as ExternalId, c.name, c.email, c.next_due as NextDue, c.deleted
            from customer_version v join customer c on c.scope = v.scope and c.key = v.key where v.scope = @scope and v.key = @key
            """,
            one);
        if (head is null) return null;
        var snapshot = await read.One<SnapshotStored>("select version, schema, hash, body from snapshot where scope = @scope and customer = @key", one);
        var holders = await read.Query<(string Plan, long Version, long Entity, long Held)>("select plan, version, entity, held from plan_holder where scope = @scope and customer = @key", one);
        var entities = await read.Query<(long No, string? Id)>("select no, external_id from entity where scope = @scope and customer = @key", one);
        var invoices = await read.Query<(long No, string Status, string Body, long Refunded)>("select no, status, body, refunded from invoice where scope = @scope and customer = @key", one);
        var days = await read.Query<(long Day, string Feature, long Count, string Sum)>(UsageDaysOfOne, one);
        return new CustomerFile(scope, key, head.Version, new Instant(head.CreatedAt), head.ExternalId, head.Name, head.Email, head.NextDue is not null, head.Deleted == 1)
        {
            Snapshot = snapshot is null ? null : new SnapshotRow(snapshot.Version, checked((int)snapshot.Schema), snapshot.Hash, Encoding.UTF8.GetBytes(snapshot.Body)),
            Checkpoint = await ReadCheckpoint(read, scope.Value, key.Value),
            Holders = [.. holders.Select(static row => (new PlanId(row.Plan), checked((int)row.Version), checked((int)row.Entity), row.Held))],
            Entities = [.. entities.Select(static row => (checked((int)row.No), row.Id))],
            Invoices = [.. invoices.Select(static row => (checked((int)row.No), row.Status, row.Body, row.Refunded))],
            UsageDays = [.. days.GroupBy(
                static row => (row.Day, row.Feature),
                static (of, rows) => (of.Day, of.Feature, rows.Sum(static row => row.Count), rows.Sum(static row => decimal.Parse(row.Sum, CultureInfo.InvariantCulture))))],
        };
    }

    /// <summary>What names a customer in a query, got before the moment of reading: @scope, @key and what else the database needs to know.</summary>
    private protected virtual object One(ScopeId scope, CustomerKey key) => new { scope = scope.Value, key = key.Value };

    /// <summary>The version of <see cref="One"/>, whose row in customer_version is v.</summary>
    private protected virtual string VersionOfOne => "v.version";

    /// <summary>Day, feature, count and sum of the customer @key of @scope; a day may come in parts.</summary>
    private protected virtual string UsageDaysOfOne => $"select day, feature, count, sum{Sql.AsText} from usage_day where scope = @scope and customer = @key";

    public abstract IAsyncEnumerable<JournalRow> ReadJournal(ScopeId scope, CustomerKey key, long from, long upTo);

    public async ValueTask<InvoiceNumbers> NumbersOf(ScopeId scope)
    {
        await using var read = await Read();
        var (given, greatest, counter) = await read.One<(long, long, long)>(
            """
            select count(number), coalesce(max(number), 0), coalesce((select next from invoice_counter where scope = @scope), 0) from invoice where scope = @scope
            """,
            new { scope = scope.Value });
        return new InvoiceNumbers(given, greatest, counter);
    }

    /// <summary>The columns of <see cref="StoredEntry"/>, of the journal as j.</summary>
    private protected string JournalColumns =>
        $"j.version, j.at, j.schema, j.body, j.hash, j.feature, j.value{Sql.AsText} as Value, j.used_at as UsedAt, j.properties, j.listed, j.entity";

    private protected sealed record StoredEntry(
        long Version, long At, long Schema, string Body, byte[] Hash, string? Feature, string? Value, long? UsedAt, string? Properties, long Listed, string? Entity)
    {
        public JournalRow ToRow() => new(
            Version, new Instant(At), checked((int)Schema), Encoding.UTF8.GetBytes(Body), Hash, Feature, Value is null ? null : decimal.Parse(Value, CultureInfo.InvariantCulture), Moment(UsedAt),
            Properties is null ? null : new JsonText(Properties), Listed == 1, Entity);
    }

    private sealed record HeadRow(long Version, long CreatedAt, string? ExternalId, string? Name, string? Email, long? NextDue, long Deleted);

    private sealed record SnapshotStored(long Version, long Schema, byte[] Hash, string Body);
}
