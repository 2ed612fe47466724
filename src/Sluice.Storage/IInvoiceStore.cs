using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Invoices over all customers of a scope, settled ones with them.</summary>
public interface IInvoiceStore
{
    /// <summary>Newest first by (IssuedAt, Customer, No).</summary>
    ValueTask<IReadOnlyList<StoredInvoice>> ListInvoices(InvoiceQuery query);

    ValueTask<StoredInvoice?> FindInvoice(ScopeId scope, CustomerKey customer, InvoiceNo no);
}

/// <summary>An invoice as it stands.</summary>
/// <param name="Number">1, 2, 3 … within the scope, without gaps; null for a draft.</param>
/// <param name="SettledAt">When it was paid or void.</param>
/// <param name="Refunded">What was given back of it.</param>
public sealed record StoredInvoice(CustomerKey Customer, long? Number, Invoice Invoice, Instant? SettledAt, Money Refunded);

/// <summary>Filters are joined by "and"; a page goes on after <c>After</c>.</summary>
/// <param name="Statuses">Empty = all.</param>
/// <param name="Entity">With a line for this entity.</param>
public sealed record InvoiceQuery(
    ScopeId Scope, int Limit, InvoicePosition? After = null, CustomerKey? Customer = null, EntityNo? Entity = null, ImmutableArray<InvoiceStatus> Statuses = default);

public sealed record InvoicePosition(Instant IssuedAt, CustomerKey Customer, InvoiceNo No);
