using Sluice.Core;
using Sluice.Server.Api.Entities;
using Sluice.Storage;

namespace Sluice.Server.Api.Invoices;

/// <summary>invoices.list: newest first, by cursor.</summary>
internal static class List
{
    private const int Default = 50;
    private const int Max = 1_000;

    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var page = PageAsked.ByCursor(body, Default, Max, out var refusal);
        var (customerId, entityId) = (body.Text("customer_id", minLength: 1), EntityFields.Id(body));
        var statuses = new List<InvoiceStatus>();
        foreach (var word in body.Texts("status", orOne: true) ?? [])
        {
            if (Words.InvoiceStatuses.TryGetValue(word, out var status)) statuses.Add(status);
            else body.Fault("status", $"must be one of {string.Join(", ", Words.InvoiceStatuses.Keys)}");
        }

        if (body.Texts("processor_types", orOne: true)?.Any(static type => !Words.Processors.Contains(type)) == true) body.Fault("processor_types", "must be stripe or revenuecat");
        if (entityId is not null && customerId is null) body.Fault("customer_id", "is required with entity_id");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (refusal is not null) return call.Refuse(refusal);
        var query = new InvoiceQuery(call.Scope.Id, page.Limit + 1, After(page), EntityId: entityId, Statuses: [.. statuses]);
        if (customerId is not null)
        {
            if (await call.Engine.Customers.Find(call.Scope, customerId, call.Now) is not { } cell) return call.NoSuchCustomer(customerId);
            query = query with { Customer = cell.Key };
        }

        var rows = await call.Engine.Billing.ListInvoices(query);
        var more = rows.Count > page.Limit;
        var bodies = new List<InvoiceBody>();
        foreach (var stored in rows.Take(page.Limit)) bodies.Add(await InvoiceBody.Of(call, stored));
        return Answer.Ok(new CursorPage<InvoiceBody>(bodies, more ? Cursor(rows[page.Limit - 1]) : null), ApiJson.Default.CursorPageInvoiceBody);
    }

    private static string Cursor(StoredInvoice last) => PageAsked.Encode(last.Invoice.IssuedAt, last.Customer, last.Invoice.No.Value);

    private static (Instant, CustomerKey, InvoiceNo)? After(PageAsked page) =>
        page.AfterNumbered is var (at, customer, no) && no <= int.MaxValue ? (at, customer, new InvoiceNo((int)no)) : null;
}
