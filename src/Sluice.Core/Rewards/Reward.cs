using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Something given: money off, credit, units of features, or a plan.</summary>
/// <param name="Codes">By which it can be redeemed; none = it is given by other means only.</param>
public sealed record Reward(string Id, string? Name, Gift Gift, ImmutableArray<PromoCode> Codes)
{
    public PromoCode? Code(string code) => Codes.FirstOrDefault(one => one.Code == code);
}

/// <summary>What a reward gives.</summary>
public abstract record Gift
{
    private Gift()
    {
    }

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
/// <param name="Plans">Paying for one of these counts; empty = any.</param>
/// <param name="CountsTrials">A trial counts as paid when it starts.</param>
/// <param name="MostRedemptions">Of one referrer's code; null = no limit.</param>
public sealed record ReferralProgram(string Id, Reward Reward, ReferralMoment When, ImmutableArray<PlanId> Plans, bool CountsTrials, int? MostRedemptions, ReferralReceiver Receiver);

/// <summary>What a customer has redeemed.</summary>
public readonly record struct Redeemed(string Reward, string? Code);

/// <summary>A customer was brought by another.</summary>
/// <param name="Earned">The reward was given; false = it waits for the first payment.</param>
public sealed record Referral(string Program, CustomerKey Referrer, ImmutableArray<PlanId> Plans, bool CountsTrials, bool Earned);
