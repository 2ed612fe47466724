using Dapper;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Invoices, listed and found.</summary>
public sealed partial class SqliteStore : IInvoiceStore
{
    private const string InvoiceColumns = "i.customer, i.number, i.status, i.settled_at as SettledAt, i.refunded, i.body";

    public ValueTask<IReadOnlyList<StoredInvoice>> ListInvoices(InvoiceQuery query)
    {
        var sql = new Filters($"select {InvoiceColumns} from invoice i where i.scope = @scope", query.Scope);
        if (query.Customer is { } customer) sql.And($"i.customer = {sql.Value(customer.Value)}");
        if (query.Entity is { } entity) sql.And($"instr(i.entities, {sql.Value($",{entity.Value},")}) > 0");
        if (!query.Statuses.IsDefaultOrEmpty) sql.And($"i.status in ({string.Join(", ", query.Statuses.Select(status => sql.Value(Words.Of(status))))})");
        if (query.After is { } after)
            sql.And($"(i.issued_at, i.customer, i.no) < ({sql.Value(after.IssuedAt.Milliseconds)}, {sql.Value(after.Customer.Value)}, {sql.Value(after.No.Value)})");
        sql.Text("order by i.issued_at desc, i.customer desc, i.no desc");
        sql.Page(query.Limit, 0);
        using var connection = Read();
        IReadOnlyList<StoredInvoice> rows = [.. connection.Query<InvoiceRow>(sql.ToString(), sql.Parameters).Select(static row => row.ToStored())];
        return ValueTask.FromResult(rows);
    }

    public ValueTask<StoredInvoice?> FindInvoice(ScopeId scope, CustomerKey customer, InvoiceNo no)
    {
        using var connection = Read();
        var row = connection.QuerySingleOrDefault<InvoiceRow>(
            $"select {InvoiceColumns} from invoice i where i.scope = @scope and i.customer = @customer and i.no = @no", new { scope = scope.Value, customer = customer.Value, no = no.Value });
        return ValueTask.FromResult(row?.ToStored());
    }

    private sealed record InvoiceRow(long Customer, long? Number, string Status, long? SettledAt, long Refunded, string Body)
    {
        public StoredInvoice ToStored()
        {
            var invoice = InvoiceFormat.Of(Body) with { Status = Words.ToInvoiceStatus(Status) };
            return new StoredInvoice(new CustomerKey(Customer), Number, invoice, SettledAt is { } at ? new Instant(at) : null, new Money(Refunded, invoice.Currency));
        }
    }
}
