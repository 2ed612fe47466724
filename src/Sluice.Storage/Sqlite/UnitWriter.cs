using System.Text;
using SQLitePCL;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>One unit inside an open transaction: fences first, so that nothing collides that merely came too late.</summary>
internal sealed class UnitWriter(sqlite3 database, Gatherer gatherer, long lastNo) : IDisposable
{
    private readonly MessageWriter _messages = new(database);
    private readonly List<long> _before = [];
    private readonly HeadWriter _heads = new(database, gatherer);
    private readonly CatalogVersions _catalogs = new(database);
    private readonly CatalogWriter _catalog = new(new Statements(database));
    private readonly EntityWriter _entities = new(new Statements(database));
    private readonly InvoiceWriter _invoices = new(new Statements(database));
    private readonly RewardWriter _rewards = new(new Statements(database));
    private readonly CodeUses _codes = new(database);

    private readonly Statement _takeClaim = new(database, """
        insert into claim (scope, kind, key, customer, expires_at) values (?, ?, ?, ?, ?)
        on conflict (scope, kind, key) do update set customer = excluded.customer, expires_at = excluded.expires_at where claim.expires_at <= ?
        """);

    private readonly Statement _freeClaim = new(database, "delete from claim where scope = ? and kind = ? and key = ?");

    private readonly Statement _append = new(database, """
        insert into journal (no, prev, scope, customer, version, at, schema, body, hash, feature, value, used_at, properties, listed, entity)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);

    private readonly Statement _appendPlain = new(database, """
        insert into journal (no, prev, scope, customer, version, at, schema, body, hash) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);

    private readonly Statement _erase = new(database, """
        with recursive chain (no, prev) as (
            select no, prev from journal where no = ?
            union all
            select j.no, j.prev from chain c join journal j on j.no = c.prev)
        delete from journal where no in (select no from chain)
        """);

    private readonly Statement _eraseUsage = new(database, "delete from usage where scope = ? and customer = ?");

    private readonly Statement _eraseDays = new(database, "delete from usage_day where scope = ? and customer = ?");

    private readonly Statement _eraseCheckpoint = new(database, "delete from checkpoint where scope = ? and customer = ?");

    private readonly Statement _snapshot = new(database, """
        insert into snapshot (scope, customer, version, schema, hash, body) values (?, ?, ?, ?, ?, ?)
        on conflict (scope, customer) do update
        set version = excluded.version, schema = excluded.schema, hash = excluded.hash, body = excluded.body where excluded.version > snapshot.version
        """);

    private readonly Statement _hold = new(database, """
        insert into plan_holder (scope, plan, customer, version, entity, held) values (?, ?, ?, ?, ?, ?)
        on conflict (scope, plan, customer, version, entity) do update set held = held + excluded.held
        """);

    private readonly Statement _grantAlone = new(database, "insert into loose_grant (scope, feature, customer) values (?, ?, ?) on conflict do nothing");

    /// <summary>The last number given to a journal row; numbers of units that lost stay unused.</summary>
    public long LastNo { get; private set; } = lastNo;

    /// <summary>A pass over a batch begins, in a transaction of its own.</summary>
    public void Begin()
    {
        _catalogs.Forget();
        gatherer.Begin();
    }

    public Fate Write(Unit unit)
    {
        // Every entry gets its row's number here, so that heads and rows can name one another.
        _before.Clear();
        var firstNo = LastNo + 1;
        if (unit.CatalogVersion is { } decidedOn && !_catalogs.Is(unit.Changes[0].Scope, decidedOn)) return new Fate(FateKind.Moved);
        foreach (var moved in unit.Changes)
        {
            LastNo += moved.Entries.Length;
            if (_heads.TryMove(moved, moved.Erase ? 0 : LastNo) is not { } before) return new Fate(FateKind.Moved);
            _before.Add(before);
        }

        if (unit.Catalog is { } change && !_catalogs.TryMove(change)) return new Fate(FateKind.Moved);
        foreach (var key in unit.Frees) Name(_freeClaim, key).Run();
        foreach (var claim in unit.Takes)
        {
            if (!TryTake(claim)) return new Fate(FateKind.ClaimLost, claim.Key);
        }

        foreach (var use in unit.Uses)
        {
            if (!_codes.TryUse(use)) return new Fate(FateKind.UsedUp, UsedUp: use.Key);
        }

        if (unit.Catalog is { } catalog) _catalog.Write(catalog);
        for (var at = 0; at < unit.Changes.Length; at++)
        {
            Write(unit.Changes[at], firstNo, _before[at]);
            firstNo += unit.Changes[at].Entries.Length;
        }

        foreach (var message in unit.Messages) _messages.Write(message);
        foreach (var snapshot in unit.Snapshots) Write(snapshot);
        return Fate.Committed;
    }

