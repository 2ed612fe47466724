using System.Globalization;

namespace Sluice.Core;

/// <summary>A moment in UTC, in whole milliseconds since 1970.</summary>
public readonly record struct Instant(long Milliseconds) : IComparable<Instant>
{
    public static Instant Of(DateTimeOffset time) => new(time.ToUnixTimeMilliseconds());

    public static Instant Max(Instant a, Instant b) => a >= b ? a : b;

    public static bool operator <(Instant a, Instant b) => a.Milliseconds < b.Milliseconds;

    public static bool operator >(Instant a, Instant b) => a.Milliseconds > b.Milliseconds;

    public static bool operator <=(Instant a, Instant b) => a.Milliseconds <= b.Milliseconds;

    public static bool operator >=(Instant a, Instant b) => a.Milliseconds >= b.Milliseconds;

    public Instant Plus(TimeSpan span) => new(Milliseconds + (long)span.TotalMilliseconds);

    public DateTime ToUtc() => DateTime.UnixEpoch.AddMilliseconds(Milliseconds);

    public int CompareTo(Instant other) => Milliseconds.CompareTo(other.Milliseconds);

    public override string ToString() => ToUtc().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
