using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Orders of top-ups and what is kept about them, as events and snapshots hold them.</summary>
internal static class TopUpFormat
{
    public static void WriteOrder(Utf8JsonWriter to, ReadOnlySpan<byte> name, TopUpOrder? order)
    {
        if (order is null) return;
        to.WriteStartObject(name);
        to.Text("feature"u8, order.Feature.Value);
        to.WriteNumber("grant"u8, order.Grant.Value);
        to.WriteNumber("subscription"u8, order.Subscription.Value);
        to.Text("plan"u8, order.Plan.Value);
        to.Amount("packs"u8, order.Packs);
        to.Amount("units"u8, order.Units);
        to.Flag("by_invoice"u8, order.ByInvoice);
        to.WriteEndObject();
    }

    public static TopUpOrder ReadOrder(JsonElement from) => new(
        from.Feature("feature"u8),
        new GrantNo(from.Number("grant"u8)),
        new SubscriptionNo(from.Number("subscription"u8)),
        new PlanId(from.Text("plan"u8)),
        from.Amount("packs"u8),
        from.Amount("units"u8),
        from.Flag("by_invoice"u8));

    public static void WriteWindow(Utf8JsonWriter to, BillingPeriod? window)
    {
        to.Moment("window_start"u8, window?.Start);
        to.Moment("window_end"u8, window?.End);
    }

    public static BillingPeriod? ReadWindow(JsonElement from) =>
        from.MomentOrNone("window_start"u8) is { } start ? new BillingPeriod(start, from.Moment("window_end"u8)) : null;

    public static void WriteBook(Utf8JsonWriter to, TopUpBook book)
    {
        to.WriteStartObject();
        to.Text("feature"u8, book.Feature.Value);
        WriteOrder(to, "pending"u8, book.Pending);
        if (!book.Attempts.IsEmpty)
        {
            to.WriteStartArray("attempts"u8);
            foreach (var attempt in book.Attempts) to.WriteNumberValue(attempt.Milliseconds);
            to.WriteEndArray();
        }

        to.Moment("failed_at"u8, book.FailedAt);
        if (book.FailuresInARow > 0) to.WriteNumber("failures_in_a_row"u8, book.FailuresInARow);
        WriteWindow(to, book.Window);
        if (book.Purchases > 0) to.WriteNumber("purchases"u8, book.Purchases);
        to.WriteEndObject();
    }

    public static TopUpBook ReadBook(JsonElement from) => new(
        from.Feature("feature"u8),
        from.TryGetProperty("pending"u8, out var pending) ? ReadOrder(pending) : null,
        from.List("attempts"u8, static attempt => new Instant(attempt.GetInt64())),
        from.MomentOrNone("failed_at"u8),
        from.TryGetProperty("failures_in_a_row"u8, out var failures) ? failures.GetInt32() : 0,
        ReadWindow(from),
        from.TryGetProperty("purchases"u8, out var purchases) ? purchases.GetInt32() : 0);
}
