using System.Text.Json;
using Sluice.Server.Tests.Billing;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Balances;

/// <summary>balances.history: what became of balances, from the journal.</summary>
public sealed class HistoryTests(Till till) : IClassFixture<Till>
{
    private ApiClient Api => till.Api;

    [Fact]
    public async Task Every_change_stands_there_once_with_its_cause()
    {
        var c = await till.Customer();
        (await till.Attach(c, "pro")).MustBe(200);
        await till.Track(c, 30);
        await till.Track(c, -5);
        (await Api.Post("balances.update", new { customer_id = c, feature_id = "messages", remaining = 60 })).MustBe(200);
        await till.Renew(c);
        (await till.Update(c, new { plan_id = "pro", cancel_action = "cancel_immediately" })).MustBe(200);
        var told = await History(c);
        Assert.Equal(["granted 100 -> 100", "used -30 -> 70", "given_back 5 -> 75", "set -15 -> 60", "reset 40 -> 100", "ended -100 -> gone"], told.Select(Line));
        Assert.Equal(("pro", "messages", 30m), (told[0].GetProperty("plan_id").GetString(), told[1].GetProperty("event").GetProperty("name").GetString(), told[1].GetProperty("event").GetProperty("value").GetDecimal()));
        Assert.Equal(Till.T0.ToUnixTimeMilliseconds(), told[0].GetProperty("at").GetInt64());
        Assert.Equal(Till.T0.AddMonths(1).AddHours(1).ToUnixTimeMilliseconds(), told[5].GetProperty("at").GetInt64());
    }

    [Fact]
    public async Task Pages_go_on_where_the_last_one_ended_and_filters_narrow()
    {
        var c = await till.Customer();
        (await till.Attach(c, "pro")).MustBe(200);
        (await till.Attach(c, "addon")).MustBe(200);
        for (var i = 1; i <= 7; i++) await till.Track(c, i, i % 2 == 0 ? "words" : "messages");
        var all = (await History(c)).Select(Line).ToList();
        Assert.Equal(9, all.Count);
        var (paged, cursor) = (new List<string>(), "");
        do
        {
            var page = (await Api.Post("balances.history", new { customer_id = c, limit = 2, start_cursor = cursor })).MustBe(200);
            paged.AddRange(page.List.Select(Line));
            cursor = page["next_cursor"]!.Value.GetString();
        }
        while (cursor is not null);
        Assert.Equal(all, paged);
        Assert.Equal(["granted 200 -> 200", "used -2 -> 198", "used -4 -> 194", "used -6 -> 188"], (await History(c, new { feature_id = "words" })).Select(Line));
        Assert.Empty(await History(c, new { end_time = Till.T0.ToUnixTimeMilliseconds() }));
        Assert.Equal(9, (await History(c, new { start_time = Till.T0.ToUnixTimeMilliseconds() })).Count);
    }

    [Fact]
    public async Task What_is_not_there_is_refused()
    {
        Assert.Equal(404, (await Api.Post("balances.history", new { customer_id = "nobody-at-all" })).Status);
        Assert.Equal(404, (await Api.Post("balances.history", new { customer_id = await till.Customer(), feature_id = "nothing" })).Status);
        Assert.Equal(400, (await Api.Post("balances.history", new { customer_id = "c", start_cursor = "?" })).Status);
    }

    private async Task<List<JsonElement>> History(string customer, object? more = null)
    {
        var body = more is null ? [] : JsonSerializer.SerializeToNode(more)!.AsObject();
        body["customer_id"] = customer;
        return [.. (await Api.Post("balances.history", body.ToJsonString())).MustBe(200).List];
    }

    private static string Line(JsonElement line)
    {
        var left = line.GetProperty("balance");
        return $"{line.GetProperty("cause").GetString()} {line.GetProperty("amount").GetDecimal():0.##} -> {(left.ValueKind == JsonValueKind.Null ? "gone" : left.GetDecimal().ToString("0.##", System.Globalization.CultureInfo.InvariantCulture))}";
    }
}
