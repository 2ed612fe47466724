using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>
/// Credits that a metered feature costs in a credit system. Usually <paramref name="Cost"/> for each unit; more can be
/// said: a cost for so many units, a curve of tiers, other costs for usage with certain properties.
/// </summary>
/// <param name="Cost">For <see cref="BillingUnits"/> units; of the first tier where there are tiers. 0 or less = free.</param>
public sealed record CreditCost(FeatureId Feature, Quantity Cost)
{
    /// <summary>How many units a cost is for. Part of them costs its part.</summary>
    public Quantity BillingUnits { get; init; } = Quantity.One;

    /// <summary>Instead of one cost: over the units of one usage, each tier's part at its own cost. Empty = one cost.</summary>
    public ImmutableArray<CreditTier> Tiers { get; init; } = [];

    /// <summary>Costs in place of the usual one. Of those whose properties match, one applies: the highest priority, then the most properties, then the first.</summary>
    public ImmutableArray<CreditDimension> Dimensions { get; init; } = [];

    /// <summary>What changes the cost, whichever it is. All whose properties match apply: the product of the factors, then the sum of what is added.</summary>
    public ImmutableArray<CreditMultiplier> Multipliers { get; init; } = [];

    /// <summary>One cost for each unit, whatever the usage.</summary>
    public bool IsPlain => BillingUnits == Quantity.One && Tiers.IsEmpty && !IsConditional;

    /// <summary>The properties of the usage have a say.</summary>
    public bool IsConditional => !Dimensions.IsEmpty || !Multipliers.IsEmpty;

    /// <param name="property">A property of the usage as text; null when it has none.</param>
    internal CreditRate RateFor(Func<string, string?>? property)
    {
        var (cost, tiers) = Chosen(property) is { } dimension ? (dimension.Cost, dimension.Tiers) : (Cost, Tiers);
        var (factor, added) = (1m, 0m);
        foreach (var multiplier in Multipliers)
        {
            if (!multiplier.Match.Matches(property)) continue;
            factor = CreditRate.Scaled(factor, Math.Max(0m, multiplier.Factor.Value), 1m);
            added += multiplier.Add.Value;
        }

        decimal Changed(Quantity said) => CreditRate.Scaled(Math.Max(0m, said.Value), factor, 1m) + added;
        return CreditRate.Of(Changed(cost), [.. tiers.Select(tier => (tier.To?.Value, Changed(tier.Cost)))], BillingUnits.Value);
    }

    public bool Equals(CreditCost? other) =>
        other is not null && (Feature, Cost, BillingUnits) == (other.Feature, other.Cost, other.BillingUnits)
        && Tiers.AsSpan().SequenceEqual(other.Tiers.AsSpan())
        && Dimensions.AsSpan().SequenceEqual(other.Dimensions.AsSpan())
        && Multipliers.AsSpan().SequenceEqual(other.Multipliers.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Feature, Cost);

    private CreditDimension? Chosen(Func<string, string?>? property)
    {
        CreditDimension? best = null;
        foreach (var dimension in Dimensions)
        {
            if (dimension.Match.Matches(property) && (best is null || dimension.Outranks(best))) best = dimension;
        }

        return best;
    }
}

/// <param name="To">The units of one usage up to which it reaches, those of the tiers before counted in; null = no end. The last tier has none, whatever it says.</param>
/// <param name="Cost">For as many units as the cost it belongs to.</param>
public sealed record CreditTier(Quantity? To, Quantity Cost);

/// <summary>What usage with certain properties costs.</summary>
/// <param name="Cost">Of the first tier where there are tiers.</param>
public sealed record CreditDimension(string Name, PropertyFilter Match, Quantity? Priority, Quantity Cost, ImmutableArray<CreditTier> Tiers)
{
    internal bool Outranks(CreditDimension other)
    {
        var (rank, others) = (Priority ?? Quantity.Zero, other.Priority ?? Quantity.Zero);
        return rank != others ? rank > others : Match.Properties.Length > other.Match.Properties.Length;
    }

    public bool Equals(CreditDimension? other) =>
        other is not null && (Name, Match, Priority, Cost) == (other.Name, other.Match, other.Priority, other.Cost) && Tiers.AsSpan().SequenceEqual(other.Tiers.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Name, Cost);
}

/// <param name="Factor">The cost is taken so many times.</param>
/// <param name="Add">Added to the cost, for as many units; may be negative, but a cost ends at 0.</param>
public sealed record CreditMultiplier(string Name, PropertyFilter Match, Quantity Factor, Quantity Add);
