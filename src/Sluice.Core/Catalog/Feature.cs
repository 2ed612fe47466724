using System.Collections.Immutable;

namespace Sluice.Core;

public enum FeatureType
{
    /// <summary>On or off; held as a flag.</summary>
    Boolean,

    /// <summary>Counted. Consumable (messages: used up, reset) or not (seats: held, never reset).</summary>
    Metered,

    /// <summary>A pool of credits that several metered features draw on at a cost each.</summary>
    CreditSystem,

    /// <summary>A pool in USD drawn on by tokens.</summary>
    AiCreditSystem,
}

/// <summary>Credits that one unit of a metered feature costs. 0 = free.</summary>
/// <param name="Later">A tiered or conditional cost as sent: stored, not yet charged.</param>
public sealed record CreditCost(FeatureId Feature, Quantity Cost, JsonText? Later = null);

/// <summary>Words for one and for many.</summary>
public sealed record FeatureDisplay(string? Singular, string? Plural);

/// <summary>Something a product gates or meters. Everything here is live: an edit is seen by every customer at once.</summary>
/// <param name="Later">Fields of the contract that are stored and given back but have no effect yet (a JSON object).</param>
public sealed record Feature(
    FeatureId Id,
    string Name,
    FeatureType Type,
    bool Consumable,
    ImmutableArray<string> EventNames,
    ImmutableArray<CreditCost> CreditSchema,
    FeatureDisplay? Display,
    bool Archived,
    Instant CreatedAt,
    JsonText? Later = null)
{
    public bool IsBoolean => Type == FeatureType.Boolean;

    public bool IsCredits => Type is FeatureType.CreditSystem or FeatureType.AiCreditSystem;

    /// <summary>Equal in content.</summary>
    public bool SameAs(Feature other) =>
        this with { EventNames = other.EventNames, CreditSchema = other.CreditSchema } == other
        && EventNames.AsSpan().SequenceEqual(other.EventNames.AsSpan())
        && CreditSchema.AsSpan().SequenceEqual(other.CreditSchema.AsSpan());

    /// <summary>Names the field whose effect is not built yet, or null when the feature can be granted.</summary>
    public string? NeedsLater => Type == FeatureType.AiCreditSystem
        ? "ai_credit_system"
        : CreditSchema.Any(cost => cost.Later is not null) ? "credit_schema[].tiers, dimensions, multipliers or billing_units" : null;
}