    public void Dispose()
    {
        _messages.Dispose();
        _heads.Dispose();
        _catalogs.Dispose();
        _catalog.Dispose();
        _entities.Dispose();
        _invoices.Dispose();
        _rewards.Dispose();
        _codes.Dispose();
        _takeClaim.Dispose();
        _freeClaim.Dispose();
        _append.Dispose();
        _appendPlain.Dispose();
        _erase.Dispose();
        _eraseUsage.Dispose();
        _eraseDays.Dispose();
        _eraseCheckpoint.Dispose();
        _snapshot.Dispose();
        _hold.Dispose();
        _grantAlone.Dispose();
    }

    private static Statement Name(Statement statement, ClaimKey key) => statement.Bind(key.Scope.Value).Bind((long)key.Kind).Bind(key.Key);

    private bool TryTake(Claim claim) => Name(_takeClaim, claim.Key)
        .Bind(claim.Customer?.Value)
        .Bind(claim.ExpiresAt?.Milliseconds)
        .Bind(claim.TakenAt.Milliseconds)
        .Run() == 1;

    /// <param name="no">The number of the first entry's row.</param>
    /// <param name="before">The customer's row before it.</param>
    private void Write(CustomerChange change, long no, long before)
    {
        var key = change.After.Key;
        if (change.Erase) Erase(change, before);
        var isComplete = HeadWriter.IsComplete(change);
        foreach (var entry in change.Entries)
        {
            if (!change.Erase) Append(change.Scope, key, entry, no, before, isComplete);
            before = no++;
            foreach (var (plan, version, entity, delta) in entry.Plans)
                _hold.Bind(change.Scope.Value).Bind(plan.Value).Bind(key.Value).Bind(version).Bind(entity?.Value ?? 0).Bind(delta).Run();
            foreach (var feature in entry.GrantedAlone)
                _grantAlone.Bind(change.Scope.Value).Bind(feature.Value).Bind(key.Value).Run();
            foreach (var entity in entry.Entities)
                _entities.Write(change.Scope, key, entity);
            foreach (var invoice in entry.Invoices)
                _invoices.Write(change.Scope, key, invoice, entry.At, change.WrittenAt ?? entry.At);
            foreach (var refund in entry.Refunds)
                _invoices.Write(change.Scope, key, refund, change.WrittenAt ?? entry.At);
            foreach (var license in entry.Licenses)
                _entities.Write(change.Scope, key, license, entry.At);
            foreach (var referral in entry.Referrals)
                _rewards.Write(change.Scope, key, referral, entry.At);
        }
    }

    private void Erase(CustomerChange change, long before)
    {
        var key = change.After.Key;
        _erase.Bind(before).Run();
        _eraseUsage.Bind(change.Scope.Value).Bind(key.Value).Run();
        _eraseDays.Bind(change.Scope.Value).Bind(key.Value).Run();
        _eraseCheckpoint.Bind(change.Scope.Value).Bind(key.Value).Run();
        _entities.Erase(change.Scope, key);
        _rewards.Erase(change.Scope, key);
        Write(Snapshotter.Of(change.Scope, change.After, change.Entries[^1].Hash));
    }

    private void Append(ScopeId scope, CustomerKey key, JournalEntry entry, long no, long before, bool isGathered)
    {
        var row = (entry.Usage is null ? _appendPlain : _append)
            .Bind(no).Bind(before).Bind(scope.Value).Bind(key.Value).Bind(entry.Version).Bind(entry.At.Milliseconds).Bind(JournalFormat.Schema)
            .BindText(entry.Body).BindBlob(entry.Hash);
        if (entry.Usage is { } used)
        {
            row.Bind(used.Feature).BindText(Encoding.UTF8.GetBytes(used.Value.ToString())).Bind(used.UsedAt.Milliseconds).Bind(used.Properties?.Value).Bind(used.Listed ? 1 : 0).Bind(used.Entity);
        }

        row.Run();
        if (!isGathered) gatherer.Appended(scope, key, no, entry);
    }

    private void Write(SnapshotWrite snapshot) => _snapshot
        .Bind(snapshot.Scope.Value).Bind(snapshot.Key.Value).Bind(snapshot.Version).Bind(JournalFormat.Schema).BindBlob(snapshot.Hash).BindText(snapshot.Body)
        .Run();
}
