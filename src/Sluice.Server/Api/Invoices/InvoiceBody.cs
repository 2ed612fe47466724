using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Api.Invoices;

/// <summary>An invoice as the API shows it. <c>StripeId</c> is our own id of it.</summary>
public sealed record InvoiceBody(
    IReadOnlyList<string> PlanIds,
    string StripeId,
    string Status,
    decimal Total,
    string Currency,
    Instant CreatedAt,
    string? HostedInvoiceUrl,
    string Id,
    string? CustomerId,
    string? EntityId,
    decimal? AmountPaid,
    decimal RefundedAmount)
{
    /// <summary>Given in the commit that made it final; null for a draft.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Number { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<InvoiceItemBody>? Items { get; init; }

    public string ProcessorType { get; init; } = "stripe";

    // It is shown as it was sent: its number and its page are elsewhere.
    private static InvoiceBody Recorded(StoredInvoice stored, InvoiceOrigin origin, string id)
    {
        var invoice = stored.Invoice;
        return new InvoiceBody(
            PlansOf(invoice), origin.Id, origin.IsUncollectible ? "uncollectible" : Words.Of(invoice.Status), invoice.Total.Major, invoice.Currency.Code, invoice.IssuedAt, origin.Url, id,
            stored.CustomerId, stored.EntityId, origin.AmountPaid?.Major, origin.Refunded.Major)
        {
            ProcessorType = origin.Processor,
        };
    }

    private static IReadOnlyList<string> PlansOf(Invoice invoice) => [.. invoice.Lines.Select(static line => line.Plan?.Value).OfType<string>().Distinct()];

    internal static async ValueTask<InvoiceBody> Of(Call call, StoredInvoice stored)
    {
        var (invoice, id) = (stored.Invoice, PublicIds.Of(stored.Customer, stored.Invoice.No));
        if (invoice.Origin is { } origin) return Recorded(stored, origin, id);
        return new InvoiceBody(
            PlansOf(invoice),
            id,
            Words.Of(invoice.Status),
            invoice.Total.Major,
            invoice.Currency.Code,
            invoice.IssuedAt,
            invoice.Status == InvoiceStatus.Draft ? null : await call.Engine.Links.InvoiceUrl(call.Scope, stored.Customer, invoice.No, call.Request),
            id,
            stored.CustomerId,
            stored.EntityId,
            invoice.Status == InvoiceStatus.Paid ? Math.Max(0m, invoice.Due.Major) : 0m,
            stored.Refunded.Major)
        {
            Number = stored.Number is null ? null : Payments.Visit.NumberOf(stored),
            Items = [.. invoice.Lines.Select((line, at) => new InvoiceItemBody(
                $"{id}_{at + 1}", line.Description, line.Period?.Start, line.Period?.End, line.Plan?.Value, line.Feature?.Value,
                line.Feature is { } feature ? call.Catalog.Feature(feature)?.Name : null, line.Quantity, line.Total.Major, []))],
        };
    }
}

/// <summary>A line; <c>Id</c> names it for invoices.reissue.</summary>
public sealed record InvoiceItemBody(
    string Id, string Description, Instant? PeriodStart, Instant? PeriodEnd, string? PlanId, string? FeatureId, string? FeatureName, Quantity? Quantity, decimal Amount, IReadOnlyList<JsonText> Entities);

/// <summary>An invoice in a customer's list of them.</summary>
public sealed record CustomerInvoiceBody(IReadOnlyList<string> PlanIds, string StripeId, string Status, decimal Total, string Currency, Instant CreatedAt, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? HostedInvoiceUrl, string ProcessorType)
{
    private const int Most = 100;

    /// <summary>The newest of a customer, or of one entity of it.</summary>
    internal static async ValueTask<IReadOnlyList<CustomerInvoiceBody>> All(Call call, CustomerKey customer, string? entityId)
    {
        var bodies = new List<CustomerInvoiceBody>();
        foreach (var stored in await call.Engine.Billing.ListInvoices(new InvoiceQuery(call.Scope.Id, Most, Customer: customer, EntityId: entityId)))
        {
            var body = await InvoiceBody.Of(call, stored);
            bodies.Add(new CustomerInvoiceBody(body.PlanIds, body.StripeId, body.Status, body.Total, body.Currency, body.CreatedAt, body.HostedInvoiceUrl, body.ProcessorType));
        }

        return bodies;
    }
}

/// <summary><c>{invoice}</c></summary>
public sealed record OneInvoiceBody(InvoiceBody Invoice);
