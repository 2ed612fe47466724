using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Core;
using Sluice.Server.Customers;
using Sluice.Server.Webhooks;
using Sluice.Storage;

namespace Sluice.Server.Tests.Webhooks;

/// <summary>At least once, in order for each customer, and not more often than it must be.</summary>
public sealed class DeliveryTests
{
    [Fact]
    public async Task A_message_that_fails_holds_back_its_customers_later_ones_and_nobody_elses()
    {
        await using var told = await Listening.Start();
        var failing = true;
        told.Receiver.Answer = message => failing && message.Customer == "a" ? 500 : 200;
        await told.Customer("a", alerts: [1, 2, 3]);
        await told.Customer("b", alerts: [1, 2, 3]);
        for (var i = 0; i < 3; i++) foreach (var customer in (string[])["a", "b"]) await told.Track(customer, 1);

        await told.Tried(4);
        Assert.Equal(["usage 1"], Of("a"));
        Assert.Equal(["usage 1", "usage 2", "usage 3"], Of("b"));
        failing = false;
        told.Time.Advance(TimeSpan.FromSeconds(6));
        await told.AllSettled();
        Assert.Equal(["usage 1", "usage 1", "usage 2", "usage 3"], Of("a"));

        IEnumerable<string> Of(string customer) => told.Receiver.All.Where(one => one.Customer == customer).Select(one => one.Gist);
    }

    [Fact]
    public async Task An_endpoint_that_fails_holds_back_no_other_endpoint()
    {
        await using var told = await Listening.Start();
        await using var other = await Receiver.Start();
        await told.Hook(new { url = other.Url });
        told.Receiver.Answer = static _ => 503;
        await told.Customer("c", alerts: [1, 2]);
        await told.Track("c", 1);
        await told.Track("c", 1);
        Assert.Equal(["usage 1", "usage 2"], (await other.Next(2)).Select(one => one.Gist));
        await told.Tried(3);
        Assert.Single(told.Receiver.All);
    }

    [Fact]
    public async Task It_is_tried_nine_times_over_a_day_with_the_same_id_and_body_and_then_parked_until_it_is_replayed()
    {
        await using var told = await Listening.Start();
        told.Receiver.Answer = static _ => 500;
        await told.Customer("c", alerts: [1, 2]);
        await told.Track("c", 1);
        await told.Track("c", 1);
        await told.Tried(1);
        var (attempts, start) = (1, told.Time.GetUtcNow());
        foreach (var wait in RetrySchedule.Waits)
        {
            // Never before its time, and by a tenth more at the latest.
            told.Time.Advance(wait - TimeSpan.FromMilliseconds(1));
            Assert.Empty(await Due(told));
            told.Time.Advance((wait / 10) + TimeSpan.FromSeconds(1));
            if (++attempts <= RetrySchedule.Waits.Count) await told.Tried(attempts);
        }

        Assert.True(told.Time.GetUtcNow() - start > TimeSpan.FromDays(1));
        var log = await told.Until(log => log.Any(static one => Listening.Status(one) == "parked") && log.Any(static one => one.GetProperty("attempts").GetArrayLength() == 1), "the second message's turn");
        var first = log.Single(static one => Listening.Status(one) == "parked");
        Assert.Equal(9, first.GetProperty("attempts").GetArrayLength());
        var sent = told.Receiver.All.Where(static one => one.Gist == "usage 1").ToList();
        Assert.Equal(9, sent.Count);
        Assert.Single(sent.Select(static one => (one.Id, one.Body)).Distinct());
        Assert.Equal(9, sent.Select(static one => one.Headers["webhook-timestamp"]).Distinct().Count());
        Assert.All(sent, one => Assert.Equal(1, one.SignedBy(told.Secret)));

        told.Receiver.Answer = static _ => 204;
        var before = told.Receiver.All.Count;
        Assert.Equal(1, (await told.Api.Post("webhooks.replay", new { webhook_id = told.Id, status = "parked" })).MustFit("webhooks.replay").Number("messages"));
        await told.AllSettled();
        Assert.Equal(["usage 1", "usage 2"], told.Receiver.All.Skip(before).Select(static one => one.Gist));
        Assert.Equal(sent[0].Id, told.Receiver.All[before].Id);
    }

