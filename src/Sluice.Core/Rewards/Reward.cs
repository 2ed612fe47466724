using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Something given: money off, credit, units of features, or a plan.</summary>
/// <param name="Codes">By which it can be redeemed; none = it is given by other means only.</param>
public sealed record Reward(string Id, string? Name, Gift Gift, ImmutableArray<PromoCode> Codes)
{
    public Instant CreatedAt { get; init; }

    public PromoCode? Code(string code) => Codes.FirstOrDefault(one => one.Code == code);

    /// <summary>Equal in content, whenever made.</summary>
    internal bool IsSame(Reward other) => (Id, Name) == (other.Id, other.Name) && Codes.SequenceEqual(other.Codes) && Gift.IsSame(other.Gift);
}

/// <summary>What a reward gives.</summary>
public abstract record Gift
{
    private Gift()
    {
    }

    internal bool IsSame(Gift other) => (this, other) switch
    {
        (MoneyOff { Discount: var one }, MoneyOff { Discount: var two }) =>
            one with { Discount = two.Discount } == two && one.Discount with { Plans = two.Discount.Plans } == two.Discount && one.Discount.Plans.SequenceEqual(two.Discount.Plans),
        (Units one, Units two) => one.Features.SequenceEqual(two.Features),
        _ => Equals(this, other),
    };

    /// <summary>Money off invoices to come.</summary>
    public sealed record MoneyOff(DiscountWish Discount) : Gift;

    /// <summary>Credit that pays invoices.</summary>
    public sealed record InvoiceCredit(Price Amount) : Gift;

    /// <summary>Balances by themselves.</summary>
    public sealed record Units(ImmutableArray<GivenUnits> Features) : Gift;

    /// <summary>A plan without charge; one that has a price is held with all of it off.</summary>
    public sealed record FreePlan(PlanId Plan) : Gift;
}

/// <param name="Reset">Null = granted once.</param>
/// <param name="Lasts">Null = for ever.</param>
public readonly record struct GivenUnits(FeatureId Feature, Quantity Amount, Interval? Reset = null, Interval? Lasts = null);

/// <param name="MostUses">By all customers together; null = no limit.</param>
/// <param name="FirstTimeOnly">For who never paid for anything.</param>
public sealed record PromoCode(string Code, int? MostUses = null, bool FirstTimeOnly = false);

public enum ReferralMoment
{
    /// <summary>When the referred customer redeems the code.</summary>
    Redeemed,

    /// <summary>When the referred customer first pays for a plan.</summary>
    Paid,
}

public enum ReferralReceiver
{
    Referrer,

    /// <summary>Who refers and who was referred.</summary>
    Both,
}

/// <summary>Customers bring customers.</summary>
/// <param name="Reward">The id of what is given.</param>
/// <param name="Plans">Paying for one of these counts; empty = any.</param>
/// <param name="CountsTrials">A trial counts as paid when it starts.</param>
/// <param name="MostRedemptions">Of one referrer's code; null = no limit.</param>
public sealed record ReferralProgram(string Id, string Reward, ReferralMoment When, ImmutableArray<PlanId> Plans, bool CountsTrials, int? MostRedemptions, ReferralReceiver Receiver)
{
    public Instant CreatedAt { get; init; }

    /// <summary>Equal in content, whenever made.</summary>
    internal bool IsSame(ReferralProgram other) => this with { Plans = other.Plans, CreatedAt = other.CreatedAt } == other && Plans.SequenceEqual(other.Plans);
}

/// <summary>What a customer has redeemed.</summary>
/// <param name="Invoice">The one it was used for, where it had to be paid: the code counts as never used when that becomes void.</param>
public readonly record struct Redeemed(string Reward, string? Code, InvoiceNo? Invoice = null);

/// <summary>A customer was brought by another.</summary>
/// <param name="Earned">The reward is due; false = it waits for the first payment.</param>
public sealed record Referral(string Program, CustomerKey Referrer, ImmutableArray<PlanId> Plans, bool CountsTrials, bool Earned);
