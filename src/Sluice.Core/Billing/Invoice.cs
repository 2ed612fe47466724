using System.Collections.Immutable;

namespace Sluice.Core;

public enum InvoiceStatus
{
    /// <summary>Not final: it has no number and nobody is asked to pay it.</summary>
    Draft,

    Open,

    Paid,

    Void,
}

/// <summary>Why an invoice was issued.</summary>
public enum InvoiceReason
{
    /// <summary>A plan begins.</summary>
    Start,

    /// <summary>A held plan was changed or ended within its period.</summary>
    Change,

    /// <summary>A period ended and the next one begins.</summary>
    Renewal,

    /// <summary>More units were bought once.</summary>
    TopUp,

    /// <summary>A call asked for it; it is of no plan that is held.</summary>
    Request,
}

/// <summary>What the money is for.</summary>
public enum LineKind
{
    /// <summary>Paid in advance for a period, or once.</summary>
    Charge,

    /// <summary>What was paid in advance and not used up.</summary>
    Unused,

    /// <summary>Use of the period that ended.</summary>
    Usage,

    /// <summary>An amount of the caller's.</summary>
    Custom,
}

/// <summary>A line before it is money: exact, without discounts.</summary>
/// <param name="Item">The grant of the priced item; null = the base price.</param>
public sealed record DraftLine(
    LineKind Kind, string Name, string Description, decimal Amount, PlanId? Plan, SubscriptionNo? Subscription, EntityNo? Entity, GrantNo? Item, FeatureId? Feature, Quantity Quantity, BillingPeriod? Period);

/// <summary>A line of an invoice.</summary>
/// <param name="Subtotal">Before discounts.</param>
/// <param name="Total">After discounts, before tax.</param>
public sealed record InvoiceLine(
    LineKind Kind,
    string Name,
    string Description,
    Money Subtotal,
    Money Total,
    ImmutableArray<LineDiscount> Discounts,
    PlanId? Plan,
    SubscriptionNo? Subscription,
    EntityNo? Entity,
    GrantNo? Item,
    FeatureId? Feature,
    Quantity Quantity,
    BillingPeriod? Period);

public readonly record struct LineDiscount(string Id, Money Off);

/// <summary>
/// An invoice. A negative total is not paid out: it becomes the customer's credit, which later invoices use up.
/// <c>Total = sum of lines + Tax</c>, <c>Due = Total − CreditUsed</c>, never below zero.
/// </summary>
/// <param name="CreditUsed">Of the customer's credit; negative = added to it.</param>
/// <param name="TaxRate">In percent; null = untaxed.</param>
/// <param name="Send">It is sent to be paid, not taken from the saved card.</param>
/// <param name="Asked">What the payment provider was asked and has not answered.</param>
/// <param name="Attempts">Collections that were asked for so far.</param>
/// <param name="NextAttemptAt">When collecting is tried again by itself.</param>
/// <param name="VoidsAt">From this moment on it is not to be paid any more.</param>
public sealed record Invoice(
    InvoiceNo No,
    InvoiceStatus Status,
    InvoiceReason Reason,
    Instant IssuedAt,
    ImmutableArray<InvoiceLine> Lines,
    Money Tax,
    decimal? TaxRate,
    Money CreditUsed,
    bool Send = false,
    Instant? DueAt = null,
    CycleNo? Cycle = null,
    PaymentQuestion? Asked = null,
    int Attempts = 0,
    PaymentProblem? Problem = null,
    Instant? NextAttemptAt = null,
    Instant? VoidsAt = null)
{
    /// <summary>What is printed on it beside lines and totals.</summary>
    public InvoiceNote? Note { get; init; }

    /// <summary>Set: it was issued and settled elsewhere, and stands here only to be listed.</summary>
    public InvoiceOrigin? Origin { get; init; }

    public Currency Currency => Tax.Currency;

    /// <summary>Before tax, discounts taken off.</summary>
    public Money Subtotal => Money.Sum(Lines.Select(static line => line.Total), Currency);

    public Money Total => Subtotal + Tax;

    /// <summary>What is left to pay.</summary>
    public Money Due => Total - CreditUsed;

    internal Instant? NextDue => Asked is { } asked ? asked.Deadline : Holdings.Earlier(Holdings.Earlier(NextAttemptAt, VoidsAt), OverdueAt);

    internal bool IsOverdueAt(Instant at) => OverdueAt <= at;

    // A period's invoice that was sent and not paid in time.
    private Instant? OverdueAt => Send && Status == InvoiceStatus.Open && Reason == InvoiceReason.Renewal && Problem is null ? DueAt : null;
}

/// <summary>Words on an invoice that change nothing about the money. Null and empty members are not printed.</summary>
/// <param name="Name">Who it is for, where that is not the customer's own name.</param>
/// <param name="Address">Line by line.</param>
/// <param name="TaxIds">Of the customer: kind and number.</param>
public sealed record InvoiceNote(
    string? Memo, string? Footer, ImmutableArray<PrintedField> Fields, string? Name, string? Email, ImmutableArray<string> Address, ImmutableArray<PrintedField> TaxIds)
{
    public static readonly InvoiceNote Empty = new(null, null, [], null, null, [], []);

    public bool IsEmpty => this is { Memo: null, Footer: null, Fields.IsEmpty: true, Name: null, Email: null, Address.IsEmpty: true, TaxIds.IsEmpty: true };
}

public readonly record struct PrintedField(string Name, string Value);

/// <summary>Where an invoice comes from that was not issued here.</summary>
/// <param name="Id">Of the invoice, at the processor.</param>
/// <param name="Processor">"stripe" or "revenuecat".</param>
/// <param name="IsUncollectible">It was given up there, which counts as void here.</param>
/// <param name="Url">Where it can be seen.</param>
public sealed record InvoiceOrigin(string Processor, string Id, bool IsUncollectible, Money? AmountPaid, Money Refunded, string? Url)
{
    /// <summary>Unique in a scope.</summary>
    public string Key => KeyOf(Processor, Id);

    public static string KeyOf(string processor, string id) => $"{processor}:{id}";
}

public enum PaymentAsk
{
    Collect,
    Void,
}

/// <summary>A question to the payment provider that is not answered yet.</summary>
/// <param name="Attempt">1, 2, 3 …: an answer to an older question changes nothing.</param>
/// <param name="Deadline">Then it counts as unanswered, and time goes on.</param>
public sealed record PaymentQuestion(PaymentAsk What, int Attempt, Instant Deadline);

/// <summary>Why an invoice is not paid.</summary>
public enum PaymentProblem
{
    Declined,

    /// <summary>The holder of the card has to confirm it (3-D Secure).</summary>
    NeedsConfirmation,

    /// <summary>There is no card to take it from.</summary>
    NoPaymentMethod,

    /// <summary>It is under way and may take days.</summary>
    Processing,

    /// <summary>The provider did not answer in time.</summary>
    Unanswered,
}
