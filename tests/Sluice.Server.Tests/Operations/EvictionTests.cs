using Sluice.Server.Start;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Operations;

/// <summary>Customers leave memory and come back, and nothing is lost or counted twice by it.</summary>
public sealed class EvictionTests : IDisposable
{
    private const int Most = 100;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Those_not_used_lately_go_and_those_that_are_stay()
    {
        await using var server = await Start();
        for (var i = 0; i < 150; i++) await server.Api.Create($"c{i}");
        await Settle(server);
        for (var i = 0; i < 20; i++) await server.Api.Check("c3");
        for (var i = 150; i < 200; i++) await server.Api.Create($"c{i}");
        await server.Api.Check("c3");
        await Settle(server);
        Assert.Contains(server.Engine.Scopes.All.SelectMany(static scope => scope.CellsById.Keys), static id => id == "c3");
        Assert.True((await server.Api.Check("c0")).Flag("allowed"));
    }

    [Fact]
    public async Task Under_load_every_use_is_counted_once_however_often_customers_go_and_come()
    {
        await using (var server = await Start())
        {
            for (var i = 0; i < 300; i++) await server.Api.Create($"c{i}");
            using var stop = new CancellationTokenSource();
            var clock = Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    server.Time.Advance(TimeSpan.FromSeconds(1));
                    await Task.Delay(2);
                }
            });
            await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
            {
                var random = new Random(worker);
                for (var i = 0; i < 150; i++)
                {
                    var id = $"c{random.Next(300)}";
                    await server.Api.Track(id, 1);
                    Assert.True((await server.Api.Check(id)).Flag("allowed"));
                }
            })));
            await stop.CancelAsync();
            await clock;
            var used = 0m;
            for (var i = 0; i < 300; i++) used += 100 - await server.Api.Remaining($"c{i}");
            Assert.Equal(8 * 150, used);
        }

        var (code, said) = await ErrandRun.Run(_directory, new Errand.Verify(null));
        Assert.True(code == 0, said);
    }

    private Task<RunningServer> Start() => RunningServer.Start(directory: _directory, change: static settings => settings with { CustomersInMemory = Most });

    private static int InMemory(RunningServer server) => server.Engine.Scopes.All.Sum(static scope => scope.Cells.Count);

    private static Task Settle(RunningServer server) => Deadline.Until(() => InMemory(server) <= Most, "memory within its bound", server.Time);
}
