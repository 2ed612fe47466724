using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class SqliteInvoicing() : Invoicing(new SqliteHost());

public sealed class PostgresInvoicing() : Invoicing(new PostgresHost());

/// <summary>Invoices as rows: numbered in the commit that issues them, listed when they are settled too.</summary>
public abstract class Invoicing(StoreHost host) : StoreSuite(host)
{
    private IBillingStore Invoices => (IBillingStore)Store;

    [Fact]
    public async Task Numbers_are_given_in_the_order_of_commits_without_gaps()
    {
        var (a, b) = (Joined(1), Joined(2));
        Committed(a.Do(Now, Issued(10)));
        Committed(b.Do(Now, Issued(10)), a.Do(Now, Issued(11)));
        Assert.Equal(["1/10 = 1", "1/11 = 3", "2/10 = 2"], (await Listed()).Order());
    }

    [Fact]
    public async Task A_unit_that_loses_uses_up_no_number()
    {
        var a = Joined(1);
        var other = a.Twin();
        Committed(a.Do(Now, Issued(10)));
        Assert.Equal([FateKind.Moved], Commit(TestUnit.Of(other.Do(Now, Issued(10)))));
        Committed(a.Do(Now, Issued(11)));
        Assert.Equal(["1/10 = 1", "1/11 = 2"], (await Listed()).Order());
    }

    [Fact]
    public async Task A_draft_gets_its_number_when_it_is_final_and_keeps_it()
    {
        var a = Joined(1);
        Committed(a.Do(Now, Issued(10, InvoiceStatus.Draft)));
        Committed(a.Do(Now, Issued(11)));
        Assert.Equal(["1/10 = -", "1/11 = 1"], (await Listed()).Order());
        Committed(a.Do(Now, new CustomerEvent.InvoiceMoved(Bill(10, InvoiceStatus.Open))));
        Committed(a.Do(Now, new CustomerEvent.InvoiceMoved(Bill(10, InvoiceStatus.Open) with { Attempts = 1 })));
        Assert.Equal(["1/10 = 2", "1/11 = 1"], (await Listed()).Order());
        Assert.Equal(1, (await Invoices.FindInvoice(Scope, a.Key, new InvoiceNo(10)))!.Invoice.Attempts);
    }

    [Fact]
    public async Task What_becomes_of_an_invoice_is_seen_in_its_row()
    {
        var a = Joined(1);
        Committed(a.Do(Now, Issued(10), Issued(11), Issued(12, InvoiceStatus.Paid)));
        Committed(a.Do(Hour(1), new CustomerEvent.InvoicePaid(new InvoiceNo(10)), new CustomerEvent.InvoiceVoided(new InvoiceNo(11)), new CustomerEvent.RefundAsked(new InvoiceNo(12), 20, new Money(700, Currency.Usd))));
        var rows = (await Invoices.ListInvoices(new InvoiceQuery(Scope, 10))).ToDictionary(static row => row.Invoice.No.Value);
        Assert.Equal((InvoiceStatus.Paid, Hour(1)), (rows[10].Invoice.Status, rows[10].SettledAt!.Value));
        Assert.Equal((InvoiceStatus.Void, Hour(1)), (rows[11].Invoice.Status, rows[11].SettledAt!.Value));
        Assert.Equal((InvoiceStatus.Paid, Now, 700L), (rows[12].Invoice.Status, rows[12].SettledAt!.Value, rows[12].Refunded.Minor));
        Assert.Equal(new Money(2000, Currency.Usd), rows[10].Invoice.Total);
    }

    [Fact]
    public async Task They_come_newest_first_filtered_and_in_pages_that_join()
    {
        var (a, b) = (Joined(1), Joined(2));
        for (var no = 10; no < 15; no++) Committed(a.Do(Now, Issued(no, at: Hour(no))));
        Committed(b.Do(Now, new CustomerEvent.InvoiceIssued(Bill(10, InvoiceStatus.Paid, Hour(12)))));
        Assert.Equal([14, 13, 10, 12, 11, 10], await Nos(new InvoiceQuery(Scope, 10)));
        Assert.Equal([10], await Nos(new InvoiceQuery(Scope, 10, Statuses: [InvoiceStatus.Paid])));
        Assert.Equal([10], await Nos(new InvoiceQuery(Scope, 10, Customer: b.Key)));
        Assert.Equal([11, 10], await Nos(new InvoiceQuery(Scope, 10, After: (Hour(12), a.Key, new InvoiceNo(12)))));
        await Restart();
        Assert.Equal([14, 13], await Nos(new InvoiceQuery(Scope, 2, Customer: a.Key)));
    }

    [Fact]
    public async Task They_outlive_their_customer()
    {
        var a = Joined(1);
        Committed(a.Do(Now, Issued(10, InvoiceStatus.Paid)));
        Committed(a.Do(Now, new CustomerEvent.Deleted()));
        Assert.Equal(["1/10 = 1"], await Listed());
    }

    private static readonly InvoiceLine Line = new(
        LineKind.Charge, "Pro", "Pro - Base Price", new Money(2000, Currency.Usd), new Money(2000, Currency.Usd), [], new PlanId("pro"), null, null, null, null, Quantity.One, null);

    private static CustomerEvent Issued(int no, InvoiceStatus status = InvoiceStatus.Open, Instant? at = null) => new CustomerEvent.InvoiceIssued(Bill(no, status, at));

    private static Invoice Bill(int no, InvoiceStatus status, Instant? at = null) =>
        new(new InvoiceNo(no), status, InvoiceReason.Start, at ?? Now, [Line], Money.Zero(Currency.Usd), null, Money.Zero(Currency.Usd));

    private static Instant Hour(int hours) => Now.Plus(TimeSpan.FromHours(hours));

    private async Task<IEnumerable<string>> Listed() =>
        (await Invoices.ListInvoices(new InvoiceQuery(Scope, 100))).Select(static row => $"{row.Customer.Value}/{row.Invoice.No.Value} = {(row.Number is { } number ? number : "-")}");

    private async Task<IEnumerable<int>> Nos(InvoiceQuery query) => (await Invoices.ListInvoices(query)).Select(static row => row.Invoice.No.Value);
}
