using System.Text;
using SQLitePCL;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>One unit inside an open transaction: fences first, so that nothing collides that merely came too late.</summary>
internal sealed class UnitWriter(sqlite3 database, UsageDays days) : IDisposable
{
    private readonly HeadWriter _heads = new(database);
    private readonly CatalogWriter _catalog = new(database);

    private readonly Statement _takeClaim = new(database, """
        insert into claim (scope, kind, key, customer, expires_at) values (?, ?, ?, ?, ?)
        on conflict (scope, kind, key) do update set customer = excluded.customer, expires_at = excluded.expires_at where claim.expires_at <= ?
        """);

    private readonly Statement _freeClaim = new(database, "delete from claim where scope = ? and kind = ? and key = ?");

    private readonly Statement _append = new(database, """
        insert into journal (scope, customer, version, at, schema, body, hash, feature, value, used_at, properties, listed)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);

    private readonly Statement _appendPlain = new(database, """
        insert into journal (scope, customer, version, at, schema, body, hash) values (?, ?, ?, ?, ?, ?, ?)
        """);

    private readonly Statement _erase = new(database, "delete from journal where scope = ? and customer = ?");

    private readonly Statement _snapshot = new(database, """
        insert into snapshot (scope, customer, version, at, schema, hash, body) values (?, ?, ?, ?, ?, ?, ?)
        on conflict (scope, customer) do update
        set version = excluded.version, at = excluded.at, schema = excluded.schema, hash = excluded.hash, body = excluded.body where excluded.version > snapshot.version
        """);

    private readonly Statement _hold = new(database, """
        insert into customer_plan (scope, plan, customer, version, held) values (?, ?, ?, ?, ?)
        on conflict (scope, plan, customer, version) do update set held = held + excluded.held
        """);

    private readonly Statement _grantAlone = new(database, "insert into loose_grant (scope, feature, customer) values (?, ?, ?) on conflict do nothing");

    public Fate Write(Unit unit)
    {
        foreach (var change in unit.Changes)
        {
            if (!_heads.TryMove(change)) return new Fate(FateKind.Moved);
        }

        if (unit.Catalog is { } catalog && !_catalog.TryWrite(catalog)) return new Fate(FateKind.Moved);
        foreach (var key in unit.Frees) Name(_freeClaim, key).Run();
        foreach (var claim in unit.Takes)
        {
            if (!TryTake(claim)) return new Fate(FateKind.ClaimLost, claim.Key);
        }

        foreach (var change in unit.Changes) Write(change);
        foreach (var snapshot in unit.Snapshots) Write(snapshot);
        return Fate.Committed;
    }

    public void Dispose()
    {
        _heads.Dispose();
        _catalog.Dispose();
        _takeClaim.Dispose();
        _freeClaim.Dispose();
        _append.Dispose();
        _appendPlain.Dispose();
        _erase.Dispose();
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

    private void Write(CustomerChange change)
    {
        var key = change.After.Key;
        if (change.Erase)
        {
            _erase.Bind(change.Scope.Value).Bind(key.Value).Run();
            days.Erase(change.Scope, key);
            Write(Snapshotter.Of(change.Scope, change.After, change.Entries[^1].Hash));
        }

        foreach (var entry in change.Entries)
        {
            if (!change.Erase) Append(change.Scope, key, entry);
            foreach (var (plan, version, delta) in entry.Plans)
                _hold.Bind(change.Scope.Value).Bind(plan.Value).Bind(key.Value).Bind(version).Bind(delta).Run();
            foreach (var feature in entry.GrantedAlone)
                _grantAlone.Bind(change.Scope.Value).Bind(feature.Value).Bind(key.Value).Run();
        }
    }

    private void Append(ScopeId scope, CustomerKey key, JournalEntry entry)
    {
        var row = (entry.Usage is null ? _appendPlain : _append)
            .Bind(scope.Value).Bind(key.Value).Bind(entry.Version).Bind(entry.At.Milliseconds).Bind(JournalFormat.Schema)
            .BindText(entry.Body).BindBlob(entry.Hash);
        if (entry.Usage is { } usage)
        {
            days.Gather(scope, key, usage);
            row.Bind(usage.Feature).BindText(Encoding.UTF8.GetBytes(usage.Value.ToString())).Bind(usage.UsedAt.Milliseconds).Bind(usage.Properties?.Value).Bind(usage.Listed ? 1 : 0);
        }

        row.Run();
    }

    private void Write(SnapshotWrite snapshot) => _snapshot
        .Bind(snapshot.Scope.Value).Bind(snapshot.Key.Value).Bind(snapshot.Version).Bind(snapshot.At.Milliseconds).Bind(JournalFormat.Schema).BindBlob(snapshot.Hash).BindText(snapshot.Body)
        .Run();
}
