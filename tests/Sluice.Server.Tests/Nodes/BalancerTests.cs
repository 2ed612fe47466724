using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Sluice.Server.Tests.Nodes;

/// <summary>Three nodes behind HAProxy with the configuration that we give away.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class BalancerTests
{
    private static readonly string? Program = new[] { "/usr/sbin/haproxy", "/usr/local/sbin/haproxy" }.FirstOrDefault(File.Exists);

    [Fact]
    public async Task A_customer_goes_to_one_node_and_everything_is_served_also_when_a_node_is_gone()
    {
        Assert.True(Program is not null, "HAProxy is not installed (Debian: haproxy)");
        await using var nodes = await SeveralNodes.Start(3);
        var port = FreePort();
        using var balancer = Start(port, nodes);
        try
        {
            using var api = new ApiClient($"http://127.0.0.1:{port}", ServerProcess.SandboxKey);
            await Up(api);
            for (var at = 0; at < 12; at++)
            {
                await api.Create($"c{at}");
                await api.Grant($"c{at}", 1_000);
            }

            await Task.WhenAll(Enumerable.Range(0, 240).Select(async at => (await api.Track($"c{at % 12}", 1)).MustBe(200)));
            Assert.Equal(12, (await api.Post("customers.list", new { limit = 100 })).MustBe(200).List.Count);
            Assert.Equal(200, (await api.Get("customers/c3")).Status);
            (await api.Post("balances.batch_track", Enumerable.Range(0, 12).Select(static at => new { customer_id = $"c{at}", feature_id = "messages", value = 1 }))).MustBe(202);
            foreach (var at in Enumerable.Range(0, 12)) Assert.Equal(1_100m - 21, await api.Remaining($"c{at}"));

            // Routed, nobody met: no customer was ever waited for.
            Assert.Equal("0", nodes.Ask("select count(*) from customer_version where wanted_by is not null"));

            await nodes.Kill(1);
            for (var at = 0; at < 60; at++)
            {
                // In the second until the balancer has noticed it may refuse; it may not answer wrongly.
                var reply = await api.Track($"c{at % 12}", 1, $"after-{at}");
                while (reply.Status is 502 or 503) reply = await api.Track($"c{at % 12}", 1, $"after-{at}");
                Assert.True(reply.Status is 200 or 409, reply.ToString());
            }

            foreach (var at in Enumerable.Range(0, 12)) Assert.Equal(1_100m - 26, await api.Remaining($"c{at}"));
        }
        finally
        {
            balancer.Kill();
        }
    }

    private static async Task Up(ApiClient api)
    {
        var end = Environment.TickCount64 + 20_000;
        while (true)
        {
            try
            {
                if ((await api.Get("/health/ready")).Status == 200) return;
            }
            catch (HttpRequestException) when (Environment.TickCount64 < end)
            {
                await Task.Yield();
            }
        }
    }

    private static Process Start(int port, SeveralNodes nodes)
    {
        var start = new ProcessStartInfo(Program!, ["-q", "-db", "-f", Configuration()]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SLUICE_LISTEN"] = $"127.0.0.1:{port}";
        for (var at = 0; at < nodes.Api.Length; at++) start.Environment[$"SLUICE_NODE{at + 1}"] = new Uri(nodes.Api[at].Url).Authority;
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static string Configuration()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Sluice.slnx"))) directory = directory.Parent!;
        return Path.Combine(directory.FullName, "deploy", "haproxy.cfg");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
