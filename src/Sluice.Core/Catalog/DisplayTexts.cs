using System.Globalization;

namespace Sluice.Core;

/// <summary>Two short lines for a pricing table.</summary>
/// <param name="Secondary">Null when the first line says all.</param>
public sealed record DisplayText(string Primary, string? Secondary = null);

/// <summary>Words for prices and items, in the feature's own words for one and for many.</summary>
public static class DisplayTexts
{
    /// <summary>"$20" and "per month".</summary>
    public static DisplayText Of(PlanPrice price) => new(Dollars(price.Amount), Per(price.Interval));

    /// <summary>"1,000 messages" and "then $0.5 per 10 messages"; a flag is its name.</summary>
    public static DisplayText Of(ItemTerms item, Feature feature)
    {
        if (feature.IsBoolean) return new DisplayText(feature.Name);
        if (item.Unlimited) return new DisplayText($"Unlimited {Many(feature)}");
        if (item.Price is not { } price) return new DisplayText(Counted(item.Included, feature));
        var rate = Rate(price, feature);
        return item.Included.IsZero ? new DisplayText(rate) : new DisplayText(Counted(item.Included, feature), $"then {rate}");
    }

    private static string Rate(ItemPrice price, Feature feature)
    {
        if (price.Tiers.Any(tier => tier.FlatAmount is not null) && price.Tiers.All(tier => tier.Amount.Amount == 0m))
            return $"{Range(price.Tiers.Select(tier => tier.FlatAmount ?? default))} for {Many(feature)}";
        var amounts = price.Amount is { } amount ? Dollars(amount) : Range(price.Tiers.Select(tier => tier.Amount));
        return $"{amounts} per {(price.BillingUnits == Quantity.One ? One(feature) : Counted(price.BillingUnits, feature))}";
    }

    private static string Range(IEnumerable<Price> prices)
    {
        var ordered = prices.OrderBy(price => price.Amount).ToList();
        return ordered[0] == ordered[^1] ? Dollars(ordered[0]) : $"{Dollars(ordered[0])} to {Dollars(ordered[^1])}";
    }

    private static string Per(Interval interval)
    {
        if (!interval.Recurs) return "one-off";
        var unit = interval.Unit switch
        {
            IntervalUnit.SemiAnnual => "half-year",
            var other => Wording.Interval(new Interval(other)),
        };
        return interval.Count == 1 ? $"per {unit}" : $"per {interval.Count} {unit}s";
    }

    private static string Counted(Quantity quantity, Feature feature) =>
        $"{quantity.Value.ToString("#,0.##########", CultureInfo.InvariantCulture)} {(quantity == Quantity.One ? One(feature) : Many(feature))}";

    private static string Dollars(Price price) => $"${price.Amount.ToString("#,0.############", CultureInfo.InvariantCulture)}";

    private static string Many(Feature feature) => feature.Display?.Plural ?? InSentence(feature.Name);

    private static string One(Feature feature)
    {
        if (feature.Display?.Singular is { } singular) return singular;
        var many = Many(feature);
        var plural = many.EndsWith('s') && !many.EndsWith("ss", StringComparison.Ordinal) && !many.EndsWith("is", StringComparison.Ordinal) && !many.EndsWith("us", StringComparison.Ordinal);
        return plural ? many[..^1] : many;
    }

    // "Messages" is written small within a sentence, "API calls" is not.
    private static string InSentence(string name) =>
        name.Length > 0 && (name.Length == 1 || !char.IsUpper(name[1])) ? char.ToLowerInvariant(name[0]) + name[1..] : name;
}
