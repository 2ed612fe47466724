using System.Collections.Immutable;
using System.Globalization;

namespace Sluice.Core.Tests.Billing;

/// <summary>What an auditor keeps beside the engine: every invoice and refund, and the rules that they must never break.</summary>
internal sealed class Books
{
    private readonly List<Invoice> _invoices = [];
    private readonly HashSet<InvoiceNo> _madeGood = [];
    private readonly Dictionary<(SubscriptionNo, GrantNo?), (SubscriptionNo, GrantNo?)> _continued = [];
    private long _credit;

    public IEnumerable<Invoice> Invoices => _invoices;

    public Invoice Last => _invoices[^1];

    public List<Core.Money> Refunds { get; } = [];

    public IEnumerable<string> Details => _invoices.Select(static invoice => string.Create(
        CultureInfo.InvariantCulture, $"{invoice.IssuedAt} {invoice.Reason} {invoice.Status}: {string.Join(" | ", invoice.Lines.Select(static line => $"{line.Description} {line.Total}"))}"));

    public void Enter(ImmutableArray<CustomerEvent> events, Instant at)
    {
        foreach (var happened in events)
        {
            if (happened is CustomerEvent.InvoiceIssued issued) _invoices.Add(issued.Invoice);
            if (happened is CustomerEvent.PlanAttached attached) Continue(attached);
            if (happened is CustomerEvent.InvoicePaid paid) Change(paid.Invoice, static invoice => invoice with { Status = InvoiceStatus.Paid });

            // All that was paid; less is the rest of a renewal that a change of plan came after, as its payment was answered late.
            if (happened is CustomerEvent.CreditAdded whole && events.OfType<CustomerEvent.InvoicePaid>().LastOrDefault() is { } made && _invoices.First(invoice => invoice.No == made.Invoice).Due == whole.Amount) _madeGood.Add(made.Invoice);
            if (happened is CustomerEvent.InvoiceVoided gone) Change(gone.Invoice, static invoice => invoice with { Status = InvoiceStatus.Void });
            if (happened is CustomerEvent.CreditAdded added) _credit += added.Amount.Minor;
            if (happened is CustomerEvent.InvoiceIssued { Invoice.CreditUsed: var used }) _credit -= used.Minor;
            if (happened is CustomerEvent.InvoiceVoided { Invoice: var taken }) _credit += _invoices.First(invoice => invoice.No == taken).CreditUsed.Minor;
            if (happened is CustomerEvent.RefundAsked refund) Refunds.Add(refund.Amount);
            if (happened is CustomerEvent.InvoiceIssued { Invoice.IssuedAt: var moment }) Assert.True(moment <= at, "an invoice of the future");
        }
    }

    public void Check(Customer customer)
    {
        foreach (var invoice in _invoices)
        {
            Assert.Equal(invoice.Total, Core.Money.Sum(invoice.Lines.Select(static line => line.Total), invoice.Currency) + invoice.Tax);
            Assert.False(invoice.Due.IsNegative, "more than all is paid by credit");
            foreach (var line in invoice.Lines) Assert.Equal(line.Subtotal, line.Total + Core.Money.Sum(line.Discounts.Select(static discount => discount.Off), invoice.Currency));
        }

        Assert.Equal(_credit, customer.Billing.Credit?.Minor ?? 0);
        Assert.True(_credit >= 0, "credit that nobody gave is used");
        Assert.Equal(_invoices.Count, _invoices.Select(static invoice => invoice.No).Distinct().Count());
        // One that is being taken back counts as void; paid all the same, it is made good by credit.
        var takenBack = customer.Billing.Open.Where(static open => open.Asked is { What: PaymentAsk.Void }).Select(static open => open.No).Concat(_madeGood).ToHashSet();
        foreach (var price in _invoices.Where(invoice => invoice.Status != InvoiceStatus.Void && !takenBack.Contains(invoice.No)).SelectMany(static invoice => invoice.Lines.Where(static line => line.Subscription is not null).Select(line => (invoice, line)))
            .GroupBy(pair => Price(pair.line)))
        {
            // Of seats each one is charged for itself.
            if (price.First().line.Feature?.Value != "users") OnceEach(price.Select(static pair => pair.line).ToList());
            var settling = price.Where(static pair => pair.line.Kind == LineKind.Unused).Select(static pair => pair.invoice.No).ToHashSet();
            var paid = price.Where(pair => (pair.invoice.Status == InvoiceStatus.Paid || settling.Contains(pair.invoice.No)) && pair.line.Kind == LineKind.Charge).Sum(static pair => pair.line.Total.Major);
            var back = -price.Where(static pair => pair.line.Kind == LineKind.Unused).Sum(static pair => pair.line.Total.Major);
            Assert.True(back <= paid, $"{back} given back of {paid} paid for {price.Key}:\n  {string.Join("\n  ", Details)}");
        }

        foreach (var plan in _invoices.SelectMany(static invoice => invoice.Lines).Where(static line => line is { Kind: LineKind.Charge, Item: null, Period: not null, Subscription: not null }).GroupBy(static line => line.Subscription))
            WithoutGaps([.. plan.Select(static line => line.Period!.Value).OrderBy(static period => period.Start)], plan.Key!.Value);
        foreach (var held in Cycles.Held(customer))
            Assert.True(customer.Billing.StandsStill || held.IsPaused || held.AwaitsPayment || held.Runs.All(run => run.Period.End > customer.LastMoment), $"{held.Plan}: a period has ended and was not billed");
    }

