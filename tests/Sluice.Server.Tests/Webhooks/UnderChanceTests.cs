using System.Globalization;
using System.Text.Json;
using Xunit.Abstractions;

namespace Sluice.Server.Tests.Webhooks;

/// <summary>Whatever two endpoints answer, each gets every message, and of each customer in order.</summary>
public sealed class UnderChanceTests(ITestOutputHelper output)
{
    private const int Customers = 4;
    private const int Alerts = 12;

    [Fact]
    public async Task Endpoints_that_fail_by_chance_get_everything_in_order_and_nothing_besides()
    {
        var seed = Seed.Next();
        output.WriteLine($"SLUICE_SEED={seed}");
        var random = new Random(seed);
        await using var told = await Listening.Start();
        await using var other = await Receiver.Start();
        await told.Hook(new { url = other.Url });
        foreach (var (receiver, failing) in new[] { (told.Receiver, 0.3), (other, 0.6) })
        {
            var chance = new Random(random.Next());
            receiver.Answer = _ =>
            {
                lock (chance) return chance.NextDouble() < failing ? chance.Next(2) == 0 ? 500 : 302 : 200;
            };
        }

        for (var i = 0; i < Customers; i++) await told.Customer($"c{i}", alerts: [.. Enumerable.Range(1, Alerts)]);
        foreach (var customer in Enumerable.Range(0, Customers * Alerts).Select(static i => i % Customers).OrderBy(_ => random.Next()))
        {
            await told.Track($"c{customer}", 1);
            if (random.Next(10) == 0) await Later();
        }

        while ((await told.Log()).Any(static one => Listening.Status(one) == "pending")) await Later();
        var log = await told.Log();
        Assert.Equal(2 * Customers * Alerts, log.Count);
        foreach (var receiver in (Receiver[])[told.Receiver, other])
        {
            var sent = receiver.All.Select(static one => (one.Id, one.Customer, At: int.Parse(one.Gist.AsSpan("usage ".Length), CultureInfo.InvariantCulture))).ToList();
            for (var i = 0; i < Customers; i++)
            {
                var order = sent.Where(one => one.Customer == $"c{i}").Select(static one => one.At).ToList();
                Assert.Equal(order.Order(), order);
                Assert.Equal(Enumerable.Range(1, Alerts), order.Distinct());
            }
        }

        // Each was tried until it was taken, or nine times, and the log has every attempt.
        Assert.All(log, static one => Assert.True(Codes(one).SkipLast(1).All(static code => code >= 300) && (Listening.Status(one) == "delivered" ? Codes(one)[^1] == 200 : Codes(one).Count == 9), one.ToString()));
        Assert.Equal(told.Receiver.All.Count + other.All.Count, log.Sum(static one => Codes(one).Count));

        // Time goes by when nothing is on its way, so that nothing is cut off by it.
        async Task Later()
        {
            await told.Until(log => log.Where(static one => Listening.Status(one) == "pending").GroupBy(static one => (one.GetProperty("webhook_id").GetString(), one.GetProperty("customer_id").GetString()))
                .All(lane => lane.Last().GetProperty("next_attempt_at") is { ValueKind: JsonValueKind.Number } next && next.GetInt64() > told.Time.GetUtcNow().ToUnixTimeMilliseconds()), "quiet");
            told.Time.Advance(TimeSpan.FromMinutes(random.Next(1, 300)));
        }
    }

    private static List<int> Codes(JsonElement delivery) => [.. delivery.GetProperty("attempts").EnumerateArray().Select(static one => one.GetProperty("status_code").GetInt32())];
}
