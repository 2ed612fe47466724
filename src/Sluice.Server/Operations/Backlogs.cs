using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Operations;

/// <summary>Asks the store now and then what waits, so that whoever looks need not.</summary>
internal sealed partial class Backlogs(IBacklogStore store, TelemetrySettings settings, TimeProvider time, ILogger<Backlogs> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private volatile Seen? _last;

    /// <summary>What waited a moment ago; null when the store could not say.</summary>
    public Seen? Last => _last;

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        if (!settings.AnyoneListens) return;
        using var timer = new PeriodicTimer(Pause, time);
        do
        {
            try
            {
                var now = Instant.Of(time.GetUtcNow());
                _last = new Seen(await store.Backlog(now), now);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                _last = null;
                NotSeen(failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    /// <param name="At">When it was asked.</param>
    internal sealed record Seen(Backlog Backlog, Instant At)
    {
        /// <summary>In seconds; 0 when nothing is due.</summary>
        public double Late(Instant? since) => since is { } due ? Math.Max(0, At.Milliseconds - due.Milliseconds) / 1000d : 0;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What waits could not be counted; the metrics leave it out until it can.")]
    private partial void NotSeen(Exception failure);
}
