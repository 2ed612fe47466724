using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>When a snapshot is worth writing, and what it is.</summary>
public static class Snapshotter
{
    private const long AtLeast = 64 * 1024;

    /// <summary>
    /// True when the tail outweighs the last snapshot: loading then reads at most twice the state or 64 KB, and the bytes
    /// of snapshots written never exceed the bytes of journal.
    /// </summary>
    public static bool SnapshotDue(long tailBytes, long snapshotBytes) => tailBytes > Math.Max(AtLeast, snapshotBytes);

    /// <param name="customer">A committed state.</param>
    /// <param name="hash">Of the entry that led to it.</param>
    public static SnapshotWrite Of(ScopeId scope, Customer customer, byte[] hash) =>
        new(scope, customer.Key, customer.Version, customer.LastMoment, hash, JournalFormat.WriteState(customer));
}

/// <summary>A snapshot as a unit of its own. It is a cache: what becomes of it matters to nobody.</summary>
public sealed class SnapshotUnit : Unit
{
    public SnapshotUnit(ImmutableArray<SnapshotWrite> snapshots) => Snapshots = snapshots;

    protected internal override bool Stands() => true;

    protected internal override void OnSettled(Fate fate)
    {
    }
}
