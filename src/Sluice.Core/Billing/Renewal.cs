using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>One moment of one billing cycle: all plans that share it, in one invoice.</summary>
internal sealed class Renewal
{
    private readonly Catalog _catalog;
    private readonly CycleNo? _cycle;
    private readonly Instant _at;
    private readonly Instant _now;
    private readonly EventList _story;
    private readonly Charging _charging;
    private readonly Currency _currency;
    private readonly List<DraftLine> _lines = [];
    private readonly List<CustomerEvent> _resets = [];
    private readonly List<(Subscription Held, CustomerEvent.PlanBilled Billed)> _billed = [];
    private readonly List<Subscription> _starting = [];
    private int? _netTerms;

    public Renewal(Customer customer, Catalog catalog, CycleNo? cycle, Instant at, Instant now)
    {
        (_catalog, _cycle, _at, _now) = (catalog, cycle, at, now);
        _story = new EventList(customer, now);
        _currency = customer.Billing.CurrencyIn(catalog);
        _charging = new Charging(catalog, _currency);
    }

    public ImmutableArray<CustomerEvent> Events()
    {
        var held = Cycles.Held(_story.Customer).Where(held => held.Cycle == _cycle && held.NextDue <= _at).ToList();
        var ending = held.Where(IsEnding).ToList();
        foreach (var one in held) Close(one, ending.Contains(one));
        foreach (var planned in Cycles.Planned(_story.Customer).Where(planned => planned.Cycle == _cycle && planned.Incoming!.StartsAt <= _at).ToList()) Open(planned);
        var invoice = Invoice();
        foreach (var (_, billed) in _billed) _story.Add(billed with { Runs = invoice is null ? billed.Runs : Invoicing.Charged(billed.Runs, billed.Subscription, invoice) });
        _story.AddRange(_resets);
        foreach (var planned in _starting) Begin(invoice is null ? planned : planned with { Runs = Invoicing.Charged(planned.Runs, planned.No, invoice) });
        foreach (var gone in ending)
        {
            if (_story.Customer.HeldBy(gone.Entity).Held(gone.No) is not { } still) continue;
            if (gone.TrialEnd is not null && gone.CanceledAt is null) _story.AddRange(Ending.WithDefault(_story.Customer, _catalog, still, _at));
            else _story.AddRange([.. Ending.End(_story.Customer, still), .. Ending.TakenBack(_story.Customer, _catalog, still, _now)]);
            _story.AddRange(Licenses.AfterEnd(_story.Customer, _catalog, gone, _at));
            _story.AddRange(Ending.Back(_story.Customer, gone));
        }

        if (invoice is not null) Issue(invoice);
        foreach (var discount in _story.Customer.Billing.Discounts.Where(discount => discount.EndsAt <= _at)) _story.Add(new CustomerEvent.DiscountEnded(discount.Discount.Id));
        return _story.Events;
    }

    // A trial that nobody can be charged for at its end is over then.
    private bool IsEnding(Subscription held) => held.EndsAt <= _at || (held.TrialEnd <= _at && _story.Customer.Billing.Method is null && held.NetTermsDays is null && CostsAtOnce(held));

    private bool CostsAtOnce(Subscription held) =>
        held.Price is not null || _story.Customer.HeldBy(held.Entity).Grants.Any(grant => grant.Subscription == held.No && grant.Terms.Price is not null);

    // The periods that end, and those that the plan does not last to the end of: what was used is billed, what was paid beyond is given
    // back; what goes on is billed for its next period, and filled up.
    private void Close(Subscription held, bool isEnding)
    {
        if (held.Runs.IsEmpty) return;
        _netTerms ??= held.NetTermsDays;
        var wasTrial = held.TrialEnd is { } trialEnd && trialEnd <= _at;
        var endsAll = isEnding && held.EndsAt <= _at;
        if (endsAll) _lines.AddRange(_charging.Unused(_story.Customer, held, _at));
        if (!wasTrial) _lines.AddRange(_charging.Used(_story.Customer, held, _at, (run, _) => endsAll || run.Period.End <= _at));
        _lines.AddRange(endsAll ? Charging.Settled(held.Deferred, _at) : held.Deferred);
        if (isEnding) return;
        var runs = ImmutableArray.CreateBuilder<PriceRun>(held.Runs.Length);
        foreach (var run in held.Runs)
        {
            if (run.Period.End > _at)
            {
                runs.Add(run);
                continue;
            }

            // What was charged within the period has a run of its own; the next period is one.
            if (runs.Any(opened => opened.Item == run.Item)) continue;

            var grant = run.Item is { } no ? _story.Customer.Grant(no, held.Entity) : null;
            var bought = Bought(held, grant);
            var opened = _charging.Next(held, run.Item, grant?.Terms, bought, _at);
            _lines.AddRange(opened.Lines);
            runs.AddRange(opened.Runs);
            if (grant is not null) Fill(held, grant, bought);
        }

        var upcoming = held.Upcoming.RemoveAll(change => held.Runs.Any(run => run.Item == change.Item && run.Period.End <= _at));
        _billed.Add((held, new CustomerEvent.PlanBilled(held.No, runs.DrainToImmutable(), upcoming, [], held.Anchor, wasTrial ? null : held.TrialEnd, held.Entity)));
    }

