using System.Collections.Immutable;
using System.Globalization;

namespace Sluice.Core.Tests;

/// <summary>Credit costs and token prices in words.</summary>
internal static class Costs
{
    /// <summary>"2", "2 per 100", "10: 2, 50: 1, inf: 0.5", "10: 2, inf: 1 per 100"; dimensions and multipliers follow by <see cref="When"/> and <see cref="Times"/>.</summary>
    public static CreditCost Of(string words)
    {
        var (curve, units) = words.Split(" per ") is [var said, var per] ? (said, Number(per)) : (words, Quantity.One);
        var (cost, tiers) = Curve(curve);
        return new CreditCost(new FeatureId("images"), cost) { Tiers = tiers, BillingUnits = units };
    }

    /// <param name="match">"size=hd time=night"; "" = any usage.</param>
    public static CreditCost When(this CreditCost cost, string match, string curve, decimal? priority = null)
    {
        var (first, tiers) = Curve(curve);
        return cost with { Dimensions = cost.Dimensions.Add(new CreditDimension(match, Match(match), priority is { } rank ? Quantity.Of(rank) : null, first, tiers)) };
    }

    public static CreditCost Times(this CreditCost cost, string match, decimal factor = 1, decimal add = 0) =>
        cost with { Multipliers = cost.Multipliers.Add(new CreditMultiplier(match, Match(match), Quantity.Of(factor), Quantity.Of(add))) };

    /// <summary>Usage with these properties, as "size=hd time=night".</summary>
    public static Func<string, string?> Properties(string words)
    {
        var properties = Match(words).Properties;
        return name => properties.FirstOrDefault(match => match.Name == name)?.Value;
    }

    private static PropertyFilter Match(string words) => PropertyFilter.Of(words.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=')).Select(pair => new PropertyMatch(pair[0], pair[1], new JsonText($"\"{pair[1]}\""))));

    private static (Quantity Cost, ImmutableArray<CreditTier> Tiers) Curve(string words)
    {
        if (!words.Contains(':', StringComparison.Ordinal)) return (Number(words), []);
        var tiers = words.Split(", ").Select(tier => tier.Split(": ")).Select(tier => new CreditTier(tier[0] == "inf" ? null : Number(tier[0]), Number(tier[1]))).ToImmutableArray();
        return (tiers[0].Cost, tiers);
    }

    private static Quantity Number(string text) => Quantity.Of(decimal.Parse(text, CultureInfo.InvariantCulture));
}
