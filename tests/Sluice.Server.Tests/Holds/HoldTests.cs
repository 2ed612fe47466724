using Sluice.Core;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Holds;

public class HoldTests
{
    [Fact]
    public async Task A_check_with_a_lock_takes_at_once_and_finalize_settles_it()
    {
        await using var server = await Stage();
        var held = (await Lock(server.Api, "a", 8)).MustBe(200);
        Assert.True(held.Flag("allowed"));
        Assert.Equal((7m, 8m), (held.Number("balance.remaining"), held.Number("balance.usage")));
        Assert.Equal((409, "lock_already_exists"), Said(await Lock(server.Api, "a", 2)));
        (await Finalize(server.Api, "a", "confirm", 5)).MustBe(200);
        Assert.Equal(10, await server.Api.Remaining("c"));
        Assert.Equal((400, "invalid_request"), Said(await Finalize(server.Api, "a", "confirm")));
        Assert.True((await Lock(server.Api, "a", 2)).Flag("allowed"));
        (await Finalize(server.Api, "a", "release")).MustBe(200);
        Assert.Equal(10, await server.Api.Remaining("c"));
        Assert.Equal([-2m, 2m, -3m, 8m], (await server.Api.Post("/v1/events.list", """{"customer_id": "c"}""")).List.Select(one => one.GetProperty("value").GetDecimal()));
    }

    [Fact]
    public async Task What_does_not_fit_is_denied_and_holds_nothing()
    {
        await using var server = await Stage();
        var denied = (await Lock(server.Api, "f", 100)).MustBe(200);
        Assert.False(denied.Flag("allowed"));
        Assert.Equal(15, denied.Number("balance.remaining"));
        Assert.Equal((400, "invalid_request"), Said(await Finalize(server.Api, "f", "release")));
    }

    [Theory]
    [InlineData("cap", 0, 15)]
    [InlineData("overflow", 0, 100)]
    public async Task A_lock_may_take_what_there_is_or_go_below(string overage, decimal remaining, decimal usage)
    {
        await using var server = await Stage();
        var held = (await server.Api.Post("/v1/check", new { customer_id = "c", feature_id = "messages", required_balance = 100, @lock = new { enabled = true, lock_id = "x", overage_behavior = overage } })).MustBe(200);
        Assert.True(held.Flag("allowed"));
        Assert.Equal((remaining, usage), (held.Number("balance.remaining"), held.Number("balance.usage")));
        (await Finalize(server.Api, "x", "release")).MustBe(200);
        Assert.Equal(15, await server.Api.Remaining("c"));
    }

    [Fact]
    public async Task A_track_can_be_held_too()
    {
        await using var server = await Stage();
        (await server.Api.Post("/v1/track", """{"customer_id": "c", "feature_id": "messages", "value": 4, "lock": {"enabled": true, "lock_id": "t"}}""")).MustBe(200);
        (await Finalize(server.Api, "t", "confirm", 1)).MustBe(200);
        Assert.Equal(14, await server.Api.Remaining("c"));
    }

    [Theory]
    [InlineData("""{"lock_id": "a"}""", 400, "invalid_inputs")]
    [InlineData("""{"enabled": false, "lock_id": "a"}""", 400, "invalid_inputs")]
    [InlineData("""{"enabled": true}""", 400, "invalid_inputs")]
    [InlineData("""{"enabled": true, "lock_id": ""}""", 400, "invalid_inputs")]
    [InlineData("""{"enabled": true, "lock_id": "a", "expires_at": 1}""", 400, "invalid_request")]
    [InlineData("""{"enabled": true, "lock_id": "a", "expires_at": 9999999999999}""", 400, "invalid_request")]
    [InlineData("""{"enabled": true, "lock_id": "a", "overage_behavior": "maybe"}""", 400, "invalid_inputs")]
    public async Task A_lock_is_refused(string asked, int status, string code)
    {
        await using var server = await Stage();
        Assert.Equal((status, code), Said(await server.Api.Post("/v1/check", $$"""{"customer_id": "c", "feature_id": "messages", "lock": {{asked}}}""")));
        Assert.Equal(15, await server.Api.Remaining("c"));
    }

    [Theory]
    [InlineData("""{"lock_id": "a", "action": "release", "override_value": 1}""", "invalid_inputs")]
    [InlineData("""{"lock_id": "a", "action": "burn"}""", "invalid_inputs")]
    [InlineData("""{"action": "confirm"}""", "invalid_inputs")]
    [InlineData("""{"lock_id": "nope", "action": "confirm"}""", "invalid_request")]
    public async Task A_finalize_is_refused(string body, string code)
    {
        await using var server = await Stage();
        Assert.Equal((400, code), Said(await server.Api.Post("/v1/balances.finalize", body)));

        // The id is not spoiled by it.
        Assert.True((await Lock(server.Api, "nope", 2)).Flag("allowed"));
        (await Finalize(server.Api, "nope", "confirm")).MustBe(200);
    }

