using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>What an invoice says beside its money: printed words, and where it comes from.</summary>
internal static class InvoiceNoteFormat
{
    public static void Write(Utf8JsonWriter to, InvoiceNote note)
    {
        to.WriteStartObject("note"u8);
        to.Text("memo"u8, note.Memo);
        to.Text("footer"u8, note.Footer);
        HoldingsFormat.WriteList(to, "fields"u8, note.Fields, WriteField);
        to.Text("name"u8, note.Name);
        to.Text("email"u8, note.Email);
        HoldingsFormat.WriteList(to, "address"u8, note.Address, static (line, text) => line.WriteStringValue(text));
        HoldingsFormat.WriteList(to, "tax_ids"u8, note.TaxIds, WriteField);
        to.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter to, InvoiceOrigin origin)
    {
        to.WriteStartObject("origin"u8);
        to.Text("processor"u8, origin.Processor);
        to.Text("id"u8, origin.Id);
        to.Flag("uncollectible"u8, origin.IsUncollectible);
        to.Money("amount_paid"u8, origin.AmountPaid);
        to.Money("refunded"u8, origin.Refunded);
        to.Text("url"u8, origin.Url);
        to.WriteEndObject();
    }

    public static InvoiceNote? ReadNote(JsonElement invoice) => !invoice.TryGetProperty("note"u8, out var from) ? null : new InvoiceNote(
        from.TextOrNone("memo"u8), from.TextOrNone("footer"u8), from.List("fields"u8, ReadField), from.TextOrNone("name"u8), from.TextOrNone("email"u8),
        from.List("address"u8, static line => line.GetString()!), from.List("tax_ids"u8, ReadField));

    public static InvoiceOrigin? ReadOrigin(JsonElement invoice) => !invoice.TryGetProperty("origin"u8, out var from) ? null : new InvoiceOrigin(
        from.Text("processor"u8), from.Text("id"u8), from.Flag("uncollectible"u8), from.MoneyOrNone("amount_paid"u8), from.Money("refunded"u8), from.TextOrNone("url"u8));

    private static void WriteField(Utf8JsonWriter to, PrintedField field)
    {
        to.WriteStartObject();
        to.Text("name"u8, field.Name);
        to.Text("value"u8, field.Value);
        to.WriteEndObject();
    }

    private static PrintedField ReadField(JsonElement from) => new(from.Text("name"u8), from.Text("value"u8));
}
