using System.Collections.Immutable;

namespace Sluice.Core.Tests;

/// <summary>One item of a plan, in words: <c>Item("messages", 100).Every("month")</c>.</summary>
internal sealed record ItemSketch(string Feature, decimal Included)
{
    public string? Interval { get; init; }

    public int Count { get; init; } = 1;

    public bool IsUnlimited { get; init; }

    public BillingMethod? Billed { get; init; }

    public decimal? Max { get; init; }

    public decimal BoughtUnits { get; init; }

    /// <summary>Units in a pack.</summary>
    public decimal Pack { get; init; } = 1;

    public string? PerEntity { get; init; }

    public bool IsPooled { get; init; }

    public Rollover? Saved { get; init; }

    /// <summary>Each entity of the feature has its own.</summary>
    public ItemSketch Per(string entityFeature) => this with { PerEntity = entityFeature };

    public ItemSketch Pooled => this with { IsPooled = true };

    /// <summary>What is unused outlives the reset: at most so much, or percent; for so many months, or for ever.</summary>
    public ItemSketch Saves(decimal? max = null, decimal? percent = null, int? months = null) => this with
    {
        Saved = new Rollover(
            max is { } most ? Quantity.Of(most) : null, percent is { } share ? Quantity.Of(share) : null,
            months is null ? RolloverExpiry.Forever : RolloverExpiry.Month, months ?? 1),
    };

    public ItemSketch Every(string interval, int count = 1) => this with { Interval = interval, Count = count };

    public ItemSketch Once => this with { Interval = "one_off" };

    public ItemSketch Unlimited => this with { IsUnlimited = true };

    public ItemSketch PayPerUse(decimal? max = null) => this with { Billed = BillingMethod.UsageBased, Max = max };

    public ItemSketch Prepaid(decimal bought, decimal? max = null) => this with { Billed = BillingMethod.Prepaid, BoughtUnits = bought, Max = max };

    public ItemTerms Terms(long id) => new(
        new TermsId(id), new FeatureId(Feature), Quantity.Of(Included), IsUnlimited, Interval is null ? null : Words.Interval(Interval, Count),
        Billed is null ? null : new ItemPrice(
            new Price(0.1m), [], null, Words.Interval(Interval ?? "month", Count), Quantity.Of(Pack), Billed.Value, Max is { } max ? Quantity.Of(max) : null),
        Saved, IsPooled, PerEntity is { } entity ? new FeatureId(entity) : null);
}

internal sealed record PlanSketch(string Id, bool AddOn, bool Priced, ImmutableArray<ItemSketch> Items)
{
    /// <summary>Plans of one group replace each other; each stands for itself when not said.</summary>
    public string? Group { get; init; }
}

/// <summary>Words of the wire for what tests say.</summary>
internal static class Words
{
    public static Interval Interval(string unit, int count = 1) => new(
        unit switch
        {
            "one_off" => IntervalUnit.OneOff,
            "minute" => IntervalUnit.Minute,
            "hour" => IntervalUnit.Hour,
            "day" => IntervalUnit.Day,
            "week" => IntervalUnit.Week,
            "month" => IntervalUnit.Month,
            "quarter" => IntervalUnit.Quarter,
            "semi_annual" => IntervalUnit.SemiAnnual,
            "year" => IntervalUnit.Year,
            _ => throw new ArgumentException($"no interval {unit}"),
        },
        count);

    /// <summary>"2026-01-31" or "2026-01-31T12:00Z", always UTC.</summary>
    public static Instant Moment(string text) => Instant.Of(
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal));

    public static OverageBehavior Overage(string word) => word switch
    {
        "cap" => OverageBehavior.Cap,
        "reject" => OverageBehavior.Reject,
        "overflow" => OverageBehavior.Overflow,
        _ => throw new ArgumentException($"no overage behavior {word}"),
    };
}
