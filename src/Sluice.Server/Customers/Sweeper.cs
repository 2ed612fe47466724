using Sluice.Core;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>
/// Sends a tick to every customer with something due, so that resets and expiries are stored also when nobody asks, and
/// drops claims that have run out, and erases what sandboxes left that were reset or removed. Answers never depend on it: every read and every command brings a customer up to date
/// by itself, and a claim that has run out holds nothing.
/// </summary>
internal sealed partial class Sweeper(
    IStore store, ITenantStore tenants, IOperatorStore operators, IBacklogStore backlog, CommandRunner runner, ScopeDirectory scopes, Freshness freshness, ClockWatch clock, TimeProvider time, ILogger<Sweeper> log) : BackgroundService
{
    private const int Page = 500;
    private const int ErasedAtOnce = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A page is stored well within it; what was not is taken again, by whichever node comes.
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        var wentBack = false;
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            if (clock.HasLeapt) ClockLeapt(clock.Off);
            wentBack |= clock.WentBack();
            try
            {
                if (wentBack) await backlog.PullIn(Instant.Of(time.GetUtcNow()));
                wentBack = false;
                if (!clock.HasLeapt) await Sweep(Instant.Of(time.GetUtcNow()), stopping);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                SweepFailed(failure);
            }
        }
    }

    /// <summary>Everything that is due by now, once.</summary>
    internal async Task Sweep(Instant now, CancellationToken stopping)
    {
        while (await SweepPage(now) == Page && !stopping.IsCancellationRequested)
        {
        }

        while (await store.DropExpiredClaims(now, Page) == Page && !stopping.IsCancellationRequested)
        {
        }

        // What was reset or removed goes a little at a time, so that commits are not held up.
        while (await tenants.EraseSomeEnded(ErasedAtOnce, now) && !stopping.IsCancellationRequested) await Task.Yield();
        await operators.SweepSecrets(now);
    }

    private async Task<int> SweepPage(Instant now)
    {
        var due = await store.LeaseDueCustomers(now, now.Plus(LeaseTime), Page);
        if (due.Any(one => scopes.Find(one.Scope) is null)) await freshness.Look();
        var swept = 0;
        foreach (var (scopeId, key) in due)
        {
            if (scopes.Find(scopeId) is not { } scope) continue;
            try
            {
                var ran = await runner.Run(scope, [new Addressed(key, new Command.Tick())], [], now);
                if (ran.End is RunEnd.Overloaded or RunEnd.StoreFailed) return 0;
                swept++;
            }
            catch (InvariantViolation failure)
            {
                // One that is broken must not keep the others waiting.
                CustomerFailed(key.Value, failure);
            }
        }

        return swept;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "What is due of customer {Customer} failed; the others go on.")]
    private partial void CustomerFailed(long customer, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The wall clock moved by {By} against the monotonic clock. Nothing due is swept until it is right again or Sluice is restarted; answers go by the wall clock.")]
    private partial void ClockLeapt(TimeSpan by);

    [LoggerMessage(Level = LogLevel.Error, Message = "Sweeping due customers failed; it is tried again.")]
    private partial void SweepFailed(Exception failure);
}