    private static Quantity Bought(Subscription held, Grant? grant)
    {
        if (grant is null) return Quantity.Zero;
        if (grant.Terms.IsChargedWhenTaken) return Quantity.Max(Quantity.Zero, grant.Prepaid - Quantity.Max(Quantity.Zero, grant.Balance));
        return held.NextPrepaid(grant);
    }

    // Priced units come back with their bill, also when it is not paid later; seats in use stay in use.
    private void Fill(Subscription held, Grant grant, Quantity bought)
    {
        var changed = bought != grant.Prepaid;
        if (Holdings.IsBilled(held, grant))
        {
            var filled = grant with { Prepaid = bought };
            if (changed) _resets.Add(new CustomerEvent.GrantBought(grant.No, bought, grant.Balance + bought - grant.Prepaid, held.Entity));
            foreach (var row in grant.IsShared ? Shares(grant).Prepend(filled) : [filled])
            {
                _resets.Add(new CustomerEvent.GrantReset(row.No, row.Starting, grant.Terms.Reset!.Value.NextAfter(grant.Anchor, _at), row.Entity)
                {
                    Rollovers = Rollovers.AfterResets(row, _at, _at),
                });
            }
        }
        else if (changed)
        {
            _resets.Add(new CustomerEvent.GrantBought(grant.No, bought, grant.Balance + bought - grant.Prepaid, held.Entity));
        }
    }

    private IEnumerable<Grant> Shares(Grant parent) =>
        _story.Customer.Entities.SelectMany(static entity => entity.Own.Grants).Where(share => share.Parent == parent.No);

    // A scheduled plan is charged for its first period, and what it replaces is billed for the last time.
    private void Open(Subscription planned)
    {
        var own = _story.Customer.HeldBy(planned.Entity);
        var outgoing = Beginning.Replaced(own, planned);
        if (outgoing is not null && Beginning.Aside(own, outgoing.No) is { } aside)
        {
            _lines.AddRange(_charging.Unused(_story.Customer, aside, _at));
            planned = planned with { Incoming = planned.Incoming! with { Removes = [.. planned.Incoming.Removes.IsDefault ? [] : planned.Incoming.Removes, aside.No] } };
        }

        var recurs = planned.Price is { Interval.Recurs: true } || planned.Incoming!.Items.Any(static item => item.Price is { Interval.Recurs: true });
        var free = planned.Price is null && planned.Incoming!.Items.All(static item => item.Price is null);
        if (free)
        {
            _starting.Add(planned with { Cycle = null, Anchor = null });
            return;
        }

        _netTerms ??= planned.NetTermsDays;
        if (outgoing is not null && !(outgoing.EndsAt <= _at))
        {
            _lines.AddRange(_charging.Unused(_story.Customer, outgoing, _at));
            _lines.AddRange(_charging.Used(_story.Customer, outgoing, _at, (_, grant) => Carrying.IsUsedUp(_catalog, grant.Feature)));
        }

        var opened = _charging.Open(recurs ? planned with { Anchor = planned.Anchor ?? _at } : planned, _at);
        _lines.AddRange(opened.Lines);
        _starting.Add(planned with { Runs = opened.Runs });
    }

    // What still waits for a payment in its place was reckoned against a plan that is gone now.
    private void Begin(Subscription planned)
    {
        _story.AddRange(Waiting.GiveWay(_story.Customer, planned, _now));
        _story.AddRange(Beginning.Begin(_story.Customer, _catalog, planned, _at));
    }

    private Invoice? Invoice()
    {
        if (_lines.Count == 0) return null;
        var discounts = _story.Customer.Billing.Discounts.Where(discount => discount.HoldsFor(_cycle, _at)).Select(static discount => discount.Discount);
        var no = new InvoiceNo(Math.Max(_story.Customer.LastNo, _starting.Select(static planned => planned.No.Value + planned.Incoming!.Items.Length).DefaultIfEmpty(0).Max()) + 1);
        var taxRate = TaxRates.Named(Cycles.Held(_story.Customer).Concat(_starting), _cycle) ?? _catalog.Policy.TaxRate;
        return Invoicing.Make(no, InvoiceReason.Renewal, _at, _currency, _lines, discounts, taxRate, _story.Customer.Billing.Credit) with { Cycle = _cycle };
    }

    private void Issue(Invoice invoice)
    {
        var issued = _netTerms is { } days
            ? Payments.Asked(invoice, PaymentPath.Send, new InvoiceMode(false, NetTermsDays: days), _story.Customer, _now)
            : invoice.Due.IsPositive && _story.Customer.Billing.Method is null ? invoice with { Attempts = 1 }
            : Payments.Asked(invoice, PaymentPath.Collect, null, _story.Customer, _now);
        _story.Add(new CustomerEvent.InvoiceIssued(issued));
        if (_netTerms is null && invoice.Due.IsPositive && _story.Customer.Billing.Method is null)
            _story.AddRange(Payments.Failed(_story.Customer, _catalog, issued, PaymentProblem.NoPaymentMethod, _now));
    }
}
