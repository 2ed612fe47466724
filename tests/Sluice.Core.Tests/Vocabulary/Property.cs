using Xunit.Sdk;

namespace Sluice.Core.Tests;

/// <summary>
/// Something that must hold for whatever chance brings. A failure names the seed; SLUICE_SEED runs it again, SLUICE_TIMES
/// multiplies the runs.
/// </summary>
internal static class Property
{
    public static void Holds(int times, Action<Random> property)
    {
        times *= int.Parse(Environment.GetEnvironmentVariable("SLUICE_TIMES") ?? "1", System.Globalization.CultureInfo.InvariantCulture);
        var given = Environment.GetEnvironmentVariable("SLUICE_SEED");
        var first = given is null ? Environment.TickCount : int.Parse(given, System.Globalization.CultureInfo.InvariantCulture);
        for (var run = 0; run < (given is null ? times : 1); run++)
        {
            var seed = unchecked(first + run);
            try
            {
                property(new Random(seed));
            }
            catch (Exception failure)
            {
                throw new XunitException($"Fails with SLUICE_SEED={seed}: {failure.Message}", failure);
            }
        }
    }

    public static T OneOf<T>(this Random random, params T[] choices) => choices[random.Next(choices.Length)];
}
