using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Billing;

/// <summary>The pages as a browser without scripts sees them: forms are sent as they stand.</summary>
public sealed partial class PageTests(Till till) : IClassFixture<Till>
{
    [GeneratedRegex("<option value=\"([^\"]+)\"")]
    private static partial Regex Options { get; }

    [Fact]
    public async Task Without_a_card_a_checkout_is_shown_and_completed()
    {
        var c = await till.Customer(card: null);
        var first = (await till.Attach(c, "pro", new { success_url = "https://shop.example/thanks" })).MustBe(200).Word("payment_url")!;
        Assert.Equal(first, (await till.Attach(c, "pro", new { success_url = "https://shop.example/thanks" })).MustBe(200).Word("payment_url"));
        Assert.True((await till.Preview(c, "pro")).Flag("redirect_to_checkout"));
        Assert.Equal(("", ""), (await till.Plans(c), await till.Invoices(c)));

        var page = await Get(first);
        Assert.Contains("Pro - Base Price", page.Text, StringComparison.Ordinal);
        Assert.Contains("Pay 20.00 USD", page.Text, StringComparison.Ordinal);
        Assert.Contains("pm_card_visa", Options.Matches(page.Text).Select(match => match.Groups[1].Value));
        var done = await Post(first, ("card", "pm_card_visa"));
        Assert.Equal((302, "https://shop.example/thanks"), (done.Status, done.Location));
        Assert.Equal(("pro active", "20 paid"), (await till.Plans(c), await till.Invoices(c)));
        Assert.Equal("4242", (await till.Api.Post("customers.get", new { customer_id = c, expand = new[] { "payment_method" } })).Word("payment_method.card.last4"));
        Assert.Contains("completed", (await Get(first)).Text, StringComparison.Ordinal);
        Assert.Contains("completed", (await Post(first, ("card", "pm_card_visa"))).Text, StringComparison.Ordinal);
        Assert.Equal("20 paid", await till.Invoices(c));
    }

    [Fact]
    public async Task A_promo_code_is_typed_in_and_changes_what_is_paid()
    {
        (await till.Api.Post("rewards.create", """{"coupon": {"id": "page", "name": "Page", "type": "percentage_discount", "value": 50, "duration": {"type": "one_off", "length": null}, "plan_ids": null, "promo_codes": [{"code": "HALF", "global_max_redemption": 1}]}}""")).MustBe(200);
        var (c, late) = (await till.Customer(card: null), await till.Customer(card: null));
        var (checkout, other) = ((await till.Attach(c, "pro")).Word("payment_url")!, (await till.Attach(late, "pro")).Word("payment_url")!);
        Assert.Contains("There is no promo code NONE", (await Post(checkout, ("code", "NONE"))).Text, StringComparison.Ordinal);
        Assert.Contains("Pay 10.00 USD", (await Post(checkout, ("code", " HALF "))).Text, StringComparison.Ordinal);
        Assert.Contains("With the promo code HALF", (await Get(checkout)).Text, StringComparison.Ordinal);
        Assert.Contains("Pay 20.00 USD", (await Post(checkout, ("no_code", "yes"))).Text, StringComparison.Ordinal);
        await Post(checkout, ("code", "HALF"));
        await Post(other, ("code", "HALF"));
        await Post(checkout, ("card", "pm_card_visa"));
        Assert.Equal(("pro active", "10 paid"), (await till.Plans(c), await till.Invoices(c)));

        // Used up meanwhile: without it the page can still be paid.
        Assert.Contains("used as often", (await Post(other, ("card", "pm_card_visa"))).Text, StringComparison.Ordinal);
        await Post(other, ("no_code", "yes"));
        await Post(other, ("card", "pm_card_visa"));
        Assert.Equal("20 paid", await till.Invoices(late));
    }

