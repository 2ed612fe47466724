using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>
/// One customer in memory. <see cref="Latest"/> is what changes are decided on, under the gate; <see cref="Committed"/>
/// is what a crash cannot take back, and all that a plain read may show.
/// </summary>
internal sealed class Cell
{
    private volatile Customer? _committed;
    private volatile bool _dropped;
    private Task<Fate>? _last;

    /// <summary>Given once, by <see cref="CellStock"/>, which makes all cells.</summary>
    public CustomerKey Key { get; set; }

    /// <summary>Guards everything that ends in _NeedsGate. Never held over an await.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Null until the unit that creates the customer is committed.</summary>
    public Customer? Committed => _committed;

    /// <summary>No longer the truth: a unit failed or the customer is gone. Who finds this starts over.</summary>
    public bool Dropped => _dropped;

    public Customer? Latest_NeedsGate { get; set; }

    /// <summary>Hash of the last journal entry decided.</summary>
    public byte[] Hash_NeedsGate { get; set; } = JournalFormat.FirstHash;

    /// <summary>The fate of the last unit queued; what is decided on its state must wait for it. Null when it is committed. Not the unit: what it wrote would stay in memory.</summary>
    public Task<Fate>? Last_NeedsGate
    {
        get => _last;
        set => _last = value;
    }

    /// <summary>Somebody asked for it since the <see cref="Evictor"/> was last here.</summary>
    public bool WasUsed { get; set; } = true;

    /// <summary>Bytes of journal since the last snapshot, and that snapshot's size. Touched by the committer's thread only.</summary>
    public long TailBytes { get; set; }

    public long SnapshotBytes { get; set; }

    public static Cell Loaded(StoredCustomer stored)
    {
        var cell = CellStock.Take(stored.Customer.Key);
        cell._committed = stored.Customer;
        (cell.Latest_NeedsGate, cell.Hash_NeedsGate) = (stored.Customer, stored.Hash);
        (cell.TailBytes, cell.SnapshotBytes) = (stored.TailBytes, stored.SnapshotBytes);
        return cell;
    }

    /// <summary>On the committer's thread, without the gate.</summary>
    public void Publish(Customer committed, Task<Fate> by)
    {
        _committed = committed;
        Interlocked.CompareExchange(ref _last, null, by);
    }

    public void Drop() => _dropped = true;
}
