using System.Text.Json;

namespace Sluice.Server.Tests.Crash;

/// <summary>Does the server show exactly what was acknowledged: no more, no less, nothing twice?</summary>
internal sealed class Comparison(ApiClient api)
{
    /// <summary>Of every account, what the server says is left; compared with the journal at the end.</summary>
    public Dictionary<string, decimal> Served { get; } = [];

    /// <summary>Of every account at first.</summary>
    public const int Seats = 100_000;

    /// <param name="carriedOut">Acknowledged, and repeated after the crash.</param>
    /// <param name="unknown">Neither answered nor repeatable: may be there whole, or not at all.</param>
    public async Task Account(string account, decimal start, IEnumerable<Operation> carriedOut, IEnumerable<Operation> unknown)
    {
        var events = await Events(account);
        var twice = events.GroupBy(pair => pair.Tag).Where(group => group.Count() > 1).Select(group => group.Key).ToList();
        Assert.True(twice.Count == 0, $"{account}: listed more than once: {string.Join(' ', twice)}");

        var listed = events.ToDictionary(pair => pair.Tag, pair => pair.Value);
        var perhaps = Moves(account, unknown).ToList();
        var moves = Moves(account, carriedOut).Concat(perhaps.Where(move => listed.ContainsKey(move.Tag!))).ToList();
        var expected = moves.Where(move => move.Tag is not null).ToDictionary(move => move.Tag!, move => -move.By);
        Assert.True(expected.Keys.All(listed.ContainsKey), $"{account}: acknowledged and lost: {string.Join(' ', expected.Keys.Where(tag => !listed.ContainsKey(tag)))}");
        Assert.True(listed.Keys.All(expected.ContainsKey), $"{account}: listed and never sent: {string.Join(' ', listed.Keys.Where(tag => !expected.ContainsKey(tag)))}");
        foreach (var (tag, value) in expected) Assert.Equal(value, listed[tag]);

        var remaining = await api.Remaining(account);
        Assert.Equal(start + moves.Sum(move => move.By), remaining);
        Served[account] = remaining;
    }

    /// <summary>Each hold is pending exactly as long as nobody settled it: it can be released once, and a settled one never.</summary>
    public async Task Holds(string account, IReadOnlyCollection<Operation> carriedOut)
    {
        var effects = carriedOut.SelectMany(operation => operation.Effects).Where(effect => effect.Customer == account).ToList();
        var settled = effects.OfType<Effect.Settled>().Select(effect => effect.Id).ToHashSet();
        foreach (var hold in effects.OfType<Effect.Held>())
        {
            var reply = await api.Post("balances.finalize", new { lock_id = hold.Id, action = "release" });
            Assert.True(reply.Status == (settled.Contains(hold.Id) ? 400 : 200), $"{account}: hold {hold.Id}, settled {settled.Contains(hold.Id)}, was released with {reply}");
            Assert.Equal(400, (await api.Post("balances.finalize", new { lock_id = hold.Id, action = "release" })).Status);
            if (reply.Status == 200) Served[account] += hold.Value;
        }

        Assert.Equal(Served[account], await api.Remaining(account));
    }

    /// <summary>Holds that were left end by themselves, each once; one that was cut off was placed and ended, or never was.</summary>
    public async Task Left(string account, decimal start, IReadOnlyCollection<Operation> acknowledged, IReadOnlyCollection<Operation> unknown)
    {
        var expected = acknowledged.SelectMany(operation => operation.Effects).OfType<Effect.CameAndWent>().ToDictionary(effect => effect.Tag, effect => effect.Value);
        var perhaps = unknown.SelectMany(operation => operation.Effects).OfType<Effect.CameAndWent>().ToDictionary(effect => effect.Tag, effect => effect.Value);
        List<(string Tag, decimal Value)> events = [];
        await Deadline.Until(async () => (events = await Events(account)).Sum(pair => pair.Value) == 0m, $"{account}: the end of every hold");
        var listed = events.ToLookup(pair => pair.Tag, pair => pair.Value);
        foreach (var (tag, value) in expected) Assert.Equal([-value, value], listed[tag].Order());
        foreach (var group in listed.Where(group => !expected.ContainsKey(group.Key))) Assert.Equal([-perhaps[group.Key], perhaps[group.Key]], group.Order());
        Assert.Equal(start, await api.Remaining(account));
        Served[account] = start;
    }

    public async Task Customers(IEnumerable<Operation> carriedOut)
    {
        var effects = carriedOut.SelectMany(operation => operation.Effects).ToLookup(effect => effect.Customer);
        foreach (var customer in effects.Where(group => group.Any(effect => effect is Effect.Exists)))
        {
            var reply = await api.Post("customers.get", new { customer_id = customer.Key });
            if (customer.Any(effect => effect is Effect.Gone))
            {
                Assert.Equal(404, reply.Status);
                continue;
            }

            var plans = reply.MustBe(200)["subscriptions"]!.Value.EnumerateArray().Select(held => held.GetProperty("plan_id").GetString()).ToList();
            Assert.Equal(customer.Any(effect => effect is Effect.HoldsPro) ? ["pro"] : ["free"], plans);
        }
    }

    /// <summary>Every entity once, and each uses up a seat.</summary>
    public async Task Entities(string account, IEnumerable<Operation> carriedOut)
    {
        var expected = carriedOut.SelectMany(operation => operation.Effects).OfType<Effect.HasEntity>().Where(effect => effect.Customer == account).Select(effect => effect.Id).Order(StringComparer.Ordinal);
        var page = (await api.Post("entities.list", new { customer_id = account, limit = 1000 })).MustBe(200);
        var listed = page.List.Select(entity => entity.GetProperty("id").GetString()!).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(expected, listed);
        Assert.Equal(Seats - listed.Count, await api.Remaining(account, CrashTests.Seats));
    }

    private static IEnumerable<Effect.Moved> Moves(string account, IEnumerable<Operation> operations) =>
        operations.SelectMany(operation => operation.Effects).OfType<Effect.Moved>().Where(move => move.Customer == account);

    private async Task<List<(string Tag, decimal Value)>> Events(string account)
    {
        var events = new List<(string, decimal)>();
        var cursor = "";
        do
        {
            var page = (await api.Post("events.list", new { customer_id = account, limit = 1000, start_cursor = cursor })).MustBe(200);
            events.AddRange(page.List.Select(happened => (happened.GetProperty("properties").GetProperty("tag").GetString()!, happened.GetProperty("value").GetDecimal())));
            cursor = page["next_cursor"] is { ValueKind: JsonValueKind.String } next ? next.GetString() : null;
        }
        while (cursor is not null);
        return events;
    }
}
