using System.Text.Json;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Billing;

/// <summary>invoices.create, reissue and insert.</summary>
public sealed class IssuedInvoiceTests(Till till) : IClassFixture<Till>
{
    private ApiClient Api => till.Api;

    [Fact]
    public async Task An_invoice_of_plans_and_amounts_is_previewed_and_sent()
    {
        var c = await till.Customer();
        var wish = new
        {
            customer_id = c, net_terms_days = 14, plans = new object[] { new { plan_id = "pro" }, new { plan_id = "pro_p", feature_quantities = new[] { new { feature_id = "messages", billing_behavior = "prepaid", quantity = 300 } } } },
            custom_line_items = new[] { new { amount = -7.5, description = "Thanks" } },
        };
        var preview = (await Api.Post("invoices.create", With(wish, "preview", true))).MustBe(200);
        Assert.Equal(JsonValueKind.Null, preview["invoice"]!.Value.ValueKind);
        Assert.Equal([20m, 20m, 30m, -7.5m], preview["preview.lines"]!.Value.EnumerateArray().Select(line => line.GetProperty("amount").GetDecimal()));
        Assert.Equal((62.5m, 62.5m, 62.5m), (preview.Number("preview.subtotal"), preview.Number("preview.total"), preview.Number("preview.amount_due")));
        Assert.Equal(Till.T0.AddDays(14).ToUnixTimeMilliseconds(), preview.Number("preview.due_date"));
        Assert.Equal("", await till.Invoices(c));

        var issued = (await Api.Post("invoices.create", wish)).MustBe(200);
        Assert.Equal(("open", 62.5m), (issued.Word("invoice.status"), issued.Number("invoice.total")));
        Assert.Equal(preview["preview"]!.Value.GetRawText(), issued["preview"]!.Value.GetRawText());
        Assert.Equal(("", "62.5 open"), (await till.Plans(c), await till.Invoices(c)));
        (await Api.Post("invoices.pay", new { invoice_id = issued.Word("invoice.id") })).MustBe(200);
        Assert.Equal(("", "62.5 paid"), (await till.Plans(c), await till.Invoices(c)));
    }

    [Fact]
    public async Task An_unpaid_invoice_gives_way_to_another_and_what_waited_for_it_comes_with_that()
    {
        var c = await till.Customer();
        var first = (await till.Attach(c, "pro", new { invoice_mode = new { enabled = true } })).MustBe(200).Word("invoice.stripe_id");
        var changes = new
        {
            invoice_id = first, net_terms_days = 7, update_customer_email = $"{c}@books.test",
            invoice = new { memo = "As agreed", footer = "Thank you", custom_fields = new[] { new { name = "PO", value = "4711" } } },
            customer = new { name = "Acme Ltd", address = new { line1 = "1 Main St", city = "Springfield", postal_code = "12345", country = "US" }, tax_ids = new[] { new { type = "eu_vat", value = "DE1" } } },
            lines = new { update = new[] { new { id = first + "_1", amount = 12, description = "Pro, agreed price" } }, add = new[] { new { amount = 3, description = "Setup" } } },
        };
        Assert.Equal(15m, (await Api.Post("invoices.reissue", With(changes, "preview", true))).MustBe(200).Number("preview.total"));
        Assert.Equal("20 open", await till.Invoices(c));
        var again = (await Api.Post("invoices.reissue", changes)).MustBe(200);
        Assert.Equal((first, 15m, "open"), (again.Word("voided_invoice_id"), again.Number("invoice.total"), again.Word("invoice.status")));
        Assert.Equal(("20 void, 15 open", ""), (await till.Invoices(c), await till.Plans(c)));
        Assert.Equal($"{c}@books.test", (await till.Shown(c)).Word("email"));
        using var anyone = new HttpClient();
        var page = await anyone.GetStringAsync(new Uri(again.Word("invoice.hosted_invoice_url")!));
        foreach (var said in (string[])["Acme Ltd", "1 Main St", "12345 Springfield", "US", "eu_vat: DE1", "PO: 4711", "As agreed", "Thank you", "Pro, agreed price"]) Assert.Contains(said, page, StringComparison.Ordinal);

        (await Api.Post("invoices.pay", new { invoice_id = again.Word("invoice.id") })).MustBe(200);
        Assert.Equal(("20 void, 15 paid", "pro active"), (await till.Invoices(c), await till.Plans(c)));
        Assert.Equal(400, (await Api.Post("invoices.reissue", changes)).Status);
    }

