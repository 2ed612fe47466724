using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Api.Events;

/// <summary>
/// Usage as it was tracked. Whole days come from the daily sums where these say enough; what is left, the ends of the
/// range and anything by property, is read event by event.
/// </summary>
internal static class TrackedUsage
{
    public static async ValueTask<AggregateBody> Sum(Call call, UsageAsked asked)
    {
        var recorded = RecordedAs(call.Catalog, asked.Features);
        var sums = new UsageSums(asked.Bins, asked.Features, asked.Grouping is not null, asked.MaxGroups);
        var (from, to) = asked.Bins is { From: var first, To: var last } ? (first, last) : default;
        var (fromDay, toDay) = (Day.Of(new Instant(from.Milliseconds + Day.Milliseconds - 1)), Day.Of(to));
        if (DaysSuffice(asked) && fromDay < toDay)
        {
            var query = new UsageDayQuery(call.Scope.Id, asked.Customer, [.. recorded.Keys], fromDay, toDay);
            foreach (var day in await call.Engine.Store.SumUsageByDay(query))
            {
                var group = asked.Grouping is null ? null : day.Customer.ToString();
                foreach (var feature in recorded[day.Feature]) sums.Add(Day.Start(day.Day), feature, group, day.Count, day.Sum);
            }

            await Scan(call, asked, recorded, sums, from, Day.Start(fromDay));
            await Scan(call, asked, recorded, sums, Day.Start(toDay), to);
        }
        else
        {
            await Scan(call, asked, recorded, sums, from, to);
        }

        return await AggregateBody.Of(call, asked, sums, null);
    }

    private static bool DaysSuffice(UsageAsked asked) =>
        asked.Bins.Size != BinSize.Hour && asked.Filter.IsEmpty && asked.Entity is null && asked.Grouping is null or { Kind: GroupKind.Customer };

    private static async ValueTask Scan(
        Call call, UsageAsked asked, ImmutableDictionary<string, ImmutableArray<string>> recorded, UsageSums sums, Instant from, Instant to)
    {
        if (from >= to) return;
        var scan = new UsageScan(call.Scope.Id, asked.Customer, [.. recorded.Keys], from, to, WithDraws: asked.Grouping?.Kind == GroupKind.Plan, asked.Entity);
        await call.Engine.Store.ScanUsage(scan, (scoped in UsageSeen seen) =>
        {
            if (!asked.Filter.Lets(seen)) return;
            var group = asked.Grouping?.Of(seen);
            foreach (var feature in recorded[seen.Feature]) sums.Add(seen.UsedAt, feature, group, 1, seen.Value);
        });
    }

    // Usage of a feature is recorded under its id, or under one of the event names it listens to.
    private static ImmutableDictionary<string, ImmutableArray<string>> RecordedAs(Catalog catalog, ImmutableArray<string> features) => features
        .SelectMany(feature => (catalog.Feature(new FeatureId(feature))?.EventNames ?? []).Append(feature).Distinct().Select(name => (name, feature)))
        .GroupBy(pair => pair.name)
        .ToImmutableDictionary(group => group.Key, group => group.Select(pair => pair.feature).ToImmutableArray());
}
