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
/// goes through the objects in front of it, up to 4 KB of them, which is cold memory where many customers are changed. In front of a state
/// there are a few arrays. They are small, since an array stays in memory as long as one of its cells.
/// </summary>
internal static class CellStates
{
    private const int InArray = 128;
    private const int ArraysAtOnce = 16;

    private static readonly Lock Turn = new();
    private static readonly CellState[]?[] Made = new CellState[ArraysAtOnce][];
    private static int _arrays;
    private static int _places;

    /// <summary>A place that nobody else has, or had.</summary>
    public static (CellState[] States, int At) Take()
    {
        lock (Turn)
        {
            if (_places == 0)
            {
                if (_arrays > 0) Made[--_arrays] = null;
                if (_arrays == 0)
                {
                    for (; _arrays < ArraysAtOnce; _arrays++) Made[_arrays] = new CellState[InArray];
                }

                _places = InArray;
            }

            return (Made[_arrays - 1]!, --_places);
        }
    }
}
