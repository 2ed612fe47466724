using System.Globalization;

namespace Sluice.Server.Tests.Driving;

/// <summary>The seed of a test that plays with chance: printed when it fails, given again in SLUICE_SEED.</summary>
internal static class Seed
{
    public static readonly bool Long = Environment.GetEnvironmentVariable("SLUICE_LONG") == "1";

    public static int Next() => Environment.GetEnvironmentVariable("SLUICE_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Environment.TickCount;
}
