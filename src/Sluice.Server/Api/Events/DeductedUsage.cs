using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Api.Events;

/// <summary>What was taken from the balances of the features asked for, in each balance's own unit.</summary>
internal static class DeductedUsage
{
    public static async ValueTask<AggregateBody> Sum(Call call, UsageAsked asked, Customer customer)
    {
        var sums = new UsageSums(asked.Bins, asked.Features, asked.Grouping is not null, asked.MaxGroups);
        var taken = new Dictionary<(Instant Bin, string Feature), Dictionary<string, Taken>>();
        var scan = new UsageScan(call.Scope.Id, customer.Key, [], asked.Bins.From, asked.Bins.To, WithDraws: true, asked.Entity);
        await call.Engine.Store.ScanUsage(scan, (scoped in UsageSeen seen) =>
        {
            var group = asked.Grouping?.Of(seen);
            foreach (var draw in seen.Draws)
            {
                if (!asked.Features.Contains(draw.Feature.Value)) continue;
                sums.Add(seen.UsedAt, draw.Feature.Value, group, 1, draw.Amount.Value);
                var balances = Balances(taken, (asked.Bins.StartOf(seen.UsedAt), draw.Feature.Value));
                var id = PublicIds.Of(customer.Key, draw);
                balances[id] = (balances.GetValueOrDefault(id) ?? new Taken(draw, 0, 0, [])).With(draw, CostOf(call.Catalog, draw.Feature, seen.Feature));
            }
        });
        return await AggregateBody.Of(call, asked, sums, Bodies(call, asked, customer, sums, taken));
    }

    private static Dictionary<string, Taken> Balances(Dictionary<(Instant, string), Dictionary<string, Taken>> taken, (Instant, string) key) =>
        taken.TryGetValue(key, out var balances) ? balances : taken[key] = [];

    // What one unit of the tracked feature costs in the balance's credits; null when the balance is its own, and when it is not the same for every usage.
    private static decimal? CostOf(Catalog catalog, FeatureId balance, string tracked) =>
        catalog.Feature(balance)?.CreditSchema.FirstOrDefault(cost => cost.Feature.Value == tracked) is { IsPlain: true } cost ? cost.Cost.Value : null;

    private static List<DeductionBinBody> Bodies(Call call, UsageAsked asked, Customer customer, UsageSums sums, Dictionary<(Instant, string), Dictionary<string, Taken>> taken) =>
        [.. sums.Result().Select(bin => new DeductionBinBody(
            bin.Start,
            asked.Features.Where(feature => taken.ContainsKey((bin.Start, feature))).ToDictionary(feature => feature, feature => Body(call.Catalog, customer, feature, taken[(bin.Start, feature)])),
            bin.Groups?.ToDictionary(pair => pair.Key, pair => (IReadOnlyDictionary<string, DeductedGroupBody>)pair.Value.ToDictionary(
                group => group.Key,
                group => new DeductedGroupBody(Round(group.Value), asked.Grouping!.Kind == GroupKind.TrackedFeature ? CostOf(call.Catalog, new FeatureId(pair.Key), group.Key) : null)))))];

    private static DeductedFeatureBody Body(Catalog catalog, Customer customer, string feature, Dictionary<string, Taken> balances) => new(
        catalog.Feature(new FeatureId(feature)) is { IsCredits: true } ? "credit_system" : "metered",
        Round(balances.Values.Sum(taken => taken.Amount)),
        balances.Values.Sum(taken => taken.Events),
        [.. balances.Select(pair => new DeductedBalanceBody(
            pair.Key, HolderOf(customer, pair.Value.Draw), pair.Value.Draw.Plan, Api.Balances.ResetBody.Of(pair.Value.Draw.Reset, pair.Value.Draw.ResetsAt), pair.Value.OneCost, Round(pair.Value.Amount), pair.Value.Events))]);

    // Shares of one balance go by one row, which is the customer's.
    private static string? HolderOf(Customer customer, Draw draw) => draw is { Entity: { } no, Parent: null } ? customer.Entities.Find(no)?.Id : null;

    private static decimal Round(decimal value) => decimal.Round(value, Quantity.Decimals);

    /// <summary>What one balance gave.</summary>
    private sealed record Taken(Draw Draw, decimal Amount, long Events, ImmutableHashSet<decimal?> Costs)
    {
        /// <summary>The cost, when everything that drew on it cost the same.</summary>
        public decimal? OneCost => Costs.Count == 1 ? Costs.First() : null;

        public Taken With(Draw draw, decimal? cost) => new(draw, Amount + draw.Amount.Value, Events + 1, Costs.Add(cost));
    }
}
