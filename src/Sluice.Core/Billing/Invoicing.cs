using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Lines become an invoice: discounts, rounding, tax, customer credit. The one place where an invoice is made.</summary>
internal static class Invoicing
{
    /// <param name="discounts">In the order they are taken off.</param>
    /// <param name="credit">In favour of the customer.</param>
    public static Invoice Make(
        InvoiceNo no, InvoiceReason reason, Instant at, Currency currency, IReadOnlyList<DraftLine> drafts, IEnumerable<Discount> discounts, decimal? taxRate, Money? credit)
    {
        var charges = drafts.Select(static draft => (draft.Plan, Amount: draft.Kind == LineKind.Unused ? 0m : draft.Amount)).ToImmutableArray();
        var taken = Discounting.Of(charges, discounts);
        var offs = Off(drafts, taken, currency);
        var lines = ImmutableArray.CreateBuilder<InvoiceLine>(drafts.Count);
        for (var at0 = 0; at0 < drafts.Count; at0++) lines.Add(Line(drafts[at0], offs[at0], currency));
        return Total(no, reason, at, currency, lines.MoveToImmutable(), taxRate, credit);
    }

    /// <summary>Of lines that are money already.</summary>
    public static Invoice Total(InvoiceNo no, InvoiceReason reason, Instant at, Currency currency, ImmutableArray<InvoiceLine> lines, decimal? taxRate, Money? credit)
    {
        var subtotal = Money.Sum(lines.Select(static line => line.Total), currency);
        var tax = taxRate is { } rate ? Money.Of(subtotal.Major * rate / 100m, currency) : Money.Zero(currency);
        return new Invoice(no, InvoiceStatus.Open, reason, at, lines, tax, taxRate, CreditOf(subtotal + tax, credit ?? Money.Zero(currency)));
    }

    /// <summary>What was charged for each running period stands on the invoice.</summary>
    public static ImmutableArray<PriceRun> Charged(ImmutableArray<PriceRun> runs, SubscriptionNo subscription, Invoice invoice) =>
    [
        .. runs.Select(run =>
        {
            var charged = Money.Zero(invoice.Currency);
            foreach (var line in invoice.Lines)
            {
                if (line.Kind is LineKind.Charge && line.Subscription == subscription && line.Item == run.Item && line.Period is { } period && period.End == run.Period.End)
                    charged += line.Total;
            }

            return charged.IsZero ? run : run with { Charged = charged, Invoice = invoice.No };
        }),
    ];

    // Below zero the whole becomes credit; above, credit pays as far as it goes.
    private static Money CreditOf(Money total, Money credit) => total.IsNegative ? total : Money.Min(total, credit);

    // An amount off the whole is split so that its parts make exactly that amount; percentages are rounded line by line.
    private static ImmutableArray<LineDiscount>[] Off(IReadOnlyList<DraftLine> drafts, ImmutableArray<ImmutableArray<(Discount Discount, decimal Off)>> taken, Currency currency)
    {
        var offs = drafts.Select(static _ => ImmutableArray.CreateBuilder<LineDiscount>(0)).ToArray();
        foreach (var discount in taken.SelectMany(static line => line).Select(static pair => pair.Discount).DistinctBy(static discount => discount.Id).ToList())
        {
            var exact = taken.Select(line => line.Where(pair => pair.Discount.Id == discount.Id).Sum(static pair => pair.Off)).ToArray();
            var parts = discount.Amount is null ? Array.ConvertAll(exact, off => Money.Of(off, currency)) : Money.Of(exact.Sum(), currency).Split(exact);
            for (var at = 0; at < parts.Length; at++)
            {
                if (!parts[at].IsZero) offs[at].Add(new LineDiscount(discount.Id, parts[at]));
            }
        }

        return Array.ConvertAll(offs, static off => off.ToImmutable());
    }

    // Rounding apart, discounts could take a cent too much.
    private static InvoiceLine Line(DraftLine draft, ImmutableArray<LineDiscount> discounts, Currency currency)
    {
        var subtotal = Money.Of(draft.Amount, currency);
        var left = subtotal;
        var kept = ImmutableArray.CreateBuilder<LineDiscount>(discounts.Length);
        foreach (var discount in discounts)
        {
            var off = Money.Min(discount.Off, left);
            left -= off;
            kept.Add(discount with { Off = off });
        }

        return new InvoiceLine(
            draft.Kind, draft.Name, draft.Description, subtotal, left, kept.DrainToImmutable(), draft.Plan, draft.Subscription, draft.Entity, draft.Item, draft.Feature, draft.Quantity, draft.Period);
    }
}
