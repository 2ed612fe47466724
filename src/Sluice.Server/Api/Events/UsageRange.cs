using System.Collections.Frozen;
using Sluice.Core;

namespace Sluice.Server.Api.Events;

/// <summary>The stretch of time of an aggregation: named, or from a start to an end.</summary>
internal sealed record UsageRange(string Name, Instant? From, Instant? To)
{
    private const string Default = "1bc";

    private static readonly FrozenDictionary<string, TimeSpan> Spans = new Dictionary<string, TimeSpan>
    {
        ["24h"] = TimeSpan.FromHours(24), ["7d"] = TimeSpan.FromDays(7), ["30d"] = TimeSpan.FromDays(30), ["90d"] = TimeSpan.FromDays(90),
    }.ToFrozenDictionary();

    // Cycles that lie behind the current one, and how many are shown.
    private static readonly FrozenDictionary<string, (int Back, int Count)> Cycles = new Dictionary<string, (int, int)>
    {
        ["1bc"] = (0, 1), ["last_cycle"] = (1, 1), ["3bc"] = (2, 3),
    }.ToFrozenDictionary();

    public static UsageRange Read(Body body)
    {
        var name = body.Text("range");
        if (name is not null && !Spans.ContainsKey(name) && !Cycles.ContainsKey(name))
            body.Fault("range", $"must be one of {string.Join(", ", Spans.Keys.Concat(Cycles.Keys))}");
        if (body.Object("custom_range") is not { } custom) return new UsageRange(name ?? Default, null, null);
        var (from, to) = (custom.Moment("start"), custom.Moment("end"));
        if (name is not null) custom.Fault(null, "send either range or custom_range");
        if (from is null || to is null) custom.Fault(null, "needs a start and an end");
        else if (from >= to) custom.Fault("start", "must lie before end");
        return new UsageRange("", from, to);
    }

    /// <summary>The bins up to now; bins that begin later are not shown.</summary>
    public Bins Bins(Customer? customer, Catalog catalog, Instant now, BinSize? asked)
    {
        var size = asked ?? (Name == "24h" ? BinSize.Hour : BinSize.Day);
        var after = new Instant(now.Milliseconds + 1);
        if (From is { } from && To is { } to) return new Bins(from, Instant.Min(to, Instant.Max(after, from)), size);
        if (Spans.TryGetValue(Name, out var span))
        {
            // Whole bins: the first begins where the bin of "then" begins.
            var start = new Bins(now, after, size).StartOf(now.Plus(-span));
            return new Bins(start, after, size);
        }

        var (back, count) = Cycles[Name];
        var (begin, end) = Cycle(customer, catalog, now, back, count);
        return new Bins(begin, Instant.Min(end, after), size);
    }

    // The billing cycles of the main plan that recurs; calendar months where there is none.
    private static (Instant From, Instant To) Cycle(Customer? customer, Catalog catalog, Instant now, int back, int count)
    {
        var main = customer?.Subscriptions.FirstOrDefault(held => !held.AddOn && !held.OneOff && BillingInterval(catalog, held) is not null);
        var (anchor, interval) = main is null
            ? (new Bins(now, now, BinSize.Month).StartOf(now), new Interval(IntervalUnit.Month))
            : (main.StartedAt, BillingInterval(catalog, main)!.Value);
        var current = 0L;
        while (interval.Boundary(anchor, current + 1) is { } next && next <= now) current++;
        var first = main is null ? current - back : Math.Max(0, current - back);
        return (interval.Boundary(anchor, first) ?? anchor, interval.Boundary(anchor, Math.Max(first + 1, current - back + count)) ?? now);
    }

    private static Interval? BillingInterval(Catalog catalog, Subscription held) => catalog.Plan(held.Plan, held.Version) is not { } plan ? null
        : plan.Price is { Interval: { Recurs: true } basis } ? basis
        : plan.Items.Where(item => item.Price is { Interval.Recurs: true }).Select(item => (Interval?)item.Price!.Interval).OrderByDescending(every => every!.Value.Weight).FirstOrDefault();
}
