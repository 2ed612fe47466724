using System.Collections.Frozen;
using Sluice.Core;

namespace Sluice.Server.Payments;

/// <summary>
/// The provider of every sandbox: nothing is ever charged. What a card does is written on it, so that the same question
/// gets the same answer for ever.
/// </summary>
internal sealed class TestProvider : IPaymentProvider
{
    public static readonly FrozenDictionary<string, TestCard> Cards = new TestCard[]
    {
        new("pm_card_visa", "4242424242424242", "visa", "Pays", PaymentAnswer.Paid, PaymentAnswer.Paid),
        new("pm_card_mastercard", "5555555555554444", "mastercard", "Pays", PaymentAnswer.Paid, PaymentAnswer.Paid),
        new("pm_card_chargeDeclined", "4000000000000002", "visa", "Is declined", PaymentAnswer.Declined, PaymentAnswer.Declined),
        new("pm_card_authenticationRequired", "4000002500003155", "visa", "Asks to be confirmed (3-D Secure)", PaymentAnswer.NeedsConfirmation, PaymentAnswer.NeedsConfirmation),
        new("pm_card_chargeCustomerFail", "4000000000000341", "visa", "Pays now, is declined at renewals", PaymentAnswer.Paid, PaymentAnswer.Declined),
        new("pm_card_slow", "4000000000000077", "visa", "Is under way until the payment is confirmed", PaymentAnswer.Processing, PaymentAnswer.Processing),
    }.ToFrozenDictionary(static card => card.Id);

    public string Name => "test";

    public bool KeepsCards => true;

    public static TestCard? ByNumber(string number) => Cards.Values.FirstOrDefault(card => card.Number == number.Replace(" ", "", StringComparison.Ordinal));

    public ValueTask<PaymentAnswer> Collect(Charge charge, CancellationToken stopping) => new(
        charge.Method is null || !Cards.TryGetValue(charge.Method.Id, out var card) ? PaymentAnswer.NoPaymentMethod
        : charge.IsRenewal ? card.AtRenewal
        : card.AtOnce);

    public ValueTask<PaymentAnswer> Void(Charge charge, CancellationToken stopping) => new(PaymentAnswer.Voided);

    public ValueTask Refund(Charge charge, CancellationToken stopping) => ValueTask.CompletedTask;
}

/// <summary>A card that is none.</summary>
/// <param name="Does">In words, for the page that offers it.</param>
internal sealed record TestCard(string Id, string Number, string Brand, string Does, PaymentAnswer AtOnce, PaymentAnswer AtRenewal)
{
    public PaymentMethod Method => new(Id, "card", Brand, Number[^4..], 12, 2034);
}
