using System.Diagnostics.Metrics;
using Sluice.Core;
using Sluice.Server.Operations;

namespace Sluice.Server.Tests.Operations;

/// <summary>What is counted when things go wrong or are late.</summary>
public sealed class MeasureTests
{
    [Fact]
    public async Task A_commit_that_failed_is_counted_and_logged_as_an_error()
    {
        await using var server = await RunningServer.Start();
        using var seen = new Listener(server.Measures);
        await server.Api.Create("ada");
        var held = server.Store.HoldCommit();
        var track = server.Api.Track("ada", 1);
        await held.Arrived;
        held.Fail();
        Assert.Equal(503, (await track).Status);
        Assert.Equal((1, 1, 0), (seen["sluice.commit.failures"], seen["sluice.log.errors"], seen["sluice.invariant.failures"]));
    }

    [Fact]
    public void A_contradiction_that_reaches_the_log_is_counted_and_a_warning_is_not()
    {
        using var measures = new Measures();
        using var seen = new Listener(measures);
        using var counter = new ErrorCounter(measures);
        counter.Log(Microsoft.Extensions.Logging.LogLevel.Error, default, "", new InvariantViolation("1 is 2"), static (_, _) => "");
        counter.Log(Microsoft.Extensions.Logging.LogLevel.Error, default, "", new IOException(), static (_, _) => "");
        counter.Log(Microsoft.Extensions.Logging.LogLevel.Warning, default, "", new InvariantViolation("a warning"), static (_, _) => "");
        Assert.Equal((2, 1), (seen["sluice.log.errors"], seen["sluice.invariant.failures"]));
    }

    [Fact]
    public async Task What_is_due_and_not_stored_is_shown_with_how_late_it_is_and_left_out_while_the_store_cannot_say()
    {
        var time = new ManualTime();
        var now = Instant.Of(time.GetUtcNow());
        var store = new ToldBacklog { Says = new Storage.Backlog(3, now.Plus(TimeSpan.FromMinutes(-2)), 4, null, 5, 1, 6) };
        await using var server = await RunningServer.Start();
        using var backlogs = new Backlogs(store, new TelemetrySettings(MetricsAccess.All), time, Microsoft.Extensions.Logging.Abstractions.NullLogger<Backlogs>.Instance);
        using var measures = new Measures();
        measures.Watch(server.Committer, new Storage.CommitterLimits(), server.Engine.Scopes, server.Engine.Customers, backlogs);
        using var seen = new Listener(measures);
        Assert.Equal(0, seen["sluice.due.customers"]);
        await backlogs.StartAsync(CancellationToken.None);
        await Deadline.Until(() => backlogs.Last is not null, "the first look");
        Assert.Equal((3, 120, 4, 0), (seen["sluice.due.customers"], seen["sluice.due.lateness"], seen["sluice.payments.waiting"], seen["sluice.payments.lateness"]));
        Assert.Equal((5, 1, 6), (seen["sluice.webhooks.lanes"], seen["sluice.webhooks.lanes.due"], seen["sluice.referrals.waiting"]));

        store.Says = null;
        time.Advance(TimeSpan.FromSeconds(10));
        await Deadline.Until(() => backlogs.Last is null, "a look at a store that is gone");
        Assert.False(seen.Has("sluice.due.customers"));
        await backlogs.StopAsync(CancellationToken.None);
    }

    private sealed class ToldBacklog : Storage.IBacklogStore
    {
        public Storage.Backlog? Says { get; set; }

        public ValueTask<Storage.Backlog> Backlog(Instant now) => Says is { } says ? new(says) : throw new IOException("gone");

        public ValueTask PullIn(Instant now) => ValueTask.CompletedTask;
    }

    /// <summary>Adds up what one server counts; what is shown is its last value.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, double> _values = [];

        public Listener(Measures measures)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter == measures.Meter) listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Take(instrument, value));
            _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Take(instrument, value));
            _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Take(instrument, value));
            _listener.Start();
        }

        public double this[string name] => Has(name) ? _values[name] : 0;

        public bool Has(string name)
        {
            lock (_values)
            {
                foreach (var shown in _values.Keys.Where(static key => key.Contains(".due", StringComparison.Ordinal)).ToList()) _values.Remove(shown);
            }

            _listener.RecordObservableInstruments();
            return _values.ContainsKey(name);
        }

        public void Dispose() => _listener.Dispose();

        private void Take(Instrument instrument, double value)
        {
            lock (_values) _values[instrument.Name] = instrument.IsObservable ? value : _values.GetValueOrDefault(instrument.Name) + value;
        }
    }
}
