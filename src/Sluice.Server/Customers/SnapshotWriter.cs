using System.Threading.Channels;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>
/// Writes snapshots outside the hot path: a customer whose journal tail has outgrown its last snapshot is written whole,
/// so that loading it stays short. A snapshot is a cache; losing one loses nothing.
/// </summary>
internal sealed class SnapshotWriter(Committer committer) : BackgroundService
{
    private readonly Channel<(Scope Scope, Cell Cell)> _due = Channel.CreateBounded<(Scope, Cell)>(
        new BoundedChannelOptions(1_024) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>On the committer's thread; dropped when too many wait, and said again by the next commit.</summary>
    public void Due(Scope scope, Cell cell) => _due.Writer.TryWrite((scope, cell));

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        while (await _due.Reader.WaitToReadAsync(stopping)) await WriteDue();
    }

    /// <summary>Those that are due by now.</summary>
    internal async Task WriteDue()
    {
        while (_due.Reader.TryRead(out var due))
        {
            var (scope, cell) = due;
            if (!Snapshotter.SnapshotDue(cell.TailBytes, cell.SnapshotBytes)) continue;
            if (!committer.TryReserve(out var reserved)) continue;
            using var place = reserved;
            if (Latest(cell) is not var (customer, hash)) continue;
            var unit = new CellSnapshot(cell, Snapshotter.Of(scope.Id, customer, hash));
            committer.Enqueue(unit);
            await unit.Settled;
        }
    }

    private static (Core.Customer Customer, byte[] Hash)? Latest(Cell cell)
    {
        lock (cell.Gate) return cell.Latest_NeedsGate is { } latest ? (latest, cell.Hash_NeedsGate) : null;
    }

    private sealed class CellSnapshot : Unit
    {
        private readonly Cell _cell;

        public CellSnapshot(Cell cell, SnapshotWrite snapshot)
        {
            _cell = cell;
            Snapshots = [snapshot];
        }

        // Taken of the latest state: if a unit before it failed, so does this; in the same commit by LeftOut.
        protected override bool Stands() => !_cell.Dropped;

        protected override void OnSettled(Fate fate)
        {
            if (!fate.IsCommitted) return;
            _cell.TailBytes = 0;
            _cell.SnapshotBytes = Snapshots[0].Body.Length;
        }
    }
}