    [Theory]
    [InlineData("""{}""", 400)]
    [InlineData("""{"plans": [{"plan_id": "nothing"}]}""", 404)]
    [InlineData("""{"plans": [{"plan_id": "pro", "feature_quantities": [{"feature_id": "words", "billing_behavior": "prepaid", "quantity": 1}]}]}""", 400)]
    [InlineData("""{"custom_line_items": [{"amount": 1e12, "description": "much"}]}""", 400)]
    [InlineData("""{"plans": [{"plan_id": "pro"}], "period_start": 2000000000000, "period_end": 1000000000000}""", 400)]
    public async Task What_makes_no_invoice_is_refused(string wish, int status)
    {
        var c = await till.Customer(card: null);
        Assert.Equal(status, (await Api.Post("invoices.create", With(JsonSerializer.Deserialize<JsonElement>(wish), "customer_id", c))).Status);
        Assert.Equal("", await till.Invoices(c));
    }

    [Theory]
    [InlineData("""{"lines": {"remove": ["_9"]}}""")]
    [InlineData("""{"lines": {"remove": ["_1"]}}""")]
    [InlineData("""{"lines": {"update": [{"id": "inv_999_9_1", "amount": 1}]}}""")]
    public async Task What_is_no_line_or_leaves_none_is_refused(string changes)
    {
        var c = await till.Customer(card: null);
        var id = (await Api.Post("invoices.create", new { customer_id = c, plans = new[] { new { plan_id = "pro" } } })).MustBe(200).Word("invoice.id");
        var body = With(JsonSerializer.Deserialize<JsonElement>(changes.Replace("\"_", $"\"{id}_", StringComparison.Ordinal)), "invoice_id", id);
        Assert.Equal(400, (await Api.Post("invoices.reissue", body)).Status);
        Assert.Equal("20 open", await till.Invoices(c));
    }

    [Fact]
    public async Task Invoices_of_elsewhere_are_listed_and_nothing_more()
    {
        var (c, other) = (await till.Customer(), await till.Customer());
        (await till.Attach(c, "pro")).MustBe(200);
        var march = Till.T0.AddMonths(-1).ToUnixTimeMilliseconds();
        object Row(string customer, string id, decimal total, string status) => new { customer_id = customer, stripe_id = id, status, total, created_at = march, plan_ids = new[] { "old" }, amount_paid = total, hosted_invoice_url = "https://pay.test/1" };
        var (one, two) = ($"in_{c}_1", $"in_{c}_2");
        var inserted = (await Api.Post("invoices.insert", new { invoices = new[] { Row(c, one, 35m, "open"), Row(c, two, 9m, "uncollectible") } })).MustBe(200);
        Assert.Equal((one, 35m, "open", "old", "https://pay.test/1"), (inserted.Word("invoices.0.stripe_id"), inserted.Number("invoices.0.total"), inserted.Word("invoices.0.status"), inserted.Word("invoices.0.plan_ids.0"), inserted.Word("invoices.0.hosted_invoice_url")));
        Assert.Equal("35 open, 9 uncollectible, 20 paid", await till.Invoices(c));

        // Once more: replaced, not doubled. Nothing collects it, and it takes no number.
        (await Api.Post("invoices.insert", new { invoices = new[] { Row(c, one, 36m, "paid") } })).MustBe(200);
        await till.Renew(c);
        (await till.Shown(c)).MustBe(200);
        Assert.Equal("36 paid, 9 uncollectible, 20 paid, 20 paid", await till.Invoices(c));
        Assert.Equal(400, (await Api.Post("invoices.pay", new { invoice_id = inserted.Word("invoices.1.id") })).Status);
        Assert.Equal(409, (await Api.Post("invoices.insert", new { invoices = new[] { Row(other, one, 1m, "paid") } })).Status);
        Assert.Equal(404, (await Api.Post("invoices.insert", new { invoices = new[] { Row(other, "in_new", 1m, "paid"), Row("nobody", "in_newer", 1m, "paid") } })).Status);
        Assert.Equal("", await till.Invoices(other));
        var numbers = (await Api.Post("invoices.list", new { customer_id = c })).List.Select(invoice => invoice.TryGetProperty("number", out _)).ToList();
        Assert.Equal([true, true, false, false], numbers);
    }

    [Fact]
    public async Task There_are_no_templates() => Assert.Empty((await Api.Post("invoices.listTemplates", new { limit = 5 })).MustBe(200).List);

    private static string With(object body, string field, object? value)
    {
        var made = JsonSerializer.SerializeToNode(body)!.AsObject();
        made[field] = JsonSerializer.SerializeToNode(value);
        return made.ToJsonString();
    }
}
