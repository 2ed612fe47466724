using Sluice.Server.Tests.Frame;
using Sluice.Server.Webhooks;

namespace Sluice.Server.Tests.Webhooks;

/// <summary>Endpoints over the API and from the settings.</summary>
public sealed class EndpointTests(OneServer one) : IClassFixture<OneServer>
{
    private const string Secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

    [Fact]
    public async Task It_is_made_listed_changed_and_deleted()
    {
        await using var server = await RunningServer.Start();
        var made = (await server.Api.Post("webhooks.create", new { url = "https://example.com/a", events = new[] { Told.LimitReached }, description = "Mine" })).MustFit("webhooks.create");
        var id = made.Word("id");
        Assert.True(Signing.IsSecret(made.Word("secret")!));
        var listed = Assert.Single((await server.Api.Post("webhooks.list", null)).MustFit("webhooks.list").List);
        Assert.Equal(id, listed.GetProperty("id").GetString());
        Assert.False(listed.TryGetProperty("secret", out _));
        Assert.Equal(made.Text, (await server.Api.Post("webhooks.get", new { webhook_id = id })).MustFit("webhooks.get").Text);

        var changed = (await server.Api.Post("webhooks.update", new { webhook_id = id, url = "https://example.com/b", events = Array.Empty<string>(), description = (string?)null, enabled = false })).MustFit("webhooks.update");
        Assert.Equal(("https://example.com/b", null, false, 0), (changed.Word("url"), changed.Word("description"), changed.Flag("enabled"), changed["events"]!.Value.GetArrayLength()));
        Assert.Equal("https://example.com/b", (await server.Api.Post("webhooks.update", new { webhook_id = id, enabled = true })).MustBe(200).Word("url"));

        (await server.Api.Post("webhooks.delete", new { webhook_id = id })).MustFit("webhooks.delete");
        foreach (var call in (string[])["get", "update", "delete", "rotate_secret", "test"]) Assert.Equal(404, (await server.Api.Post($"webhooks.{call}", new { webhook_id = id })).Status);
        Assert.Empty((await server.Api.Post("webhooks.list", null)).List);
    }

