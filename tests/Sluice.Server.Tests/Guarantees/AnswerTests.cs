using Sluice.Core;

namespace Sluice.Server.Tests.Guarantees;

/// <summary>No answer shows what a crash could take back. Commits are held here, so the moment between deciding and writing lasts.</summary>
public sealed class AnswerTests
{
    [Fact]
    public async Task A_plain_read_never_shows_a_change_that_is_not_committed()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");
        var commit = server.Store.HoldCommit();
        var track = server.Api.Track("c", 40);
        await commit.Arrived;

        Assert.Equal(100, await server.Api.Remaining("c").InTime("a read beside a commit"));
        Assert.Equal(100, (await server.Api.Post("customers.get", new { customer_id = "c" })).Number("balances.messages.remaining"));
        Assert.Equal(100, (await server.Api.Post("customers.list", new { })).Number("list.0.balances.messages.remaining"));
        Assert.Empty((await server.Api.Post("events.list", new { customer_id = "c" })).List);
        Assert.False(track.IsCompleted);

        commit.Write();
        Assert.Equal(60, (await track).MustBe(200).Number("balance.remaining"));
        Assert.Equal(60, await server.Api.Remaining("c"));
    }

    [Fact]
    public async Task A_customer_that_is_not_committed_is_not_there_yet()
    {
        await using var server = await RunningServer.Start();
        var commit = server.Store.HoldCommit();
        var create = server.Api.Post("customers.get_or_create", new { customer_id = "c" });
        await commit.Arrived;

        Assert.Equal(404, (await server.Api.Check("c")).Status);
        var second = server.Api.Post("customers.get_or_create", new { customer_id = "c" });

        commit.Write();
        Assert.Equal((await create).MustBe(200).Word("subscriptions.0.id"), (await second).MustBe(200).Word("subscriptions.0.id"));
    }

    [Fact]
    public async Task A_customer_being_deleted_is_there_until_that_is_committed()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");
        var commit = server.Store.HoldCommit();
        var delete = server.Api.Post("customers.delete", new { customer_id = "c" });
        await commit.Arrived;

        Assert.Equal(100, await server.Api.Remaining("c"));
        var track = server.Api.Track("c", 1);
        var create = server.Api.Post("customers.get_or_create", new { customer_id = "c", name = "Second" });
        await Deadline.Until(() => server.Committer.PlacesTaken == 3, "both waiting for the deletion");
        Assert.False(track.IsCompleted);

        commit.Write();
        (await delete).MustBe(200);
        Assert.Equal("Second", (await create).MustBe(200).Word("name"));
        Assert.Contains((await track).Status, (int[])[200, 404]);
        Assert.Equal("Second", (await server.Api.Post("customers.get", new { customer_id = "c" })).MustBe(200).Word("name"));
    }

    [Fact]
    public async Task A_denial_decided_on_usage_that_is_not_committed_waits_for_that_commit()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");
        var commit = server.Store.HoldCommit();
        var track = server.Api.Track("c", 100);
        await commit.Arrived;

        var denied = server.Api.Consume("c", 1);
        await Decided(server, 2);
        Assert.False(denied.IsCompleted);

        commit.Write();
        (await track).MustBe(200);
        Assert.False((await denied).MustBe(200).Flag("allowed"));
    }

    [Fact]
    public async Task A_denial_whose_reason_failed_to_commit_is_decided_again()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");
        var commit = server.Store.HoldCommit();
        var track = server.Api.Track("c", 100);
        await commit.Arrived;
        var asked = server.Api.Consume("c", 1);
        await Decided(server, 2);

        commit.Fail();
        Assert.Equal((503, "service_unavailable"), ((await track).Status, (await track).Code));
        Assert.True((await asked).MustBe(200).Flag("allowed"));
        Assert.Equal(99, await server.Api.Remaining("c"));
    }

    [Fact]
    public async Task Usage_decided_on_a_commit_that_failed_is_not_known_either_and_says_so()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");
        var commit = server.Store.HoldCommit();
        var first = server.Api.Track("c", 10);
        await commit.Arrived;
        var second = server.Api.Track("c", 5, "second");
        await Decided(server, 2);

        commit.Fail();
        Assert.Equal(503, (await first).Status);
        Assert.Equal(503, (await second).Status);
        Assert.Equal(100, await server.Api.Remaining("c"));
        Assert.Equal(95, (await server.Api.Track("c", 5, "second")).MustBe(200).Number("balance.remaining"));
    }

    [Fact]
    public async Task A_failed_commit_answers_503_and_leaves_the_state_of_the_store()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");
        (await server.Api.Track("c", 10)).MustBe(200);
        var commit = server.Store.HoldCommit();
        var track = server.Api.Track("c", 40);
        await commit.Arrived;
        commit.Fail();

        var failed = await track;
        Assert.Equal((503, "service_unavailable"), (failed.Status, failed.Code));
        Assert.Equal("1", failed.Raw.Headers.GetValues("Retry-After").Single());
        Assert.Equal(90, await server.Api.Remaining("c"));
        Assert.Equal(89, (await server.Api.Track("c", 1)).MustBe(200).Number("balance.remaining"));
    }

    [Fact]
    public async Task A_commit_that_failed_after_it_was_written_shows_and_its_key_tells_the_repeat()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");
        var commit = server.Store.HoldCommit();
        var track = server.Api.Track("c", 40, "once");
        await commit.Arrived;
        commit.WriteAndFail();

        Assert.Equal(503, (await track).Status);
        Assert.Equal(60, await server.Api.Remaining("c"));
        Assert.Equal(409, (await server.Api.Track("c", 40, "once")).Status);
        Assert.Equal(60, await server.Api.Remaining("c"));
    }

    [Fact]
    public async Task A_creation_that_failed_to_commit_leaves_nobody_and_can_be_repeated()
    {
        await using var server = await RunningServer.Start();
        var commit = server.Store.HoldCommit();
        var create = server.Api.Post("customers.get_or_create", new { customer_id = "c" });
        await commit.Arrived;
        commit.Fail();

        Assert.Equal(503, (await create).Status);
        Assert.Equal(404, (await server.Api.Check("c")).Status);
        await server.Api.Create("c");
        Assert.Equal(100, await server.Api.Remaining("c"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_repeat_of_a_key_in_flight_is_not_answered_before_the_first_is_committed(bool inHeader)
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");
        var commit = server.Store.HoldCommit();
        var first = Keyed(server, inHeader);
        await commit.Arrived;
        var second = Keyed(server, inHeader);
        await server.Api.Remaining("c");
        Assert.False(second.IsCompleted);

        commit.Write();
        Assert.Equal(200, (await first).Status);
        Assert.Equal((409, "duplicate_idempotency_key"), ((await second).Status, (await second).Code));
        Assert.Equal(90, await server.Api.Remaining("c"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_the_first_with_a_key_fails_the_second_takes_over(bool inHeader)
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");
        var commit = server.Store.HoldCommit();
        var first = Keyed(server, inHeader);
        await commit.Arrived;
        var second = Keyed(server, inHeader);

        commit.Fail();
        Assert.Equal(503, (await first).Status);
        Assert.Equal(200, (await second).Status);
        Assert.Equal(90, await server.Api.Remaining("c"));
    }

    [Fact]
    public async Task A_batch_is_shown_whole_or_not_at_all()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("a");
        await server.Api.Create("b");
        var commit = server.Store.HoldCommit();
        var batch = server.Api.Post("balances.batch_track", new[] { new { customer_id = "a", feature_id = "messages", value = 1 }, new { customer_id = "b", feature_id = "messages", value = 2 } });
        await commit.Arrived;
        Assert.Equal((100, 100), (await server.Api.Remaining("a"), await server.Api.Remaining("b")));

        commit.Fail();
        Assert.Equal(503, (await batch).Status);
        Assert.Equal((100, 100), (await server.Api.Remaining("a"), await server.Api.Remaining("b")));
    }

    [Fact]
    public async Task Too_many_waiting_are_refused_before_anything_is_decided()
    {
        await using var server = await RunningServer.Start(queue: 2);
        await server.Api.Create("c");
        var commit = server.Store.HoldCommit();
        var first = server.Api.Track("c", 1);
        await commit.Arrived;
        var second = server.Api.Track("c", 1);
        await Decided(server, 2);

        var refused = await server.Api.Track("c", 1, "refused");
        Assert.Equal((429, "rate_limit_exceeded"), (refused.Status, refused.Code));
        Assert.Equal("1", refused.Raw.Headers.GetValues("Retry-After").Single());
        Assert.Equal(429, (await server.Api.Consume("c", 1)).Status);
        Assert.Equal(429, (await server.Api.Post("customers.get_or_create", new { customer_id = "new" })).Status);
        Assert.Equal(100, await server.Api.Remaining("c"));

        commit.Write();
        (await first).MustBe(200);
        (await second).MustBe(200);
        Assert.Equal(98, await server.Api.Remaining("c"));
        Assert.Equal(97, (await server.Api.Track("c", 1, "refused")).MustBe(200).Number("balance.remaining"));
        Assert.Equal(0, server.Committer.PlacesTaken);
    }

    [Fact]
    public async Task A_caller_that_hangs_up_leaves_its_request_to_be_carried_out_and_its_place_free()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");
        var commit = server.Store.HoldCommit();
        using (var impatient = server.Client())
        {
            _ = impatient.Track("c", 10).ContinueWith(gone => gone.Exception, TaskScheduler.Default);
            await commit.Arrived;
        }

        commit.Write();
        await Deadline.Until(() => server.Committer.PlacesTaken == 0, "the place given back");
        Assert.Equal(90, await server.Api.Remaining("c"));
    }

    [Fact]
    public async Task What_has_fallen_due_is_shown_by_a_read_before_anyone_stored_it()
    {
        await using var server = await RunningServer.Start();
        await server.Api.Create("c");
        (await server.Api.Track("c", 100)).MustBe(200);
        var commit = server.Store.HoldCommit();
        server.Time.Advance(TimeSpan.FromDays(32));

        Assert.Equal(100, await server.Api.Remaining("c"));
        commit.Write();
        Assert.True((await server.Api.Consume("c", 60)).MustBe(200).Flag("allowed"));
        Assert.Equal(40, await server.Api.Remaining("c"));
    }

    private static Task<Reply> Keyed(RunningServer server, bool inHeader) => inHeader
        ? server.Api.Post("balances.track", new { customer_id = "c", feature_id = "messages", value = 10 }, ("Idempotency-Key", "k"))
        : server.Api.Track("c", 10, "k");

    // Each request that has been decided, or is about to be, holds a place until it is answered.
    private static async Task Decided(RunningServer server, int requests)
    {
        await Deadline.Until(() => server.Committer.PlacesTaken == requests, $"{requests} requests in the queue");
        var cell = await server.Engine.Customers.Find(server.Engine.Scopes.Environment("sandbox"), "c", new Instant(0));
        lock (cell!.Gate)
        {
            // Whoever holds a place and decides has passed this gate, or comes to it now.
        }
    }
}
