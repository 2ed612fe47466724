using System.Data.Common;
using Sluice.Core;
using Sluice.Server.Operations;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>
/// Lets usage and what else the journal says go when it is older than the settings say, once for every day: a checkpoint
/// takes its place. And sees that the journal has its months. Answers about the present never depend on it.
/// </summary>
internal sealed partial class Retention(
    Settings settings, IRetentionStore store, ScopeDirectory scopes, Freshness freshness, Measures measures, ClockWatch clock, TimeProvider time, ILogger<Retention> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Pause, time);
        do
        {
            // What is dropped by a wrong clock does not come back. The sweeper tells of it.
            if (clock.HasLeapt) continue;
            try
            {
                var now = Instant.Of(time.GetUtcNow());
                if (!await store.KeepMonths(now)) MonthsPutOff();
                await Retire(now, stopping);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Failed(failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    /// <summary>Everything that is too old by now, unless it has been done; a little at a time, so that commits are not held up.</summary>
    internal async Task Retire(Instant now, CancellationToken stopping)
    {
        if (settings.KeepUsageDays is not { } days) return;
        var before = Day.Start(Day.Of(now) - days);
        if (await store.RetiredBefore() >= before) return;
        await using var turn = await store.TakeRetention();
        if (turn is null) return;
        await freshness.Look();
        var all = 0L;
        await foreach (var some in store.FindOld(before, TermsOf).WithCancellation(stopping))
        {
            if (stopping.IsCancellationRequested) return;
            var gone = await store.Retire(await Prepared(some));
            measures.Retired(gone);
            all += gone;
        }

        await store.EndRetention(before);
        if (all > 0) Retired(all, before);
    }

    private Terms? TermsOf(ScopeId scope) => scopes.Find(scope) is { } found ? found.ResolveTerms : null;

    private async ValueTask<List<Retirement>> Prepared(IReadOnlyList<OldEntries> some)
    {
        var prepared = new List<Retirement>();
        foreach (var old in some)
        {
            try
            {
                if (TermsOf(old.Scope) is { } terms && await store.Prepare(old, terms) is { } one) prepared.Add(one);
            }
            catch (Exception broken) when (broken is not (DbException or IOException))
            {
                // Nothing of a journal that does not add up is taken away: "verify" says more.
                NotRetired(broken, old.Key);
            }
        }

        return prepared;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Entries} entries of the journal from before {Before} were let go.")]
    private partial void Retired(long entries, Instant before);

    [LoggerMessage(Level = LogLevel.Error, Message = "The old entries of {Customer} are kept, as they do not add up.")]
    private partial void NotRetired(Exception broken, CustomerKey customer);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The journal was in use for too long to add a month to it; it is tried again in an hour.")]
    private partial void MonthsPutOff();

    [LoggerMessage(Level = LogLevel.Error, Message = "Letting old entries go failed; it is tried again.")]
    private partial void Failed(Exception failure);
}
