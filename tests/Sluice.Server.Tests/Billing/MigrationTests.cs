using System.Text.Json;
using Sluice.Core;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Billing;

/// <summary>Those who hold a plan are moved to another version of it, previewed, page by page, and again after a restart.</summary>
public sealed class MigrationTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private readonly ManualTime _time = new(Till.T0);
    private RunningServer _server = null!;

    private ApiClient Api => _server.Api;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.Start(directory: _directory, time: _time, demo: false);
        (await Api.Post("features.create", """{"feature_id": "messages", "name": "Messages", "type": "metered", "consumable": true}""")).MustBe(200);
        (await Api.Post("features.create", """{"feature_id": "vault", "name": "Vault", "type": "boolean"}""")).MustBe(200);
        (await Api.Post("plans.create", """{"plan_id": "tenner", "name": "Tenner", "price": {"amount": 10, "interval": "month"}, "items": [{"feature_id": "messages", "included": 10, "price": {"amount": 1, "interval": "month", "billing_method": "usage_based"}}]}""")).MustBe(200);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task What_each_gains_and_pays_is_previewed_and_then_done()
    {
        await Holders("light", "heavy", "own");
        await Api.Track("light", 5);
        await Api.Track("heavy", 20);
        (await Api.Post("billing.update", """{"customer_id": "own", "plan_id": "tenner", "customize": {"price": {"amount": 7, "interval": "month"}}}""")).MustBe(200);
        await NewVersion();
        (await Api.Post("migrations.create", new { migration_id = "m", plan_id = "tenner" })).MustBe(200);

        var preview = (await Api.Post("migrations.preview", new { migration_id = "m" })).MustBe(200);
        Assert.Equal(3m, preview.Number("total"));
        var (light, heavy) = (Of(preview, "light"), Of(preview, "heavy"));
        Assert.Equal(("moved", 5m, 15m), (Word(light, "outcome"), Number(light, "balances", 0, "before", "remaining"), Number(light, "balances", 0, "after", "remaining")));
        Assert.Equal((10m, 20m), (Number(light, "next_invoice", "before", "total"), Number(light, "next_invoice", "after", "total")));
        Assert.Equal((0m, 20m, 30m), (Number(heavy, "balances", 0, "after", "remaining"), Number(heavy, "next_invoice", "before", "total"), Number(heavy, "next_invoice", "after", "total")));
        Assert.Equal("vault", light.GetProperty("flags_gained")[0].GetString());
        Assert.Equal("skipped", Word(Of(preview, "own"), "outcome"));
        Assert.Equal((10m, "draft"), (await Granted("light"), (await Migration()).Word("status")));

        await Run();
        var done = await Migration();
        Assert.Equal(("completed", 3m, 2m, 1m, 0m), (done.Word("status"), done.Number("progress.total"), done.Number("progress.moved"), done.Number("progress.skipped"), done.Number("progress.refused")));
        Assert.Equal((20m, 20m, 10m), (await Granted("light"), await Granted("heavy"), await Granted("own")));
        Assert.Equal(["heavy", "light"], (await Api.Post("migrations.list_items", new { migration_id = "m", outcome = "moved" })).List.Select(item => item.GetProperty("customer_id").GetString()).Order());
        Assert.Equal("m", (await Api.Post("migrations.list", new { })).List[0].GetProperty("id").GetString());
        foreach (var (customer, next) in (IEnumerable<(string, decimal)>)[("light", 20m), ("heavy", 30m), ("own", 7m)])
        {
            (await Api.Post("customers.advance_test_clock", new { customer_id = customer, frozen_time = Till.T0.AddMonths(1).AddHours(1).ToUnixTimeMilliseconds() })).MustBe(200);
            Assert.Equal(next, (await Api.Post("invoices.list", new { customer_id = customer })).List[0].GetProperty("total").GetDecimal());
        }
    }

    [Fact]
    public async Task It_goes_on_over_pages_a_stop_and_a_restart_and_moves_nobody_twice()
    {
        var ids = Enumerable.Range(0, 230).Select(i => $"c{i}").ToArray();
        await Holders(ids);
        foreach (var id in ids) await Api.Track(id, 15);
        await NewVersion();
        (await Api.Post("migrations.create", new { migration_id = "m", plan_id = "tenner", from_versions = new[] { 1 }, to_version = 2 })).MustBe(200);
        (await Api.Post("migrations.run", new { migration_id = "m" })).MustBe(200);
        Assert.Equal((409, "migration_already_in_progress"), await Refused("migrations.run"));
        (await Api.Post("migrations.cancel", new { migration_id = "m" })).MustBe(200);
        Assert.Equal("paused", (await Migration()).Word("status"));
        Assert.Equal(400, (await Refused("migrations.cancel")).Status);

        await _server.DisposeAsync();
        _server = await RunningServer.Start(directory: _directory, time: _time, demo: false);
        await Run();
        Assert.Equal(230m, (await Migration()).Number("progress.moved"));

        // Run once more: who came since, with the old version, is moved; the others are as they were.
        await Holders(version: 1, "late");
        await Run();
        Assert.Equal((231m, 1m), ((await Migration()).Number("progress.moved"), (await Migration()).Number("progress.total")));
        foreach (var id in (string[])["c0", "c114", "c229"])
        {
            (await Api.Post("customers.advance_test_clock", new { customer_id = id, frozen_time = Till.T0.AddMonths(1).AddHours(1).ToUnixTimeMilliseconds() })).MustBe(200);
            Assert.Equal([25m, 10m], (await Api.Post("invoices.list", new { customer_id = id })).List.Select(invoice => invoice.GetProperty("total").GetDecimal()));
        }
    }

    [Fact]
    public async Task Only_those_that_are_named_are_moved_and_who_cannot_be_is_told_why()
    {
        await Holders("a", "b");
        (await Api.Post("plans.update", """{"plan_id": "tenner", "price": {"amount": 100, "interval": "year"}}""")).MustBe(200);
        (await Api.Post("migrations.create", new { migration_id = "m", plan_id = "tenner", filter = new { customer_ids = new[] { "a", "nobody" } } })).MustBe(200);
        Assert.Contains("other periods", Word(Of((await Api.Post("migrations.preview", new { migration_id = "m" })).MustBe(200), "a"), "reason"), StringComparison.Ordinal);
        await Run();
        var item = Assert.Single((await Api.Post("migrations.list_items", new { migration_id = "m" })).List);
        Assert.Equal(("a", "refused"), (Word(item, "customer_id"), Word(item, "outcome")));
    }

    [Theory]
    [InlineData("""{"plan_id": "nothing"}""", 404)]
    [InlineData("""{"plan_id": "tenner", "to_version": 7}""", 404)]
    [InlineData("""{"plan_id": "tenner"}""", 400)]
    [InlineData("""{"plan_id": "tenner", "from_versions": [3]}""", 404)]
    public async Task What_moves_nobody_is_refused(string wish, int status) => Assert.Equal(status, (await Api.Post("migrations.create", wish)).Status);

    [Fact]
    public async Task An_unknown_one_is_not_found() => Assert.Equal((404, "migration_not_found"), await Refused("migrations.get"));

    private Task Holders(params string[] ids) => Holders(null, ids);

    private async Task Holders(int? version, params string[] ids)
    {
        foreach (var id in ids)
        {
            await Api.Create(id);
            (await Api.Post("customers.set_test_card", new { customer_id = id, payment_method = "pm_card_visa" })).MustBe(200);
            (await Api.Post("billing.attach", version is { } old ? new { customer_id = id, plan_id = "tenner", version = old } : new { customer_id = id, plan_id = "tenner" } as object)).MustBe(200);
        }
    }

    private async Task NewVersion() => (await Api.Post("plans.update", """
        {"plan_id": "tenner", "price": {"amount": 20, "interval": "month"}, "items": [
        {"feature_id": "messages", "included": 20, "price": {"amount": 2, "interval": "month", "billing_method": "usage_based"}}, {"feature_id": "vault"}]}
        """)).MustBe(200);

    private async Task Run()
    {
        (await Api.Post("migrations.run", new { migration_id = "m" })).MustBe(200);
        await Deadline.Until(async () => (await Migration()).Word("status") == "completed", "the migration's end", _time);
    }

    private async Task<Reply> Migration() => (await Api.Post("migrations.get", new { migration_id = "m" })).MustBe(200);

    private async Task<(int Status, string? Code)> Refused(string operation)
    {
        var reply = await Api.Post(operation, new { migration_id = "m" });
        return (reply.Status, reply.Code);
    }

    private async Task<decimal> Granted(string customer) => (await Api.Post("customers.get", new { customer_id = customer })).MustBe(200).Number("balances.messages.granted");

    private static JsonElement Of(Reply preview, string customer) => preview["list"]!.Value.EnumerateArray().Single(item => item.GetProperty("customer_id").GetString() == customer);

    private static string Word(JsonElement of, string field) => of.GetProperty(field).GetString()!;

    private static decimal Number(JsonElement of, params object[] path) => path.Aggregate(of, static (at, step) => step is int index ? at[index] : at.GetProperty((string)step)).GetDecimal();
}
