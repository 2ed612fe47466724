namespace Sluice.Core;

/// <summary>UTC days, counted from 1970-01-01.</summary>
public static class Day
{
    public const long Milliseconds = 86_400_000L;

    /// <summary>The day a moment falls on.</summary>
    public static long Of(Instant moment) => moment.Milliseconds >= 0 ? moment.Milliseconds / Milliseconds : ((moment.Milliseconds + 1) / Milliseconds) - 1;

    public static Instant Start(long day) => new(day * Milliseconds);
}
