using System.Diagnostics;

namespace Sluice.Simulation;

/// <summary>A failing story without the steps it fails without: first halves, then ever smaller pieces, then single steps.</summary>
internal static class Shrinking
{
    public static async Task<List<Step>> Shortest(List<Step> steps, Func<List<Step>, Task<bool>> fails, TimeSpan budget)
    {
        var clock = Stopwatch.StartNew();
        for (var size = Math.Max(1, steps.Count / 2); ; size = Math.Max(1, size / 2))
        {
            var got = false;
            for (var at = steps.Count - size; at > -size && clock.Elapsed < budget; at -= size)
            {
                var from = Math.Max(0, at);
                List<Step> shorter = [.. steps[..from], .. steps[Math.Min(steps.Count, at + size)..]];
                if (shorter.Count == steps.Count || !await fails(shorter)) continue;
                (steps, got) = (shorter, true);
            }

            if (clock.Elapsed >= budget || (size == 1 && !got)) return steps;
        }
    }
}
