using Sluice.Core;

namespace Sluice.Storage;

/// <summary>The rows of invoices and of what the payment provider is to be asked.</summary>
internal sealed class InvoiceWriter(IStatements statements) : IDisposable
{
    private readonly IStatement _put = statements.Prepare("""
        insert into invoice (scope, customer, no, status, entity_id, issued_at, settled_at, by_hand, external_id, body) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (scope, customer, no) do update
        set status = excluded.status, issued_at = excluded.issued_at, settled_at = excluded.settled_at, by_hand = excluded.by_hand, body = excluded.body
        """);

    // In the transaction of the commit: when that fails, the number was never given.
    private readonly IStatement _count = statements.Prepare("""
        insert into invoice_counter (scope, next) select scope, 1 from invoice where scope = ? and customer = ? and no = ? and number is null
        on conflict (scope) do update set next = invoice_counter.next + 1
        """);

    private readonly IStatement _number = statements.Prepare("""
        update invoice set number = (select next from invoice_counter where invoice_counter.scope = invoice.scope)
        where scope = ? and customer = ? and no = ? and number is null
        """);

    private readonly IStatement _refund = statements.Prepare("update invoice set refunded = refunded + ? where scope = ? and customer = ? and no = ?");

    private readonly IStatement _ask = statements.Prepare("""
        insert into payment_task (scope, customer, kind, invoice, attempt, amount, currency, due_at) values (?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (scope, customer, kind, invoice, attempt) do update set due_at = excluded.due_at, tries = 0
        """);

    /// <param name="at">The moment of the entry, by the customer's own clock.</param>
    /// <param name="due">When the provider is to be asked, by ours.</param>
    public void Write(ScopeId scope, CustomerKey customer, InvoiceChange change, Instant at, Instant due)
    {
        var invoice = change.Invoice;
        var isSettled = invoice.Status is InvoiceStatus.Paid or InvoiceStatus.Void;
        _put.Bind(scope.Value).Bind(customer.Value).Bind(invoice.No.Value).Bind(Words.Of(invoice.Status)).Bind(change.EntityId)
            .Bind(invoice.IssuedAt.Milliseconds).Bind(isSettled ? at.Milliseconds : null).Bind(change.ByHand ? 1 : 0).Bind(invoice.Origin?.Key).BindText(InvoiceFormat.Body(invoice))
            .Run();
        if (invoice.Origin is not null) return;
        if (invoice.Status != InvoiceStatus.Draft)
        {
            foreach (var statement in (IStatement[])[_count, _number]) statement.Bind(scope.Value).Bind(customer.Value).Bind(invoice.No.Value).Run();
        }

        if (invoice.Asked is { } asked)
            Ask(scope, customer, asked.What == PaymentAsk.Collect ? PaymentTaskKind.Collect : PaymentTaskKind.Void, invoice.No, asked.Attempt, invoice.Due, due);
    }

    public void Write(ScopeId scope, CustomerKey customer, RefundChange refund, Instant due)
    {
        _refund.Bind(refund.Amount.Minor).Bind(scope.Value).Bind(customer.Value).Bind(refund.Invoice.Value).Run();
        Ask(scope, customer, PaymentTaskKind.Refund, refund.Invoice, refund.No, refund.Amount, due);
    }

    public void Dispose()
    {
        _put.Dispose();
        _count.Dispose();
        _number.Dispose();
        _refund.Dispose();
        _ask.Dispose();
    }

    private void Ask(ScopeId scope, CustomerKey customer, PaymentTaskKind kind, InvoiceNo invoice, int attempt, Money amount, Instant due) => _ask
        .Bind(scope.Value).Bind(customer.Value).Bind((long)kind).Bind(invoice.Value).Bind(attempt).Bind(amount.Minor).Bind(amount.Currency.Code).Bind(due.Milliseconds)
        .Run();
}
