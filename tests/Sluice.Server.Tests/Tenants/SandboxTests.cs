using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Tenants;

public class SandboxTests
{
    private const string Feature = """{"feature_id": "calls", "name": "Calls", "type": "metered", "consumable": true}""";

    [Fact]
    public async Task A_further_sandbox_has_a_catalog_and_customers_of_its_own()
    {
        await using var server = await RunningServer.Start();
        var made = (await server.Api.Post("/v1/sandboxes.create", """{"name": "Ada's place", "color": "green"}""")).MustBe(200);
        Assert.Equal(("ada-s-place", "green", "box"), (made.Word("slug"), made.Word("color"), made.Word("icon")));
        using var api = server.Client(made.Word("secret_key"));
        Assert.Empty((await api.Post("/v1/features.list", null)).MustBe(200).List);
        (await api.Post("/v1/features.create", Feature)).MustBe(200);
        await api.Create("only-here");
        Assert.Equal(404, (await server.Api.Post("/v1/customers.get", """{"customer_id": "only-here"}""")).Status);
        Assert.Equal(404, (await server.Api.Post("/v1/features.get", """{"feature_id": "calls"}""")).Status);
        using var live = server.Client(ServerProcess.LiveKey);
        Assert.Equal(404, (await live.Post("/v1/customers.get", """{"customer_id": "only-here"}""")).Status);

        var listed = Assert.Single((await server.Api.Post("/v1/sandboxes.list", null)).MustBe(200).List);
        Assert.Equal(made.Word("id"), listed.GetProperty("id").GetString());
        Assert.False(listed.TryGetProperty("secret_key", out _));
    }

    [Fact]
    public async Task A_deleted_sandbox_is_gone_with_its_keys()
    {
        await using var server = await RunningServer.Start();
        var made = (await server.Api.Post("/v1/sandboxes.create", """{"name": "Short"}""")).MustBe(200);
        using var api = server.Client(made.Word("secret_key"));
        await api.Create("c");
        Assert.Equal(403, (await api.Post("/v1/sandboxes.create", """{"name": "Nested"}""")).Status);
        Assert.Equal(403, (await api.Post("/v1/sandboxes.delete", new { id = made.Word("id") })).Status);
        (await server.Api.Post("/v1/sandboxes.delete", new { id = made.Word("id") })).MustBe(200);
        Assert.Equal(401, (await api.Post("/v1/customers.list", "{}")).Status);
        Assert.Empty((await server.Api.Post("/v1/sandboxes.list", null)).List);
        Assert.Equal(404, (await server.Api.Post("/v1/sandboxes.delete", new { id = made.Word("id") })).Status);
    }

    [Fact]
    public async Task A_reset_empties_the_keys_own_sandbox_and_nothing_else()
    {
        await using var server = await RunningServer.Start();
        var made = (await server.Api.Post("/v1/sandboxes.create", """{"name": "Other"}""")).MustBe(200);
        using var other = server.Client(made.Word("secret_key"));
        using var live = server.Client(ServerProcess.LiveKey);
        foreach (var api in (ApiClient[])[server.Api, other, live]) await api.Create("c");
        (await server.Api.Post("/v1/sandboxes.reset", null)).MustBe(200);
        Assert.Equal(404, (await server.Api.Post("/v1/customers.get", """{"customer_id": "c"}""")).Status);
        Assert.Empty((await server.Api.Post("/v1/features.list", null)).List);
        (await other.Post("/v1/customers.get", """{"customer_id": "c"}""")).MustBe(200);
        (await live.Post("/v1/customers.get", """{"customer_id": "c"}""")).MustBe(200);

        // The same ids and idempotency keys are free again.
        await server.Api.Create("c");
        (await other.Post("/v1/sandboxes.reset", null)).MustBe(200);
        Assert.Equal(made.Word("id"), Assert.Single((await server.Api.Post("/v1/sandboxes.list", null)).List).GetProperty("id").GetString());
        Assert.Equal(400, (await live.Post("/v1/sandboxes.reset", null)).Status);
    }

