using System.Globalization;
using System.Text.RegularExpressions;

namespace Sluice.Server.Operations;

/// <summary>What a limit counts by.</summary>
public enum RateLimitPer
{
    /// <summary>The key of the request; all tokens of one customer are one key.</summary>
    Key,

    /// <summary>The customer that the request names; one that names none is not counted.</summary>
    Customer,
}

/// <summary>So many requests of a group in so much time.</summary>
/// <param name="Count">At once, or spread over the period.</param>
public sealed record RateLimit(string Group, int Count, TimeSpan Period, RateLimitPer Per);

/// <summary>The setting <c>SLUICE_RATE_LIMITS</c>: <c>track=1000/s per key, track=50/s per customer, attach=30/m per customer</c>.</summary>
public static partial class RateLimits
{
    /// <summary>Every operation is in one group, as in the hosted service; those that are not named are "general".</summary>
    private static readonly Dictionary<string, string> Groups = new()
    {
        ["balances.check"] = "check", ["customers.get"] = "check", ["customers.get_or_create"] = "check",
        ["balances.track"] = "track", ["balances.track_tokens"] = "track", ["balances.update"] = "track", ["balances.finalize"] = "track",
        ["balances.batch_track"] = "batch_track", ["balances.batch_track_tokens"] = "batch_track",
        ["events.list"] = "events", ["events.aggregate"] = "events",
        ["attach"] = "attach", ["cancel"] = "attach", ["billing.attach"] = "attach", ["billing.multi_attach"] = "attach", ["billing.update"] = "attach", ["billing.setup_payment"] = "attach",
        ["customers.list"] = "list", ["entities.list"] = "list",
        ["entities.get"] = "entities",
    };

    private const int Most = 1_000_000;
    private const string General = "general";

    public static IEnumerable<string> Names => Groups.Values.Append(General).Distinct();

    public static string GroupOf(string operation) => Groups.GetValueOrDefault(operation, General);

    public static IReadOnlyList<RateLimit> Parse(string? setting) => setting is null ? [] : [.. setting.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(One)];

    private static RateLimit One(string text)
    {
        if (Form.Match(text) is not { Success: true } match || !int.TryParse(match.Groups["count"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > Most)
            throw Wrong(text, $"limits look like track=1000/s per key or attach=30/m per customer, with a count from 1 to {Most} and s, m or h");
        var group = match.Groups["group"].Value;
        if (!Names.Contains(group)) throw Wrong(text, $"the groups are {string.Join(", ", Names)}");
        var period = match.Groups["period"].Value switch
        {
            "s" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            _ => TimeSpan.FromHours(1),
        };
        return new RateLimit(group, count, period, match.Groups["per"].Value == "customer" ? RateLimitPer.Customer : RateLimitPer.Key);
    }

    private static SettingsException Wrong(string text, string why) => new($"SLUICE_RATE_LIMITS has \"{text}\": {why}.");

    [GeneratedRegex(@"^(?<group>[a-z_]+)\s*=\s*(?<count>[0-9]+)/(?<period>[smh])\s+per\s+(?<per>key|customer)$")]
    private static partial Regex Form { get; }
}
