using System.Runtime.InteropServices;
using System.Text;
using Npgsql;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// What the winners of a batch come to, as rows: one statement for each table, its rows as one array for each column. Only
/// what is seldom (entities, invoices, catalogs) goes row by row, in the same round trip.
/// </summary>
internal sealed class PostgresRows
{
    private readonly Dictionary<(ScopeId, CustomerKey), Head> _heads = [];
    private readonly List<(CustomerChange Change, JournalEntry Entry)> _journal = [];
    private readonly DaySums _days = new();
    private readonly Dictionary<(int Scope, string Plan, long Customer, int Version, int Entity), int> _holders = [];
    private readonly HashSet<(int Scope, string Feature, long Customer)> _alone = [];
    private readonly Dictionary<(ScopeId, CustomerKey), SnapshotWrite> _snapshots = [];
    private readonly List<WebhookMessage> _messages = [];
    private readonly List<CatalogChange> _catalogs = [];
    private readonly List<CustomerChange> _erased = [];

    public void Add(Unit unit)
    {
        if (unit.Catalog is { } catalog) _catalogs.Add(catalog);
        foreach (var change in unit.Changes) Add(change);
        _messages.AddRange(unit.Messages);
        foreach (var snapshot in unit.Snapshots) Add(snapshot);
    }

    public void WriteTo(PostgresStatements statements, IEnumerable<(ClaimKey Key, bool IsStored, Claim? Taken)> claims, IEnumerable<(CodeKey Key, long Used)> codes)
    {
        if (_catalogs.Count > 0)
        {
            var catalog = new CatalogWriter(statements);
            foreach (var change in _catalogs) catalog.Write(change);
        }

        WriteHeads(statements);
        WriteClaims(statements, [.. claims]);
        WriteCodes(statements, [.. codes]);
        WriteJournal(statements);
        WriteUsageDays(statements);
        WriteHolders(statements);
        WriteSeldom(statements);
        WriteMessages(statements);
        foreach (var change in _erased) Erase(statements, change);
        WriteSnapshots(statements);
    }

    private void Add(CustomerChange change)
    {
        var key = change.After.Key;
        ref var head = ref CollectionsMarshal.GetValueRefOrAddDefault(_heads, (change.Scope, key), out var known);
        head = new Head(change, known ? head.IsNew : change.ExpectedVersion == 0, change.HeadMoved || (known && head.HeadMoved));
        if (change.Erase)
        {
            _days.Erase(change.Scope, key);
            _erased.Add(change);
            Add(Snapshotter.Of(change.Scope, change.After, change.Entries[^1].Hash));
        }

        foreach (var entry in change.Entries)
        {
            _journal.Add((change, entry));
            if (entry.Usage is { } usage && !change.Erase) _days.Add(change.Scope, key, usage);
            foreach (var (plan, version, entity, delta) in entry.Plans)
                CollectionsMarshal.GetValueRefOrAddDefault(_holders, (change.Scope.Value, plan.Value, key.Value, version, entity?.Value ?? 0), out _) += delta;
            foreach (var feature in entry.GrantedAlone) _alone.Add((change.Scope.Value, feature.Value, key.Value));
        }
    }

    private void Add(SnapshotWrite snapshot)
    {
        ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(_snapshots, (snapshot.Scope, snapshot.Key), out var known);
        if (!known || snapshot.Version > last!.Version) last = snapshot;
    }

