using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>An invoice, whole.</summary>
internal static class InvoiceFormat
{
    public static byte[] Body(Invoice invoice) => JsonOut.Bytes(invoice, Write);

    public static Invoice Read(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        return Read(document.RootElement);
    }

    public static void Write(Utf8JsonWriter to, Invoice invoice)
    {
        to.WriteStartObject();
        to.WriteNumber("no"u8, invoice.No.Value);
        to.Text("status"u8, Words.Of(invoice.Status));
        to.Text("reason"u8, Words.Of(invoice.Reason));
        to.Moment("issued_at"u8, invoice.IssuedAt);
        HoldingsFormat.WriteList(to, "lines"u8, invoice.Lines, WriteLine);
        to.Money("tax"u8, invoice.Tax);
        to.Exact("tax_rate"u8, invoice.TaxRate);
        to.Money("credit_used"u8, invoice.CreditUsed.IsZero ? null : invoice.CreditUsed);
        to.Flag("send"u8, invoice.Send);
        to.Moment("due_at"u8, invoice.DueAt);
        if (invoice.Cycle is { } cycle) to.WriteNumber("cycle"u8, cycle.Value);
        if (invoice.Asked is { } asked) WriteQuestion(to, asked);
        if (invoice.Attempts > 0) to.WriteNumber("attempts"u8, invoice.Attempts);
        to.Text("problem"u8, invoice.Problem is { } problem ? Words.Of(problem) : null);
        to.Moment("next_attempt_at"u8, invoice.NextAttemptAt);
        to.Moment("voids_at"u8, invoice.VoidsAt);
        if (invoice.Note is { } note) InvoiceNoteFormat.Write(to, note);
        if (invoice.Origin is { } origin) InvoiceNoteFormat.Write(to, origin);
        to.WriteEndObject();
    }

    public static Invoice Read(JsonElement from)
    {
        var tax = from.Money("tax"u8);
        return new Invoice(
            new InvoiceNo(from.Number("no"u8)),
            Words.ToInvoiceStatus(from.Text("status"u8)),
            Words.ToInvoiceReason(from.Text("reason"u8)),
            from.Moment("issued_at"u8),
            from.List("lines"u8, ReadLine),
            tax,
            from.ExactOrNone("tax_rate"u8),
            from.MoneyOrNone("credit_used"u8) ?? Money.Zero(tax.Currency),
            from.Flag("send"u8),
            from.MomentOrNone("due_at"u8),
            from.NumberOrNone("cycle"u8) is { } cycle ? new CycleNo(cycle) : null,
            from.TryGetProperty("asked"u8, out var asked) ? ReadQuestion(asked) : null,
            from.NumberOrNone("attempts"u8) ?? 0,
            from.TextOrNone("problem"u8) is { } problem ? Words.ToPaymentProblem(problem) : null,
            from.MomentOrNone("next_attempt_at"u8),
            from.MomentOrNone("voids_at"u8))
        {
            Note = InvoiceNoteFormat.ReadNote(from), Origin = InvoiceNoteFormat.ReadOrigin(from),
        };
    }

    /// <summary>What a line is of.</summary>
    public static void WriteOf(
        Utf8JsonWriter to, PlanId? plan, SubscriptionNo? subscription, EntityNo? entity, GrantNo? item, FeatureId? feature, Quantity quantity, BillingPeriod? period)
    {
        to.Text("plan"u8, plan?.Value);
        if (subscription is { } held) to.WriteNumber("subscription"u8, held.Value);
        HoldingsFormat.WriteEntityNo(to, "entity"u8, entity);
        PlanFormat.WriteGrantNo(to, "item"u8, item);
        to.Text("feature"u8, feature?.Value);
        to.Amount("quantity"u8, quantity);
        PlanFormat.WritePeriod(to, period);
    }

    private static void WriteLine(Utf8JsonWriter to, InvoiceLine line)
    {
        to.WriteStartObject();
        to.Text("kind"u8, Words.Of(line.Kind));
        to.Text("name"u8, line.Name);
        to.Text("description"u8, line.Description);
        to.Money("subtotal"u8, line.Subtotal);
        to.Money("total"u8, line.Total);
        HoldingsFormat.WriteList(to, "discounts"u8, line.Discounts, WriteDiscount);
        WriteOf(to, line.Plan, line.Subscription, line.Entity, line.Item, line.Feature, line.Quantity, line.Period);
        to.WriteEndObject();
    }

    private static InvoiceLine ReadLine(JsonElement from) => new(
        Words.ToLineKind(from.Text("kind"u8)),
        from.Text("name"u8),
        from.Text("description"u8),
        from.Money("subtotal"u8),
        from.Money("total"u8),
        from.List("discounts"u8, static discount => new LineDiscount(discount.Text("id"u8), discount.Money("off"u8))),
        from.PlanOrNone("plan"u8),
        PlanFormat.HeldOrNone(from, "subscription"u8),
        HoldingsFormat.ReadEntityNo(from, "entity"u8),
        PlanFormat.GrantOrNone(from, "item"u8),
        from.FeatureOrNone("feature"u8),
        from.Amount("quantity"u8),
        PlanFormat.ReadPeriod(from));

    private static void WriteDiscount(Utf8JsonWriter to, LineDiscount discount)
    {
        to.WriteStartObject();
        to.Text("id"u8, discount.Id);
        to.Money("off"u8, discount.Off);
        to.WriteEndObject();
    }

    private static void WriteQuestion(Utf8JsonWriter to, PaymentQuestion asked)
    {
        to.WriteStartObject("asked"u8);
        to.Text("what"u8, Words.Of(asked.What));
        to.WriteNumber("attempt"u8, asked.Attempt);
        to.Moment("deadline"u8, asked.Deadline);
        to.WriteEndObject();
    }

    private static PaymentQuestion ReadQuestion(JsonElement from) => new(Words.ToPaymentAsk(from.Text("what"u8)), from.Number("attempt"u8), from.Moment("deadline"u8));
}
