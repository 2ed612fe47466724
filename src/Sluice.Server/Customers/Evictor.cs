using Sluice.Server.Tenants;

namespace Sluice.Server.Customers;

/// <summary>
/// Keeps memory bounded: when more customers are in it than are to be, those that were not used lately go, until they are
/// asked for again. A customer with a change on its way stays. Which go is told as a clock tells it: a hand goes round, takes
/// the mark of use off whom it meets, and sends away who has none.
/// </summary>
internal sealed partial class Evictor(ScopeDirectory scopes, Settings settings, TimeProvider time, ILogger<Evictor> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                Evict(stopping);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Failed(failure);
            }
        }
    }

    // A tenth more than needed goes at once, so that it need not be done for every newcomer.
    private void Evict(CancellationToken stopping)
    {
        var all = scopes.All.ToList();
        var count = all.Sum(static scope => (long)scope.Cells.Count);
        if (count <= settings.CustomersInMemory) return;
        var target = settings.CustomersInMemory - (settings.CustomersInMemory / 10);
        for (var round = 0; round < 2 && count > target; round++)
        {
            foreach (var scope in all)
            {
                foreach (var (_, cell) in scope.Cells)
                {
                    if (count <= target || stopping.IsCancellationRequested) return;
                    if (cell.WasUsed) cell.WasUsed = false;
                    else if (TryEvict(scope, cell)) count--;
                }
            }
        }
    }

    // Under the gate nobody decides on it; who waits for the gate finds it dropped and loads it again.
    private static bool TryEvict(Scope scope, Cell cell)
    {
        lock (cell.Gate)
        {
            if (cell.Committed is not { } committed || !ReferenceEquals(committed, cell.Latest_NeedsGate) || cell.Last_NeedsGate is { IsCompleted: false }) return false;
            CustomerDirectory.Drop(scope, cell, committed.Profile.Id);
            return true;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Taking customers out of memory failed; it is tried again.")]
    private partial void Failed(Exception failure);
}