    [Fact]
    public void The_waits_grow_and_reach_over_a_day()
    {
        Assert.Equal(RetrySchedule.Waits, RetrySchedule.Waits.Order());
        Assert.True(RetrySchedule.Waits.Aggregate((a, b) => a + b) > TimeSpan.FromDays(1));
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5.5)), (RetrySchedule.After(1, 0), RetrySchedule.After(1, 1)));
        Assert.Equal(TimeSpan.FromHours(10), RetrySchedule.After(8, 0));
        Assert.Null(RetrySchedule.After(9, 0));
    }

    [Fact]
    public async Task A_redirect_is_a_failure_and_not_followed()
    {
        await using var told = await Listening.Start();
        told.Receiver.Answer = static _ => 307;
        await Tell(told);
        var attempt = (await told.Tried(1)).Single().GetProperty("attempts")[0];
        Assert.Equal(307, attempt.GetProperty("status_code").GetInt32());
        Assert.Equal("/", Assert.Single(told.Receiver.All).Path);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_left_after_15_seconds()
    {
        await using var told = await Listening.Start();
        told.Receiver.Hangs = static _ => true;
        await Tell(told);
        await told.Receiver.Next();
        told.Time.Advance(Sender.Limit);
        var attempt = (await told.Tried(1)).Single().GetProperty("attempts")[0];
        Assert.Equal(JsonValueKind.Null, attempt.GetProperty("status_code").ValueKind);
        Assert.Equal("no answer within 15 s", attempt.GetProperty("error").GetString());
        Assert.Equal(15_000, attempt.GetProperty("duration_ms").GetInt32());
    }

    [Fact]
    public async Task When_the_clock_leaps_over_a_lease_nothing_is_sent_twice_at_once()
    {
        using var directory = new TempDirectory();
        await using var receiver = await Receiver.Start();
        await using var store = new SqliteStore(directory[SqliteStore.FileName]);
        await store.Migrate();
        var time = new LeapingClock();
        var (outbox, scope, now) = (new Outbox(time, new Settings("data", "127.0.0.1", 0, null, null, RequestLogging.None, 1)), new ScopeId(1), new Instant(0));
        using var sender = new Sender(new Settings("", "", 0, null, null, RequestLogging.None, 1) { Webhooks = Listening.Private }, time);
        using var dispatcher = new Dispatcher(store, outbox, sender, new ClockWatch(time), time, NullLogger<Dispatcher>.Instance);
        var endpoint = await store.AddEndpoint(new WebhookEndpoint(0, scope, "wh", receiver.Url, null, [], Enabled: true, Signing.NewSecret(), null, null, Preset: false, now));
        receiver.Hangs = static message => message.Id == "first";
        await dispatcher.StartAsync(CancellationToken.None);
        await Send("first", 1);
        time.Ahead = TimeSpan.FromHours(1);

        // The rounds that send these find the lease of the first run out.
        await Send("second", 2);
        await Send("third", 3);
        await dispatcher.StopAsync(CancellationToken.None);
        Assert.Equal(["first", "second", "third"], receiver.All.Select(static one => one.Id));

        async Task Send(string id, long customer)
        {
            await store.AddMessage(new WebhookMessage(id, scope, new CustomerKey(customer), null, "t", "{}", now, now), endpoint);
            outbox.Ring();
            await receiver.Next();
        }
    }

    [Fact]
    public async Task Where_nobody_listens_the_log_says_so()
    {
        await using var told = await Listening.Start();
        var gone = await Receiver.Start();
        var hook = await told.Hook(new { url = gone.Url });
        await gone.DisposeAsync();
        (await told.Api.Post("webhooks.test", new { webhook_id = hook.Word("id") })).MustFit("webhooks.test");
        Assert.Contains("refused", (await told.Tried(1)).Single().GetProperty("attempts")[0].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_leads_into_a_private_network_is_found_out_when_it_is_connected_to()
    {
        // Made while it was allowed, or by a name that meant another address then.
        await using var receiver = await Receiver.Start();
        await using var server = await RunningServer.Start();
        var scope = server.Engine.Scopes.Environment("sandbox").Id;
        var url = receiver.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        var endpoint = await server.Shell.AddEndpoint(new WebhookEndpoint(0, scope, "wh_x", url, null, [], Enabled: true, Signing.NewSecret(), null, null, Preset: false, new Instant(0)));
        (await server.Api.Post("webhooks.test", new { webhook_id = endpoint.Id })).MustBe(200);
        var attempt = await Attempt().InTime("an attempt");
        Assert.Equal((null, "localhost leads into a private network"), (attempt.StatusCode, attempt.Error));
        Assert.Empty(receiver.All);

        async Task<DeliveryAttempt> Attempt()
        {
            while (true)
            {
                await Task.Yield();
                if ((await server.Shell.Deliveries(new DeliveryQuery(scope, 1))).Single().Attempts is [var only]) return only;
            }
        }
    }

    [Fact]
    public async Task After_a_restart_what_was_committed_is_sent_and_what_was_delivered_is_not_sent_again()
    {
        using var directory = new TempDirectory();
        var time = new ManualTime();
        await using var receiver = await Receiver.Start();
        await using (var told = await Listening.Start(directory, receiver, time))
        {
            await told.Hook();
            await told.Customer("c", alerts: [1, 2, 3]);
            receiver.Hangs = static message => message.Gist == "usage 2";
            await told.Track("c", 1);
            await told.Track("c", 1);
            await told.Track("c", 1);
            await receiver.Next(2);
        }

        receiver.Hangs = static _ => false;
        await using var again = await Listening.Start(directory, receiver, time);
        // Where other nodes may be, what was on its way could still be on its way at one of them.
        if (TestDatabase.IsPostgres) time.Advance(Dispatcher.LeaseTime);
        await again.AllSettled();
        Assert.Equal(["usage 1", "usage 2", "usage 2", "usage 3"], receiver.All.Select(static one => one.Gist));
        Assert.Equal(receiver.All[1].Id, receiver.All[2].Id);
    }

    [Fact]
    public async Task A_stop_waits_for_what_is_on_its_way_and_a_restart_does_not_repeat_it()
    {
        using var directory = new TempDirectory();
        var time = new ManualTime();
        await using var receiver = await Receiver.Start();
        await using (var told = await Listening.Start(directory, receiver, time))
        {
            await told.Hook();
            receiver.Hangs = static _ => true;
            await Tell(told);
            await receiver.Next();
            var stopped = told.Server.DisposeAsync().AsTask();
            receiver.LetGo();
            await stopped.InTime("the end of the server");
        }

        await using var again = await Listening.Start(directory, receiver, time);
        Assert.Equal("delivered", Listening.Status(Assert.Single(await again.Log())));
        Assert.Single(receiver.All);
    }

    [Fact]
    public async Task Thousands_of_messages_for_many_customers_all_arrive_once_and_in_order()
    {
        await using var told = await Listening.Start();
        var alerts = Enumerable.Range(1, 20).ToArray();
        var customers = Enumerable.Range(0, 50).Select(i => $"c{i}").ToList();
        foreach (var customer in customers) await told.Customer(customer, alerts: alerts);
        await Task.WhenAll(customers.Select(async customer =>
        {
            foreach (var _ in alerts) await told.Track(customer, 1);
        }));
        var messages = await told.Receiver.Next(customers.Count * alerts.Length);
        foreach (var customer in customers) Assert.Equal(alerts.Select(at => $"usage {at}"), messages.Where(one => one.Customer == customer).Select(one => one.Gist));
        await told.AllSettled();
        Assert.Equal(messages.Count, told.Receiver.All.Count);
    }

    [Fact]
    public async Task What_was_told_is_kept_for_30_days()
    {
        await using var told = await Listening.Start();
        await Tell(told);
        await told.AllSettled();
        told.Time.Advance(Dispatcher.Retention - TimeSpan.FromHours(1));
        Assert.Single(await told.Log());
        told.Time.Advance(TimeSpan.FromHours(2));
        await told.Until(static log => log.Count == 0, "the end of an old message");
    }

    private sealed class LeapingClock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }

    private static async Task Tell(Listening told)
    {
        await told.Customer("c", 1);
        await told.Track("c", 1);
    }

    private static ValueTask<IReadOnlyList<WebhookEndpoint>> Due(Listening told) => told.Server.Shell.DueEndpoints(Instant.Of(told.Time.GetUtcNow()));
}