    [Theory]
    [InlineData("webhooks.create", "{}", "url")]
    [InlineData("webhooks.create", """{"url": "https://example.com", "events": ["billing.unknown"]}""", "events")]
    [InlineData("webhooks.rotate_secret", """{"webhook_id": "x", "overlap_hours": 169}""", "overlap_hours")]
    [InlineData("webhooks.deliveries", """{"status": "failed"}""", "status")]
    [InlineData("webhooks.deliveries", """{"start_cursor": "nonsense"}""", "start_cursor")]
    [InlineData("webhooks.replay", "{}", "message_id")]
    [InlineData("webhooks.replay", """{"since": 1}""", "webhook_id")]
    [InlineData("webhooks.replay", """{"message_id": "m", "since": 1}""", "message_id")]
    [InlineData("webhooks.replay", """{"webhook_id": "w", "status": "delivered"}""", "status")]
    public async Task A_call_is_refused(string call, string body, string names)
    {
        var refused = await one.Server.Api.Post(call, body);
        Assert.Equal(400, refused.Status);
        Assert.Contains(names, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_gets_the_events_it_wants_from_when_it_was_made_on_and_older_ones_when_they_are_replayed()
    {
        await using var told = await Listening.Start();
        await told.Customer("c", 2, alerts: [1]);
        await told.Track("c", 1);
        await told.AllSettled();
        var since = told.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await using var limits = await Receiver.Start();
        var hook = await told.Hook(new { url = limits.Url, events = new[] { Told.LimitReached } });
        await told.Track("c", 1);
        Assert.Equal("limit_reached included", (await limits.Next()).Gist);
        await told.AllSettled();
        Assert.Equal(["usage 1", "limit_reached included"], told.Receiver.All.Select(static one => one.Gist));

        // Of the events it wants only.
        Assert.Equal(1, (await told.Api.Post("webhooks.replay", new { webhook_id = hook.Word("id"), since })).MustBe(200).Number("messages"));
        Assert.Equal("limit_reached included", (await limits.Next()).Gist);

        // By its id even one that it did not want, and to nobody else.
        var alert = told.Receiver.All[0].Id;
        (await told.Api.Post("webhooks.replay", new { webhook_id = hook.Word("id"), message_id = alert })).MustBe(200);
        Assert.Equal(alert, (await limits.Next()).Id);
        await told.AllSettled();
        Assert.Equal(2, told.Receiver.All.Count);

        // To all it was for.
        Assert.Equal(2, (await told.Api.Post("webhooks.replay", new { message_id = alert })).MustBe(200).Number("messages"));
        Assert.Equal(alert, (await limits.Next()).Id);
        await told.AllSettled();
        Assert.Equal(alert, told.Receiver.All[2].Id);
        Assert.Equal(404, (await told.Api.Post("webhooks.replay", new { message_id = "msg_unknown" })).Status);
        Assert.Equal(404, (await told.Api.Post("webhooks.replay", new { webhook_id = "wh_unknown", since })).Status);
    }

    [Fact]
    public async Task While_it_is_disabled_nothing_is_sent_and_what_waits_goes_on_afterwards()
    {
        await using var told = await Listening.Start();
        told.Receiver.Answer = static _ => 500;
        await told.Customer("c", alerts: [1, 2, 3]);
        await told.Track("c", 1);
        await told.Tried(1);
        (await told.Api.Post("webhooks.update", new { webhook_id = told.Id, enabled = false })).MustBe(200);
        await told.Track("c", 1);
        told.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(400, (await told.Api.Post("webhooks.test", new { webhook_id = told.Id })).Status);
        Assert.Equal(400, (await told.Api.Post("webhooks.replay", new { webhook_id = told.Id, since = 1 })).Status);

        told.Receiver.Answer = static _ => 200;
        (await told.Api.Post("webhooks.update", new { webhook_id = told.Id, enabled = true })).MustBe(200);
        await told.Track("c", 1);
        await told.AllSettled();
        Assert.Equal(["usage 1", "usage 1", "usage 3"], told.Receiver.All.Select(static one => one.Gist));
    }

    [Fact]
    public async Task After_a_rotation_both_secrets_sign_until_the_old_ones_end()
    {
        await using var told = await Listening.Start();
        await told.Customer("c", alerts: [1, 2, 3]);
        var rotated = (await told.Api.Post("webhooks.rotate_secret", new { webhook_id = told.Id })).MustFit("webhooks.rotate_secret");
        var fresh = rotated.Word("secret")!;
        Assert.Equal(told.Time.GetUtcNow().AddHours(24).ToUnixTimeMilliseconds(), rotated.Number("previous_secret_ends_at"));
        Assert.NotEqual(told.Secret, fresh);
        await Signed(1, 1);
        told.Time.Advance(TimeSpan.FromHours(24));
        await Signed(1, 0);

        // At once, for a secret that leaked.
        var (leaked, last) = (fresh, (await told.Api.Post("webhooks.rotate_secret", new { webhook_id = told.Id, overlap_hours = 0 })).MustBe(200).Word("secret")!);
        fresh = last;
        await told.Track("c", 1);
        var message = await told.Receiver.Next();
        Assert.Equal((1, 0, 1), (message.SignedBy(fresh), message.SignedBy(leaked), message.Headers["webhook-signature"].Split(' ').Length));

        async Task Signed(int byFresh, int byOld)
        {
            await told.Track("c", 1);
            var sent = await told.Receiver.Next();
            Assert.Equal((byFresh, byOld), (sent.SignedBy(fresh), sent.SignedBy(told.Secret)));
            Assert.Equal(byFresh + byOld, sent.Headers["webhook-signature"].Split(' ').Length);
            await told.AllSettled();
        }
    }

    [Fact]
    public async Task Of_changes_at_once_none_is_lost()
    {
        await using var server = await RunningServer.Start();
        var id = (await server.Api.Post("webhooks.create", new { url = "https://example.com" })).MustBe(200).Word("id");
        var rotations = Enumerable.Range(0, 20).Select(_ => server.Api.Post("webhooks.rotate_secret", new { webhook_id = id })).ToList();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => server.Api.Post("webhooks.update", new { webhook_id = id, description = $"{i}" })));
        var secrets = (await Task.WhenAll(rotations)).Select(static one => one.MustBe(200).Word("secret")).ToList();
        Assert.Contains((await server.Api.Post("webhooks.get", new { webhook_id = id })).Word("secret"), secrets);
        Assert.Equal(20, secrets.Distinct().Count());
    }

    [Fact]
    public async Task A_test_goes_to_the_one_endpoint_whatever_it_wants()
    {
        await using var told = await Listening.Start();
        await using var other = await Receiver.Start();
        var hook = await told.Hook(new { url = other.Url, events = new[] { Told.LimitReached } });
        var sent = (await told.Api.Post("webhooks.test", new { webhook_id = hook.Word("id") })).MustFit("webhooks.test");
        var message = await other.Next();
        Assert.Equal((sent.Word("message_id"), "webhook.test", 1), (message.Id, message.Type, message.SignedBy(hook.Word("secret")!)));
        await told.AllSettled();
        Assert.Empty(told.Receiver.All);
    }

    [Fact]
    public async Task A_test_is_tried_once_and_holds_up_nothing()
    {
        await using var told = await Listening.Start();
        told.Receiver.Answer = static message => message.Type == "webhook.test" ? 500 : 200;
        (await told.Api.Post("webhooks.test", new { webhook_id = told.Id })).MustBe(200);
        Assert.Equal("parked", Listening.Status((await told.AllSettled()).Single()));
        told.Receiver.Answer = static _ => 200;
        (await told.Api.Post("webhooks.test", new { webhook_id = told.Id })).MustBe(200);
        Assert.Equal(["delivered", "parked"], (await told.AllSettled()).Select(Listening.Status));
        Assert.Equal(2, told.Receiver.All.Count);
    }

