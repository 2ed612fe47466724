using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Server.Api.Customers;
using Sluice.Server.Customers;
using Sluice.Storage;

namespace Sluice.Server.Api.Invoices;

/// <summary>
/// invoices.insert: invoices that another processor issued, so that a customer's list is whole. They are shown and nothing
/// more: never collected, counted or numbered. The same id again replaces what was recorded under it. All or none.
/// </summary>
internal static class Insert
{
    private const int Most = 500;

    private sealed record Row(string CustomerId, Invoice Invoice);

    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        if (!body.Has("invoices")) body.Fault("invoices", "is required");
        var rows = (body.Objects("invoices") ?? []).Select(sent => Read(call, sent)).ToList();
        if (rows.Count > Most) body.Fault("invoices", $"must be at most {Most}");
        foreach (var twice in rows.GroupBy(static row => row.Invoice.Origin!.Key).Where(static group => group.Count() > 1)) body.Fault("invoices", $"{twice.Key} stands twice");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);

        var commands = ImmutableArray.CreateBuilder<Addressed>(rows.Count);
        foreach (var row in rows)
        {
            if (await call.Stored(row.CustomerId) is not { } customer) return call.NoSuchCustomer(row.CustomerId);
            var claim = new ClaimKey(call.Scope.Id, ClaimKind.RecordedInvoice, row.Invoice.Origin!.Key);
            var known = await call.Engine.Store.FindClaim(claim, call.Now);
            if (known is { Customer: { } other } && other != customer.Key) return call.Refuse(RefusalCode.Conflict, $"Invoice {row.Invoice.Origin.Id} is recorded for another customer. Nothing was done.");
            if (known is null) call.Claim(new Claim(claim, customer.Key, call.Now, null));
            var there = known is null ? [] : await call.Engine.Billing.ListInvoices(new InvoiceQuery(call.Scope.Id, 1, Customer: customer.Key, Origin: row.Invoice.Origin.Key));
            commands.Add(new Addressed(customer.Key, new Command.RecordInvoice(there.Count == 0 ? null : there[0].Invoice.No, row.Invoice)));
        }

        if (commands.Count == 0) return Answer.Ok(new RecordedInvoicesBody([]), ApiJson.Default.RecordedInvoicesBody);
        var ran = await call.Run(commands.DrainToImmutable());
        if (ran.End != RunEnd.Done) return call.Failure(ran);
        var bodies = new List<InvoiceBody>(rows.Count);
        for (var at = 0; at < rows.Count; at++)
        {
            var recorded = ran.Events[at].OfType<CustomerEvent.InvoiceRecorded>().Single().Invoice;
            bodies.Add(await InvoiceBody.Of(call, (await call.Engine.Billing.FindInvoice(call.Scope.Id, ran.Customers[at].Key, recorded.No))!));
        }

        return Answer.Ok(new RecordedInvoicesBody(bodies), ApiJson.Default.RecordedInvoicesBody);
    }

    private static Row Read(Call call, Body body)
    {
        var (customerId, id) = (CustomerFields.Id(body), body.RequiredText("stripe_id"));
        var processor = body.Text("processor_type") ?? "stripe";
        if (!Words.Processors.Contains(processor)) body.Fault("processor_type", $"must be one of {string.Join(", ", Words.Processors)}");
        var code = body.Text("currency")?.ToLowerInvariant() ?? call.Catalog.Policy.Currency.Code;
        if (code.Length != 3 || !code.All(char.IsAsciiLetterLower)) body.Fault("currency", "must be a code of three letters, as usd");
        var currency = new Currency(code);
        var (isUncollectible, status) = (body.Says("status", "uncollectible"), body.Choice("status", Words.InvoiceStatuses, required: true) ?? InvoiceStatus.Paid);
        var (total, paid, refunded) = (Amount(body, "total", currency, required: true), Amount(body, "amount_paid", currency, nullable: true), Amount(body, "refunded_amount", currency, min: 0));
        var url = body.Text("hosted_invoice_url", nullable: true);
        if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https")) body.Fault("hosted_invoice_url", "must be an http or https address");
        var plans = (body.Texts("plan_ids") ?? []).Select(static plan => (PlanId?)new PlanId(plan)).DefaultIfEmpty(null);
        var at = body.Moment("created_at") ?? default;
        if (!body.Has("created_at")) body.Fault("created_at", "is required");
        var zero = Money.Zero(currency);
        var lines = plans.Select((plan, place) => new InvoiceLine(
            LineKind.Custom, processor, $"Invoiced by {processor}", place == 0 ? total ?? zero : zero, place == 0 ? total ?? zero : zero, [], plan, null, null, null, null, Quantity.One, null));
        return new Row(customerId, new Invoice(default, status, InvoiceReason.Request, at, [.. lines], zero, null, zero)
        {
            Origin = new InvoiceOrigin(processor, id, isUncollectible, paid, refunded ?? zero, url),
        });
    }

    private static Money? Amount(Body body, string field, Currency currency, bool required = false, bool nullable = false, decimal min = -1_000_000_000_000m) =>
        body.Number(field, required, nullable, min, 1_000_000_000_000m) is { } amount ? Money.Of(amount, currency) : null;
}

/// <summary><c>{invoices}</c>, in the order sent.</summary>
public sealed record RecordedInvoicesBody(IReadOnlyList<InvoiceBody> Invoices);
