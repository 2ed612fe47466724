using Sluice.Core;

namespace Sluice.Server.Payments;

/// <summary>Invoices are sent by you and marked as paid by a call; there are no cards and nothing is collected.</summary>
internal sealed class ManualProvider : IPaymentProvider
{
    public string Name => "manual";

    public bool KeepsCards => false;

    public ValueTask<PaymentAnswer> Collect(Charge charge, CancellationToken stopping) => new(PaymentAnswer.NoPaymentMethod);

    public ValueTask<PaymentAnswer> Void(Charge charge, CancellationToken stopping) => new(PaymentAnswer.Voided);

    // You give the money back yourself; the invoice says how much.
    public ValueTask Refund(Charge charge, CancellationToken stopping) => ValueTask.CompletedTask;
}
