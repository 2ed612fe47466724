using SQLitePCL;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>The rows that invoices are listed from, and their numbers.</summary>
internal sealed class InvoiceWriter(sqlite3 database) : IDisposable
{
    private readonly Statement _put = new(database, """
        insert into invoice (scope, customer, no, status, total, currency, issued_at, settled_at, plans, entities, body) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (scope, customer, no) do update set status = excluded.status, body = excluded.body
        """);

    private readonly Statement _settle = new(database, "update invoice set status = ?, settled_at = ? where scope = ? and customer = ? and no = ?");

    private readonly Statement _refund = new(database, "update invoice set refunded = refunded + ? where scope = ? and customer = ? and no = ?");

    private readonly Statement _count = new(database, "insert into invoice_counter (scope, next) values (?, 2) on conflict (scope) do update set next = next + 1 returning next - 1");

    private readonly Statement _isNumbered = new(database, "select number from invoice where scope = ? and customer = ? and no = ? and number is not null");

    private readonly Statement _number = new(database, "update invoice set number = ? where scope = ? and customer = ? and no = ?");

    /// <param name="at">The moment of the entry.</param>
    public void Write(ScopeId scope, CustomerKey customer, InvoiceChange change, Instant at)
    {
        if (change is { Row: { } row, Body: { } body })
            Put(scope, customer, row, body, at);
        else if (change.Status is { } status)
            Key(_settle.Bind(Words.Of(status)).Bind(at.Milliseconds), scope, customer, change.No).Run();
        if (change.Refunded is { } refunded) Key(_refund.Bind(refunded.Minor), scope, customer, change.No).Run();
    }

    public void Dispose()
    {
        _put.Dispose();
        _settle.Dispose();
        _refund.Dispose();
        _count.Dispose();
        _isNumbered.Dispose();
        _number.Dispose();
    }

    private void Put(ScopeId scope, CustomerKey customer, Invoice invoice, byte[] body, Instant at)
    {
        var plans = string.Concat(invoice.Lines.Select(static line => line.Plan?.Value).OfType<string>().Distinct().Select(static plan => $"{plan},"));
        var entities = string.Concat(invoice.Lines.Select(static line => line.Entity?.Value).OfType<int>().Distinct().Select(static entity => $",{entity},"));
        Key(_put, scope, customer, invoice.No)
            .Bind(Words.Of(invoice.Status)).Bind(invoice.Total.Minor).Bind(invoice.Currency.Code).Bind(invoice.IssuedAt.Milliseconds)
            .Bind(invoice.Status == InvoiceStatus.Paid ? at.Milliseconds : (long?)null).Bind(plans).Bind(entities).BindText(body)
            .Run();

        // A draft has no number yet; one that has a number keeps it.
        if (invoice.Status == InvoiceStatus.Draft || Key(_isNumbered, scope, customer, invoice.No).RunForNumber() is not null) return;
        var number = _count.Bind(scope.Value).RunForNumber() ?? throw new InvariantViolation("no invoice number");
        Key(_number.Bind(number), scope, customer, invoice.No).Run();
    }

    private static Statement Key(Statement statement, ScopeId scope, CustomerKey customer, InvoiceNo no) => statement.Bind(scope.Value).Bind(customer.Value).Bind(no.Value);
}
