using System.Globalization;
using Sluice.Server.Start;

namespace Sluice.Server.Tests.Nodes;

/// <summary>Whatever one node has acknowledged, every other node shows.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class FollowingTests
{
    [Fact]
    public async Task What_is_written_through_one_node_is_read_through_any_other()
    {
        var seed = Seed.Next();
        var random = new Random(seed);
        await using var nodes = await SeveralNodes.Start(3);
        var left = new Dictionary<string, decimal>();
        foreach (var customer in (string[])["a", "b"])
        {
            await Any().Create(customer);
            await Any().Grant(customer, 100_000);
            left[customer] = await Any().Remaining(customer);
        }

        for (var step = 0; step < 120; step++)
        {
            var customer = random.Next(2) == 0 ? "a" : "b";
            var value = random.Next(1, 900) / 10m;
            (await Any().Track(customer, value)).MustBe(200);
            left[customer] -= value;
            Assert.True(left[customer] == await Any().Remaining(customer), $"step {step}, SLUICE_SEED={seed}");
            if (step % 10 == 0)
            {
                var listed = (await Any().Post("events.list", new { customer_id = customer, limit = 1 })).MustBe(200).List[0];
                Assert.Equal(value, listed.GetProperty("value").GetDecimal());
            }
        }

        // Side by side on every node, then read on every node.
        await Task.WhenAll(Enumerable.Range(0, 90).Select(at => nodes.Api[at % 3].Track("a", 1)));
        foreach (var api in nodes.Api) Assert.Equal(left["a"] - 90, await api.Remaining("a"));

        ApiClient Any() => nodes.Api[random.Next(nodes.Api.Length)];
    }

    [Fact]
    public async Task Customers_that_come_change_their_name_and_go_do_so_on_all_nodes()
    {
        await using var nodes = await SeveralNodes.Start(2);
        var (one, other) = (nodes.Api[0], nodes.Api[1]);
        for (var round = 0; round < 10; round++)
        {
            var (id, renamed) = ($"c{round}", $"d{round}");
            Assert.Equal(404, (await other.Post("customers.get", new { customer_id = id })).Status);
            await one.Create(id);
            Assert.Equal(200, (await other.Post("customers.get", new { customer_id = id })).Status);
            (await other.Post("customers.update", new { customer_id = id, new_customer_id = renamed })).MustBe(200);
            Assert.Equal(404, (await one.Post("customers.get", new { customer_id = id })).Status);
            Assert.Equal(200, (await one.Post("customers.get", new { customer_id = renamed })).Status);
            (await one.Post("customers.delete", new { customer_id = renamed })).MustBe(200);
            Assert.Equal(404, (await other.Post("customers.get", new { customer_id = renamed })).Status);
            (await other.Track(renamed, 1)).MustBe(404);
        }

        // One id, asked for everywhere at once, is one customer; a key counts once, whichever node it is sent to.
        await Task.WhenAll(Enumerable.Range(0, 20).Select(at => nodes.Api[at % 2].Create("same")));
        Assert.Equal("1", nodes.Ask("select count(*) from customer where external_id = 'same'"));
        await one.Grant("same", 100);
        var before = await one.Remaining("same");
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(at => nodes.Api[at % 2].Track("same", 1, "once")));
        Assert.Equal([200, .. Enumerable.Repeat(409, 19)], replies.Select(static reply => reply.Status).Order());
        Assert.Equal(before - 1, await other.Remaining("same"));
    }

    [Fact]
    public async Task A_catalog_that_one_node_changes_is_the_catalog_of_all()
    {
        await using var nodes = await SeveralNodes.Start(2);
        var (one, other) = (nodes.Api[0], nodes.Api[1]);
        await other.Create("c");
        for (var round = 0; round < 5; round++)
        {
            var feature = $"f{round}";
            Assert.Equal(404, (await other.Check("c", feature)).Status);
            (await one.Post("features.create", new { feature_id = feature, name = feature, type = "metered", consumable = true })).MustBe(200);
            await other.Grant("c", 10, feature);
            Assert.Equal(10m, await one.Remaining("c", feature));
            Assert.Contains(feature, (await other.Post("features.list", new { })).Text, StringComparison.Ordinal);

            // In use by then, whoever asks.
            var refused = await one.Post("features.delete", new { feature_id = feature });
            Assert.True(refused.Status == 409, refused.ToString());
        }

        // Both change it at once: each change is decided on the one before.
        var made = await Task.WhenAll(Enumerable.Range(0, 12).Select(at =>
            nodes.Api[at % 2].Post("features.create", new { feature_id = string.Create(CultureInfo.InvariantCulture, $"g{at}"), name = "g", type = "boolean" })));
        Assert.All(made, static reply => reply.MustBe(200));
        foreach (var api in nodes.Api)
            Assert.Equal(12, (await api.Post("features.list", new { })).List.Count(static feature => feature.GetProperty("id").GetString()!.StartsWith('g')));
    }

    [Fact]
    public async Task Keys_and_sandboxes_are_the_same_on_all_nodes()
    {
        await using var nodes = await SeveralNodes.Start(2);
        var output = new StringWriter();
        var settings = new Settings("none", "127.0.0.1", 0, null, null, RequestLogging.None, 1) { Database = nodes.Database };
        await Errands.Run(settings, new Errand.NewKey("sandbox", Storage.KeyKind.Secret, "spare"), output, TimeProvider.System);
        var key = output.ToString().Trim();
        foreach (var api in nodes.Api)
        {
            using var spare = api.With(key);
            Assert.Equal(200, (await spare.Post("features.list", new { })).Status);
        }

        var listed = new StringWriter();
        await Errands.Run(settings, new Errand.ListKeys(), listed, TimeProvider.System);
        await Errands.Run(settings, new Errand.RevokeKey(listed.ToString().Split('\n').Single(static line => line.Contains("spare", StringComparison.Ordinal))[..12]), TextWriter.Null, TimeProvider.System);
        foreach (var api in nodes.Api)
        {
            using var spare = api.With(key);
            Assert.Equal(401, (await spare.Post("features.list", new { })).Status);
        }
    }
}
