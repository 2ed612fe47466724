using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Billing;

/// <summary>
/// One customer of a <see cref="Till"/>, in words. What changes plans is previewed first, and must be invoiced to the cent
/// as it was previewed; after every step the lines of every invoice sum to its total.
/// </summary>
internal sealed class Buyer(Till till, string id)
{
    public string Id => id;

    private ApiClient Api => till.Api;

    public Task<Reply> Attach(string plan, object? more = null) => Do("billing.preview_attach", "billing.attach", With(more, ("plan_id", plan)));

    public Task<Reply> AttachSeveral(params object[] plans) => Do("billing.preview_multi_attach", "billing.multi_attach", With(new { plans }));

    public Task<Reply> Update(object change) => Do("billing.preview_update", "billing.update", With(change));

    public Task<Reply> Cancel(string action, object? more = null) => Do("billing.preview_update", "billing.update", With(more, ("cancel_action", action)));

    /// <summary>The call alone, to be refused.</summary>
    public Task<Reply> Post(string call, object more) => Api.Post(call, With(more));

    public Task Track(decimal value, string feature = "messages") => till.Track(id, value, feature);

    public Task Card(string? card) => till.Card(id, card);

    public Task Days(int days) => till.Advance(id, days);

    /// <summary>The card is asked within a second for what a track costs; the customer's clock, told the time, does it now.</summary>
    public async Task Settles()
    {
        var now = (await Api.Post("invoices.list", new { customer_id = id })).MustBe(200).List.Max(static one => one.GetProperty("created_at").GetInt64());
        await till.Advance(id, DateTimeOffset.FromUnixTimeMilliseconds(now));
    }

    public Task Renews() => till.Renew(id);

    /// <param name="lines">"-20 50".</param>
    /// <param name="next">"50 on 2026-05-01".</param>
    public Task Previews(string plan, decimal total, string? lines = null, string? next = null, object? more = null) => Previews("billing.preview_attach", With(more, ("plan_id", plan)), total, lines, next);

    public Task PreviewsChange(object change, decimal total, string? lines = null, string? next = null) => Previews("billing.preview_update", With(change), total, lines, next);

    /// <summary>How the customer stands. What is not named is not looked at.</summary>
    /// <param name="plans">"premium canceled 2026-04-01 until 2026-05-01, pro from 2026-05-01".</param>
    /// <param name="invoices">"20 paid, 15 paid", oldest first.</param>
    /// <param name="lines">Of the last invoice: "-10 25".</param>
    /// <param name="messages">What is granted less what is used: below zero is overage.</param>
    /// <param name="periodEnds">Of the first plan.</param>
    public async Task Has(
        string? plans = null, string? invoices = null, string? lines = null, decimal? messages = null, decimal? words = null, decimal? users = null, string? periodEnds = null, string? resets = null, int? purchases = null, decimal? credit = null)
    {
        var shown = await till.Shown(id);
        var issued = await Invoices();
        if (plans is not null) Assert.Equal(plans, string.Join(", ", shown["subscriptions"]!.Value.EnumerateArray().Select(Held)));
        if (invoices is not null) Assert.Equal(invoices, string.Join(", ", issued.Select(static one => $"{Text(one.GetProperty("total"))} {one.GetProperty("status").GetString()}")));
        if (lines is not null) Assert.Equal(lines, string.Join(' ', issued[^1].GetProperty("items").EnumerateArray().Select(static line => Text(line.GetProperty("amount")))));
        foreach (var (feature, left) in new[] { ("messages", messages), ("words", words), ("users", users) })
        {
            if (left is null) continue;
            Assert.Equal(left, shown.Number($"balances.{feature}.granted") - shown.Number($"balances.{feature}.usage"));
            Assert.Equal(Math.Max(0m, left.Value), shown.Number($"balances.{feature}.remaining"));
        }

        if (periodEnds is not null) Assert.Equal(periodEnds, Day(shown["subscriptions.0.current_period_end"]!.Value));
        if (resets is not null) Assert.Equal(resets, Day(shown[$"balances.{(users is null ? "messages" : "users")}.next_reset_at"]!.Value));
        if (purchases is not null) Assert.Equal(purchases, shown["purchases"]!.Value.EnumerateArray().Sum(static one => one.GetProperty("quantity").GetInt32()));
        if (credit is not null) Assert.Equal(credit, (await Api.Post("billing.preview_attach", With(null, ("plan_id", "addon")))).MustBe(200).Number("invoice_credits.balance"));
    }

