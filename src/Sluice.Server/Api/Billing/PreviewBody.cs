using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Plans;

namespace Sluice.Server.Api.Billing;

/// <summary>What a call would do and cost, to the cent.</summary>
public sealed record PreviewBody(
    string CustomerId,
    IReadOnlyList<PreviewLineBody> LineItems,
    decimal Subtotal,
    decimal Total,
    string Currency,
    IReadOnlyList<PlanMoveBody> Incoming,
    IReadOnlyList<PlanMoveBody> Outgoing)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NextCycleBody? NextCycle { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PreviewTaxBody? Tax { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public InvoiceCreditsBody? InvoiceCredits { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RefundBody? Refund { get; init; }

    /// <summary>Of an update: what it would be.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Intent { get; init; }

    internal static PreviewBody Of(Call call, string customerId, Customer customer, BillingPlan plan, bool withPlans)
    {
        var invoice = plan.Invoice;
        var currency = invoice?.Currency ?? plan.Next?.Invoice.Currency ?? customer.Billing.CurrencyIn(call.Catalog);
        return new PreviewBody(
            customerId,
            [.. (invoice?.Lines ?? []).Select(PreviewLineBody.Of)],
            invoice?.Subtotal.Major ?? 0m,
            TotalOf(invoice),
            currency.Code,
            [.. plan.Incoming.Select(move => PlanMoveBody.Of(call, customer, move, withPlans))],
            [.. plan.Outgoing.Select(move => PlanMoveBody.Of(call, customer, move with { At = move.At ?? call.NowOf(customer) }, withPlans))])
        {
            NextCycle = plan.Next is { } next ? new NextCycleBody(next.At, next.Invoice.Subtotal.Major, TotalOf(next.Invoice), [.. next.Invoice.Lines.Select(PreviewLineBody.Of)], []) : null,
            Tax = invoice is null ? null : PreviewTaxBody.Of(invoice),
            Refund = plan.Refund is { } refund ? new RefundBody(refund.Major, refund.Currency.Code) : null,
        };
    }

    // What is given back becomes credit; credit that is there is used first.
    private static decimal TotalOf(Invoice? invoice) => invoice is null ? 0m : invoice.CreditUsed.IsPositive ? invoice.Due.Major : invoice.Total.Major;
}

/// <summary>What would come of an attach: also where it is paid.</summary>
public sealed record AttachPreviewBody(
    string CustomerId,
    IReadOnlyList<PreviewLineBody> LineItems,
    decimal Subtotal,
    decimal Total,
    string Currency,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] NextCycleBody? NextCycle,
    IReadOnlyList<PlanMoveBody> Incoming,
    IReadOnlyList<PlanMoveBody> Outgoing,
    bool RedirectToCheckout,
    string? CheckoutType,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PreviewTaxBody? Tax,
    InvoiceCreditsBody InvoiceCredits)
{
    internal static AttachPreviewBody Of(Call call, string customerId, Customer customer, BillingPlan plan, bool withPlans)
    {
        var body = PreviewBody.Of(call, customerId, customer, plan, withPlans);
        var isCheckout = plan.Path == PaymentPath.Checkout;
        return new AttachPreviewBody(
            body.CustomerId, body.LineItems, body.Subtotal, body.Total, body.Currency, body.NextCycle, body.Incoming, body.Outgoing, isCheckout, isCheckout ? "stripe_checkout" : null, body.Tax,
            new InvoiceCreditsBody(customer.Billing.Credit?.Major ?? 0m, body.Currency));
    }
}

public sealed record PreviewLineBody(
    string DisplayName,
    string Description,
    decimal Subtotal,
    decimal Total,
    IReadOnlyList<LineDiscountBody> Discounts,
    string PlanId,
    FeatureId? FeatureId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PeriodBody? Period,
    Quantity Quantity)
{
    internal static PreviewLineBody Of(InvoiceLine line) => new(
        line.Name, line.Description, line.Subtotal.Major, line.Total.Major, [.. line.Discounts.Select(static discount => new LineDiscountBody(discount.Off.Major, discount.Id))],
        line.Plan?.Value ?? "", line.Feature, line.Period is { } period ? new PeriodBody(period.Start, period.End) : null, line.Quantity);
}

public sealed record LineDiscountBody(decimal AmountOff, string RewardId);

public sealed record PeriodBody(Instant Start, Instant End);

public sealed record NextCycleBody(Instant StartsAt, decimal Subtotal, decimal Total, IReadOnlyList<PreviewLineBody> LineItems, IReadOnlyList<JsonText> UsageLineItems);

public sealed record PreviewTaxBody(decimal Total, decimal AmountInclusive, decimal AmountExclusive, string Currency, string Status)
{
    /// <summary>Null where nothing is taxed.</summary>
    internal static PreviewTaxBody? Of(Invoice invoice) => invoice.TaxRate is null ? null : new PreviewTaxBody(invoice.Tax.Major, 0m, invoice.Tax.Major, invoice.Currency.Code, "complete");
}

public sealed record InvoiceCreditsBody(decimal Balance, string Currency);

public sealed record RefundBody(decimal Amount, string Currency);

/// <summary>A plan that comes or goes. <c>EffectiveAt</c> null = at once.</summary>
public sealed record PlanMoveBody(
    PlanId PlanId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PlanBody? Plan,
    IReadOnlyList<FeatureQuantityBody> FeatureQuantities,
    Instant? EffectiveAt,
    Instant? CanceledAt,
    Instant? ExpiresAt)
{
    internal static PlanMoveBody Of(Call call, Customer customer, PlanMove move, bool withPlan)
    {
        var held = move.Subscription;
        IEnumerable<FeatureQuantityBody> quantities = held.Incoming is { } incoming
            ? incoming.Items.Zip(incoming.Bought).Where(static pair => pair.First.IsPrepaid).Select(static pair => new FeatureQuantityBody(pair.First.Feature, pair.First.Included + pair.Second))
            : customer.HeldBy(held.Entity).Grants.Where(grant => grant.Subscription == held.No && grant.Terms.IsPrepaid).Select(static grant => new FeatureQuantityBody(grant.Feature, grant.Starting));
        return new PlanMoveBody(held.Plan, withPlan ? PlanBody.Held(call, held) : null, [.. quantities], move.At, held.CanceledAt, held.EndsAt);
    }
}

public sealed record FeatureQuantityBody(FeatureId FeatureId, Quantity Quantity);