    [Fact]
    public async Task A_card_that_is_declined_can_be_followed_by_one_that_pays()
    {
        var c = await till.Customer(card: null);
        var checkout = (await till.Attach(c, "pro")).Word("payment_url")!;
        var declined = await Post(checkout, ("card", "pm_card_chargeDeclined"));
        Assert.Equal(302, declined.Status);
        Assert.Equal(("", "20 open"), (await till.Plans(c), await till.Invoices(c)));
        Assert.Contains("declined", (await Get(declined.Location!)).Text, StringComparison.Ordinal);
        Assert.Contains("Paid on", (await Post(declined.Location!, ("card", "pm_card_visa"))).Text, StringComparison.Ordinal);
        Assert.Equal(("pro active", "20 paid"), (await till.Plans(c), await till.Invoices(c)));
    }

    [Fact]
    public async Task The_page_of_an_invoice_that_a_card_did_not_pay_leads_back_too()
    {
        var c = await till.Customer("pm_card_chargeDeclined");
        var invoice = (await till.Attach(c, "pro", new { success_url = "https://shop.example/thanks" })).MustBe(200).Word("payment_url")!;
        Assert.Contains("The card was declined", (await Get(invoice)).Text, StringComparison.Ordinal);
        var done = await Post(invoice, ("card", "pm_card_visa"));
        Assert.Equal((302, "https://shop.example/thanks"), (done.Status, done.Location));
    }

    [Fact]
    public async Task The_portal_shows_and_ends_the_plan_of_an_entity()
    {
        var c = await till.Customer();
        (await till.Api.Post("entities.create", new { customer_id = c, feature_id = "users", entity_id = "e1", name = "Design" })).MustBe(200);
        (await till.Attach(c, "pro", new { entity_id = "e1" })).MustBe(200);
        var portal = (await till.Api.Post("billing.open_customer_portal", new { customer_id = c })).MustBe(200).Word("url")!;
        var page = (await Get(portal)).Text;
        Assert.Contains("Pro for Design", page, StringComparison.Ordinal);
        Assert.Contains("20.00 USD every month", page, StringComparison.Ordinal);
        Assert.Contains("Ends ", (await Post(portal, ("cancel", PlanNumber.Match(page).Groups[1].Value))).Text, StringComparison.Ordinal);
    }

    [GeneratedRegex("name=\"cancel\"[^>]*value=\"(\\d+)\"")]
    private static partial Regex PlanNumber { get; }

    [Fact]
    public async Task A_card_that_asks_waits_for_the_answer()
    {
        var c = await till.Customer("pm_card_authenticationRequired");
        var attached = (await till.Attach(c, "pro")).MustBe(200);
        Assert.Equal(("3ds_required", "open", ""), (attached.Word("required_action.code"), attached.Word("invoice.status"), await till.Plans(c)));
        var invoice = attached.Word("payment_url")!;
        Assert.Contains("bank asks", (await Get(invoice)).Text, StringComparison.Ordinal);
        Assert.Contains("not confirmed", (await Post(invoice, ("confirm", "no"))).Text, StringComparison.Ordinal);
        Assert.Equal("20 open", await till.Invoices(c));
        Assert.Contains("Paid on", (await Post(invoice, ("confirm", "yes"))).Text, StringComparison.Ordinal);
        Assert.Equal(("pro active", "20 paid"), (await till.Plans(c), await till.Invoices(c)));
    }

    [Fact]
    public async Task What_is_not_paid_in_time_is_void()
    {
        var c = await till.Customer("pm_card_chargeDeclined");
        Assert.Equal("payment_failed", (await till.Attach(c, "pro")).Word("required_action.code"));
        await till.Advance(c, Till.T0.AddMinutes(11));
        Assert.Equal("20 void", await till.Invoices(c));
    }

