using Sluice.Server.Tests.Driving;
using Xunit.Abstractions;

namespace Sluice.Server.Tests.Faults;

/// <summary>The disk is full: what cannot be written is refused, and nothing that was acknowledged is lost or counted twice by it.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class FullDiskTests(ITestOutputHelper output)
{
    // A file of this server may grow to so many KiB, which is to it as a disk that is full.
    private const int MostKilobytes = 4_000;
    private const int Refusals = 12;
    private const decimal Granted = 1_000_000;

    // The runtime would map its own code through a file that is far larger.
    private static readonly Dictionary<string, string> Roomless = new() { ["DOTNET_EnableWriteXorExecute"] = "0" };

    private static readonly string Filler = new('x', 2_000);

    [Fact]
    public async Task It_refuses_goes_on_reading_and_with_more_room_has_all_it_acknowledged_once()
    {
        using var directory = new TempDirectory();
        var data = directory["data"];
        var (acknowledged, refused) = (new List<string>(), new List<string>());
        await using (var server = await ServerProcess.Start(data, demo: true, Roomless, "bash", "-c", $"trap '' XFSZ; ulimit -f {MostKilobytes}; exec \"$@\"", "bash"))
        {
            using var api = server.Client();
            await api.Create("ada");
            (await api.Post("balances.create", new { customer_id = "ada", feature_id = "messages", included_grant = Granted })).MustBe(200);
            for (var i = 0; refused.Count < Refusals && i < 20_000; i++)
            {
                var reply = await Track(api, $"k{i}");
                if (reply.Status == 200) acknowledged.Add($"k{i}");
                else
                {
                    Assert.True(reply is { Status: 503, Code: "service_unavailable" }, reply.ToString());
                    refused.Add($"k{i}");
                }
            }

            Assert.Equal(Refusals, refused.Count);
            Assert.True((await api.Check("ada")).MustBe(200).Flag("allowed"));
            await server.Kill();
        }

        await using var again = await ServerProcess.Start(data);
        using var after = again.Client();
        var used = Granted + 100 - await after.Remaining("ada");
        Assert.InRange(used, acknowledged.Count, acknowledged.Count + refused.Count);

        // Repeated with the same keys, each counts once: what was acknowledged is told to be there, what was not is made certain.
        foreach (var key in acknowledged) Assert.Equal(409, (await Track(after, key)).Status);
        foreach (var key in refused) Assert.Contains((await Track(after, key)).Status, (int[])[200, 409]);
        Assert.Equal(Granted + 100 - acknowledged.Count - refused.Count, await after.Remaining("ada"));
        var (code, said) = await ServerProcess.Run(data, new Dictionary<string, string>(), "verify");
        Assert.True(code == 0, said);
        output.WriteLine($"{acknowledged.Count} acknowledged, {refused.Count} refused for want of room, {used - acknowledged.Count} of them written all the same; audit passed");
    }

    private static Task<Reply> Track(ApiClient api, string key) =>
        api.Post("balances.track", new { customer_id = "ada", feature_id = "messages", value = 1, properties = new { filler = Filler }, idempotency_key = key });
}
