using Sluice.Server.Payments;
using Sluice.Server.Tests.Driving;

namespace Sluice.Server.Tests.Billing;

/// <summary>Tax rates that a call names.</summary>
public sealed class TaxTests : IAsyncLifetime
{
    private Till _till = null!;

    public async Task InitializeAsync()
    {
        _till = new Till { Billing = new BillingSettings { TaxRates = BillingSettings.Read(static name => name == "TAX_RATES" ? "vat=10, reduced=7,exempt=0" : null).TaxRates, TaxRate = 19m } };
        await _till.InitializeAsync();
    }

    public Task DisposeAsync() => _till.DisposeAsync();

    [Fact]
    public async Task A_rate_that_is_named_takes_the_place_of_the_one_for_all_and_stays()
    {
        var c = await _till.Customer();
        var preview = (await _till.Preview(c, "pro", new { tax_rate_id = "vat" })).MustBe(200);
        Assert.Equal((20m, 22m, 2m, 2m, "complete"), (preview.Number("subtotal"), preview.Number("total"), preview.Number("tax.total"), preview.Number("tax.amount_exclusive"), preview.Word("tax.status")));
        (await _till.Attach(c, "pro", new { tax_rate_id = "vat" })).MustBe(200);
        Assert.Equal(33, (await _till.Preview(c, "premium")).MustBe(200).Number("total"));
        (await _till.Attach(c, "premium")).MustBe(200);
        await _till.Renew(c);
        Assert.Equal("22 paid, 33 paid, 55 paid", await _till.Invoices(c));
        var d = await _till.Customer();
        (await _till.Attach(d, "pro")).MustBe(200);
        (await _till.Attach(d, "boost", new { tax_rate_id = "vat" })).MustBe(200);
        (await _till.Attach(d, "addon", new { tax_rate_id = "exempt" })).MustBe(200);
        Assert.Equal("23.8 paid, 11 paid, 20 paid", await _till.Invoices(d));
    }

    [Fact]
    public async Task What_is_given_back_has_its_tax_given_back()
    {
        var c = await _till.Customer();
        (await _till.Attach(c, "premium", new { tax_rate_id = "vat" })).MustBe(200);
        var switched = (await _till.Preview(c, "pro", new { plan_schedule = "immediate" })).MustBe(200);
        Assert.Equal((-30m, -3m, -33m), (switched.Number("subtotal"), switched.Number("tax.total"), switched.Number("total")));
        (await _till.Attach(c, "pro", new { plan_schedule = "immediate" })).MustBe(200);
        Assert.Equal("55 paid, -33 paid", await _till.Invoices(c));
    }

    [Fact]
    public async Task A_rate_that_nobody_named_is_refused_with_those_there_are()
    {
        var refused = await _till.Attach(await _till.Customer(), "pro", new { tax_rate_id = "mwst" });
        Assert.Equal((400, "invalid_inputs"), (refused.Status, refused.Code));
        Assert.Contains("use one of exempt, reduced, vat", refused.Message, StringComparison.Ordinal);
    }
}