    /// <summary>What was previewed is what was invoiced.</summary>
    public static void Same(BillingPlan previewed, ImmutableArray<CustomerEvent> events)
    {
        var issued = events.OfType<CustomerEvent.InvoiceIssued>().Select(static happened => happened.Invoice).FirstOrDefault();
        if (previewed.Path == PaymentPath.Checkout) return;
        Assert.Equal(previewed.Invoice?.Total, issued?.Total);
        Assert.Equal(previewed.Invoice?.Lines.Select(static line => (line.Description, line.Total)) ?? [], issued?.Lines.Select(static line => (line.Description, line.Total)) ?? []);
        Assert.Equal(previewed.Events.Length, events.Count(static happened => happened is not CustomerEvent.Referred));
    }

    // A plan that was moved to another version is billed under a new number; the price is the one it was charged before.
    private void Continue(CustomerEvent.PlanAttached attached)
    {
        foreach (var run in attached.Subscription.Runs.Where(static run => run.Charged.IsPositive && run.Invoice is not null))
        {
            var feature = attached.Grants.FirstOrDefault(grant => grant.No == run.Item)?.Feature;
            var lines = _invoices.FirstOrDefault(invoice => invoice.No == run.Invoice)?.Lines.Where(line => line is { Kind: LineKind.Charge, Subscription: not null } && line.Feature == feature && line.Period?.End == run.Period.End).ToList() ?? [];
            if (lines.Count > 0 && lines.All(line => line.Subscription != attached.Subscription.No)) _continued[(attached.Subscription.No, run.Item)] = Price(lines.First(line => line.Plan == attached.Subscription.Plan));
        }
    }

    private (SubscriptionNo, GrantNo?) Price(InvoiceLine line) => _continued.GetValueOrDefault((line.Subscription!.Value, line.Item), (line.Subscription!.Value, line.Item));

    // No moment of a price is charged more often than once, what was given back taken off.
    private static void OnceEach(List<InvoiceLine> lines)
    {
        var edges = lines.Where(static line => line is { Kind: LineKind.Charge or LineKind.Unused, Period: not null }).SelectMany(static line => line.Kind == LineKind.Charge
            ? new[] { (line.Period!.Value.Start, 1), (line.Period.Value.End, -1) }
            : [(line.Period!.Value.Start, -1), (line.Period.Value.End, 1)]).OrderBy(static edge => edge.Item1).ThenBy(static edge => edge.Item2).ToList();
        var depth = 0;
        foreach (var (at, step) in edges)
        {
            depth += step;
            Assert.True(depth <= 1, $"{lines[0].Description}: {at} is charged twice");
        }
    }

    // A base price is charged for one period after the other, and none is left out.
    private static void WithoutGaps(ImmutableArray<BillingPeriod> periods, SubscriptionNo plan)
    {
        for (var at = 1; at < periods.Length; at++)
            Assert.True(periods[at].Start <= periods[at - 1].End, $"plan {plan.Value}: nothing is charged from {periods[at - 1].End} to {periods[at].Start}");
    }

    private void Change(InvoiceNo no, Func<Invoice, Invoice> change)
    {
        var at = _invoices.FindIndex(invoice => invoice.No == no);
        _invoices[at] = change(_invoices[at]);
    }
}
