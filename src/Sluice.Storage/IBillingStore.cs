using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Invoices, and what the payment provider is still to be asked.</summary>
public interface IBillingStore
{
    /// <summary>Newest first by (IssuedAt, Customer, No).</summary>
    ValueTask<IReadOnlyList<StoredInvoice>> ListInvoices(InvoiceQuery query);

    ValueTask<StoredInvoice?> FindInvoice(ScopeId scope, CustomerKey customer, InvoiceNo no);

    /// <summary>Tasks due at <paramref name="now"/>, oldest first; nobody else gets them until <paramref name="until"/>.</summary>
    ValueTask<IReadOnlyList<PaymentTask>> LeasePaymentTasks(Instant now, Instant until, int limit);

    /// <summary>The tasks of one customer, due or not.</summary>
    ValueTask<IReadOnlyList<PaymentTask>> PaymentTasks(ScopeId scope, CustomerKey customer);

    /// <summary>Answered, or asked no more.</summary>
    ValueTask DropPaymentTask(PaymentTask task);

    /// <summary>To be tried again.</summary>
    ValueTask PutOffPaymentTask(PaymentTask task, Instant dueAt);

    /// <summary>The bytes of that name; made by <paramref name="make"/> the first time.</summary>
    ValueTask<byte[]> ServerSecret(string name, Func<byte[]> make);
}

/// <param name="Number">1, 2, 3 … in the scope; null for a draft.</param>
/// <param name="EntityId">The entity it is for, where all its lines are of one.</param>
/// <param name="SettledAt">When it was paid or became void.</param>
/// <param name="ByHand">It was marked as paid outside.</param>
/// <param name="Refunded">Of what was paid, in the invoice's currency.</param>
public sealed record StoredInvoice(
    CustomerKey Customer, string? CustomerId, Invoice Invoice, long? Number, string? EntityId, Instant? SettledAt, bool ByHand, Money Refunded);

/// <summary>Filters are joined by "and"; a page goes on after <c>After</c>.</summary>
/// <param name="Statuses">Empty = all.</param>
/// <param name="Origin">Recorded under this <see cref="InvoiceOrigin.Key"/>.</param>
public sealed record InvoiceQuery(
    ScopeId Scope,
    int Limit,
    (Instant IssuedAt, CustomerKey Customer, InvoiceNo No)? After = null,
    CustomerKey? Customer = null,
    string? EntityId = null,
    ImmutableArray<InvoiceStatus> Statuses = default,
    string? Origin = null);

/// <summary>What the payment provider is to do. The numbers are stored: never change one.</summary>
public enum PaymentTaskKind
{
    Collect = 1,
    Void = 2,
    Refund = 3,
}

/// <param name="Attempt">Of the question; of a refund its own number.</param>
/// <param name="Amount">What is to be collected or given back.</param>
/// <param name="Tries">How often it was put off.</param>
public sealed record PaymentTask(ScopeId Scope, CustomerKey Customer, PaymentTaskKind Kind, InvoiceNo Invoice, int Attempt, Money Amount, int Tries = 0);
