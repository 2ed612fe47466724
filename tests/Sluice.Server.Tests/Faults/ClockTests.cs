using Sluice.Tests;
using Xunit.Abstractions;

namespace Sluice.Server.Tests.Faults;

/// <summary>
/// Wall clocks are set forward and back, by seconds and by weeks, while everything that goes by the clock is in use. Nothing due
/// happens twice or is left out, no customer's moments go back, and once the clock is right everything goes on by itself.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class ClockTests(ITestOutputHelper output)
{
    // On which everything begins and renews: midnight, so that days and periods are easy to tell apart.
    private static readonly DateTimeOffset Start = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    // In eight weeks all that a wrong clock has shown must have gone by.
    private static readonly TimeSpan Far = TimeSpan.FromDays(10);

    private static int Steps => Seed.Long ? 6_000 : 150;

    [Fact]
    public async Task A_clock_that_leaps_forward_and_back_skips_nothing_and_repeats_nothing()
    {
        await using var server = await RunningServer.Start(time: new ManualTime(Start));
        await Live(static (random, home, wrong) => Leap(random, home.Servers[0], wrong), server);
    }

    [Fact]
    public async Task Two_nodes_whose_clocks_differ_by_minutes_agree_on_what_happened_when()
    {
        var database = PostgresServer.Shared.Create();
        await using (var first = await RunningServer.Start(time: new ManualTime(Start), database: database))
        await using (var second = await RunningServer.Start(time: new ManualTime(Start.AddMinutes(7)), demo: false, database: database))
        {
            await Live(static (random, home, wrong) => Leap(random, home.Servers[random.Next(2)], wrong, mostMinutes: 5), first, second);
        }

        PostgresServer.Shared.Drop(database);
    }

    private async Task Live(Action<Random, Household, Dictionary<RunningServer, TimeSpan>> leap, params RunningServer[] servers)
    {
        var seed = Seed.Next();
        output.WriteLine($"SLUICE_SEED={seed}");
        var random = new Random(seed);
        var (home, wrong, leaps) = (new Household(random, servers), new Dictionary<RunningServer, TimeSpan>(), 0);
        try
        {
            await home.Furnish();
            for (var step = 0; step < Steps; step++)
            {
                await home.Step();
                if (random.Next(6) == 0) home.Lives(TimeSpan.FromMinutes(random.Next(1, 240)));
                if (random.Next(8) > 0) continue;
                leap(random, home, wrong);
                leaps++;
            }

            // Set right; and then real time passes all that the wrong clock has shown.
            foreach (var (server, by) in wrong) server.Time.Set(-by);
            await home.Settles();
            for (var week = 0; week < 8; week++)
            {
                home.Lives(TimeSpan.FromDays(7));
                await home.Settles();
            }

            output.WriteLine($"{leaps} leaps; {await home.Check()}");
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"Fails with SLUICE_SEED={seed}: {failure.Message}", failure);
        }
    }

    // A wrong clock is mostly set right next, and surely when it is far off; else it goes wrong by a little or by a lot.
    private static void Leap(Random random, RunningServer server, Dictionary<RunningServer, TimeSpan> wrong, int? mostMinutes = null)
    {
        var off = wrong.GetValueOrDefault(server);
        var by = off != TimeSpan.Zero && (off.Duration() > Far || random.Next(3) > 0) ? -off
            : mostMinutes is { } most ? TimeSpan.FromMinutes(random.Next(-most, most + 1))
            : random.Next(4) switch
            {
                0 => TimeSpan.FromMilliseconds(random.Next(-5_000, 5_000)),
                1 => TimeSpan.FromMinutes(random.Next(-50, 50)),
                2 => TimeSpan.FromHours(random.Next(-30, 30)),
                _ => TimeSpan.FromDays(random.Next(2, 41)),
            };
        wrong[server] = off + by;
        server.Time.Set(by);
    }
}
