using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>What a <see cref="Cell"/> refers to and each change replaces.</summary>
internal struct CellState
{
    public Customer? Committed;
    public Customer? Latest;
    public byte[]? Hash;
    public Task<Fate>? Last;
}

/// <summary>
/// Where cells have their states: in arrays that lie side by side, away from the cells. For every old object that was changed a collection
/// goes through the objects in front of it, up to 4 KB of them, which is cold memory where many customers are changed. An array is as long
/// as that, so there is one at most; and no longer, since an array stays in memory for as long as one of its cells.
/// </summary>
internal static class CellStates
{
    private const int InArray = 128;
    private const int ArraysAtOnce = 16;

    private static readonly Lock Turn = new();
    private static readonly Stack<CellState[]> Made = [];
    private static CellState[] _current = [];
    private static int _places;

    /// <summary>A place that nobody else has, or had.</summary>
    public static (CellState[] States, int At) Take()
    {
        lock (Turn)
        {
            if (_places == 0) Begin();
            return (_current, --_places);
        }
    }

    private static void Begin()
    {
        if (Made.Count == 0)
        {
            for (var no = 0; no < ArraysAtOnce; no++) Made.Push(new CellState[InArray]);
        }

        (_current, _places) = (Made.Pop(), InArray);
    }
}
