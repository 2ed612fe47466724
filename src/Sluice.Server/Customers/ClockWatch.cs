namespace Sluice.Server.Customers;

/// <summary>Compares the wall clock with the monotonic one, since the start.</summary>
internal sealed class ClockWatch(TimeProvider time)
{
    private static readonly TimeSpan Leap = TimeSpan.FromHours(1);

    private readonly DateTimeOffset _wall = time.GetUtcNow();
    private readonly long _ticks = time.GetTimestamp();

    /// <summary>How far the wall clock has been set forward, or back (below zero).</summary>
    public TimeSpan Off => time.GetUtcNow() - _wall - time.GetElapsedTime(_ticks);

    /// <summary>It is so far off that nothing should be done by it that nobody asks for.</summary>
    public bool HasLeapt => Off.Duration() > Leap;
}
