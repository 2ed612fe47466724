using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>What an entry does to one invoice's row; members that are null leave theirs as it is.</summary>
/// <param name="Row">As it was issued or moved.</param>
/// <param name="Body">The same, as stored.</param>
public sealed record InvoiceChange(InvoiceNo No, Invoice? Row, byte[]? Body, InvoiceStatus? Status, Money? Refunded)
{
    internal static ImmutableArray<InvoiceChange> Of(ImmutableArray<CustomerEvent> events)
    {
        ImmutableArray<InvoiceChange>.Builder? changes = null;
        foreach (var happened in events)
        {
            if (Of(happened) is { } change) (changes ??= ImmutableArray.CreateBuilder<InvoiceChange>(1)).Add(change);
        }

        return changes?.DrainToImmutable() ?? [];
    }

    private static InvoiceChange? Of(CustomerEvent happened) => happened switch
    {
        CustomerEvent.InvoiceIssued e => Put(e.Invoice),
        CustomerEvent.InvoiceMoved e => Put(e.Invoice),
        CustomerEvent.InvoicePaid e => new InvoiceChange(e.Invoice, null, null, InvoiceStatus.Paid, null),
        CustomerEvent.InvoiceVoided e => new InvoiceChange(e.Invoice, null, null, InvoiceStatus.Void, null),
        CustomerEvent.RefundAsked e => new InvoiceChange(e.Invoice, null, null, null, e.Amount),
        _ => null,
    };

    private static InvoiceChange Put(Invoice invoice) => new(invoice.No, invoice, InvoiceFormat.Bytes(invoice), invoice.Status, null);
}
