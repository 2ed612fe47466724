using System.Globalization;

namespace Sluice.Core;

/// <summary>A moment in UTC, in whole milliseconds since 1970.</summary>
public readonly record struct Instant(long Milliseconds) : IComparable<Instant>
{
    /// <summary>The first moment a caller may name: 1970-01-01.</summary>
    public static readonly Instant Earliest = new(0);

    /// <summary>The last moment the calendar knows: the end of the year 9999.</summary>
    public static readonly Instant Latest = new(253_402_300_799_999);

    /// <summary>False for what a caller may send and no calendar can show.</summary>
    public bool IsInCalendar => this >= Earliest && this <= Latest;

    public static Instant Of(DateTimeOffset time) => new(time.ToUnixTimeMilliseconds());

    public static Instant Max(Instant a, Instant b) => a >= b ? a : b;

    public static Instant Min(Instant a, Instant b) => a <= b ? a : b;

    public static bool operator <(Instant a, Instant b) => a.Milliseconds < b.Milliseconds;

    public static bool operator >(Instant a, Instant b) => a.Milliseconds > b.Milliseconds;

    public static bool operator <=(Instant a, Instant b) => a.Milliseconds <= b.Milliseconds;

    public static bool operator >=(Instant a, Instant b) => a.Milliseconds >= b.Milliseconds;

    public Instant Plus(TimeSpan span) => new(Milliseconds + (span.Ticks / TimeSpan.TicksPerMillisecond));

    public DateTime ToUtc() => DateTime.UnixEpoch.AddTicks(Milliseconds * TimeSpan.TicksPerMillisecond);

    public int CompareTo(Instant other) => Milliseconds.CompareTo(other.Milliseconds);

    public override string ToString() => ToUtc().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
