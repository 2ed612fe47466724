using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Features;

namespace Sluice.Server.Api.Balances;

/// <summary>What a customer or an entity has of one feature.</summary>
/// <param name="Feature">Given when the feature was asked for too.</param>
[JsonConverter(typeof(BalanceJson))]
public sealed record BalanceBody(CustomerKey Customer, Balance Balance, FeatureBody? Feature)
{
    public static BalanceBody Of(CustomerKey customer, Balance balance, Feature? feature = null) => new(customer, balance, feature is null ? null : FeatureBody.Of(feature));

    /// <summary>For a feature that the customer has only behind a credit system: nothing granted, nothing left.</summary>
    public static BalanceBody Zero(CustomerKey customer, Feature feature) =>
        Of(customer, new Balance(feature.Id, Quantity.Zero, Quantity.Zero, Quantity.Zero, Unlimited: false, OverageAllowed: false, MaxPurchase: null, NextResetAt: null, []), feature);
}

/// <summary>When a grant fills up again. A grant for once has no moment.</summary>
public sealed record ResetBody(
    string Interval,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? IntervalCount,
    Instant? ResetsAt)
{
    public static ResetBody? Of(Interval? interval, Instant? resetsAt) =>
        interval is { } every ? new ResetBody(Words.Of(every.Unit), every.Count == 1 ? null : every.Count, resetsAt) : null;
}

public sealed record BreakdownPriceBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Price? Amount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<TierBody>? Tiers,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TierBehavior,
    Quantity BillingUnits,
    string BillingMethod,
    Quantity? MaxPurchase)
{
    public static BreakdownPriceBody? Of(ItemPrice? price) => price is null ? null : new(
        price.Amount,
        TierBody.Of(price.Tiers),
        price.TierBehavior is { } behavior ? Words.Of(behavior) : null,
        price.BillingUnits,
        Words.Of(price.Method),
        price.MaxPurchase);
}

/// <summary>One price tier. <c>To</c> is a number or "inf".</summary>
public sealed record TierBody(
    JsonText To,
    Price Amount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Price? FlatAmount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Plans.CurrencyPriceBody>? AdditionalCurrencies = null)
{
    public static IReadOnlyList<TierBody>? Of(ImmutableArray<PriceTier> tiers) => tiers.IsDefaultOrEmpty ? null
        : [.. tiers.Select(tier => new TierBody(new JsonText(tier.To?.ToString() ?? "\"inf\""), tier.Amount, tier.FlatAmount, Plans.CurrencyPriceBody.Of(tier.OtherCurrencies)))];
}

/// <summary>A boolean feature that a customer holds.</summary>
public sealed record FlagBody(
    string Id,
    PlanId? PlanId,
    Instant? ExpiresAt,
    FeatureId FeatureId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FeatureBody? Feature)
{
    public static FlagBody Of(CustomerKey customer, Grant grant, Feature? feature = null) => new(
        PublicIds.Of(customer, grant), grant.Plan, grant.ExpiresAt, grant.Feature, feature is null ? null : FeatureBody.Of(feature));
}

/// <summary>What a track took: an item for each balance, saved units and all shares of it together.</summary>
[JsonConverter(typeof(DeductionsJson))]
public sealed record DeductionsBody(CustomerKey Customer, ImmutableArray<Draw> Draws);
