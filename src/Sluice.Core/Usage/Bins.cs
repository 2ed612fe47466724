using System.Collections.Immutable;

namespace Sluice.Core;

public enum BinSize
{
    Hour,
    Day,
    Week,
    Month,
}

/// <summary>A stretch of time cut into bins. Bins begin on UTC hours, days, Mondays or firsts of the month.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
public sealed record Bins(Instant From, Instant To, BinSize Size)
{
    /// <summary>More would only be a mistake: an hour each for over two years.</summary>
    public const int Max = 20_000;

    /// <summary>The beginnings of all bins that the stretch touches, in order. The first may lie before From.</summary>
    public ImmutableArray<Instant> Starts()
    {
        var starts = ImmutableArray.CreateBuilder<Instant>();
        for (var start = StartOf(From); Touches(start); start = Next(start))
        {
            if (starts.Count == Max) throw new InvariantViolation($"more than {Max} bins");
            starts.Add(start);
        }

        return starts.DrainToImmutable();
    }

    /// <summary>How many bins there are, at most <see cref="Max"/> + 1.</summary>
    public int Count()
    {
        var count = 0;
        for (var start = StartOf(From); Touches(start) && count <= Max; start = Next(start)) count++;
        return count;
    }

    /// <summary>The beginning of the bin a moment falls in.</summary>
    public Instant StartOf(Instant moment)
    {
        var day = Day.Of(moment);
        return Size switch
        {
            BinSize.Hour => new Instant(moment.Milliseconds - Modulo(moment.Milliseconds, Hour)),
            BinSize.Day => Day.Start(day),

            // 1970-01-01 was a Thursday: day 4 was the first Monday.
            BinSize.Week => Day.Start(day - Modulo(day - 4, 7)),
            BinSize.Month => Instant.Of(new DateTimeOffset(moment.ToUtc().Year, moment.ToUtc().Month, 1, 0, 0, 0, TimeSpan.Zero)),
            _ => throw new InvariantViolation($"bin size {Size}"),
        };
    }

    private const long Hour = 3_600_000L;

    // An empty stretch touches no bin, not even the one it lies in.
    private bool Touches(Instant start) => From < To && start < To;

    private Instant Next(Instant start) => Size switch
    {
        BinSize.Hour => new Instant(start.Milliseconds + Hour),
        BinSize.Day => new Instant(start.Milliseconds + Day.Milliseconds),
        BinSize.Week => new Instant(start.Milliseconds + (7 * Day.Milliseconds)),
        BinSize.Month => Instant.Of(new DateTimeOffset(start.ToUtc().AddMonths(1))),
        _ => throw new InvariantViolation($"bin size {Size}"),
    };

    private static long Modulo(long value, long by) => ((value % by) + by) % by;
}
