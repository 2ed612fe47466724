using System.Collections.Concurrent;
using System.Security.Cryptography;
using Sluice.Core;
using Sluice.Server.Customers;
using Sluice.Storage;

namespace Sluice.Server.Webhooks;

/// <summary>
/// Sends what is due. One loop settles what has ended, leases what there is room for and sends it side by side; of one
/// customer at one endpoint never more than one message is on its way. It sleeps until the bell rings: a message was
/// committed, an attempt has ended, or a second has gone by.
/// </summary>
internal sealed partial class Dispatcher(IWebhookStore store, Outbox outbox, Sender sender, ClockWatch clock, TimeProvider time, ILogger<Dispatcher> log) : BackgroundService
{
    /// <summary>How long a message is kept after it was written, unless it is pending.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(30);

    private const int Most = 256;
    private const int MostOfOne = 16;
    private const int SweptAtOnce = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromMinutes(10);

    // What is on its way when Sluice is stopped has so long to be answered, so that a restart repeats nothing.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    // Longer than an attempt may take, so that nobody else takes what is still on its way.
    internal static readonly TimeSpan LeaseTime = Sender.Limit * 4;

    // Nothing has ended of what was cut off by the stop.
    private readonly ConcurrentQueue<(LeasedMessage Leased, AttemptEnded? Ended)> _over = new();
    private readonly Dictionary<long, int> _running = [];

    // Were a clock to leap, a lease could run out early: nothing is sent twice at once all the same.
    private readonly HashSet<(long Endpoint, Lane Lane)> _lanes = [];
    private readonly List<AttemptEnded> _unsettled = [];
    private readonly CancellationTokenSource _cut = new();
    private int _all;

    public override void Dispose()
    {
        _cut.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        var ringing = RingEverySecond(stopping);
        var (fresh, sweptAt) = (true, Instant.Earliest);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (fresh) await store.ForgetLeases();
                fresh = false;
                var now = Instant.Of(time.GetUtcNow());
                await Round(now);
                if (now >= sweptAt.Plus(BetweenSweeps) && !clock.HasLeapt) sweptAt = await Swept(now);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                RoundFailed(failure);
            }

            await Quiet(outbox.Rung(stopping).AsTask());
        }

        // What has ended is not sent again; what was cut off is, after the next start.
        await using var cut = time.CreateTimer(_ => _cut.Cancel(), null, Grace, Timeout.InfiniteTimeSpan);
        while (_over.Count < _all) await outbox.Rung(CancellationToken.None);
        await Settle(Instant.Of(time.GetUtcNow()));
        await Quiet(ringing);
    }

    private async Task Round(Instant now)
    {
        await Settle(now);
        foreach (var endpoint in await store.DueEndpoints(now))
        {
            var room = Math.Min(Most - _all, MostOfOne - _running.GetValueOrDefault(endpoint.No));
            if (room <= 0) continue;
            foreach (var leased in await store.Lease(endpoint.No, now, now.Plus(LeaseTime), room))
            {
                if (!_lanes.Add((leased.Endpoint, leased.Lane))) continue;
                _running[endpoint.No] = _running.GetValueOrDefault(endpoint.No) + 1;
                _all++;
                _ = Task.Run(() => Try(endpoint, leased), CancellationToken.None);
            }
        }
    }

    // In one transaction whatever has ended since; kept for the next round when the store fails.
    private async Task Settle(Instant now)
    {
        while (_over.TryDequeue(out var over))
        {
            _all--;
            _lanes.Remove((over.Leased.Endpoint, over.Leased.Lane));
            if (--_running[over.Leased.Endpoint] == 0) _running.Remove(over.Leased.Endpoint);
            if (over.Ended is { } ended) _unsettled.Add(ended);
        }

        if (_unsettled.Count == 0) return;
        await store.Settle(_unsettled, now);
        _unsettled.Clear();
    }

    private async Task Try(WebhookEndpoint endpoint, LeasedMessage leased)
    {
        AttemptEnded? ended = null;
        try
        {
            ended = Judge(leased, await sender.Send(endpoint, leased, _cut.Token));
            if (ended.Status == DeliveryStatus.Parked) MessageParked(leased.Id, endpoint.Id, leased.Attempts + 1, ended.Attempt.StatusCode, ended.Attempt.Error);
        }
        catch (OperationCanceledException) when (_cut.IsCancellationRequested)
        {
        }
        catch (Exception unexpected)
        {
            // Its lease runs out, and it is tried again.
            RoundFailed(unexpected);
        }

        _over.Enqueue((leased, ended));
        outbox.Ring();
    }

    private AttemptEnded Judge(LeasedMessage leased, DeliveryAttempt attempt)
    {
        if (Sender.IsSuccess(attempt)) return new AttemptEnded(leased, attempt, DeliveryStatus.Delivered, null);

        // A test is an answer to someone who looks now.
        if (leased.Lane.IsSingle) return new AttemptEnded(leased, attempt, DeliveryStatus.Parked, null);
        return RetrySchedule.After(leased.Attempts + 1, RandomNumberGenerator.GetInt32(1_001) / 1_000.0) is { } wait
            ? new AttemptEnded(leased, attempt, DeliveryStatus.Pending, Instant.Of(time.GetUtcNow()).Plus(wait))
            : new AttemptEnded(leased, attempt, DeliveryStatus.Parked, null);
    }

    private async Task<Instant> Swept(Instant now)
    {
        while (await store.SweepMessages(now.Plus(-Retention), SweptAtOnce) == SweptAtOnce)
        {
        }

        return now;
    }

    private async Task RingEverySecond(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stopping)) outbox.Ring();
    }

    private static async Task Quiet(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {Message} to {Webhook} is parked after {Attempts} attempts: status {Status} {Error}")]
    private partial void MessageParked(string message, string webhook, int attempts, int? status, string? error);

    [LoggerMessage(Level = LogLevel.Error, Message = "Sending webhooks failed; it is tried again.")]
    private partial void RoundFailed(Exception failure);
}
