using System.Globalization;

namespace Sluice.Storage.Tests;

internal static class Seed
{
    /// <summary>A seed, printed; SLUICE_SEED repeats a run.</summary>
    public static int Print()
    {
        var seed = Environment.GetEnvironmentVariable("SLUICE_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Environment.TickCount;
        Console.WriteLine($"SLUICE_SEED={seed}");
        return seed;
    }
}