    [Fact]
    public async Task A_card_is_saved_and_a_plan_comes_with_it()
    {
        var c = await till.Customer(card: null);
        var saved = (await till.Api.Post("billing.setup_payment", new { customer_id = c })).MustBe(200).Word("url")!;
        Assert.Contains("Save the card", (await Get(saved)).Text, StringComparison.Ordinal);
        await Post(saved, ("card", "pm_card_mastercard"));
        (await till.Attach(c, "pro")).MustBe(200);
        Assert.Equal("20 paid", await till.Invoices(c));
        var d = await till.Customer(card: null);
        var wanted = (await till.Api.Post("billing.setup_payment", new { customer_id = d, plan_id = "premium" })).MustBe(200).Word("url")!;
        await Post(wanted, ("card", "pm_card_visa"));
        Assert.Equal(("premium active", "50 paid"), (await till.Plans(d), await till.Invoices(d)));
        Assert.Equal((404, "product_not_found"), Said(await till.Api.Post("billing.setup_payment", new { customer_id = d, plan_id = "nothing" })));
    }

    [Fact]
    public async Task The_portal_shows_cancels_and_keeps()
    {
        var c = await till.Customer();
        (await till.Attach(c, "pro")).MustBe(200);
        var portal = (await till.Api.Post("billing.open_customer_portal", new { customer_id = c, return_url = "https://shop.example/account" })).MustBe(200).Word("url")!;
        var page = await Get(portal);
        Assert.Contains("Renews 1 May 2026", page.Text, StringComparison.Ordinal);
        Assert.Contains("ending in 4242", page.Text, StringComparison.Ordinal);
        Assert.Contains("https://shop.example/account", WebUtility.HtmlDecode(page.Text), StringComparison.Ordinal);
        var no = Regex.Match(page.Text, "name=\"cancel\" value=\"(\\d+)\"").Groups[1].Value;
        Assert.Contains("Ends 1 May 2026", (await Post(portal, ("cancel", no))).Text, StringComparison.Ordinal);
        Assert.Contains("Renews 1 May 2026", (await Post(portal, ("keep", no))).Text, StringComparison.Ordinal);
        Assert.Contains("ending in 4444", (await Post(portal, ("save", "card"), ("card", "pm_card_mastercard"))).Text, StringComparison.Ordinal);
        Assert.Equal("pro active", await till.Plans(c));
    }

    [Theory]
    [InlineData("/pay/checkout/abc")]
    [InlineData("/pay/invoice/abc.def")]
    [InlineData("/pay/portal/!!.!!")]
    public async Task A_link_that_is_made_up_leads_nowhere(string path) => Assert.Equal(404, (await Get(till.Api.Url.TrimEnd('/') + path)).Status);

    [Fact]
    public async Task A_link_is_good_for_what_it_was_made_for_only()
    {
        var c = await till.Customer();
        var invoice = (await till.Attach(c, "pro")).Word("invoice.hosted_invoice_url")!;
        Assert.Equal(200, (await Get(invoice)).Status);
        Assert.Equal(404, (await Get(invoice.Replace("/pay/invoice/", "/pay/portal/", StringComparison.Ordinal))).Status);
        var token = invoice[(invoice.LastIndexOf('/') + 1)..];
        var forged = (token[0] == 'a' ? 'b' : 'a') + token[1..];
        Assert.Equal(404, (await Get(invoice.Replace(token, forged, StringComparison.Ordinal))).Status);
    }

    [Fact]
    public async Task A_form_of_another_site_pays_nothing()
    {
        var c = await till.Customer(card: null);
        var checkout = (await till.Attach(c, "pro")).Word("payment_url")!;
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, checkout) { Content = new FormUrlEncodedContent([new("card", "pm_card_visa")]) };
        request.Headers.Add("Origin", "https://evil.example");
        await http.SendAsync(request);
        Assert.Equal("", await till.Invoices(c));
    }

    private static (int, string?) Said(Reply reply) => (reply.Status, reply.Code);

    private static Task<Seen> Get(string url) => Send(new HttpRequestMessage(HttpMethod.Get, url));

    private static Task<Seen> Post(string url, params (string Name, string Value)[] form) =>
        Send(new HttpRequestMessage(HttpMethod.Post, url) { Content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))) });

    private static async Task<Seen> Send(HttpRequestMessage request)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var response = await http.SendAsync(request);
        return new Seen((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Location?.ToString());
    }

    private sealed record Seen(int Status, string Text, string? Location);
}
