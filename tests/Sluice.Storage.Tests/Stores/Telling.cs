using System.Globalization;
using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class SqliteTelling() : Telling(new SqliteHost());

public sealed class PostgresTelling() : Telling(new PostgresHost())
{
    // Another node may still be sending, so leases run out.
    private protected override Instant LeasedAnewAfterRestart => Soon;
}

/// <summary>Messages: written with their unit, leased in order, settled, replayed, swept.</summary>
public abstract class Telling(StoreHost host) : StoreSuite(host)
{
    private const string Limit = "balances.limit_reached";
    private const string Alert = "balances.usage_alert_triggered";
    private protected static readonly Instant Soon = Now.Plus(TimeSpan.FromMinutes(1));
    private static readonly Instant Later = Now.Plus(TimeSpan.FromHours(1));

    private protected virtual Instant LeasedAnewAfterRestart => Now;

    private IWebhookStore Webhooks => (IWebhookStore)Store;

    [Fact]
    public async Task A_message_is_written_with_its_unit_or_not_at_all()
    {
        var endpoint = await Endpoint("a");
        var actor = Joined(1);
        var late = actor.Twin();
        Assert.Equal([FateKind.Committed, FateKind.Moved], Commit(
            new TestUnit { Changes = [actor.Use()], Messages = [Message("told", 1)] },
            new TestUnit { Changes = [late.Use()], Messages = [Message("lost", 1)] }));
        Assert.Equal(["told"], await Pending(endpoint));
    }

    [Fact]
    public async Task Each_endpoint_gets_what_it_wants_and_nothing_from_before_it_was_there()
    {
        Tell(Message("before", 1));
        var (all, some, off) = (await Endpoint("all"), await Endpoint("some", Alert), await Endpoint("off", enabled: false));
        Tell(Message("limit", 1), Message("alert", 2, Alert));
        Assert.Equal(["alert", "limit"], await Pending(all));
        Assert.Equal(["alert"], await Pending(some));
        Assert.Empty(await Pending(off));
        Assert.Equal(["all", "some"], (await Webhooks.DueEndpoints(Now)).Select(one => one.Id));
    }

    [Fact]
    public async Task What_is_told_in_older_words_goes_only_to_endpoints_that_name_it_also_when_it_is_sent_again()
    {
        var (all, named) = (await Endpoint("all"), await Endpoint("named", WebhookMessage.OnlyByName));
        Tell(Message("older", 1, WebhookMessage.OnlyByName), Message("limit", 2));
        Assert.Equal(["limit"], await Pending(all));
        Assert.Equal(["older"], await Pending(named));
        Assert.Equal(1, (await Webhooks.Replay(all, new ReplayQuery(Since: Now), 10, Soon)).Count);
        Assert.Equal(["limit"], await Pending(all));
    }

    [Fact]
    public async Task Of_one_customer_the_next_message_is_leased_when_the_one_before_is_settled()
    {
        var endpoint = await Endpoint("a");
        Tell(Message("1.1", 1), Message("1.2", 1), Message("2.1", 2));
        var first = await Lease(endpoint, Now);
        Assert.Equal(["1.1", "2.1"], first.Select(one => one.Id));
        Assert.Empty(await Lease(endpoint, Now));

        // Customer 1 has to wait, customer 2 does not.
        await Settle(Now, Failed(first[0], Later), Done(first[1]));
        Tell(Message("2.2", 2), Message("1.3", 1));
        Assert.Equal(["2.2"], (await Lease(endpoint, Now)).Select(one => one.Id));
        Assert.Equal(["1.1"], (await Lease(endpoint, Later)).Where(one => one.Lane == new Lane(1)).Select(one => one.Id));
    }

    [Fact]
    public async Task Parked_it_holds_nobody_back()
    {
        var endpoint = await Endpoint("a");
        Tell(Message("1", 1), Message("2", 1));
        await Settle(Now, Parked((await Lease(endpoint, Now)).Single()));
        Assert.Equal(["2"], (await Lease(endpoint, Now)).Select(one => one.Id));
        Assert.Equal(DeliveryStatus.Parked, (await Listed(status: DeliveryStatus.Parked)).Single().Status);
    }

    [Fact]
    public async Task A_lease_that_ran_out_is_taken_anew_and_who_had_it_settles_nothing()
    {
        var endpoint = await Endpoint("a");
        Tell(Message("1", 1));
        var old = (await Lease(endpoint, Now)).Single();
        var anew = (await Lease(endpoint, Soon)).Single();
        await Settle(Soon, Parked(old));
        Assert.Empty((await Listed()).Single().Attempts);
        await Settle(Soon, Done(anew));
        Assert.Equal(DeliveryStatus.Delivered, (await Listed()).Single().Status);
        Assert.Empty(await Webhooks.DueEndpoints(Later));
    }

