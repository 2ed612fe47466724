using Sluice.Core;

namespace Sluice.Server.Payments;

/// <summary>
/// Who keeps cards and collects finished invoices. Sluice owns the cycle and computes every invoice; a provider is told
/// what to collect and answers. Every call may be repeated with the same <see cref="Charge.Key"/> and must then do
/// nothing more, and answer the same. A failure is an exception: the call is repeated later.
/// </summary>
internal interface IPaymentProvider
{
    /// <summary>As settings name it.</summary>
    string Name { get; }

    /// <summary>False: there are no cards. Invoices are sent, and marked as paid when the money has come.</summary>
    bool KeepsCards { get; }

    /// <summary>Takes the amount from the customer's saved card.</summary>
    ValueTask<PaymentAnswer> Collect(Charge charge, CancellationToken stopping);

    /// <summary>Makes sure that the invoice cannot be paid any more: <see cref="PaymentAnswer.Voided"/>, or Paid when it was.</summary>
    ValueTask<PaymentAnswer> Void(Charge charge, CancellationToken stopping);

    /// <summary>Gives back a part of what was paid, or all of it.</summary>
    ValueTask Refund(Charge charge, CancellationToken stopping);
}

/// <summary>What a provider is asked about one invoice.</summary>
/// <param name="Key">The same for every repetition of the same question, and for no other.</param>
/// <param name="Customer">Our key of the customer.</param>
/// <param name="Method">The saved card; null = none.</param>
/// <param name="Amount">To be collected, or given back.</param>
/// <param name="IsRenewal">Nobody is sitting in front of it.</param>
internal sealed record Charge(string Key, CustomerKey Customer, string? CustomerId, PaymentMethod? Method, InvoiceNo Invoice, Money Amount, bool IsRenewal);
