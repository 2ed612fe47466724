using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Plans that shall come, with their terms settled: a later edit of the catalog changes nothing about them.</summary>
public sealed record AttachWish(ImmutableArray<PlanOffer> Plans, AttachOptions Options)
{
    /// <summary>What comes after, each phase at its moment, in order.</summary>
    public ImmutableArray<PlannedPhase> Later { get; init; } = [];

    /// <summary>Equal in content.</summary>
    public bool IsSame(AttachWish other) => Later.Length == other.Later.Length && Later.Zip(other.Later).All(static pair => pair.First.IsSame(pair.Second)) && Plans.Length == other.Plans.Length && Plans.Zip(other.Plans).All(static pair => pair.First.IsSame(pair.Second)) && Options.IsSame(other.Options);
}

/// <summary>Plans that begin at a moment to come.</summary>
public sealed record PlannedPhase(Instant StartsAt, ImmutableArray<PlanOffer> Plans)
{
    internal bool IsSame(PlannedPhase other) => StartsAt == other.StartsAt && Plans.Length == other.Plans.Length && Plans.Zip(other.Plans).All(static pair => pair.First.IsSame(pair.Second));
}

/// <summary>One plan on the terms it was asked for.</summary>
/// <param name="Quantities">Units of prepaid features, the included ones counted in; a feature that is not named was left open.</param>
/// <param name="TrialIsAsked">The trial was named by the caller, so that it counts even if the plan was tried before.</param>
public sealed record PlanOffer(
    PlanId Plan,
    int Version,
    string? Group,
    bool AddOn,
    bool AutoEnable,
    bool OneOff,
    bool IsCustom,
    bool IgnorePastDue,
    PlanPrice? Price,
    ImmutableArray<ItemTerms> Items,
    FreeTrial? Trial,
    bool TrialIsAsked,
    ImmutableDictionary<FeatureId, Quantity> Quantities,
    string? CallerId,
    EntityNo? Entity)
{
    /// <summary>When it shall end; null = that is not said of this plan.</summary>
    public Instant? EndsAt { get; init; }

    public bool IsMain => !AddOn && !OneOff;

    public bool IsFree => Price is null && Items.All(static item => item.Price is null);

    internal bool IsSame(PlanOffer other) =>
        this with { Items = other.Items, Quantities = other.Quantities } == other
        && Items.Length == other.Items.Length && Items.Zip(other.Items).All(static pair => pair.First.SameAs(pair.Second))
        && Quantities.Count == other.Quantities.Count && Quantities.All(pair => other.Quantities.TryGetValue(pair.Key, out var quantity) && quantity == pair.Value);

    /// <summary>Something of it is billed again and again.</summary>
    public bool Recurs => Price is { Interval.Recurs: true } || Items.Any(static item => item.Price is { Interval.Recurs: true });
}

public enum PlanSchedule
{
    Immediate,
    EndOfCycle,
}

public enum Redirect
{
    IfRequired,
    Always,
    Never,
}

/// <summary>How plans come; a default for everything.</summary>
public sealed record AttachOptions
{
    public static readonly AttachOptions Default = new();

    /// <summary>The state changes and nothing is charged, now or later.</summary>
    public bool NoBillingChanges { get; init; }

    /// <summary>Set: the invoice is sent to be paid, instead of charging the card.</summary>
    public InvoiceMode? InvoiceMode { get; init; }

    /// <summary>False = nothing is charged or given back for the rest of a running period.</summary>
    public bool Prorates { get; init; } = true;

    /// <summary>Null = at once when it goes up, at the period's end when it goes down.</summary>
    public PlanSchedule? Schedule { get; init; }

    /// <summary>In the past: billed from then on. In the future: it begins then.</summary>
    public Instant? StartsAt { get; init; }

    public Instant? EndsAt { get; init; }

    /// <summary>A new period starts now.</summary>
    public bool AnchorsNow { get; init; }

    /// <summary>Periods are counted from this moment; the time until it is charged by its share.</summary>
    public Instant? AnchorsAt { get; init; }

    /// <summary>True = a billing cycle of its own; false = one that is there must be joined.</summary>
    public bool? OwnCycle { get; init; }

    public Redirect Redirect { get; init; }

    public ImmutableArray<DiscountWish> Discounts { get; init; } = [];

    /// <summary>Instead of the lines that would be computed.</summary>
    public ImmutableArray<CustomLine> CustomLines { get; init; } = [];

    public CarryOver CarryBalances { get; init; } = CarryOver.Nothing;

    public CarryOver CarryUsage { get; init; } = CarryOver.Nothing;

    /// <summary>Held plans that end in the same step.</summary>
    public ImmutableArray<PlanId> Removes { get; init; } = [];

    /// <summary>In percent; null = the tenant's.</summary>
    public decimal? TaxRate { get; init; }

    public Currency? Currency { get; init; }

    internal bool IsSame(AttachOptions other) =>
        this with { Discounts = other.Discounts, CustomLines = other.CustomLines, Removes = other.Removes } == other
        && Discounts.Select(static wish => (wish.Discount.Id, wish.Months, wish.Code)).SequenceEqual(other.Discounts.Select(static wish => (wish.Discount.Id, wish.Months, wish.Code)))
        && CustomLines.AsSpan().SequenceEqual(other.CustomLines.AsSpan())
        && Removes.AsSpan().SequenceEqual(other.Removes.AsSpan());
}

/// <param name="EnablesAtOnce">The plan does not wait for the payment.</param>
/// <param name="Finalizes">False = the invoice stays a draft.</param>
public sealed record InvoiceMode(bool EnablesAtOnce, bool Finalizes = true, int? NetTermsDays = null);

public readonly record struct CustomLine(Price Amount, string Description);

/// <param name="Months">Invoices of so many months; null = for ever, 0 = one invoice only.</param>
public sealed record DiscountWish(Discount Discount, int? Months)
{
    /// <summary>The code it was asked for by; null = it was named outright.</summary>
    public PromoCode? Code { get; init; }

    internal StandingDiscount Standing(CycleNo? cycle, Instant at) => new(
        Discount, cycle, Months is > 0 and var months ? new Interval(IntervalUnit.Month).Boundary(at, months) : null, Once: Months == 0);
}
