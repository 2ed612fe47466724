using System.Runtime.InteropServices;
using Customer = (int Scope, long Key);

namespace Sluice.Storage;

/// <summary>What a journal row says to who gathers it; what else it may have is copied from the journal.</summary>
/// <param name="Feature">Its place in a list of names; -1 = no usage.</param>
internal readonly record struct WaitingRow(JournalEnd End, long UsedAt = 0, int Feature = -1, decimal Value = 0, bool HasMore = false)
{
    public bool IsUsage => Feature >= 0;
}

/// <summary>
/// Journal rows that are not gathered yet, by customer. They are plain numbers in one array, each customer's a chain in it: a
/// collection would follow hundreds of thousands of objects for as long as they wait.
/// </summary>
internal sealed class WaitingRows
{
    private const int None = -1;

    private readonly Dictionary<Customer, (int Last, int Count)> _chains = [];
    private (WaitingRow Row, int Before)[] _rows = new (WaitingRow, int)[1_024];
    private int _used;
    private int _free = None;

    /// <summary>Of all customers.</summary>
    public int Count { get; private set; }

    public Dictionary<Customer, (int Last, int Count)>.KeyCollection Customers => _chains.Keys;

    /// <summary>Where the customer's journal ends; null when none of its rows waits.</summary>
    public JournalEnd? EndOf(Customer of) => _chains.TryGetValue(of, out var chain) ? _rows[chain.Last].Row.End : null;

    /// <summary>Gives how many of the customer's rows wait now.</summary>
    public int Add(Customer of, WaitingRow row)
    {
        ref var chain = ref CollectionsMarshal.GetValueRefOrAddDefault(_chains, of, out var had);
        var place = Place();
        _rows[place] = (row, had ? chain.Last : None);
        chain = (place, chain.Count + 1);
        Count++;
        return chain.Count;
    }

    /// <summary>Takes all of a customer's rows out.</summary>
    /// <param name="into">Gets them, oldest first; what was in it goes.</param>
    public void Take(Customer of, List<WaitingRow> into)
    {
        into.Clear();
        if (!_chains.Remove(of, out var chain)) return;
        for (var place = chain.Last; place != None;)
        {
            ref var row = ref _rows[place];
            into.Add(row.Row);
            (place, row.Before, _free) = (row.Before, _free, place);
        }

        into.Reverse();
        Count -= chain.Count;
    }

    public void Clear()
    {
        _chains.Clear();
        (Count, _used, _free) = (0, 0, None);
    }

    private int Place()
    {
        if (_free != None)
        {
            var place = _free;
            _free = _rows[place].Before;
            return place;
        }

        if (_used == _rows.Length) Array.Resize(ref _rows, 2 * _used);
        return _used++;
    }
}
