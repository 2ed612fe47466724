using System.Text;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Invoices and payment tasks.</summary>
public abstract partial class SqlStore
{
    private const string InvoiceColumns =
        "i.customer, c.external_id as CustomerId, i.number, i.entity_id as EntityId, i.settled_at as SettledAt, i.by_hand as ByHand, i.refunded, i.body";

    public async ValueTask<IReadOnlyList<StoredInvoice>> ListInvoices(InvoiceQuery query)
    {
        var sql = new Filters($"select {InvoiceColumns} from invoice i join customer c on c.scope = i.scope and c.key = i.customer where i.scope = @scope", query.Scope);
        if (query.Customer is { } customer) sql.And($"i.customer = {sql.Value(customer.Value)}");
        if (query.EntityId is { } entity) sql.And($"i.entity_id = {sql.Value(entity)}");
        if (query.Origin is { } origin) sql.And($"i.external_id = {sql.Value(origin)}");
        if (!query.Statuses.IsDefaultOrEmpty) sql.And($"i.status in ({string.Join(", ", query.Statuses.Select(status => sql.Value(Words.Of(status))))})");
        if (query.After is var (at, key, no))
            sql.And($"(i.issued_at, i.customer, i.no) < ({sql.Value(at.Milliseconds)}, {sql.Value(key.Value)}, {sql.Value(no.Value)})");
        sql.Text("order by i.issued_at desc, i.customer desc, i.no desc");
        sql.Page(query.Limit, 0);
        await using var read = await Read();
        return [.. (await read.Query<InvoiceRow>(sql.ToString(), sql.Parameters)).Select(static row => row.ToInvoice())];
    }

    public async ValueTask<StoredInvoice?> FindInvoice(ScopeId scope, CustomerKey customer, InvoiceNo no)
    {
        await using var read = await Read();
        return (await read.One<InvoiceRow>(
            $"select {InvoiceColumns} from invoice i join customer c on c.scope = i.scope and c.key = i.customer where i.scope = @scope and i.customer = @customer and i.no = @no",
            new { scope = scope.Value, customer = customer.Value, no = no.Value }))?.ToInvoice();
    }

    public ValueTask<IReadOnlyList<PaymentTask>> LeasePaymentTasks(Instant now, Instant until, int limit) => InOne(async write =>
    {
        var tasks = await write.Query<TaskRow>(
            $"""
            update payment_task set due_at = @until
            where (scope, customer, kind, invoice, attempt) in (
                select scope, customer, kind, invoice, attempt from payment_task where due_at <= @now order by due_at limit @limit {Sql.SkipLocked})
            returning scope, customer, kind, invoice, attempt, amount, currency, tries
            """,
            new { now = now.Milliseconds, until = until.Milliseconds, limit });
        return (IReadOnlyList<PaymentTask>)[.. tasks.Select(static row => row.ToTask())];
    });

    public async ValueTask<IReadOnlyList<PaymentTask>> PaymentTasks(ScopeId scope, CustomerKey customer)
    {
        await using var read = await Read();
        var tasks = await read.Query<TaskRow>(
            "select scope, customer, kind, invoice, attempt, amount, currency, tries from payment_task where scope = @scope and customer = @customer order by invoice, attempt",
            new { scope = scope.Value, customer = customer.Value });
        return [.. tasks.Select(static row => row.ToTask())];
    }

    public ValueTask DropPaymentTask(PaymentTask task) => Write($"delete from payment_task where {OneTask}", Named(task));

    public ValueTask PutOffPaymentTask(PaymentTask task, Instant dueAt) =>
        Write($"update payment_task set due_at = {dueAt.Milliseconds}, tries = tries + 1 where {OneTask}", Named(task));

    public ValueTask<byte[]> ServerSecret(string name, Func<byte[]> make) => InOne(async write =>
    {
        await write.Execute("insert into server_secret (name, value) values (@name, @value) on conflict do nothing", new { name, value = make() });
        return (await write.Scalar<byte[]>("select value from server_secret where name = @name", new { name }))!;
    });

    private const string OneTask = "scope = @scope and customer = @customer and kind = @kind and invoice = @invoice and attempt = @attempt";

    private static object Named(PaymentTask task) =>
        new { scope = task.Scope.Value, customer = task.Customer.Value, kind = (int)task.Kind, invoice = task.Invoice.Value, attempt = task.Attempt };

    private sealed record InvoiceRow(long Customer, string? CustomerId, long? Number, string? EntityId, long? SettledAt, long ByHand, long Refunded, string Body)
    {
        public StoredInvoice ToInvoice()
        {
            var invoice = InvoiceFormat.Read(Encoding.UTF8.GetBytes(Body));
            return new StoredInvoice(
                new CustomerKey(Customer), CustomerId, invoice, Number, EntityId, SettledAt is { } at ? new Instant(at) : null, ByHand == 1, new Money(Refunded, invoice.Currency));
        }
    }

    private sealed record TaskRow(long Scope, long Customer, long Kind, long Invoice, long Attempt, long Amount, string Currency, long Tries)
    {
        public PaymentTask ToTask() => new(
            new ScopeId(checked((int)Scope)), new CustomerKey(Customer), (PaymentTaskKind)Kind, new InvoiceNo(checked((int)Invoice)), checked((int)Attempt), new Money(Amount, new Currency(Currency)), checked((int)Tries));
    }
}