    [Fact]
    public async Task After_a_restart_what_was_leased_is_due_again_and_what_waits_still_waits()
    {
        var endpoint = await Endpoint("a");
        Tell(Message("leased", 1), Message("waits", 2));
        var leased = await Lease(endpoint, Now);
        await Settle(Now, Failed(leased[1], Later));
        await Restart();
        await Webhooks.ForgetLeases();
        Assert.Equal(["leased"], (await Lease(endpoint, LeasedAnewAfterRestart)).Select(one => one.Id));
        Assert.Equal(1, (await Lease(endpoint, Later)).Single(one => one.Id == "waits").Attempts);
    }

    [Fact]
    public async Task A_replay_since_a_moment_sends_what_the_endpoint_wants()
    {
        Tell(Message("limit", 1), Message("alert", 2, Alert));
        var endpoint = await Endpoint("some", Alert);
        Assert.Equal(1, (await Webhooks.Replay(endpoint, new ReplayQuery(Since: Now), 100, Soon)).Count);
        Assert.Equal(["alert"], await Pending(endpoint));
    }

    [Fact]
    public async Task The_log_shows_every_attempt_and_pages_through_them_newest_first()
    {
        var endpoint = await Endpoint("a");
        Tell([.. Enumerable.Range(1, 5).Select(i => Message($"m{i}", i % 2))]);
        await Settle(Now, [.. (await Lease(endpoint, Now)).Where(one => one.Id == "m1").Select(one => Failed(one, Later))]);
        var failed = (await Listed(customer: "c1")).Single(one => one.MessageId == "m1");
        Assert.Equal(new DeliveryAttempt(Now, 503, null, 7), Assert.Single(failed.Attempts));
        Assert.Equal((DeliveryStatus.Pending, Later), (failed.Status, failed.NextAt));
        Assert.Null((await Listed(customer: "c1")).First().NextAt);

        var pages = new List<string>();
        (long, long)? after = null;
        while (await Webhooks.Deliveries(new DeliveryQuery(Scope, 2, After: after)) is { Count: > 0 } page)
        {
            pages.AddRange(page.Select(one => one.MessageId));
            after = (page[^1].No, page[^1].Endpoint);
        }

        Assert.Equal(["m5", "m4", "m3", "m2", "m1"], pages);
    }

    [Fact]
    public async Task A_replay_sends_the_same_messages_in_their_order()
    {
        Tell(Message("0", 1));
        var endpoint = await Endpoint("a");
        Tell(Message("1", 1), Message("2", 1));
        foreach (var done in (Func<LeasedMessage, AttemptEnded>[])[Parked, Done]) await Settle(Now, done((await Lease(endpoint, Now)).Single()));

        Assert.Equal(1, (await Webhooks.Replay(endpoint, new ReplayQuery(ParkedOnly: true), 100, Soon)).Count);
        Assert.Equal(["1"], await Pending(endpoint));
        var first = await Webhooks.Replay(endpoint, new ReplayQuery(Since: Now), 2, Soon);
        Assert.Equal(2, first.Count);
        Assert.Equal(1, (await Webhooks.Replay(endpoint, new ReplayQuery(Since: Now, AfterNo: first.LastNo!.Value), 2, Soon)).Count);
        for (var i = 0; i < 3; i++)
        {
            var next = (await Lease(endpoint, Soon)).Single();
            Assert.Equal(i.ToString(CultureInfo.InvariantCulture), next.Id);
            Assert.Equal(0, next.Attempts);
            await Settle(Soon, Done(next));
        }

        Assert.Equal(2, (await Listed()).Single(one => one.MessageId == "1").Attempts.Length);
    }

    [Fact]
    public async Task A_message_of_no_customer_waits_for_nobody_also_when_it_is_replayed()
    {
        var endpoint = await Endpoint("a");
        var other = await Endpoint("other");
        Tell(Message("1", 1), Message("none", 0) with { Customer = null, CustomerId = null });
        await Webhooks.AddMessage(Message("alone", 0) with { Customer = null, CustomerId = null }, endpoint);
        var leased = await Lease(endpoint, Now);
        Assert.Equal([("1", false), ("none", true), ("alone", true)], leased.Select(one => (one.Id, one.Lane.IsSingle)));
        Assert.Equal(["1", "none"], (await Lease(other, Now)).Select(one => one.Id));
        await Settle(Now, [.. leased.Select(Parked)]);
        await Webhooks.Replay(endpoint, new ReplayQuery(MessageId: "alone"), 1, Soon);
        await Settle(Soon, Done((await Lease(endpoint, Soon)).Single()));
        Assert.Equal(DeliveryStatus.Delivered, (await Listed()).Single(one => one.MessageId == "alone").Status);
        Assert.DoesNotContain(await Webhooks.DueEndpoints(Later), one => one.Id == "a");
    }

