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

/// <summary>Words for one and for many.</summary>
public sealed record FeatureDisplay(string? Singular, string? Plural);

/// <summary>Something a product gates or meters. Everything here is live: an edit is seen by every customer at once.</summary>
/// <param name="Markups">What tokens cost beyond the list prices of their models; said of an AI credit system. Null = nothing.</param>
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
    Markups? Markups = null)
{
    public bool IsBoolean => Type == FeatureType.Boolean;

    /// <summary>Its unit is USD: a credit system that tokens are paid from.</summary>
    public bool IsAi => Type == FeatureType.AiCreditSystem;

    public bool IsCredits => Type is FeatureType.CreditSystem or FeatureType.AiCreditSystem;

    /// <summary>Equal in content.</summary>
    public bool SameAs(Feature other) =>
        this with { EventNames = other.EventNames, CreditSchema = other.CreditSchema } == other
        && EventNames.AsSpan().SequenceEqual(other.EventNames.AsSpan())
        && CreditSchema.AsSpan().SequenceEqual(other.CreditSchema.AsSpan());
}
