using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Billing;

namespace Sluice.Server.Api.Invoices;

/// <param name="Invoice">Null when only a preview was asked for.</param>
public sealed record IssuedInvoiceBody(InvoiceBody? Invoice, IssuedPreviewBody Preview);

/// <param name="VoidedInvoiceId">The one that gave way.</param>
/// <param name="CreditNoteId">Always null: an invoice that is not paid gives way by being void.</param>
public sealed record ReissuedInvoiceBody(InvoiceBody? Invoice, string? VoidedInvoiceId, string? CreditNoteId, IssuedPreviewBody Preview);

/// <summary>What an invoice comes to, to the cent.</summary>
/// <param name="Subtotal">Before discounts and tax.</param>
/// <param name="Total">With tax, before credit.</param>
public sealed record IssuedPreviewBody(
    string Currency,
    IReadOnlyList<IssuedLineBody> Lines,
    decimal Subtotal,
    decimal DiscountTotal,
    PreviewTaxBody? Tax,
    decimal Total,
    IssuedCreditsBody InvoiceCredits,
    decimal AmountDue,
    Instant? DueDate)
{
    internal static IssuedPreviewBody Of(Invoice invoice, Customer before)
    {
        var full = Money.Sum(invoice.Lines.Select(static line => line.Subtotal), invoice.Currency);
        return new IssuedPreviewBody(
            invoice.Currency.Code, [.. invoice.Lines.Select(IssuedLineBody.Of)], full.Major, (full - invoice.Subtotal).Major, PreviewTaxBody.Of(invoice), invoice.Total.Major,
            new IssuedCreditsBody(before.Billing.Credit?.Major ?? 0m, Math.Max(0m, invoice.CreditUsed.Major), invoice.Currency.Code), Math.Max(0m, invoice.Due.Major), invoice.DueAt);
    }
}

public sealed record IssuedLineBody(
    string? PlanId, string? FeatureId, string Description, decimal Amount, decimal AmountAfterDiscounts, Quantity? Quantity, bool Prorated, Instant? PeriodStart, Instant? PeriodEnd)
{
    internal static IssuedLineBody Of(InvoiceLine line) => new(
        line.Plan?.Value, line.Feature?.Value, line.Description, line.Subtotal.Major, line.Total.Major, line.Quantity, line.Kind == LineKind.Unused, line.Period?.Start, line.Period?.End);
}

public sealed record IssuedCreditsBody(decimal Balance, decimal Applied, string Currency);
