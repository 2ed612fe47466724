using System.Globalization;
using Sluice.Core;

namespace Sluice.Server.Tests.Guarantees;

/// <summary>Ids come, move and go while others use them: nobody ever gets somebody else.</summary>
public sealed class IdentityTests
{
    [Fact]
    public async Task Rename_delete_and_create_of_one_id_under_load_never_show_a_wrong_customer()
    {
        await using var server = await RunningServer.Start();
        using var over = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(i => Task.Run(() => Read(server.Api, i % 2 == 0 ? "x" : "y", over.Token))).ToList();
        for (var i = 0; i < 120; i++)
        {
            // The name says which customer it is: every answer under an id must carry a name given to a customer of that id.
            (await server.Api.Post("customers.get_or_create", new { customer_id = "x", name = Name(i) })).MustBe(200);
            Assert.Equal(Name(i), (await Get(server.Api, "x")).MustBe(200).Word("name"));
            (await server.Api.Track("x", i % 7)).MustBe(200);
            (await server.Api.Post("customers.update", new { customer_id = "x", new_customer_id = "y" })).MustBe(200);
            Assert.Equal(404, (await Get(server.Api, "x")).Status);
            var moved = (await Get(server.Api, "y")).MustBe(200);
            Assert.Equal((Name(i), 100 - (i % 7)), (moved.Word("name"), moved.Number("balances.messages.remaining")));
            (await server.Api.Post("customers.delete", new { customer_id = "y" })).MustBe(200);
            Assert.Equal(404, (await Get(server.Api, "y")).Status);
        }

        await over.CancelAsync();
        await Task.WhenAll(readers).InTime("the readers' end");
    }

    [Fact]
    public async Task A_hundred_renames_to_one_id_leave_one_customer_there()
    {
        await using var server = await RunningServer.Start();
        for (var i = 0; i < 20; i++) await server.Api.Create(string.Create(CultureInfo.InvariantCulture, $"c{i}"));

        var replies = await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
            server.Api.Post("customers.update", new { customer_id = string.Create(CultureInfo.InvariantCulture, $"c{i % 20}"), new_customer_id = "one" }))).InTime("all renames");

        Assert.Single(replies, reply => reply.Status == 200);
        Assert.All(replies, reply => Assert.Contains(reply.Status, (int[])[200, 404, 409]));
        Assert.Equal(20, (await server.Api.Post("customers.list", new { limit = 100 })).List.Count);
    }

    [Fact]
    public async Task Everybody_creating_renaming_and_deleting_a_few_ids_ends_with_each_id_held_once()
    {
        await using var server = await RunningServer.Start();
        var seed = Seed.Next();
        string[] ids = ["p", "q", "r"];
        var work = Enumerable.Range(0, 12).Select(worker => Task.Run(async () =>
        {
            var random = new Random(unchecked(seed + worker));
            for (var i = 0; i < 60; i++)
            {
                var (id, other) = (ids[random.Next(3)], ids[random.Next(3)]);
                var reply = random.Next(4) switch
                {
                    0 => await server.Api.Post("customers.delete", new { customer_id = id }),
                    1 => await server.Api.Post("customers.update", new { customer_id = id, new_customer_id = other }),
                    2 => await server.Api.Track(id, 1),
                    _ => await server.Api.Post("customers.get_or_create", new { customer_id = id }),
                };
                Assert.True(reply.Status is 200 or 404 or 409, $"seed {seed}: {reply}");
                if (reply.Status == 200 && reply["id"] is { } shown) Assert.Contains(shown.GetString(), ids);
            }
        }));
        await Task.WhenAll(work).InTime($"the end of everybody (seed {seed})");

        var listed = (await server.Api.Post("customers.list", new { limit = 100 })).List.Select(customer => customer.GetProperty("id").GetString()!).ToList();
        Assert.Equal(listed.Distinct().Order(), listed.Order());
        foreach (var id in ids) Assert.Equal(listed.Contains(id) ? 200 : 404, (await Get(server.Api, id)).Status);
    }

    [Fact]
    public async Task A_load_that_comes_late_never_brings_back_a_deleted_customer()
    {
        using var directory = new TempDirectory();
        await using (var before = await RunningServer.Start(directory: directory)) await before.Api.Create("c");
        await using var server = await RunningServer.Start(directory: directory);
        var scope = server.Engine.Scopes.Environment("sandbox");
        var load = server.Store.HoldLoad();
        var late = server.Engine.Customers.Load(scope, new CustomerKey(1)).AsTask();
        await load.Arrived;

        var delete = server.Api.Post("customers.delete", new { customer_id = "c" });
        await Task.WhenAny(delete, ManyReads(server.Api));
        load.Let();
        await late;
        (await delete).MustBe(200);

        Assert.Equal(404, (await Get(server.Api, "c")).Status);
        await server.Api.Create("c");
        (await server.Api.Track("c", 1)).MustBe(200);
    }

    private static async Task Read(ApiClient api, string id, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            var reply = await Get(api, id);
            Assert.Contains(reply.Status, (int[])[200, 404]);
            if (reply.Status == 200) Assert.Equal(id, reply.Word("id"));
        }
    }

    // The deletion may wait for the load or overtake it; this is long enough for it to overtake.
    private static async Task ManyReads(ApiClient api)
    {
        for (var i = 0; i < 100; i++) await api.Post("events.list", new { });
    }

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"number {i}");

    private static Task<Reply> Get(ApiClient api, string id) => api.Post("customers.get", new { customer_id = id });
}
