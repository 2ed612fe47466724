namespace Sluice.Server.Tests.Driving;

/// <summary>A clock that moves only when told; timers go off on the way.</summary>
internal sealed class ManualTime(DateTimeOffset? start = null) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = start ?? new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    // What a clock that nobody sets has counted.
    private TimeSpan _gone = TimeSpan.FromHours(1);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    public override long GetTimestamp()
    {
        lock (_gate) return _gone.Ticks;
    }

    /// <summary>The wall clock is set forward or back; no time goes by.</summary>
    public void Set(TimeSpan by)
    {
        lock (_gate) _now += by;
    }

    public void Advance(TimeSpan by)
    {
        List<ManualTimer> due;
        lock (_gate)
        {
            _now += by;
            _gone += by;
            due = [.. _timers.Where(timer => timer.IsDue(_gone))];
        }

        foreach (var timer in due) timer.Fire();
    }

    private TimeSpan Gone => TimeSpan.FromTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        lock (_gate) _timers.Add(timer);
        return timer;
    }

    private sealed class ManualTimer(ManualTime time, Action callback) : ITimer
    {
        private TimeSpan? _next;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            (_next, _period) = (dueTime < TimeSpan.Zero ? null : time.Gone + dueTime, period);
            return true;
        }

        public bool IsDue(TimeSpan now)
        {
            if (_next is not { } next || next > now) return false;
            _next = _period > TimeSpan.Zero ? now + _period : null;
            return true;
        }

        public void Fire() => callback();

        public void Dispose()
        {
            lock (time._gate) time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