    [Fact]
    public async Task What_was_reset_stays_away_after_a_restart_and_its_rows_are_erased()
    {
        using var directory = new TempDirectory();
        var time = new ManualTime();
        await using (var server = await RunningServer.Start(directory: directory, time: time))
        {
            for (var i = 0; i < 45; i++) await server.Api.Create($"c{i}");
            (await server.Api.Post("/v1/sandboxes.reset", null)).MustBe(200);
            await server.Api.Create("after");
        }

        await using var again = await RunningServer.Start(directory: directory, time: time, demo: false);
        Assert.Single((await again.Api.Post("/v1/customers.list", "{}")).MustBe(200).List);
        var left = 0;
        while (await again.Shell.EraseSomeEnded(20, new Sluice.Core.Instant(0))) left++;

        // Three steps of customers, one of what was told of them, one of the rest.
        Assert.Equal(5, left);
        Assert.Single((await again.Api.Post("/v1/customers.list", "{}")).MustBe(200).List);
    }

    [Fact]
    public async Task Resets_and_changes_of_the_catalog_at_one_time_take_turns_and_hold_nobody_up()
    {
        await using var server = await RunningServer.Start(demo: false);
        await Stage(server.Api);
        for (var round = 0; round < 10; round++)
        {
            var calls = Enumerable.Range(0, 3).Select(_ => server.Api.Post("/v1/sandboxes.reset", null))
                .Concat(Enumerable.Range(0, 6).Select(i => server.Api.Post("features.create", new { feature_id = $"f{i}", name = "F", type = "boolean" })))
                .Concat(Enumerable.Range(0, 6).Select(_ => server.Api.Track("c", 1))).ToList();
            foreach (var reply in await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(30))) Assert.True(reply.Status is 200 or 404 or 409, reply.Text);
        }

        Assert.Empty((await server.Api.Post("/v1/sandboxes.list", "{}")).MustBe(200).List);
    }

    [Fact]
    public async Task Requests_under_way_while_it_is_reset_are_answered_by_the_old_or_the_new_and_never_fail_inside()
    {
        await using var server = await RunningServer.Start();
        await Stage(server.Api);
        using var stop = new CancellationTokenSource();
        var acknowledged = 0;
        var workers = Enumerable.Range(0, 8).Select(async worker =>
        {
            using var api = server.Client();
            while (!stop.IsCancellationRequested)
            {
                var track = await api.Track("c", 1);
                Assert.True(track.Status is 200 or 404, track.Text);
                if (track.Status == 200) Interlocked.Increment(ref acknowledged);
                var check = await api.Check("c");
                Assert.True(check.Status is 200 or 404, check.Text);
            }
        }).ToList();
        for (var round = 0; round < 5; round++)
        {
            (await server.Api.Post("/v1/sandboxes.reset", null)).MustBe(200);
            await Stage(server.Api);
        }

        await stop.CancelAsync();
        await Task.WhenAll(workers);
        Assert.True(acknowledged > 0);

        // Of the last life every track counts that had a balance to draw on, and of an earlier life none does.
        var balance = (await server.Api.Check("c")).MustBe(200);
        var listed = 0;
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await server.Api.Post("/v1/events.list", new { customer_id = "c", limit = 1000, start_cursor = cursor })).MustBe(200);
            listed += page.List.Count(one => one.GetProperty("deductions").GetArrayLength() > 0);
            cursor = page.Word("next_cursor");
        }

        Assert.Equal(balance.Number("balance.usage"), listed);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"name": "  "}""")]
    [InlineData("""{"name": "a", "color": "teal"}""")]
    [InlineData("""{"name": 5}""")]
    public async Task A_sandbox_is_refused(string body)
    {
        await using var server = await RunningServer.Start();
        Assert.Equal((400, "invalid_inputs"), ((await server.Api.Post("/v1/sandboxes.create", body)) is var reply ? (reply.Status, reply.Code) : default));
    }

    private static async Task Stage(ApiClient api)
    {
        await api.Post("/v1/features.create", """{"feature_id": "messages", "name": "Messages", "type": "metered", "consumable": true}""");
        await api.Create("c");
        await api.Grant("c", 1_000_000);
    }
}
