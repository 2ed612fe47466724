using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>How what is to be paid is paid.</summary>
public enum PaymentPath
{
    /// <summary>Nothing is to be paid now.</summary>
    Nothing,

    /// <summary>The saved card is charged; there may be none, then the invoice waits.</summary>
    Collect,

    /// <summary>The customer is sent to a page first.</summary>
    Checkout,

    /// <summary>The invoice is sent.</summary>
    Send,
}

/// <summary>
/// What a call does, before it is done: a preview shows it, and the call carries out exactly this. It is the decision
/// itself, so what is previewed is what is invoiced.
/// </summary>
/// <param name="Events">What is stored when it is carried out.</param>
/// <param name="Invoice">What is invoiced now; null = nothing. With a checkout: what will be invoiced after it.</param>
/// <param name="Incoming">Plans that come.</param>
/// <param name="Outgoing">Held plans that go, as they are after this.</param>
/// <param name="Refund">What goes back to the card.</param>
/// <param name="Checkout">The page the customer is sent to.</param>
public sealed record BillingPlan(
    ImmutableArray<CustomerEvent> Events,
    Invoice? Invoice,
    ImmutableArray<PlanMove> Incoming,
    ImmutableArray<PlanMove> Outgoing,
    PaymentPath Path,
    Money? Refund = null,
    OpenCheckout? Checkout = null)
{
    /// <summary>The next invoice that comes by itself afterwards; null when none does.</summary>
    public Forecast? Next { get; init; }
}

/// <param name="At">When it comes or goes; null = at once.</param>
public sealed record PlanMove(Subscription Subscription, Instant? At);

/// <summary>An invoice that time will bring, as things stand.</summary>
public sealed record Forecast(Instant At, CycleNo? Cycle, Invoice Invoice);

/// <summary>A decision that can be shown before it is carried out.</summary>
internal readonly record struct Planned(BillingPlan? Plan, Refusal? Refusal = null)
{
    public Outcome Outcome => Refusal is { } refusal ? refusal : new Outcome(Plan!.Events);

    public static implicit operator Planned(Refusal refusal) => new(null, refusal);

    public static implicit operator Planned(BillingPlan plan) => new(plan);
}
