using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Server.Tenants;
using Sluice.Server.Webhooks;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>What one customer becomes through a unit, and what memory must do about it.</summary>
/// <param name="IdBefore">The caller's id before the unit; differs from the one after when it was renamed or deleted.</param>
internal readonly record struct CellChange(Cell Cell, Customer After, string? IdBefore, long JournalBytes);

/// <summary>The unit of one or more customers: publishes when committed, drops memory when not.</summary>
internal sealed class CustomersUnit(Scope scope, ImmutableArray<CellChange> cells, SnapshotWriter snapshots, Outbox outbox, Turns turns) : Unit
{
    protected override bool Stands()
    {
        foreach (var change in cells)
        {
            if (change.Cell.Dropped) return false;
        }

        return true;
    }

    protected override void OnSettled(Fate fate)
    {
        foreach (var change in cells)
        {
            if (fate.IsCommitted) Publish(change);
            else CustomerDirectory.Drop(scope, change.Cell, change.IdBefore, change.After.Profile.Id);
        }

        if (fate.Contended || fate.Kind == FateKind.Moved)
        {
            foreach (var change in cells) turns.Met(scope, change.Cell.Key, fate);
        }

        if (fate.IsCommitted && !Messages.IsEmpty) outbox.Ring();
    }

    private void Publish(CellChange change)
    {
        var (cell, after, idBefore, bytes) = change;
        cell.Publish(after, Settled);
        if (after.Deleted)
        {
            CustomerDirectory.Drop(scope, cell, idBefore);
            return;
        }

        if (after.Profile.Id is { } id && id != idBefore)
        {
            scope.CellsById[id] = cell;
            if (idBefore is not null) scope.CellsById.TryRemove(KeyValuePair.Create(idBefore, cell));
        }

        cell.TailBytes += bytes;
        if (Snapshotter.SnapshotDue(cell.TailBytes, cell.SnapshotBytes)) snapshots.Due(scope, cell);
    }
}

/// <summary>A unit without customers: idempotency keys of requests that changed nothing.</summary>
internal sealed class ClaimsUnit : Unit
{
    protected override bool Stands() => true;

    protected override void OnSettled(Fate fate)
    {
    }
}
