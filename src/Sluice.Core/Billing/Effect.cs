using System.Collections.Immutable;
using System.Globalization;

namespace Sluice.Core;

/// <summary>
/// What the payment provider is to do. It follows from what is stored, so it can be found again after a crash; done twice
/// under the same id, it counts once.
/// </summary>
/// <param name="Id">The same for the same effect, always: the provider's idempotency key.</param>
public abstract record Effect(string Id)
{
    /// <summary>Take what is due from the saved card. Answered with <see cref="Command.AnswerPayment"/>.</summary>
    public sealed record Collect(string Id, InvoiceNo Invoice, int Attempt, Money Due, PaymentMethod Method) : Effect(Id);

    /// <summary>Take an invoice back, unless it was paid. Answered with <see cref="Command.AnswerPayment"/>.</summary>
    public sealed record Void(string Id, InvoiceNo Invoice, int Attempt) : Effect(Id);

    /// <summary>Give back what was paid for an invoice. Not answered.</summary>
    public sealed record Refund(string Id, InvoiceNo Invoice, Money Amount) : Effect(Id);

    /// <summary>Those that are not answered yet, oldest first.</summary>
    public static ImmutableArray<Effect> Pending(Customer customer)
    {
        var pending = ImmutableArray.CreateBuilder<Effect>();
        foreach (var invoice in customer.Billing.Open)
        {
            if (invoice.Asked is not { } asked) continue;
            var id = Name(customer.Key, invoice.No, asked.Attempt);
            if (asked.What == PaymentAsk.Void) pending.Add(new Void(id, invoice.No, asked.Attempt));
            else if (customer.Billing.Method is { } method) pending.Add(new Collect(id, invoice.No, asked.Attempt, invoice.Due, method));
        }

        return pending.DrainToImmutable();
    }

    /// <summary>Refunds among what a command led to.</summary>
    public static ImmutableArray<Effect> Refunds(CustomerKey customer, ImmutableArray<CustomerEvent> events) =>
        [.. events.OfType<CustomerEvent.RefundAsked>().Select(asked => new Refund(Name(customer, asked.Invoice, asked.No), asked.Invoice, asked.Amount))];

    private static string Name(CustomerKey customer, InvoiceNo invoice, int step) => string.Create(CultureInfo.InvariantCulture, $"{customer}/in_{invoice.Value}/{step}");
}
