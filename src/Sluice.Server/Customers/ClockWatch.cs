namespace Sluice.Server.Customers;

/// <summary>Compares the wall clock with the monotonic one, since the start.</summary>
internal sealed class ClockWatch(TimeProvider time)
{
    private static readonly TimeSpan Leap = TimeSpan.FromHours(1);

    // Less is what a clock is steered by.
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly DateTimeOffset _wall = time.GetUtcNow();
    private readonly long _ticks = time.GetTimestamp();
    private readonly Lock _gate = new();
    private TimeSpan _seen;
    private bool _wentBack;

    /// <summary>How far the wall clock has been set forward, or back (below zero).</summary>
    public TimeSpan Off
    {
        get
        {
            while (true)
            {
                var gone = time.GetElapsedTime(_ticks);
                var off = time.GetUtcNow() - _wall - gone;

                // Both were read at one moment, or nearly so.
                if (time.GetElapsedTime(_ticks) - gone < Step) return off;
            }
        }
    }

    /// <summary>It is so far off that nothing should be done by it that nobody asks for.</summary>
    public bool HasLeapt => Off.Duration() > Leap;

    /// <summary>Called with every commit: by how far a clock was ahead is known by then, whatever was written by it.</summary>
    public void Look()
    {
        lock (_gate)
        {
            var off = Off;
            _wentBack |= off < _seen - Step;
            _seen = off;
        }
    }

    /// <summary>True once after the wall clock was set back.</summary>
    public bool WentBack()
    {
        lock (_gate)
        {
            Look();
            var went = _wentBack;
            _wentBack = false;
            return went;
        }
    }
}