    private void WriteHeads(PostgresStatements statements)
    {
        var (added, moved) = (_heads.Values.Where(static head => head.IsNew).ToArray(), _heads.Values.Where(static head => !head.IsNew).ToArray());
        if (added.Length > 0)
        {
            statements.Add("insert into customer_version (scope, key, version) select * from unnest($1, $2, $3)", Scopes(added), Keys(added), Column(added, static head => head.Change.After.Version));
            statements.Add(
                "insert into customer (scope, key, created_at, external_id, name, email, search, next_due, deleted) select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                [Scopes(added), Keys(added), Column(added, static head => head.Change.After.CreatedAt.Milliseconds), .. Columns(added)]);
        }

        if (moved.Length == 0) return;
        statements.Add(
            """
            update customer_version v set version = n.version from unnest($1, $2, $3) n (scope, key, version) where v.scope = n.scope and v.key = n.key
            """,
            Scopes(moved), Keys(moved), Column(moved, static head => head.Change.After.Version));
        var changed = Array.FindAll(moved, static head => head.HeadMoved);
        if (changed.Length == 0) return;
        statements.Add(
            """
            update customer c set external_id = n.external_id, name = n.name, email = n.email, search = n.search, next_due = n.next_due, deleted = n.deleted
            from unnest($1, $2, $3, $4, $5, $6, $7, $8) n (scope, key, external_id, name, email, search, next_due, deleted) where c.scope = n.scope and c.key = n.key
            """,
            [Scopes(changed), Keys(changed), .. Columns(changed)]);
    }

    // Plain inserts, in order: a claim that another node has taken since it was looked for ends the transaction.
    private static void WriteClaims(PostgresStatements statements, (ClaimKey Key, bool IsStored, Claim? Taken)[] claims)
    {
        var rows = Array.ConvertAll(claims, static claim => (Scope: (long)claim.Key.Scope.Value, Kind: (long)claim.Key.Kind, Key: ClaimText.Of(claim.Key), claim.IsStored, claim.Taken));
        Array.Sort(rows, static (a, b) => (a.Scope, a.Kind).CompareTo((b.Scope, b.Kind)) is not 0 and var order ? order : string.CompareOrdinal(a.Key, b.Key));
        Each(row => row is { IsStored: true, Taken: null }, "delete from claim c using unnest($1, $2, $3) n (scope, kind, key) where c.scope = n.scope and c.kind = n.kind and c.key = n.key", withValues: false);
        Each(
            row => row is { IsStored: true, Taken: not null },
            """
            update claim c set customer = n.customer, expires_at = n.expires_at from unnest($1, $2, $3, $4, $5) n (scope, kind, key, customer, expires_at)
            where c.scope = n.scope and c.kind = n.kind and c.key = n.key
            """,
            withValues: true);
        Each(row => row is { IsStored: false, Taken: not null }, "insert into claim (scope, kind, key, customer, expires_at) select * from unnest($1, $2, $3, $4, $5)", withValues: true);

        void Each(Predicate<(long Scope, long Kind, string Key, bool IsStored, Claim? Taken)> those, string sql, bool withValues)
        {
            var some = Array.FindAll(rows, those);
            if (some.Length == 0) return;
            NpgsqlParameter[] keys = [Column(some, static row => row.Scope), Column(some, static row => row.Kind), Column(some, static row => row.Key)];
            statements.Add(sql, withValues ? [.. keys, Column(some, static row => row.Taken!.Customer?.Value), Column(some, static row => row.Taken!.ExpiresAt?.Milliseconds)] : keys);
        }
    }

    // The rows are there and locked.
    private static void WriteCodes(PostgresStatements statements, (CodeKey Key, long Used)[] codes)
    {
        if (codes.Length == 0) return;
        statements.Add(
            """
            update code_use c set used = n.used from unnest($1, $2, $3, $4, $5) n (scope, kind, owner, code, used)
            where c.scope = n.scope and c.kind = n.kind and c.owner = n.owner and c.code = n.code
            """,
            [.. CodeColumns.Of(Array.ConvertAll(codes, static code => code.Key)), Column(codes, static code => code.Used)]);
    }

    private void WriteJournal(PostgresStatements statements)
    {
        var rows = _journal.Where(static row => !row.Change.Erase).ToArray();
        if (rows.Length == 0) return;
        statements.Add(
            """
            insert into journal (scope, customer, version, at, schema, body, hash, feature, value, used_at, properties, listed, entity)
            select scope, customer, version, at, $13, body, hash, feature, value, used_at, properties, listed, entity
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) n (scope, customer, version, at, body, hash, feature, value, used_at, properties, listed, entity)
            """,
            Column(rows, static row => (long)row.Change.Scope.Value),
            Column(rows, static row => row.Change.After.Key.Value),
            Column(rows, static row => row.Entry.Version),
            Column(rows, static row => row.Entry.At.Milliseconds),
            Column(rows, static row => Encoding.UTF8.GetString(row.Entry.Body)),
            Column(rows, static row => row.Entry.Hash),
            Column(rows, static row => row.Entry.Usage?.Feature),
            Column(rows, static row => row.Entry.Usage?.Value.Value),
            Column(rows, static row => row.Entry.Usage?.UsedAt.Milliseconds),
            Column(rows, static row => row.Entry.Usage?.Properties?.Value),
            Column(rows, static row => row.Entry.Usage is { Listed: true } ? 1L : 0L),
            Column(rows, static row => row.Entry.Usage?.Entity),
            new NpgsqlParameter<long> { TypedValue = JournalFormat.Schema });
    }

    private void WriteUsageDays(PostgresStatements statements)
    {
        if (_days.All.Count == 0) return;
        var rows = _days.All.ToArray();
        statements.Add(
            """
            insert into usage_day (scope, day, customer, feature, count, sum) select * from unnest($1, $2, $3, $4, $5, $6)
            on conflict (scope, day, customer, feature) do update set count = usage_day.count + excluded.count, sum = usage_day.sum + excluded.sum
            """,
            Column(rows, static row => (long)row.Key.Scope),
            Column(rows, static row => row.Key.Day),
            Column(rows, static row => row.Key.Customer),
            Column(rows, static row => row.Key.Feature),
            Column(rows, static row => row.Value.Count),
            Column(rows, static row => row.Value.Sum));
    }

    private void WriteHolders(PostgresStatements statements)
    {
        if (_holders.Count > 0)
        {
            var rows = _holders.ToArray();
            statements.Add(
                """
                insert into plan_holder (scope, plan, customer, version, entity, held) select * from unnest($1, $2, $3, $4, $5, $6)
                on conflict (scope, plan, customer, version, entity) do update set held = plan_holder.held + excluded.held
                """,
                Column(rows, static row => (long)row.Key.Scope),
                Column(rows, static row => row.Key.Plan),
                Column(rows, static row => row.Key.Customer),
                Column(rows, static row => (long)row.Key.Version),
                Column(rows, static row => (long)row.Key.Entity),
                Column(rows, static row => (long)row.Value));
        }

        if (_alone.Count == 0) return;
        var alone = _alone.ToArray();
        statements.Add(
            "insert into loose_grant (scope, feature, customer) select * from unnest($1, $2, $3) on conflict do nothing",
            Column(alone, static row => (long)row.Scope), Column(alone, static row => row.Feature), Column(alone, static row => row.Customer));
    }

    private void WriteSeldom(PostgresStatements statements)
    {
        EntityWriter? entities = null;
        InvoiceWriter? invoices = null;
        RewardWriter? rewards = null;
        foreach (var (change, entry) in _journal)
        {
            var (scope, key) = (change.Scope, change.After.Key);
            foreach (var entity in entry.Entities) (entities ??= new EntityWriter(statements)).Write(scope, key, entity);
            foreach (var invoice in entry.Invoices) (invoices ??= new InvoiceWriter(statements)).Write(scope, key, invoice, entry.At, change.WrittenAt ?? entry.At);
            foreach (var refund in entry.Refunds) (invoices ??= new InvoiceWriter(statements)).Write(scope, key, refund, change.WrittenAt ?? entry.At);
            foreach (var referral in entry.Referrals) (rewards ??= new RewardWriter(statements)).Write(scope, key, referral, entry.At);
            foreach (var license in entry.Licenses) (entities ??= new EntityWriter(statements)).Write(scope, key, license, entry.At);
        }
    }

    // The update of a lane that is there keeps its time and locks it: whoever settles the message before waits.
    private void WriteMessages(PostgresStatements statements)
    {
        if (_messages.Count == 0) return;
        var rows = _messages.ToArray();
        var ids = Column(rows, static row => row.Id);
        statements.Add(
            """
            insert into webhook_message (id, scope, customer, customer_id, type, body, at, written_at)
            select id, scope, customer, customer_id, type, body, at, written_at
            from unnest($1, $2, $3, $4, $5, $6, $7, $8) with ordinality n (id, scope, customer, customer_id, type, body, at, written_at, place) order by place
            """,
            ids,
            Column(rows, static row => (long)row.Scope.Value),
            Column(rows, static row => row.Customer?.Value ?? 0),
            Column(rows, static row => row.CustomerId),
            Column(rows, static row => row.Type),
            Column(rows, static row => row.Body),
            Column(rows, static row => row.At.Milliseconds),
            Column(rows, static row => row.WrittenAt.Milliseconds));
        statements.Add(
            $"""
            insert into webhook_delivery (message, endpoint, scope, customer, status)
            select m.no, e.no, m.scope, case when m.customer = 0 then -m.no else m.customer end, 1
            from webhook_message m join webhook_endpoint e on e.scope = m.scope and e.enabled = 1
                and ((e.events = '' and m.type <> '{WebhookMessage.OnlyByName}') or strpos(' ' || e.events || ' ', ' ' || m.type || ' ') > 0)
            where m.id = any($1)
            """,
            Column(rows, static row => row.Id));
        statements.Add(
            """
            insert into webhook_lane (endpoint, customer, scope, next_at)
            select distinct d.endpoint, d.customer, d.scope, 0 from webhook_message m join webhook_delivery d on d.message = m.no where m.id = any($1) order by 1, 2
            on conflict (endpoint, customer) do update set next_at = webhook_lane.next_at
            """,
            Column(rows, static row => row.Id));
    }

    private static void Erase(PostgresStatements statements, CustomerChange change)
    {
        foreach (var table in (string[])["journal", "checkpoint", "usage_day"])
        {
            statements.Add(
                $"delete from {table} where scope = $1 and customer = $2",
                new NpgsqlParameter<long> { TypedValue = change.Scope.Value },
                new NpgsqlParameter<long> { TypedValue = change.After.Key.Value });
        }

        new EntityWriter(statements).Erase(change.Scope, change.After.Key);
        new RewardWriter(statements).Erase(change.Scope, change.After.Key);
    }

    private void WriteSnapshots(PostgresStatements statements)
    {
        if (_snapshots.Count == 0) return;
        var rows = _snapshots.Values.ToArray();
        statements.Add(
            """
            insert into snapshot (scope, customer, version, at, schema, hash, body)
            select scope, customer, version, at, $7, hash, body from unnest($1, $2, $3, $4, $5, $6) n (scope, customer, version, at, hash, body)
            on conflict (scope, customer) do update
            set version = excluded.version, at = excluded.at, schema = excluded.schema, hash = excluded.hash, body = excluded.body where excluded.version > snapshot.version
            """,
            Column(rows, static row => (long)row.Scope.Value),
            Column(rows, static row => row.Key.Value),
            Column(rows, static row => row.Version),
            Column(rows, static row => row.At.Milliseconds),
            Column(rows, static row => row.Hash),
            Column(rows, static row => Encoding.UTF8.GetString(row.Body)),
            new NpgsqlParameter<long> { TypedValue = JournalFormat.Schema });
    }

    private static NpgsqlParameter Scopes(Head[] heads) => Column(heads, static head => (long)head.Change.Scope.Value);

    private static NpgsqlParameter Keys(Head[] heads) => Column(heads, static head => head.Change.After.Key.Value);

    private static NpgsqlParameter[] Columns(Head[] heads) =>
    [
        Column(heads, static head => head.Change.After.Profile.Id),
        Column(heads, static head => head.Change.After.Profile.Name),
        Column(heads, static head => head.Change.After.Profile.Email),
        Column(heads, static head => SearchText.Of(head.Change.After.Profile)),
        Column(heads, static head => head.Change.After.SweptAt?.Milliseconds),
        Column(heads, static head => head.Change.After.Deleted ? 1L : 0L),
    ];

    // A text of PostgreSQL cannot hold a zero character. Columns are for lists; the truth is the journal, which escapes it.
    private static NpgsqlParameter<string?[]> Column<TRow>(TRow[] rows, Converter<TRow, string?> text) =>
        new() { TypedValue = Array.ConvertAll(rows, row => PostgresStatements.WithoutZero(text(row))) };

    private static NpgsqlParameter<TValue[]> Column<TRow, TValue>(TRow[] rows, Converter<TRow, TValue> value) => new() { TypedValue = Array.ConvertAll(rows, value) };

    /// <summary>A customer's head after the batch.</summary>
    private readonly record struct Head(CustomerChange Change, bool IsNew, bool HeadMoved);
}
