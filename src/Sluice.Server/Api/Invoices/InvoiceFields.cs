using System.Collections.Frozen;
using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Server.Api.Billing;
using Sluice.Server.Api.Plans;

namespace Sluice.Server.Api.Invoices;

/// <summary>What an invoice shall be for and say, as callers send it.</summary>
internal static class InvoiceFields
{
    private const int LongestText = 2_000;
    private const int MostFields = 20;

    private static readonly FrozenDictionary<string, bool> Behaviors = new Dictionary<string, bool> { ["prepaid"] = true, ["usage_based"] = false }.ToFrozenDictionary();

    /// <summary>Of invoices.create.</summary>
    public static InvoiceWish Wish(Call call, Body body)
    {
        return Terms(body, new InvoiceWish([.. (body.Objects("plans") ?? []).Select(plan => Plan(call, plan))], [.. BillingFields.CustomLines(body)])) with
        {
            Discounts = DiscountFields.Read(call, body),
            From = body.Moment("period_start"), To = body.Moment("period_end"), TaxRate = Rate(call, body),
        };
    }

    /// <summary>Of invoices.reissue: what is added, changed and left out. Lines are named by the ids that answers give them.</summary>
    public static Command.ReissueInvoice Changes(Call call, Body body, string invoiceId, InvoiceNo no)
    {
        var lines = body.Object("lines");
        var added = (lines?.Objects("add") ?? []).ToList();
        var wish = new InvoiceWish([.. added.Where(static line => line.Has("plan_id")).Select(plan => Plan(call, plan))], [.. added.Where(static line => !line.Has("plan_id")).Select(BillingFields.CustomLine)]);
        if (body.Object("invoice") is { } printed) wish = wish with { TaxRate = Rate(call, printed) };
        return new Command.ReissueInvoice(no, Terms(body, wish))
        {
            Edits = [.. (lines?.Objects("update") ?? []).Select(line => (Place(invoiceId, line.RequiredText("id")), line.Number("amount"), line.Text("description", minLength: 1)))],
            Removes = [.. (lines?.Texts("remove") ?? []).Select(id => Place(invoiceId, id))],
            Note = Note(body.Object("invoice"), body.Object("customer")),
        };
    }

    // Null takes the tax away.
    private static Change<decimal?> Rate(Call call, Body body) =>
        !body.IsSent("tax_rate_id") ? default : body.Has("tax_rate_id") ? BillingFields.TaxRate(call, body) : (decimal?)null;

    private static InvoiceWish Terms(Body body, InvoiceWish wish)
    {
        body.Later("invoice_template_id");
        return wish with { TermsDays = body.WholeNumber("net_terms_days", min: 0, max: 3_650) };
    }

    private static BilledPlan Plan(Call call, Body body)
    {
        body.Later("license_quantities");
        return new BilledPlan(
            new PlanId(body.RequiredText("plan_id")), body.WholeNumber("version", min: 1), BillingFields.Customization(body),
            [.. (body.Objects("feature_quantities") ?? []).Select(Quantity)], body.Flag("prorate", otherwise: false))
        {
            Discounts = DiscountFields.Read(call, body),
        };
    }

    private static BilledQuantity Quantity(Body body)
    {
        body.Later("usage");
        return new BilledQuantity(
            new FeatureId(body.RequiredText("feature_id")), body.Choice("billing_behavior", Behaviors, required: true) ?? false, body.Quantity("quantity", required: true, min: 0) ?? Core.Quantity.Zero,
            body.Flag("prorate", otherwise: false));
    }

    // "<invoice id>_1" is the first line; what is no line of the invoice is refused by its place.
    private static int Place(string invoiceId, string lineId) =>
        lineId.StartsWith(invoiceId + "_", StringComparison.Ordinal) && int.TryParse(lineId.AsSpan(invoiceId.Length + 1), out var number) ? number - 1 : -1;

    // What is not sent stays as it is printed; null takes it away.
    private static Func<InvoiceNote, InvoiceNote> Note(Body? invoice, Body? customer)
    {
        invoice?.Later("account_tax_ids");
        customer?.Later("invoice_settings_custom_fields");
        var (memo, footer, fields) = (Printed(invoice, "memo"), Printed(invoice, "footer"), Pairs(invoice, "custom_fields", "name"));
        var (name, email, address, taxIds) = (Printed(customer, "name"), Printed(customer, "email"), customer?.Object("address"), Pairs(customer, "tax_ids", "type"));
        var lines = address is null ? default(ImmutableArray<string>?) : Address(address);
        return note => note with
        {
            Memo = memo.Or(note.Memo), Footer = footer.Or(note.Footer), Fields = fields ?? note.Fields,
            Name = name.Or(note.Name), Email = email.Or(note.Email), Address = lines ?? note.Address, TaxIds = taxIds ?? note.TaxIds,
        };
    }

    private static Change<string?> Printed(Body? body, string field)
    {
        if (body?.IsSent(field) != true) return default;
        var text = body.Text(field, nullable: true);
        if (text?.Length > LongestText) body.Fault(field, $"must be at most {LongestText} characters");
        return string.IsNullOrWhiteSpace(text) ? (string?)null : text;
    }

    private static ImmutableArray<PrintedField>? Pairs(Body? body, string field, string nameField)
    {
        if (body?.Objects(field)?.ToList() is not { } sent) return null;
        if (sent.Count > MostFields) body.Fault(field, $"must be at most {MostFields}");
        return [.. sent.Select(pair => new PrintedField(Short(pair, nameField), Short(pair, "value")))];
    }

    private static ImmutableArray<string> Address(Body body)
    {
        string? Part(string field) => Printed(body, field).Or(null);
        var place = string.Join(' ', new[] { Part("postal_code"), Part("city"), Part("state") }.OfType<string>());
        return [.. new[] { Part("line1"), Part("line2"), place.Length == 0 ? null : place, Part("country") }.OfType<string>()];
    }

    private static string Short(Body body, string field)
    {
        var text = body.RequiredText(field);
        if (text.Length > LongestText) body.Fault(field, $"must be at most {LongestText} characters");
        return text;
    }
}
