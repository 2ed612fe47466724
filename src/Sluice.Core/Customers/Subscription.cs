using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A plan that a customer holds, at one of its versions; or one that it will hold (<see cref="Incoming"/>).</summary>
/// <param name="CallerId">The caller's own id for it.</param>
/// <param name="OneOff">A purchase: paid once, nothing recurs.</param>
public sealed record Subscription(
    SubscriptionNo No,
    string? CallerId,
    PlanId Plan,
    int Version,
    string? Group,
    bool AddOn,
    bool AutoEnable,
    bool OneOff,
    int Quantity,
    Instant StartedAt)
{
    /// <summary>The entity that holds it; null = the customer.</summary>
    public EntityNo? Entity { get; init; }

    /// <summary>Handed out by the customer: a seat of the licences that a plan of the customer offers.</summary>
    public bool IsLicense { get; init; }

    /// <summary>The base price it is held at; null = none, or nothing is charged for it.</summary>
    public PlanPrice? Price { get; init; }

    /// <summary>Its terms are the customer's own, not those of the plan's version.</summary>
    public bool IsCustom { get; init; }

    /// <summary>Resets go on while a payment is overdue.</summary>
    public bool IgnorePastDue { get; init; }

    /// <summary>Null = nothing of it is billed.</summary>
    public CycleNo? Cycle { get; init; }

    /// <summary>Periods are counted from here.</summary>
    public Instant? Anchor { get; init; }

    /// <summary>The running period of each recurring price; empty = nothing is billed.</summary>
    public ImmutableArray<PriceRun> Runs { get; init; } = [];

    /// <summary>Its invoices are sent, to be paid within so many days; null = the card is charged.</summary>
    public int? NetTermsDays { get; init; }

    /// <summary>In percent, of its cycle's invoices: named when it was attached. Null = the tenant's, or that of another plan of the cycle.</summary>
    public decimal? TaxRate { get; init; }

    /// <summary>Until then nothing is charged.</summary>
    public Instant? TrialEnd { get; init; }

    /// <summary>When it was said that it shall end.</summary>
    public Instant? CanceledAt { get; init; }

    /// <summary>From this moment on it is not held.</summary>
    public Instant? EndsAt { get; init; }

    /// <summary>An invoice of a period was not paid.</summary>
    public bool PastDue { get; init; }

    /// <summary>It stands still until the payment of its period is answered.</summary>
    public bool AwaitsPayment { get; init; }

    /// <summary>Stands aside while another plan is tried: the one with this number.</summary>
    public SubscriptionNo? PausedFor { get; init; }

    /// <summary>Its grants while it stands aside: nothing is drawn on them.</summary>
    public ImmutableArray<Grant> Aside { get; init; } = [];

    /// <summary>Prepaid units that hold from the next period on.</summary>
    public ImmutableArray<Upcoming> Upcoming { get; init; } = [];

    /// <summary>Units bought in advance that hold from the next period on.</summary>
    internal Quantity NextPrepaid(Grant grant)
    {
        foreach (var change in Upcoming)
        {
            if (change.Item == grant.No) return change.Prepaid;
        }

        return grant.Prepaid;
    }

    /// <summary>Amounts of this period that stand on the next invoice.</summary>
    public ImmutableArray<DraftLine> Deferred { get; init; } = [];

    /// <summary>How it begins; null once it has begun.</summary>
    public Incoming? Incoming { get; init; }

    public bool IsMain => !AddOn && !OneOff;

    public bool IsPaused => PausedFor is not null;

    /// <summary>Where its shortest running period ends.</summary>
    public Instant? PeriodEnd => Runs.IsEmpty ? null : Runs.Min(static run => run.Period.End);

    /// <summary>The whole period that runs now, also when the plan began within it; null when nothing is billed.</summary>
    public BillingPeriod? CurrentPeriod
    {
        get
        {
            if (PeriodEnd is not { } end) return null;
            var run = Runs.First(one => one.Period.End == end);
            var whole = TrialEnd is null && run.Item is null && Price is { } price && Anchor is { } anchor ? Core.Cycle.Around(price.Interval, anchor, run.Period.Start) : null;
            return whole ?? run.Period;
        }
    }

    /// <summary>Where its longest running period ends: what is canceled is held until then.</summary>
    public Instant? LongestEnd => Runs.IsEmpty ? null : Runs.Max(static run => run.Period.End);

    /// <summary>Included units do not come back as long as this holds.</summary>
    internal bool HoldsResetsBack => AwaitsPayment || (PastDue && !IgnorePastDue);

    /// <summary>The next moment at which something of it falls due.</summary>
    internal Instant? NextDue => AwaitsPayment ? null : Holdings.Earlier(IsPaused ? null : PeriodEnd, EndsAt);
}

/// <summary>The running period of one recurring price, and what was charged in advance for it.</summary>
/// <param name="Item">The grant of the priced item; null = the base price.</param>
/// <param name="Period">What was charged for: from the moment it began, if that was within a cycle.</param>
/// <param name="Charged">Discounts taken off; nothing for what is billed in arrears, or in a trial.</param>
/// <param name="Invoice">The invoice it was charged on.</param>
public readonly record struct PriceRun(GrantNo? Item, BillingPeriod Period, Money Charged, InvoiceNo? Invoice = null);

/// <summary>Units bought in advance of one item, from the next period on.</summary>
public readonly record struct Upcoming(GrantNo Item, Quantity Prepaid);

/// <summary>How a plan that is not held yet begins.</summary>
/// <param name="StartsAt">Null = when <paramref name="Invoice"/> is paid.</param>
/// <param name="Items">What it grants. The grants get the numbers that follow on its own.</param>
/// <param name="Bought">Units bought in advance, one for each item.</param>
/// <param name="Clears">Whatever else was planned in its place gives way to it.</param>
/// <param name="Removes">Held plans that end with it, beside the one it takes the place of.</param>
public sealed record Incoming(
    Instant? StartsAt,
    InvoiceNo? Invoice,
    ImmutableArray<ItemTerms> Items,
    ImmutableArray<Quantity> Bought,
    bool Clears = false,
    ImmutableArray<SubscriptionNo> Removes = default)
{
    /// <summary>What is left of the old plan's balances comes along.</summary>
    public CarryOver CarryBalances { get; init; } = CarryOver.Nothing;

    /// <summary>What was used of the old plan's balances is taken from the new ones.</summary>
    public CarryOver CarryUsage { get; init; } = CarryOver.Nothing;

    /// <summary>The held plan it takes the place of; null = the main plan of its group, if it is one itself.</summary>
    public SubscriptionNo? Replaces { get; init; }

    /// <summary>It was asked to end then.</summary>
    public Instant? EndsAt { get; init; }

    /// <summary>It counts as held since then, in the past.</summary>
    public Instant? Since { get; init; }

    /// <summary>The plan before comes back when its trial ends.</summary>
    public bool Reverts { get; init; }

    /// <summary>It is the same plan at another version, at once: periods and resets go on as they were. Never planned, so never stored.</summary>
    internal bool Continues { get; init; }
}

/// <summary>Balances of which features come along on a switch.</summary>
/// <param name="Features">Empty = of all.</param>
public sealed record CarryOver(bool Enabled, ImmutableArray<FeatureId> Features)
{
    public static readonly CarryOver Nothing = new(false, []);

    public bool Equals(CarryOver? other) => other is not null && Enabled == other.Enabled && Features.AsSpan().SequenceEqual(other.Features.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Enabled, Features.Length);

    internal bool Takes(FeatureId feature) => Enabled && (Features.IsEmpty || Features.Contains(feature));
}
