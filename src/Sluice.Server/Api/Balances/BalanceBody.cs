using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Features;

namespace Sluice.Server.Api.Balances;

/// <summary>What a customer or an entity has of one feature.</summary>
public sealed record BalanceBody(
    FeatureId FeatureId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FeatureBody? Feature,
    Quantity Granted,
    Quantity Remaining,
    Quantity Usage,
    bool Unlimited,
    bool OverageAllowed,
    Quantity? MaxPurchase,
    Instant? NextResetAt,
    IReadOnlyList<BreakdownBody> Breakdown)
{
    /// <summary>Left out when nothing of it is ever saved from one cycle to the next.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<BalanceRolloverBody>? Rollovers { get; init; }

    /// <param name="feature">Given when the feature was asked for too.</param>
    public static BalanceBody Of(CustomerKey customer, Balance balance, Feature? feature = null) => new(
        balance.Feature,
        feature is null ? null : FeatureBody.Of(feature),
        balance.Granted,
        balance.Remaining,
        balance.Usage,
        balance.Unlimited,
        balance.OverageAllowed,
        balance.MaxPurchase,
        balance.NextResetAt,
        Array.ConvertAll(System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsArray(balance.Rows)!, row => BreakdownBody.Of(customer, row)))
    {
        Rollovers = balance.Rollovers.IsDefault ? null : [.. balance.Rollovers.Select(BalanceRolloverBody.Of)],
    };

    /// <summary>For a feature that the customer has only behind a credit system: nothing granted, nothing left.</summary>
    public static BalanceBody Zero(Feature feature) =>
        new(feature.Id, FeatureBody.Of(feature), Quantity.Zero, Quantity.Zero, Quantity.Zero, false, false, null, null, []);
}

/// <summary>One grant of a balance.</summary>
public sealed record BreakdownBody(
    string Id,
    PlanId? PlanId,
    Quantity IncludedGrant,
    Quantity PrepaidGrant,
    Quantity Remaining,
    Quantity Usage,
    bool Unlimited,
    ResetBody? Reset,
    BreakdownPriceBody? Price,
    Instant? ExpiresAt)
{
    public static BreakdownBody Of(CustomerKey customer, Grant grant) => new(
        PublicIds.Of(customer, grant),
        grant.Plan,
        grant.IncludedNow,
        grant.Prepaid,
        grant.Remaining,
        grant.Usage,
        grant.Terms.Unlimited,
        grant.Terms.Unlimited ? null : ResetBody.Of(grant.Terms.Reset, grant.NextResetAt),
        BreakdownPriceBody.Of(grant.Terms.Price),
        grant.ExpiresAt);
}

/// <summary>Units saved from an earlier cycle. <c>ExpiresAt</c> 0 = never.</summary>
public sealed record BalanceRolloverBody(Quantity Granted, Quantity Balance, Instant ExpiresAt)
{
    public static BalanceRolloverBody Of(RolledOver saved) => new(saved.Balance + saved.Used, saved.Balance, saved.ExpiresAt ?? new Instant(0));
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

/// <summary>What a track took from one balance, saved units and all shares of it together.</summary>
public sealed record DeductionBody(string BalanceId, FeatureId FeatureId, PlanId? PlanId, ResetBody? Reset, Quantity Value)
{
    public static IReadOnlyList<DeductionBody> Of(CustomerKey customer, ImmutableArray<Draw> draws)
    {
        if (draws.Length == 1) return [Of(customer, draws[0], draws[0].Amount)];
        return [.. draws.GroupBy(draw => PublicIds.Of(customer, draw)).Select(same => Of(customer, same.First(), Quantity.Total(same.Sum(static draw => draw.Amount.Value))))];
    }

    private static DeductionBody Of(CustomerKey customer, Draw draw, Quantity amount) =>
        new(PublicIds.Of(customer, draw), draw.Feature, draw.Plan, ResetBody.Of(draw.Reset, draw.ResetsAt), amount);
}
