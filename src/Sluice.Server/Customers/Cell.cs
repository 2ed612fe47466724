using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>
/// One customer in memory. <see cref="Latest_NeedsGate"/> is what changes are decided on; <see cref="Committed"/>
/// is what a crash cannot take back, and all that a plain read may show.
/// </summary>
internal sealed class Cell
{
    private readonly CellState[] _states;
    private readonly int _at;
    private volatile Customer? _committedWhenDropped;
    private volatile bool _dropped;

    /// <summary>Of a customer that is being created.</summary>
    public Cell(CustomerKey key)
    {
        Key = key;
        (_states, _at) = CellStates.Take();
        State.Hash = JournalFormat.FirstHash;
    }

    public CustomerKey Key { get; }

    /// <summary>Guards everything that ends in _NeedsGate. Never held over an await.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Null until the unit that creates the customer is committed.</summary>
    public Customer? Committed => Volatile.Read(ref State.Committed) ?? _committedWhenDropped;

    /// <summary>No longer the truth: a unit failed or the customer is gone. Who finds this starts over.</summary>
    public bool Dropped => _dropped;

    /// <summary>Null when it was dropped.</summary>
    public Customer? Latest_NeedsGate => State.Latest;

    /// <summary>Hash of the last journal entry decided.</summary>
    public byte[] Hash_NeedsGate => State.Hash ?? throw new InvariantViolation("a customer that was dropped is decided on");

    /// <summary>The fate of the last unit queued; what is decided on its state must wait for it. Null when it is committed. Not the unit: what it wrote would stay in memory.</summary>
    public Task<Fate>? Last_NeedsGate => Volatile.Read(ref State.Last);

    /// <summary>Somebody asked for it since the <see cref="Evictor"/> was last here.</summary>
    public bool WasUsed { get; set; } = true;

    /// <summary>Bytes of journal since the last snapshot, and that snapshot's size. Touched by the committer's thread only.</summary>
    public long TailBytes { get; set; }

    public long SnapshotBytes { get; set; }

    private ref CellState State => ref _states[_at];

    public static Cell Loaded(StoredCustomer stored)
    {
        var cell = new Cell(stored.Customer.Key) { TailBytes = stored.TailBytes, SnapshotBytes = stored.SnapshotBytes };
        cell.State = new CellState { Committed = stored.Customer, Latest = stored.Customer, Hash = stored.Hash };
        return cell;
    }

    /// <summary>What was decided and is queued.</summary>
    public void Decided_NeedsGate(Customer latest, byte[] hash, Task<Fate> by)
    {
        ref var state = ref State;
        (state.Latest, state.Hash) = (latest, hash);
        Volatile.Write(ref state.Last, by);
    }

    /// <summary>On the committer's thread, without the gate.</summary>
    public void Publish(Customer committed, Task<Fate> by)
    {
        ref var state = ref State;
        Volatile.Write(ref state.Committed, committed);
        Interlocked.CompareExchange(ref state.Last, null, by);
    }

    /// <summary>Its place refers to nothing from here on, since the array stays for the sake of other cells.</summary>
    public void Drop()
    {
        lock (Gate)
        {
            if (_dropped) return;
            _dropped = true;
            ref var state = ref State;
            _committedWhenDropped = state.Committed;
            (state.Latest, state.Hash, state.Last) = (null, null, null);
            Volatile.Write(ref state.Committed, null);
        }
    }
}