    [Fact]
    public async Task A_change_of_an_endpoint_lets_what_waits_be_tried_at_once_and_its_end_takes_its_deliveries_away()
    {
        var endpoint = await Endpoint("a");
        Tell(Message("1", 1));
        await Settle(Now, Failed((await Lease(endpoint, Now)).Single(), Later));
        Assert.Empty(await Webhooks.DueEndpoints(Now));
        var changed = await Webhooks.ChangeEndpoint(Scope, "a", static there => there with { Url = "https://other.example" });
        Assert.Equal(endpoint.No, changed!.No);
        Assert.Equal("https://other.example", (await Webhooks.DueEndpoints(Now)).Single().Url);

        Assert.True(await Webhooks.RemoveEndpoint(Scope, "a"));
        Assert.False(await Webhooks.RemoveEndpoint(Scope, "a"));
        Assert.Null(await Webhooks.ChangeEndpoint(Scope, "a", static there => there));
        Assert.Empty(await Listed());
        Assert.Empty(await Webhooks.DueEndpoints(Later));
    }

    [Fact]
    public async Task Swept_is_what_is_old_and_waits_nowhere()
    {
        Tell(Message("nobody", 1));
        var endpoint = await Endpoint("a");
        Tell(Message("done", 1), Message("waits", 2));
        await Settle(Now, [.. (await Lease(endpoint, Now)).Where(one => one.Id == "done").Select(Done)]);
        Assert.Equal(0, await Webhooks.SweepMessages(Now, 10));
        Assert.Equal(2, await Webhooks.SweepMessages(Soon, 10));
        Assert.Equal(["waits"], (await Listed()).Select(one => one.MessageId));
        await Webhooks.RemoveEndpoint(Scope, "a");
        Assert.Equal(1, await Webhooks.SweepMessages(Soon, 10));
    }

    [Fact]
    public async Task A_scope_that_ends_takes_its_endpoints_at_once_and_its_messages_soon()
    {
        var tenants = (ITenantStore)Store;
        var other = (await Store.AddScope("acme", "live", "live", Now)).Id;
        await Webhooks.AddEndpoint(New("other") with { Scope = other });
        await Endpoint("a");
        await Webhooks.AddEndpoint(New("settings") with { Preset = true });
        Joined(1);
        Tell([.. Enumerable.Range(0, 1_200).Select(i => Message($"m{i}", 1)), Message("other", 2) with { Scope = other }]);

        // The one of the settings is in what takes its place, with nothing to send.
        var fresh = (await tenants.ReplaceScope(Scope, Now))!.Id;
        Assert.Equal(["settings"], (await Webhooks.Endpoints(fresh)).Select(one => one.Id));
        Assert.Empty(await Webhooks.Endpoints(Scope));
        Assert.Equal(["other"], (await Webhooks.DueEndpoints(Now)).Select(one => one.Id));

        var parts = 0;
        while (await tenants.EraseSomeEnded(20, Now)) parts++;
        Assert.Equal(1 + 3 + 1, parts);
        Assert.Equal(0, await Webhooks.SweepMessages(Later, 10_000));
        Assert.Equal(["other"], (await Webhooks.Deliveries(new DeliveryQuery(other, 10))).Select(one => one.MessageId));
    }

    private static WebhookMessage Message(string id, long customer, string type = Limit) =>
        new(id, Scope, new CustomerKey(customer), $"c{customer}", type, $$"""{"type":"{{type}}"}""", Now, Now);

    private static AttemptEnded Done(LeasedMessage leased) => new(leased, new DeliveryAttempt(Now, 200, null, 7), DeliveryStatus.Delivered, null);

    private static AttemptEnded Parked(LeasedMessage leased) => new(leased, new DeliveryAttempt(Now, 503, null, 7), DeliveryStatus.Parked, null);

    private static AttemptEnded Failed(LeasedMessage leased, Instant next) => new(leased, new DeliveryAttempt(Now, 503, null, 7), DeliveryStatus.Pending, next);

    private void Tell(params WebhookMessage[] messages) => Assert.Equal([FateKind.Committed], Commit(new TestUnit { Messages = [.. messages] }));

    private static WebhookEndpoint New(string id) => new(0, Scope, id, "https://example.com", null, [], Enabled: true, "whsec_AA==", null, null, Preset: false, Now);

    private ValueTask<WebhookEndpoint> Endpoint(string id, string? wants = null, bool enabled = true) =>
        Webhooks.AddEndpoint(New(id) with { Events = wants is null ? [] : [wants], Enabled = enabled });

    private ValueTask<IReadOnlyList<LeasedMessage>> Lease(WebhookEndpoint endpoint, Instant at) => Webhooks.Lease(endpoint.No, at, at.Plus(TimeSpan.FromSeconds(30)), 10);

    private ValueTask Settle(Instant at, params AttemptEnded[] ended) => Webhooks.Settle(ended, at);

    private ValueTask<IReadOnlyList<DeliveryListed>> Listed(DeliveryStatus? status = null, string? customer = null) =>
        Webhooks.Deliveries(new DeliveryQuery(Scope, 100, Status: status, CustomerId: customer));

    private async Task<IReadOnlyList<string>> Pending(WebhookEndpoint endpoint) =>
        [.. (await Webhooks.Deliveries(new DeliveryQuery(Scope, 100, endpoint.Id, DeliveryStatus.Pending))).Select(one => one.MessageId).Order()];
}
