namespace Sluice.Core;

/// <summary>How much of a usage limit's window was used. Worth something only while the window is the current one.</summary>
/// <param name="Start">Inclusive.</param>
/// <param name="End">Exclusive.</param>
public sealed record UsageWindow(FeatureId Feature, IntervalUnit Interval, PropertyFilter? Filter, Instant Start, Instant End, Quantity Used)
{
    public bool IsOf(UsageLimit limit) => Feature == limit.Feature && Interval == limit.Interval && Equals(Filter, limit.Filter);
}

/// <summary>What a usage added to a window (negative: gave back).</summary>
/// <param name="Holder">Whose window: an entity's, or the customer's (null).</param>
public sealed record WindowCount(EntityNo? Holder, FeatureId Feature, IntervalUnit Interval, PropertyFilter? Filter, Instant Start, Instant End, Quantity Amount);
