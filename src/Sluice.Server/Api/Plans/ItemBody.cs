using System.Globalization;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Balances;
using Sluice.Server.Api.Features;

namespace Sluice.Server.Api.Plans;

/// <summary>What a plan grants of one feature, as the API shows it.</summary>
public sealed record ItemBody(
    FeatureId FeatureId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ItemFeatureBody? Feature,
    Quantity Included,
    bool Unlimited,
    bool Pooled,
    EveryBody? Reset,
    ItemPriceBody? Price,
    DisplayTextBody Display,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RolloverBody? Rollover,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonText? ThresholdBilling,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonText? Expiry,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonText? FeatureOverride,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FeatureId? EntityFeatureId,
    string EntitlementId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PriceId)
{
    internal static ItemBody Of(ItemTerms item, Feature feature, bool withFeature) => new(
        item.Feature,
        withFeature ? ItemFeatureBody.Of(feature) : null,
        item.Included,
        item.Unlimited,
        item.Pooled,
        item.Reset is { } reset ? EveryBody.Of(reset) : null,
        item.Price is { } price ? ItemPriceBody.Of(price) : null,
        DisplayTextBody.Of(DisplayTexts.Of(item, feature)),
        item.Rollover is { } rollover ? RolloverBody.Of(rollover) : null,
        item.Later.Member("threshold_billing"),
        item.Later.Member("expiry"),
        item.Later.Member("feature_override"),
        item.EntityFeature,
        string.Create(CultureInfo.InvariantCulture, $"ent_{item.Id.Value}"),
        item.Price is null ? null : string.Create(CultureInfo.InvariantCulture, $"pr_{item.Id.Value}"));
}

/// <summary>How often something comes round; the count is left out when it is 1.</summary>
public sealed record EveryBody(string Interval, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? IntervalCount)
{
    internal static EveryBody Of(Interval interval) => new(Words.Of(interval.Unit), CountOf(interval));

    internal static int? CountOf(Interval interval) => interval.Count == 1 ? null : interval.Count;
}

/// <summary>What an item costs: an amount, or tiers.</summary>
public sealed record ItemPriceBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Price? Amount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CurrencyPriceBody>? AdditionalCurrencies,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<TierBody>? Tiers,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TierBehavior,
    string Interval,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? IntervalCount,
    Quantity BillingUnits,
    string BillingMethod,
    Quantity? MaxPurchase)
{
    internal static ItemPriceBody Of(ItemPrice price) => new(
        price.Amount,
        CurrencyPriceBody.Of(price.OtherCurrencies),
        TierBody.Of(price.Tiers),
        price.TierBehavior is { } behavior ? Words.Of(behavior) : null,
        Words.Of(price.Interval.Unit),
        EveryBody.CountOf(price.Interval),
        price.BillingUnits,
        Words.Of(price.Method),
        price.MaxPurchase);
}

/// <summary>What a price is in one more currency.</summary>
public sealed record CurrencyPriceBody(
    string Currency,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Price? Amount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Price? FlatAmount)
{
    internal static IReadOnlyList<CurrencyPriceBody>? Of(CurrencyPrices? prices) =>
        prices is null ? null : [.. prices.All.Select(static price => new CurrencyPriceBody(price.Currency.Code, price.Amount, price.FlatAmount))];
}

/// <summary>How much of an unused grant outlives its reset.</summary>
public sealed record RolloverBody(Quantity? Max, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? MaxPercentage, string ExpiryDurationType, int ExpiryDurationLength)
{
    internal static RolloverBody Of(Rollover rollover) => new(rollover.Max, rollover.MaxPercentage, Words.Of(rollover.Expiry), rollover.Length);
}

/// <summary>Two short lines for a pricing table.</summary>
public sealed record DisplayTextBody(string PrimaryText, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SecondaryText)
{
    internal static DisplayTextBody Of(DisplayText text) => new(text.Primary, text.Secondary);
}

/// <summary>The feature of an item, in the older words that items keep for it.</summary>
public sealed record ItemFeatureBody(
    FeatureId Id,
    string Name,
    string Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DisplayBody? Display,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<FlatCostBody>? CreditSchema,
    bool Archived)
{
    internal static ItemFeatureBody Of(Feature feature) => new(
        feature.Id,
        feature.Name,
        feature.Type == FeatureType.Metered ? (feature.Consumable ? "single_use" : "continuous_use") : Words.Of(feature.Type),
        feature.Display is { Singular: not null, Plural: not null } display ? new DisplayBody(display.Singular, display.Plural) : null,
        feature.IsCredits ? [.. feature.CreditSchema.Select(cost => new FlatCostBody(cost.Feature, cost.Cost))] : null,
        feature.Archived);
}

public sealed record FlatCostBody(FeatureId MeteredFeatureId, Quantity CreditCost);
