using System.Collections.Immutable;

namespace Sluice.Core;

public enum BillingMethod
{
    /// <summary>Bought in packs before use.</summary>
    Prepaid,

    /// <summary>Billed in arrears for what was used beyond the included amount.</summary>
    UsageBased,
}

public enum TierBehavior
{
    Graduated,
    Volume,
}

/// <summary>One tier. <c>To</c> is inclusive and counts the included amount; null = no upper end.</summary>
public sealed record PriceTier(Quantity? To, Price Amount, Price? FlatAmount, CurrencyPrices? OtherCurrencies = null)
{
    internal PriceTier In(Currency currency) => OtherCurrencies?.In(currency) is not { } price ? this
        : this with { Amount = price.Amount ?? Amount, FlatAmount = price.FlatAmount ?? FlatAmount };
}

/// <summary>What an item costs. Exactly one of Amount and Tiers.</summary>
/// <param name="BillingUnits">Units in one pack; the amount is per pack.</param>
/// <param name="MaxPurchase">Units that may be bought or used beyond the included amount; null = no limit.</param>
public sealed record ItemPrice(
    Price? Amount,
    ImmutableArray<PriceTier> Tiers,
    TierBehavior? TierBehavior,
    Interval Interval,
    Quantity BillingUnits,
    BillingMethod Method,
    Quantity? MaxPurchase,
    CurrencyPrices? OtherCurrencies = null)
{
    /// <summary>With the amounts given for that currency; its own where none is given.</summary>
    internal ItemPrice In(Currency currency) => Tiers.IsEmpty
        ? OtherCurrencies?.In(currency)?.Amount is { } amount ? this with { Amount = amount } : this
        : Tiers.All(static tier => tier.OtherCurrencies is null) ? this : this with { Tiers = [.. Tiers.Select(tier => tier.In(currency))] };

    /// <summary>Equal in content; a record's own equality would compare the array of tiers by identity.</summary>
    public bool SameAs(ItemPrice other) => this with { Tiers = other.Tiers } == other && Tiers.AsSpan().SequenceEqual(other.Tiers.AsSpan());
}

public enum RolloverExpiry
{
    Month,
    Forever,
}

/// <summary>How much of an unused grant outlives its reset. At most one of Max and MaxPercentage.</summary>
public sealed record Rollover(Quantity? Max, Quantity? MaxPercentage, RolloverExpiry Expiry, int Length);

/// <summary>When more is paid for, if a quantity goes up within a period.</summary>
public enum OnIncrease
{
    BillImmediately,
    ProrateImmediately,
    ProrateNextCycle,
    BillNextCycle,
}

/// <summary>What is given back, if a quantity goes down within a period.</summary>
public enum OnDecrease
{
    Prorate,
    ProrateImmediately,
    ProrateNextCycle,
    None,
    NoProrations,
}

/// <summary>How a change of a bought quantity is charged; null members = the default. Charged by a later part.</summary>
public sealed record Proration(OnIncrease? OnIncrease, OnDecrease? OnDecrease);

/// <summary>
/// What a grant is granted on: the terms of one plan item, or of a balance created by itself. Immutable: an edit of
/// a plan writes new terms, so that it never changes a balance by itself.
/// </summary>
/// <param name="Id"><see cref="TermsId.None"/> when no plan item stands behind it.</param>
/// <param name="Included">Units granted without charge per unit of plan quantity.</param>
/// <param name="Reset">Null: never (non-consumable, boolean, unlimited). One-off: granted once.</param>
/// <param name="EntityFeature">Set when each entity of that feature has its own balance.</param>
/// <param name="Later">Fields of the contract that are stored and given back but have no effect yet (a JSON object).</param>
public sealed record ItemTerms(
    TermsId Id,
    FeatureId Feature,
    Quantity Included,
    bool Unlimited,
    Interval? Reset,
    ItemPrice? Price = null,
    Rollover? Rollover = null,
    bool Pooled = false,
    FeatureId? EntityFeature = null,
    Proration? Proration = null,
    JsonText? Later = null)
{
    public bool IsUsageBased => Price?.Method == BillingMethod.UsageBased;

    public bool IsPrepaid => Price?.Method == BillingMethod.Prepaid;

    /// <summary>What is held (seats) beyond the included units is charged when it is taken, by its share of the period, and then in advance.</summary>
    public bool IsChargedWhenTaken => IsUsageBased && Reset is null && Proration is not null;

    /// <summary>Charged in advance for a period.</summary>
    internal bool IsPaidAhead => IsPrepaid || IsChargedWhenTaken;

    /// <summary>Names the field whose effect is not built yet, or null when the item can be granted.</summary>
    public string? NeedsLater =>
        Later is not null ? "expiry, threshold_billing or feature_override"
        : null;

    /// <summary>Equal but for the id: an edit that sends the same item again keeps its terms.</summary>
    public bool SameAs(ItemTerms other) =>
        this with { Id = other.Id, Price = other.Price } == other
        && (Price is null || other.Price is null ? Price is null && other.Price is null : Price.SameAs(other.Price));
}
