using System.Runtime.InteropServices;
using Customer = (int Scope, long Key);

namespace Sluice.Storage;

/// <summary>Gives customers in the order of the tables, each part put in order when its turn comes: all at once would hold up a commit.</summary>
internal sealed class InOrder
{
    // Not worth dividing further.
    private const int Few = 256;

    private static readonly Comparison<Customer> Compare = static (a, b) => a.Scope == b.Scope ? a.Key.CompareTo(b.Key) : a.Scope.CompareTo(b.Scope);

    // What was given, what is in order, and the ends of parts: nothing in a part comes before anything of the parts in front of it.
    private readonly List<Customer> _all = [];
    private readonly Stack<int> _ends = [];
    private int _given;
    private int _ordered;

    public bool IsEmpty => _given == _all.Count;

    /// <param name="customers">Each once.</param>
    public void Begin(ICollection<Customer> customers)
    {
        _all.Clear();
        _all.AddRange(customers);
        (_given, _ordered) = (0, 0);
        _ends.Clear();
        _ends.Push(_all.Count);
    }

    public Customer Next()
    {
        if (_given == _ordered) OrderPart();
        return _all[_given++];
    }

    private void OrderPart()
    {
        var all = CollectionsMarshal.AsSpan(_all);
        while (_ends.Peek() - _given > Few) _ends.Push(_given + Divide(all[_given.._ends.Peek()]));
        var end = _ends.Pop();
        all[_given..end].Sort(Compare);
        _ordered = end;
    }

    // Gives where the second of two parts begins, neither of them empty.
    private static int Divide(Span<Customer> part)
    {
        var middle = part[(part.Length - 1) / 2];
        for (int from = 0, to = part.Length - 1; ; from++, to--)
        {
            while (Compare(part[from], middle) < 0) from++;
            while (Compare(part[to], middle) > 0) to--;
            if (from >= to) return to + 1;
            (part[from], part[to]) = (part[to], part[from]);
        }
    }
}
