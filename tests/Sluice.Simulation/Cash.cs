using Sluice.Storage;

namespace Sluice.Simulation;

/// <summary>What the provider really took and gave back, against what the invoices say.</summary>
internal static class Cash
{
    /// <summary>At every moment: nobody pays an invoice twice, or more than it asks for.</summary>
    public static void Check(Bank bank)
    {
        foreach (var invoice in bank.Collected.GroupBy(static one => (one.Customer, one.Invoice)))
        {
            if (invoice.Count() > 1) throw new Broken("nothing is collected twice", $"{Name(invoice.Key)}: {string.Join(" and ", invoice.Select(static one => one.Amount))}");
        }
    }

    /// <summary>When every question is answered: paid means collected, and nothing else does.</summary>
    public static async Task CheckSettled(Bank bank, IBillingStore billing, ScopeId scope)
    {
        var collected = bank.Collected.GroupBy(static one => (one.Customer, one.Invoice)).ToDictionary(static group => group.Key, static group => group.Sum(static one => one.Amount.Minor));
        var refunded = bank.Refunded.GroupBy(static one => (one.Customer, one.Invoice)).ToDictionary(static group => group.Key, static group => group.Sum(static one => one.Amount.Minor));
        foreach (var stored in await billing.ListInvoices(new InvoiceQuery(scope, 100_000)))
        {
            var key = (stored.Customer, stored.Invoice.No);
            var (came, went) = (collected.GetValueOrDefault(key), refunded.GetValueOrDefault(key));
            var expected = stored is { Invoice.Status: InvoiceStatus.Paid, ByHand: false } && stored.Invoice.Due.IsPositive ? stored.Invoice.Due.Minor : 0;
            if (came != expected) throw new Broken("what is paid is what was collected", $"{Name(key)} is {stored.Invoice.Status}{(stored.ByHand ? " by hand" : "")} of {stored.Invoice.Due}, collected {came}");
            if (went != stored.Refunded.Minor) throw new Broken("what is given back is what the invoice says", $"{Name(key)}: {went} of {stored.Refunded}");
            if (went > came && !stored.ByHand) throw new Broken("no more is given back than was collected", $"{Name(key)}: {went} of {came}");
        }
    }

    private static string Name((CustomerKey Customer, InvoiceNo No) invoice) => $"invoice {invoice.No.Value} of customer {invoice.Customer.Value}";
}
