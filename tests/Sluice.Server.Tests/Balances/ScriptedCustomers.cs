using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Server.Tests;

/// <summary>One server with the features of the worked cases; a new customer, with plans of its own, for each case.</summary>
public sealed class ScriptedCustomers : IAsyncLifetime
{
    private RunningServer _server = null!;
    private int _count;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.Start(demo: false);
        foreach (var feature in (string[])[
            """{"feature_id": "messages", "name": "m", "type": "metered", "consumable": true}""",
            """{"feature_id": "seats", "name": "s", "type": "metered", "consumable": false}""",
            """{"feature_id": "action1", "name": "a1", "type": "metered", "consumable": true}""",
            """{"feature_id": "action2", "name": "a2", "type": "metered", "consumable": true}""",
            """{"feature_id": "dash", "name": "d", "type": "boolean"}""",
            """{"feature_id": "credits", "name": "c", "type": "credit_system", "credit_schema": [{"metered_feature_id": "action1", "credit_cost": 0.2}, {"metered_feature_id": "action2", "credit_cost": 0.6}]}"""])
            (await _server.Api.Post("features.create", feature)).MustBe(200);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    internal async Task<ScriptedCustomer> With(string plans)
    {
        var id = $"scripted-{Interlocked.Increment(ref _count)}";
        await _server.Api.Create(id);
        foreach (var (plan, at) in plans.Split(';', StringSplitOptions.TrimEntries).Select((plan, at) => (plan, at)))
        {
            var addOn = plan.StartsWith('+');
            var items = plan.TrimStart('+').Split(',', StringSplitOptions.TrimEntries).Select(item => item.Split(' ')).ToList();
            var planId = $"{id}-{at}";
            (await _server.Api.Post("plans.create", new { plan_id = planId, name = planId, add_on = addOn, items = items.Select(Item) })).MustBe(200);
            var bought = items.Where(words => words.Contains("prepaid")).Select(words => new { feature_id = words[0], quantity = Included(words) + Number(words, "prepaid") });
            (await _server.Api.Post("billing.attach", new { customer_id = id, plan_id = planId, no_billing_changes = true, feature_quantities = bought })).MustBe(200);
        }

        return new ScriptedCustomer(_server, id);
    }

    private static JsonObject Item(string[] words)
    {
        var item = new JsonObject { ["feature_id"] = words[0] };
        if (words.Contains("unlimited")) item["unlimited"] = true;
        else if (words.Length > 1) item["included"] = Included(words);
        var interval = words.Length > 2 ? words[2] : null;
        if (interval is not null) item["reset"] = new JsonObject { ["interval"] = interval };
        if (words.Contains("ppu")) item["price"] = Price("usage_based", interval!, words[^1] == "ppu" ? null : Number(words, "ppu"));
        if (words.Contains("prepaid")) item["price"] = Price("prepaid", interval!, null);
        return item;
    }

    private static JsonObject Price(string method, string interval, decimal? most) =>
        new() { ["amount"] = 1, ["interval"] = interval, ["billing_method"] = method, ["max_purchase"] = most };

    private static decimal Included(string[] words) => words.Length > 1 ? decimal.Parse(words[1], CultureInfo.InvariantCulture) : 0;

    private static decimal Number(string[] words, string after) => decimal.Parse(words[Array.IndexOf(words, after) + 1], CultureInfo.InvariantCulture);
}

/// <summary>A customer that is led through the steps of a case.</summary>
internal sealed class ScriptedCustomer(RunningServer server, string id)
{
    public async Task Live(string story, string steps)
    {
        foreach (var step in steps.Split('|', StringSplitOptions.TrimEntries))
        {
            var parts = step.Split('→', StringSplitOptions.TrimEntries);
            var answer = await Do(parts[0].Split(' '));
            if (parts.Length == 1) continue;
            var shown = await Shown(answer, parts[0], parts[1]);
            Assert.True(shown == parts[1], $"{story}: {parts[0]} → {parts[1]}, got {shown} in {answer}");
        }
    }

    private async Task<Reply> Do(string[] words)
    {
        switch (words[0])
        {
            case "track":
                return await server.Api.Post("balances.track", new { customer_id = id, feature_id = Feature(words), value = Amount(words), overage_behavior = words.FirstOrDefault(word => word is "reject" or "overflow") ?? "cap" });
            case "check":
                return await server.Api.Check(id, Feature(words), Amount(words));
            case "send":
                return await server.Api.Consume(id, Amount(words), Feature(words));
            case "get":
                return (await server.Api.Check(id, Feature(words), 0)).MustBe(200);
            case "set":
                return (await server.Api.Post("balances.update", new JsonObject { ["customer_id"] = id, ["feature_id"] = "messages", [words[1]] = decimal.Parse(words[2], CultureInfo.InvariantCulture) }.ToJsonString())).MustBe(200);
            case "reset":
                var next = (await server.Api.Check(id, "messages", 0)).Number("balance.next_reset_at");
                server.Time.Advance(TimeSpan.FromMilliseconds((double)next - server.Time.GetUtcNow().ToUnixTimeMilliseconds()));
                return (await server.Api.Check(id, "messages", 0)).MustBe(200);
            default:
                throw new ArgumentException($"no step \"{words[0]}\"");
        }
    }

    private static decimal Amount(string[] words) => decimal.Parse(words[1], CultureInfo.InvariantCulture);

    private static string Feature(string[] words) => words.Skip(1).FirstOrDefault(word => char.IsAsciiLetter(word[0]) && word is not ("reject" or "overflow")) ?? "messages";

    // The answer in the words that the case uses of it: only what is asked for is shown.
    private async Task<string> Shown(Reply answer, string step, string expected)
    {
        if (answer.Status >= 400) return $"{answer.Status} {answer.Code}";
        if (step.StartsWith("check ", StringComparison.Ordinal) || step.StartsWith("send ", StringComparison.Ordinal))
        {
            return (answer.Flag("allowed") ? "yes" : "no")
                + (expected.Contains(" of ", StringComparison.Ordinal) ? $" of {answer.Word("balance.feature_id")}" : "")
                + (expected.Contains(" needs ", StringComparison.Ordinal) ? $" needs {answer.Number("required_balance")}" : "");
        }

        if (answer["balance"] is not { ValueKind: JsonValueKind.Object }) return "nothing";
        var shown = $"{answer.Number("balance.granted")}/{answer.Number("balance.remaining")}/{answer.Number("balance.usage")}";
        if (expected.Contains("overage", StringComparison.Ordinal)) shown += answer.Flag("balance.overage_allowed") ? " overage" : "";
        if (expected.Contains("max", StringComparison.Ordinal)) shown += $" max {answer.Number("balance.max_purchase")}";
        if (expected.Contains(" of ", StringComparison.Ordinal)) shown += $" of {answer.Word("balance.feature_id")}";
        if (expected.Contains("rows", StringComparison.Ordinal)) shown += $" rows {string.Join(',', answer["balance.breakdown"]!.Value.EnumerateArray().Select(row => row.GetProperty("remaining").GetDecimal()))}";
        if (expected.Contains("drew", StringComparison.Ordinal)) shown += $" drew {Drawn(answer)}";
        if (expected.Contains("events", StringComparison.Ordinal)) shown += $" events {(await server.Api.Post("events.list", new { customer_id = id })).List.Count}";
        return shown;
    }

    private static string Drawn(Reply answer)
    {
        var values = answer["deductions"]!.Value.EnumerateArray().Select(deduction => deduction.GetProperty("value").GetDecimal()).ToList();
        return values.Count == 0 ? "nothing" : string.Join(',', values);
    }
}
