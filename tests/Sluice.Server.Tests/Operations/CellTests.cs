using System.Runtime.CompilerServices;
using Sluice.Core;
using Sluice.Server.Customers;
using Sluice.Storage;

namespace Sluice.Server.Tests.Operations;

/// <summary>A cell's state lies in an array with those of other cells.</summary>
public sealed class CellTests
{
    private static readonly Task<Fate> OnItsWay = new TaskCompletionSource<Fate>().Task;

    [Fact]
    public void Cells_do_not_see_each_others_states()
    {
        var cells = Enumerable.Range(1, 5_000).Select(static key => new Cell(new CustomerKey(key))).ToList();
        foreach (var cell in cells) cell.Decided_NeedsGate(Known(cell.Key), BitConverter.GetBytes(cell.Key.Value), OnItsWay);
        foreach (var cell in cells.Where(static cell => cell.Key.Value % 2 == 0)) cell.Publish(cell.Latest_NeedsGate!, OnItsWay);
        foreach (var cell in cells.Where(static cell => cell.Key.Value % 3 == 0)) cell.Drop();
        foreach (var cell in cells)
        {
            var (published, dropped) = (cell.Key.Value % 2 == 0, cell.Key.Value % 3 == 0);
            Assert.Equal(published ? cell.Key : null, cell.Committed?.Key);
            Assert.Equal(dropped, cell.Dropped);
            Assert.Equal(dropped ? null : cell.Key, cell.Latest_NeedsGate?.Key);
            Assert.Equal(dropped || published ? null : OnItsWay, cell.Last_NeedsGate);
            if (!dropped) Assert.Equal(BitConverter.GetBytes(cell.Key.Value), cell.Hash_NeedsGate);
        }
    }

    [Fact]
    public void What_a_dropped_cell_held_goes_though_its_neighbours_stay()
    {
        var stays = new Cell(new CustomerKey(1));
        var gone = DroppedAmong(stays);
        for (var tries = 0; tries < 10 && gone.Exists(static state => state.IsAlive); tries++) GC.Collect();
        Assert.DoesNotContain(gone, static state => state.IsAlive);
        GC.KeepAlive(stays);
    }

    // In a method of its own, so that nothing on the stack holds on to them.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> DroppedAmong(Cell stays)
    {
        var states = new List<WeakReference>();
        for (var no = 1; no <= 50; no++)
        {
            var cell = new Cell(new CustomerKey(stays.Key.Value + no));
            var (committed, latest) = (Known(cell.Key), Known(cell.Key));
            cell.Publish(committed, OnItsWay);
            cell.Decided_NeedsGate(latest, [1], OnItsWay);
            cell.Drop();
            states.AddRange([new WeakReference(committed), new WeakReference(latest)]);
        }

        return states;
    }

    private static Customer Known(CustomerKey key) => new(key, 1, default, default, new Profile("c"), Holdings.None, EntityBook.Empty, HoldBook.Empty, 1, Deleted: false);
}
