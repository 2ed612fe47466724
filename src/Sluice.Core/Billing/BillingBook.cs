using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What of a customer is about money and belongs to no single plan.</summary>
/// <param name="Currency">That of the first plan that costs something: all invoices are in it. Null = not settled yet.</param>
/// <param name="Credit">In favour of the customer: later invoices use it up.</param>
/// <param name="Method">What is charged; null = nothing is saved.</param>
/// <param name="Open">Invoices that are not settled, oldest first. Settled ones leave the state.</param>
/// <param name="Discounts">That hold for invoices to come.</param>
/// <param name="Trials">Plans that were tried: each once.</param>
public sealed record BillingBook(
    Currency? Currency, Money? Credit, PaymentMethod? Method, ImmutableArray<Invoice> Open, ImmutableArray<StandingDiscount> Discounts, ImmutableArray<UsedTrial> Trials, OpenCheckout? Checkout)
{
    public static readonly BillingBook Empty = new(null, null, null, [], [], [], null);

    /// <summary>Changes of held plans that wait for an invoice.</summary>
    public ImmutableArray<PlanChange> Changes { get; init; } = [];

    /// <summary>What was bought by itself lately.</summary>
    public ImmutableArray<TopUpTally> TopUps { get; init; } = [];

    public ImmutableArray<Redeemed> Redeemed { get; init; } = [];

    /// <summary>By whom the customer was brought, once for each program.</summary>
    public ImmutableArray<Referral> Referrals { get; init; } = [];

    /// <summary>What may still be given back of the invoices that running periods were charged on.</summary>
    public ImmutableArray<PaidInvoice> Paid { get; init; } = [];

    /// <summary>An invoice above zero was paid.</summary>
    public bool HasPaid { get; init; }

    /// <summary>What the next invoice is in.</summary>
    public Currency CurrencyIn(Catalog catalog) => Currency ?? catalog.Policy.Currency;

    public Invoice? Find(InvoiceNo no) => Open.FirstOrDefault(invoice => invoice.No == no);

    /// <summary>
    /// Set while the payment of a period is not answered: until then no plan begins, ends, is billed or filled up after that
    /// moment, so that everything comes in the order of its moments however late anyone looks.
    /// </summary>
    internal Instant? StopsAt
    {
        get
        {
            foreach (var invoice in Open)
            {
                if (invoice is { Reason: InvoiceReason.Renewal, Asked.What: PaymentAsk.Collect, Problem: null or PaymentProblem.Processing }) return invoice.IssuedAt;
            }

            return null;
        }
    }

    internal bool StandsStill => StopsAt is not null;

    internal Instant? NextDue
    {
        get
        {
            // While an answer is waited for, only the waiting itself has an end: what comes later must not overtake it.
            var (next, standsStill) = (Checkout?.ExpiresAt, StandsStill);
            foreach (var invoice in Open)
            {
                if (!standsStill || invoice.Asked is not null) next = Holdings.Earlier(next, invoice.NextDue);
            }

            return next;
        }
    }

    internal BillingBook Put(Invoice invoice)
    {
        for (var at = 0; at < Open.Length; at++)
        {
            if (Open[at].No == invoice.No) return this with { Open = Open.SetItem(at, invoice) };
        }

        return this with { Open = Open.Add(invoice) };
    }

    internal Money Refundable(InvoiceNo no, Currency currency) => Paid.FirstOrDefault(paid => paid.No == no)?.Left ?? Money.Zero(currency);

    internal BillingBook Without(InvoiceNo no) => this with { Open = Open.RemoveAll(invoice => invoice.No == no), Changes = Changes.RemoveAll(change => change.Invoice == no) };
}

/// <summary>A card or the like, saved at the payment provider. Everything but the id is only shown.</summary>
public sealed record PaymentMethod(string Id, string Type, string? Brand = null, string? Last4 = null, int? ExpiryMonth = null, int? ExpiryYear = null);

/// <param name="Left">Of what was collected, without what was given back.</param>
public sealed record PaidInvoice(InvoiceNo No, Money Left);

public readonly record struct UsedTrial(PlanId Plan, EntityNo? Entity);

/// <summary>A discount on invoices to come.</summary>
/// <param name="Cycle">Of one billing cycle; null = of every invoice.</param>
/// <param name="EndsAt">Invoices from this moment on are without it; null = for ever.</param>
/// <param name="Once">It is gone with the first invoice it takes something off.</param>
public sealed record StandingDiscount(Discount Discount, CycleNo? Cycle, Instant? EndsAt, bool Once)
{
    internal bool HoldsFor(CycleNo? cycle, Instant at) => (Cycle is null || Cycle == cycle) && (EndsAt is not { } end || at < end);
}

/// <summary>A page where the customer saves a card; what was asked for is done when that is done.</summary>
/// <param name="Wanted">Null = only the card is wanted.</param>
public sealed record OpenCheckout(CheckoutNo No, AttachWish? Wanted, Instant OpenedAt, Instant ExpiresAt);
