using System.Net;
using System.Text.Json;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Billing;

/// <summary>Checkout, failed renewals, invoices that are sent, and calls that come twice.</summary>
public sealed class AcceptanceOfPaymentsTests(Till till) : IClassFixture<Till>
{
    [Fact]
    public async Task A02_Without_a_card_there_is_one_checkout_and_nothing_before_it_is_completed()
    {
        var c = await till.Buyer(card: null);
        var page = (await c.Attach("pro")).Word("payment_url")!;
        Assert.Equal(page, (await c.Attach("pro")).Word("payment_url"));
        await c.Has(plans: "", invoices: "");
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var paid = await http.PostAsync(page, new FormUrlEncodedContent([new("card", "pm_card_visa")]));
        Assert.True(paid.StatusCode is HttpStatusCode.OK or HttpStatusCode.Found);
        await c.Has(plans: "pro", invoices: "20 paid", messages: 100);
        Assert.Equal("4242", (await c.Post("customers.get", new { expand = new[] { "payment_method" } })).Word("payment_method.card.last4"));
    }

    [Fact]
    public async Task A32_A_renewal_that_fails_is_past_due_keeps_access_and_recovers()
    {
        var c = await till.Buyer();
        await c.Attach("pro");
        await c.Track(40);
        await c.Card("pm_card_chargeDeclined");
        await c.Renews();
        await c.Has(plans: "pro past due", invoices: "20 paid, 20 open", messages: 60);
        Assert.True((await till.Api.Check(c.Id)).Flag("allowed"));
        await c.Card("pm_card_visa");
        var open = (await c.Invoices())[^1].GetProperty("id").GetString();
        Assert.Equal("paid", (await till.Api.Post("invoices.pay", new { invoice_id = open })).MustBe(200).Word("invoice.status"));
        await c.Has(plans: "pro", invoices: "20 paid, 20 paid", messages: 100);
    }

    [Fact]
    public async Task A33_An_invoice_is_sent_and_the_plan_waits_for_its_payment()
    {
        var c = await till.Buyer(card: null);
        var attached = await c.Attach("pro", new { invoice_mode = new { enabled = true, net_terms_days = 30 } });
        Assert.Equal((attached.Word("invoice.hosted_invoice_url"), "open"), (attached.Word("payment_url"), attached.Word("invoice.status")));
        using var http = new HttpClient();
        Assert.Contains("to be paid by 1 May 2026", await http.GetStringAsync(attached.Word("payment_url")), StringComparison.Ordinal);
        await c.Has(plans: "", invoices: "20 open");
        (await till.Api.Post("invoices.pay", new { invoice_id = attached.Word("invoice.stripe_id") })).MustBe(200);
        await c.Has(plans: "pro", invoices: "20 paid");
    }

    [Fact]
    public async Task A33_A_draft_of_a_plan_that_comes_at_once()
    {
        var c = await till.Buyer(card: null);
        var attached = await c.Attach("pro", new { invoice_mode = new { enabled = true, enable_plan_immediately = true, finalize = false } });
        Assert.Equal(JsonValueKind.Null, attached["payment_url"]!.Value.ValueKind);
        await c.Has(plans: "pro", invoices: "20 draft");
    }

    [Fact]
    public async Task A45_Of_two_at_once_one_is_refused_and_a_key_is_good_for_one()
    {
        var c = await till.Buyer();
        var both = await Task.WhenAll(c.Post("billing.attach", new { plan_id = "pro" }), c.Post("billing.attach", new { plan_id = "pro" }));
        Assert.Equal([200, 409], both.Select(reply => reply.Status).Order());
        Assert.Equal("plan_already_attached", both.Single(reply => reply.Status == 409).Code);
        await c.Has(plans: "pro", invoices: "20 paid");

        var d = await till.Buyer();
        var body = new { customer_id = d.Id, plan_id = "pro" };
        (await till.Api.Post("billing.attach", body, ("Idempotency-Key", "once"))).MustBe(200);
        var again = await till.Api.Post("billing.attach", body, ("Idempotency-Key", "once"));
        Assert.Equal((409, "duplicate_idempotency_key"), (again.Status, again.Code));
        await d.Has(plans: "pro", invoices: "20 paid");
    }
}
