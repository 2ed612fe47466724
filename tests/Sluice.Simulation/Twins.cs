using Sluice.Storage;

namespace Sluice.Simulation;

/// <summary>One customer who lives on alone, once day by day and once in a leap, with a card that pays. They must end as the same.</summary>
internal static class Twins
{
    public static void Check(Customer customer, Catalog catalog, Instant now, TimeSpan time)
    {
        if (!customer.Billing.Open.IsEmpty || customer.NextDue <= now) return;
        var daily = Live(customer, catalog, now, now.Plus(time), TimeSpan.FromDays(1));
        var leap = Live(customer, catalog, now, now.Plus(time), time);
        if (daily != leap) throw new Broken("day by day and in a leap end in the same", $"{customer.Profile.Id} over {time.TotalDays} days\ndaily: {daily}\nleap:  {leap}");
    }

    private static string Live(Customer customer, Catalog catalog, Instant from, Instant to, TimeSpan step)
    {
        var invoices = new List<string>();
        Do(new Command.ChangePaymentMethod(new PaymentMethod("pm_card_visa", "card")), from);
        for (var now = from; now < to;)
        {
            now = Instant.Min(now.Plus(step), to);
            for (var rounds = 0; ; rounds++)
            {
                if (rounds == 2_000) throw new Broken("a customer comes to rest", $"{customer.Profile.Id} at {now}");
                if (customer.NextDue <= now) Do(new Command.Tick(), now);
                else if (customer.Billing.Open.FirstOrDefault(static open => open.Asked is not null) is { Asked: { } asked } open)
                    Do(new Command.AnswerPayment(open.No, asked.Attempt, asked.What == PaymentAsk.Collect ? PaymentAnswer.Paid : PaymentAnswer.Voided), now);
                else break;
            }
        }

        var end = customer with { Version = 0, LastMoment = default };
        return $"{string.Join("; ", invoices)} {System.Text.Encoding.UTF8.GetString(JournalFormat.WriteState(end))}";

        void Do(Command command, Instant now)
        {
            if (Decider.Decide(customer, catalog, command, now) is not Decision.Accepted accepted) throw new Broken("what time brings is never refused", $"{command}");
            invoices.AddRange(accepted.Entries.SelectMany(static entry => entry.Events).OfType<CustomerEvent.InvoiceIssued>().Select(static issued => $"{issued.Invoice.IssuedAt} {issued.Invoice.Total}"));
            customer = accepted.Customer;
        }
    }
}
