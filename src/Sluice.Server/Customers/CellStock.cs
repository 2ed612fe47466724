using Sluice.Core;

namespace Sluice.Server.Customers;

/// <summary>
/// Makes cells many at a time, so that they lie side by side in memory. A collection goes through what lies in front of every old
/// object that was changed, and changed are nothing but cells: with a million customers it stands still a third less for it.
/// </summary>
internal static class CellStock
{
    private const int AtOnce = 1024;

    private static readonly Lock Turn = new();
    private static readonly Cell?[] Made = new Cell?[AtOnce];
    private static int _left;

    /// <summary>A cell that nobody else has.</summary>
    public static Cell Take(CustomerKey key)
    {
        lock (Turn)
        {
            if (_left == 0)
            {
                for (; _left < AtOnce; _left++) Made[_left] = new Cell();
            }

            var cell = Made[--_left]!;
            Made[_left] = null;
            cell.Key = key;
            return cell;
        }
    }
}