    /// <summary>Oldest first; the lines of each sum to its total.</summary>
    public async Task<IReadOnlyList<JsonElement>> Invoices()
    {
        var issued = (await Api.Post("invoices.list", new { customer_id = id, limit = 100 })).MustBe(200).List.Reverse().ToList();
        foreach (var one in issued) Assert.Equal(one.GetProperty("total").GetDecimal(), one.GetProperty("items").EnumerateArray().Sum(static line => line.GetProperty("amount").GetDecimal()));
        return issued;
    }

    private async Task Previews(string call, string body, decimal total, string? lines, string? next)
    {
        var preview = (await Api.Post(call, body)).MustBe(200);
        Assert.Equal(total, preview.Number("total"));
        if (lines is not null) Assert.Equal(lines, string.Join(' ', preview["line_items"]!.Value.EnumerateArray().Select(static line => Text(line.GetProperty("total")))));
        if (next is not null) Assert.Equal(next, $"{Text(preview["next_cycle.total"]!.Value)} on {Day(preview["next_cycle.starts_at"]!.Value)}");
    }

    private async Task<Reply> Do(string previewing, string call, string body)
    {
        var preview = (await Api.Post(previewing, body)).MustBe(200);
        var done = (await Api.Post(call, body)).MustBe(200);
        var issued = await Invoices();
        var invoice = done.Word("invoice.stripe_id") is { } no ? issued.Single(one => one.GetProperty("id").GetString() == no) : (JsonElement?)null;
        var (lines, tax) = (preview["line_items"]!.Value, preview["tax.total"]?.GetDecimal() ?? 0m);
        Assert.Equal(preview.Number("subtotal"), lines.EnumerateArray().Sum(static line => line.GetProperty("total").GetDecimal()));
        if (invoice is not { } made)
        {
            Assert.True(preview.Number("subtotal") == 0m || preview.Flag("redirect_to_checkout"), $"previewed and not invoiced: {preview}");
            return done;
        }

        Assert.Equal(preview.Number("subtotal") + tax, made.GetProperty("total").GetDecimal());
        Assert.Equal(Lines(lines, "total"), Lines(made.GetProperty("items"), "amount"));
        if (made.GetProperty("status").GetString() == "paid" && preview.Number("total") >= 0m) Assert.Equal(preview.Number("total"), made.GetProperty("amount_paid").GetDecimal());
        return done;
    }

    private static IEnumerable<(string?, decimal)> Lines(JsonElement lines, string amount) => lines.EnumerateArray().Select(line => (line.GetProperty("description").GetString(), line.GetProperty(amount).GetDecimal()));

    // "pro", and what is to be said of it.
    private static string Held(JsonElement held)
    {
        var words = held.GetProperty("plan_id").GetString()!;
        if (held.GetProperty("status").GetString() == "scheduled") words += $" from {Day(held.GetProperty("started_at"))}";
        if (held.GetProperty("past_due").GetBoolean()) words += " past due";
        foreach (var (member, word) in new[] { ("trial_ends_at", "trial to"), ("canceled_at", "canceled"), ("expires_at", "until") })
        {
            if (held.GetProperty(member).ValueKind != JsonValueKind.Null) words += $" {word} {Day(held.GetProperty(member))}";
        }

        return words;
    }

    private static string Day(JsonElement milliseconds) =>
        milliseconds.ValueKind == JsonValueKind.Null ? "never" : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds.GetInt64()).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Text(JsonElement number) => number.GetDecimal().ToString("0.##", CultureInfo.InvariantCulture);

    private string With(object? more, params (string Name, string Value)[] fields)
    {
        var body = more is null ? [] : JsonSerializer.SerializeToNode(more)!.AsObject();
        body["customer_id"] = id;
        foreach (var (name, value) in fields) body[name] = value;
        return body.ToJsonString();
    }
}

/// <summary>Units of a prepaid feature, as callers say it.</summary>
internal static class Bought
{
    public static object Of(string feature, decimal quantity) => new { feature_quantities = new[] { new { feature_id = feature, quantity } } };

    public static object Messages(decimal quantity) => Of("messages", quantity);

    public static object Words(decimal quantity) => Of("words", quantity);
}
