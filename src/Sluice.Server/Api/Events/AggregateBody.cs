using System.Globalization;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Balances;

namespace Sluice.Server.Api.Events;

/// <summary>Usage by bin, and the totals of the whole range.</summary>
public sealed record AggregateBody(
    IReadOnlyList<UsageBinBody> List,
    IReadOnlyDictionary<string, UsageTotalBody> Total,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<DeductionBinBody>? Deductions)
{
    internal static async ValueTask<AggregateBody> Of(Call call, UsageAsked asked, UsageSums sums, IReadOnlyList<DeductionBinBody>? deductions)
    {
        var bins = sums.Result();
        var names = asked.Grouping?.Kind == GroupKind.Customer ? await CustomerNames(call, bins) : null;
        return new AggregateBody(
            [.. bins.Select(bin => new UsageBinBody(bin.Start, Rounded(bin.Values), bin.Groups?.ToDictionary(pair => pair.Key, pair => Rounded(pair.Value, names))))],
            asked.Features.ToDictionary(feature => feature, feature => new UsageTotalBody(sums.Total(feature).Count, Round(sums.Total(feature).Sum))),
            deductions);
    }

    // A customer may be called as the rest that is folded together: then it is part of it.
    private static IReadOnlyDictionary<string, decimal> Rounded(IReadOnlyDictionary<string, decimal> values, IReadOnlyDictionary<string, string>? names = null) =>
        names is null
            ? values.ToDictionary(pair => pair.Key, pair => Round(pair.Value))
            : values.GroupBy(pair => names.GetValueOrDefault(pair.Key, pair.Key)).ToDictionary(same => same.Key, same => Round(same.Sum(pair => pair.Value)));

    private static decimal Round(decimal value) => decimal.Round(value, Quantity.Decimals);

    // Groups were formed by key: only those that are left are named.
    private static async ValueTask<Dictionary<string, string>> CustomerNames(Call call, IEnumerable<UsageBin> bins)
    {
        var names = new Dictionary<string, string>();
        foreach (var group in bins.SelectMany(bin => bin.Groups!.Values).SelectMany(groups => groups.Keys).Distinct().Where(group => group != UsageSums.Other))
        {
            var key = new CustomerKey(long.Parse(group.AsSpan("cus_".Length), CultureInfo.InvariantCulture));
            names[group] = (await call.Engine.Customers.Load(call.Scope, key))?.Committed?.Profile.Id ?? group;
        }

        return names;
    }
}

/// <param name="Period">Where the bin begins.</param>
public sealed record UsageBinBody(
    Instant Period,
    IReadOnlyDictionary<string, decimal> Values,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, IReadOnlyDictionary<string, decimal>>? GroupedValues);

public sealed record UsageTotalBody(long Count, decimal Sum);

/// <summary>What was taken from balances in one bin.</summary>
public sealed record DeductionBinBody(
    Instant Period,
    IReadOnlyDictionary<string, DeductedFeatureBody> Values,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, IReadOnlyDictionary<string, DeductedGroupBody>>? GroupedValues);

public sealed record DeductedFeatureBody(string FeatureType, decimal Deducted, long Events, IReadOnlyList<DeductedBalanceBody> Balances);

public sealed record DeductedBalanceBody(string BalanceId, string? EntityId, PlanId? PlanId, ResetBody? Reset, decimal? CreditCost, decimal Deducted, long Events);

public sealed record DeductedGroupBody(decimal Deducted, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? CreditCost);