    [Fact]
    public async Task A_key_that_may_only_read_sees_no_secret_and_changes_nothing()
    {
        await using var told = await Listening.Start();
        using var reader = told.Server.Client(await told.Server.Key("sandbox", "apiKeys:read"));
        Assert.Null((await reader.Post("webhooks.get", new { webhook_id = told.Id })).MustBe(200).Word("secret"));
        (await reader.Post("webhooks.deliveries", "{}")).MustBe(200);
        foreach (var call in (string[])["create", "update", "delete", "rotate_secret", "test", "replay"]) Assert.Equal(403, (await reader.Post($"webhooks.{call}", new { webhook_id = told.Id })).Status);
        using var live = told.Server.Client(ServerProcess.LiveKey);
        Assert.Equal(404, (await live.Post("webhooks.get", new { webhook_id = told.Id })).Status);
        Assert.Empty((await live.Post("webhooks.list", null)).List);
    }

    [Fact]
    public async Task The_log_is_paged_and_filtered()
    {
        await using var told = await Listening.Start();
        foreach (var customer in (string[])["a", "b"])
        {
            await told.Customer(customer, alerts: [1, 2, 3]);
            await told.Track(customer, 3);
        }

        await told.AllSettled();
        var seen = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await told.Api.Post("webhooks.deliveries", new { limit = 2, start_cursor = cursor })).MustFit("webhooks.deliveries");
            Assert.InRange(page.List.Count, 1, 2);
            seen.AddRange(page.List.Select(static one => one.GetProperty("message_id").GetString()!));
            cursor = page.Word("next_cursor");
        }

        Assert.Equal(6, seen.Distinct().Count());
        Assert.Equal(["b", "b", "b"], (await told.Log(new { customer_id = "b", status = "delivered", webhook_id = told.Id })).Select(static one => one.GetProperty("customer_id").GetString()));
        Assert.Empty(await told.Log(new { status = "parked" }));
        Assert.Empty(await told.Log(new { webhook_id = "wh_other" }));
        Assert.Equal(200, (await told.Log(new { limit = 1 }))[0].GetProperty("attempts")[0].GetProperty("status_code").GetInt32());
    }

    [Fact]
    public async Task A_reset_takes_endpoints_and_messages_away_and_leaves_those_of_others()
    {
        await using var told = await Listening.Start();
        await using var inLive = await Receiver.Start();
        using var live = told.Server.Client(ServerProcess.LiveKey);
        (await live.Post("webhooks.create", new { url = inLive.Url })).MustBe(200);
        told.Receiver.Answer = static _ => 500;
        await told.Customer("c", alerts: [1, 2]);
        await told.Track("c", 2);
        await told.Tried(1);
        (await told.Api.Post("sandboxes.reset", null)).MustBe(200);
        Assert.Empty((await told.Api.Post("webhooks.list", null)).List);
        Assert.Empty(await told.Log());
        while (await told.Server.Shell.EraseSomeEnded(20, new Sluice.Core.Instant(0)))
        {
        }

        told.Time.Advance(TimeSpan.FromHours(1));
        var id = (await live.Post("webhooks.list", null)).List.Single().GetProperty("id").GetString();
        (await live.Post("webhooks.test", new { webhook_id = id })).MustBe(200);
        await inLive.Next();
        Assert.Single(told.Receiver.All);
    }

    [Fact]
    public async Task The_settings_put_one_in_place_in_the_environment_they_name()
    {
        using var directory = new TempDirectory();
        await using var receiver = await Receiver.Start();
        await using (var server = await RunningServer.Start(directory: directory, webhooks: new WebhookSettings(receiver.Url, Secret, "sandbox", AllowPrivate: true)))
        {
            var preset = Assert.Single((await server.Api.Post("webhooks.list", null)).List).GetProperty("id").GetString();
            Assert.Equal("wh_settings", preset);
            Assert.Equal(Secret, (await server.Api.Post("webhooks.get", new { webhook_id = preset })).MustBe(200).Word("secret"));
            foreach (var call in (string[])["update", "delete", "rotate_secret"]) Assert.Equal((400, "invalid_request"), (await server.Api.Post($"webhooks.{call}", new { webhook_id = preset })) is var no ? (no.Status, no.Code) : default);
            (await server.Api.Post("sandboxes.reset", null)).MustBe(200);
            (await server.Api.Post("webhooks.test", new { webhook_id = preset })).MustBe(200);
            Assert.Equal(1, (await receiver.Next()).SignedBy(Secret));
        }

        await using (var server = await RunningServer.Start(directory: directory, webhooks: new WebhookSettings(receiver.Url, Secret, "live", AllowPrivate: true)))
        {
            Assert.Empty((await server.Api.Post("webhooks.list", null)).List);
            using var live = server.Client(ServerProcess.LiveKey);
            Assert.Single((await live.Post("webhooks.list", null)).List);
        }

        await using (var server = await RunningServer.Start(directory: directory))
        {
            using var live = server.Client(ServerProcess.LiveKey);
            Assert.Empty((await live.Post("webhooks.list", null)).List);
        }
    }
}