    [Fact]
    public async Task One_id_is_pending_for_one_customer_at_a_time()
    {
        await using var server = await Stage();
        await server.Api.Create("other", new { customer_id = "other", internal_options = new { disable_defaults = true } });
        await server.Api.Grant("other", 15);
        (await Lock(server.Api, "shared", 1)).MustBe(200);
        Assert.Equal((409, "lock_already_exists"), Said(await Lock(server.Api, "shared", 1, "other")));
        Assert.Equal(15, await server.Api.Remaining("other"));
        (await server.Api.Post("/v1/customers.delete", """{"customer_id": "c"}""")).MustBe(200);
        Assert.True((await Lock(server.Api, "shared", 1, "other")).MustBe(200).Flag("allowed"));
    }

    [Fact]
    public async Task Of_two_who_finalize_at_once_one_does()
    {
        await using var server = await Stage();
        for (var round = 0; round < 20; round++)
        {
            (await Lock(server.Api, "r", 8)).MustBe(200);
            var answers = await Task.WhenAll(Finalize(server.Api, "r", "confirm", 4), Finalize(server.Api, "r", "confirm", 4), Finalize(server.Api, "r", "release"));
            Assert.Single(answers, answer => answer.Status == 200);
            Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal((400, "invalid_request"), Said(answer)));
            var taken = 15 - await server.Api.Remaining("c");
            Assert.True(taken is 4 or 0);
            (await server.Api.Post("/v1/balances.update", """{"customer_id": "c", "feature_id": "messages", "usage": 0}""")).MustBe(200);
        }
    }

    [Fact]
    public async Task Expiry_gives_back_once_and_a_late_confirm_is_told()
    {
        await using var server = await Stage();
        (await Lock(server.Api, "e", 8, expires: server.Time.GetUtcNow().AddMinutes(5))).MustBe(200);
        server.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(15, await server.Api.Remaining("c"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Finalize(server.Api, "e", "confirm", 4)));
        Assert.All(answers, answer => Assert.Equal((400, "invalid_request"), Said(answer)));
        await server.Swept();
        Assert.Equal(15, await server.Api.Remaining("c"));
        Assert.Equal([-8m, 8m], (await server.Api.Post("/v1/events.list", """{"customer_id": "c"}""")).List.Select(one => one.GetProperty("value").GetDecimal()));
        Assert.True((await Lock(server.Api, "e", 1)).Flag("allowed"));
    }

    [Fact]
    public async Task Many_locks_and_finalizes_side_by_side_come_out_exact()
    {
        await using var server = await Stage(grant: 1000);
        var kept = await Task.WhenAll(Enumerable.Range(0, 16).Select(async worker =>
        {
            var (random, sum) = (new Random(worker), 0m);
            for (var i = 0; i < 25; i++)
            {
                var (id, value) = ($"w{worker}-{i}", random.Next(1, 5));
                if (!(await Lock(server.Api, id, value)).MustBe(200).Flag("allowed")) continue;
                var used = random.Next(0, value + 1);
                (await Finalize(server.Api, id, "confirm", used)).MustBe(200);
                sum += used;
            }

            return sum;
        }));
        Assert.Equal(1000 - kept.Sum(), await server.Api.Remaining("c"));
    }

    [Fact]
    public async Task A_pending_hold_outlives_a_restart()
    {
        using var directory = new TempDirectory();
        var time = new ManualTime();
        await using (var server = await Stage(directory: directory, time: time)) (await Lock(server.Api, "kept", 8)).MustBe(200);
        await using var again = await RunningServer.Start(directory: directory, time: time, demo: false);
        Assert.Equal((409, "lock_already_exists"), Said(await Lock(again.Api, "kept", 1)));
        (await Finalize(again.Api, "kept", "confirm", 3)).MustBe(200);
        Assert.Equal(12, await again.Api.Remaining("c"));
    }

    private static async Task<RunningServer> Stage(decimal grant = 15, TempDirectory? directory = null, ManualTime? time = null)
    {
        var server = await RunningServer.Start(directory: directory, time: time);
        await server.Api.Create("c", new { customer_id = "c", internal_options = new { disable_defaults = true } });
        await server.Api.Grant("c", grant);
        return server;
    }

    private static Task<Reply> Lock(ApiClient api, string id, decimal value, string customer = "c", DateTimeOffset? expires = null) => api.Post("/v1/check", expires is { } at
        ? new { customer_id = customer, feature_id = "messages", required_balance = value, @lock = new { enabled = true, lock_id = id, expires_at = at.ToUnixTimeMilliseconds() } }
        : (object)new { customer_id = customer, feature_id = "messages", required_balance = value, @lock = new { enabled = true, lock_id = id } });

    private static Task<Reply> Finalize(ApiClient api, string id, string action, decimal? value = null) =>
        api.Post("/v1/balances.finalize", value is { } used ? new { lock_id = id, action, override_value = used } : (object)new { lock_id = id, action });

    private static (int, string?) Said(Reply reply) => (reply.Status, reply.Code);
}
