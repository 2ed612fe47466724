using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>One attach being planned: the offers one after another, then one invoice for all of them, then how it is paid.</summary>
internal sealed class Attachment(Customer customer, Catalog catalog, AttachWish wish, Instant now, bool afterCheckout)
{
    private readonly AttachOptions _options = wish.Options;
    private readonly Currency _currency = customer.Billing.Currency ?? wish.Options.Currency ?? catalog.Policy.Currency;
    private readonly List<DraftLine> _lines = [];
    private readonly List<Subscription> _coming = [];
    private readonly ImmutableArray<CustomerEvent>.Builder _scheduling = ImmutableArray.CreateBuilder<CustomerEvent>();
    private readonly ImmutableArray<PlanMove>.Builder _incoming = ImmutableArray.CreateBuilder<PlanMove>();
    private readonly ImmutableArray<PlanMove>.Builder _outgoing = ImmutableArray.CreateBuilder<PlanMove>();
    private readonly List<CustomerEvent> _following = [];
    private int _lastNo = customer.LastNo;
    private bool _joins;
    private CycleNo? _cycle;
    private CycleNo? _laterCycle;

    /// <summary>The held plan whose terms change; null = a plan comes.</summary>
    public Subscription? Target { get; init; }

    public Planned Plan()
    {
        if (Mismatch() is { } mismatch) return mismatch;
        var charging = new Charging(catalog, _currency);
        foreach (var offer in wish.Plans)
        {
            var refusal = Switching.StartsLater(customer, catalog, offer, _options, _currency, now) is { } start ? Schedule(offer, start) : Start(charging, offer);
            if (refusal is not null) return refusal;
        }

        foreach (var phase in wish.Later)
        {
            foreach (var offer in phase.Plans) Follow(offer, phase.StartsAt);
        }

        if (Staying() is { } staying) return staying;
        var invoice = Invoice();
        var path = Path(invoice);
        if (_lines.Any(static line => Math.Abs(line.Amount) >= Rating.Most)) return new Refusal(RefusalCode.InvalidInputs, "That costs more than can be charged: look at the prices and the quantities.");
        foreach (var move in _incoming.Concat(_outgoing))
        {
            if (Waiting.UnderWay(customer, move.Subscription) is { } underWay) return underWay;
            if (move.At is null && _options is { Prorates: true, NoBillingChanges: false } && Waiting.Unpaid(customer, move.Subscription, now) is { } unpaid) return unpaid;
        }

        if (Redeeming.Refused(customer, _options.Discounts, wish.Plans.Select(static offer => offer.Plan), [.. _incoming.Concat(_outgoing).SelectMany(move => Waiting.Invoices(customer, move.Subscription))]) is { } notRedeemed) return notRedeemed;

        if (path != PaymentPath.Nothing && !catalog.Policy.HasProvider)
        {
            return new Refusal(
                RefusalCode.NotSupported, $"Plan {wish.Plans[0].Plan} has a price, and Sluice cannot charge yet, as no payment provider is set up: attach it with no_billing_changes: true.");
        }

        if (path != PaymentPath.Checkout)
        {
            var plan = ToPay(invoice, path);
            return plan with { Next = Forecasting.After(customer, catalog, plan, now) };
        }

        // What comes next is what comes when the page is completed and what is due is paid.
        var completed = ToPay(invoice, invoice is { Due.IsPositive: true } ? PaymentPath.Collect : PaymentPath.Nothing);
        return ToCheckout(invoice) with { Next = Forecasting.After(customer, catalog, completed, now) };
    }

    // A customer is billed in one currency, and a plan only in those it has prices in.
    private Refusal? Mismatch()
    {
        if (_options.NoBillingChanges) return null;
        if (_options.Currency is { } asked && asked != _currency) return Mismatched($"The customer is billed in {_currency}, not in {asked}: leave currency out.");
        var without = wish.Plans.Concat(wish.Later.SelectMany(static phase => phase.Plans)).FirstOrDefault(offer => Lacks(offer.Price, offer.Items.Select(static item => item.Price)));
        return without is null ? null : CurrencyRules.NoPrice(without.Plan, _currency);
    }

    // The first plan that is paid for settles the currency for those that are there already.
    private Refusal? Staying()
    {
        if (_options.NoBillingChanges || customer.Billing.Currency is not null || _currency == catalog.Policy.Currency) return null;
        var without = Cycles.Held(customer).Concat(Cycles.Planned(customer)).FirstOrDefault(held => _outgoing.All(move => move.Subscription.No != held.No) && Lacks(
            held.Price, held.Incoming?.Items.Select(static item => item.Price) ?? customer.HeldBy(held.Entity).Grants.Where(grant => grant.Subscription == held.No).Select(static grant => grant.Terms.Price)));
        return without is null ? null : Mismatched($"The customer has plan {without.Plan}, which has no price in {_currency}: leave currency out.");
    }

    private bool Lacks(PlanPrice? price, IEnumerable<ItemPrice?> items) => CurrencyRules.Lacks(price, _currency, catalog.Policy.Currency) || items.Any(item => CurrencyRules.Lacks(item, _currency, catalog.Policy.Currency));

    private static Refusal Mismatched(string message) => new(RefusalCode.CurrencyMismatch, message);

    // It comes later, and what it replaces stays until then.
    private Refusal? Schedule(PlanOffer offer, Instant start)
    {
        if (_options.CarryBalances.Enabled || _options.CarryUsage.Enabled) return Invalid("carry_over_balances and carry_over_usages are for switches that happen at once.");
        if (_options.InvoiceMode is { EnablesAtOnce: false }) return Invalid("invoice_mode cannot wait for a payment here: the plan comes at the end of the period. Leave invoice_mode out.");
        if (_options.AnchorsNow || _options.AnchorsAt is not null) return Invalid("billing_cycle_anchor cannot go with a switch at the end of the period.");
        if (offer.OneOff || offer.Items.Any(item => item is { IsPrepaid: true, Price.Interval.Recurs: false } && offer.Quantities.GetValueOrDefault(item.Feature).IsPositive))
            return Invalid("What is paid once cannot be bought with a switch at the end of the period: leave its quantity out.");
        var own = customer.HeldBy(offer.Entity);
        var current = offer.IsMain ? Beginning.Current(own, offer.Group) : null;
        foreach (var other in own.Planned.Where(other => offer.IsMain && other.IsMain && other.Group == offer.Group)) _scheduling.Add(Drop(other));
        if (current is not null)
        {
            _scheduling.Add(new CustomerEvent.PlanCanceled(current.No, current.CanceledAt ?? now, start, current.Entity));
            _outgoing.Add(new PlanMove(current with { CanceledAt = current.CanceledAt ?? now, EndsAt = start }, start));
        }

        var joined = current?.Cycle is not null ? current : Cycles.Of(customer);
        var planned = Subscription(offer, current, isNextPeriod: true) with
        {
            Cycle = current?.Cycle ?? (offer.Recurs ? _options.OwnCycle == true ? null : joined?.Cycle : null),
            Anchor = offer.Recurs ? (_options.OwnCycle == true ? null : joined?.Anchor) ?? start : null,
        };
        planned = planned with { Cycle = planned.Cycle ?? new CycleNo(planned.No.Value), Incoming = planned.Incoming! with { StartsAt = start } };
        planned = Taxed(planned);
        _scheduling.Add(new CustomerEvent.PlanPlanned(planned));
        _incoming.Add(new PlanMove(planned, start));
        if (offer.Recurs) _laterCycle ??= planned.Cycle;
        return null;
    }

    // A later phase of a schedule: what it replaces was told to end then.
    private void Follow(PlanOffer offer, Instant start)
    {
        // It shares the cycle of the plan that it will replace: one of this schedule, or one that is held.
        var planned = Subscription(offer, null, isNextPeriod: true);
        var isOurs = _coming.Any(coming => coming.IsMain && coming.Entity == offer.Entity && coming.Group == offer.Group);
        var held = offer.IsMain && !isOurs && Beginning.Current(customer.HeldBy(offer.Entity), offer.Group) is { Cycle: not null } current ? current : null;
        var joined = held ?? Cycles.Of(customer);
        planned = planned with
        {
            Cycle = held?.Cycle ?? _cycle ?? joined?.Cycle ?? new CycleNo(planned.No.Value),
            Anchor = offer.Recurs ? held?.Anchor ?? _coming.Select(static coming => coming.Anchor).FirstOrDefault(static anchor => anchor is not null) ?? joined?.Anchor ?? start : null,
            Incoming = planned.Incoming! with { StartsAt = start, Clears = false },
        };
        planned = Taxed(planned);
        _following.Add(new CustomerEvent.PlanPlanned(planned));
        _incoming.Add(new PlanMove(planned, start));
    }

    // It comes now: what is left of the old plan's period against what is left of the new one's.
    private Refusal? Start(Charging charging, PlanOffer offer)
    {
        var own = customer.HeldBy(offer.Entity);
        var current = Target ?? (offer.IsMain ? Beginning.Current(own, offer.Group) : null);
        var isNextPeriod = _options.AnchorsNow || _options.AnchorsAt is not null;
        var planned = Subscription(offer, current, isNextPeriod);
        if (current is not null && !isNextPeriod && !_options.NoBillingChanges) planned = planned with { Upcoming = Switching.Upcoming(own, offer, planned.No, current) };
        if (_options.NoBillingChanges)
        {
            planned = planned with { Price = null };
        }
        else if (offer is { IsFree: true, Trial: { } trial } && Timing.MayTry(customer, catalog.Policy, offer.Plan, offer.Entity, offer.TrialIsAsked))
        {
            var end = Timing.After(trial, now);
            planned = planned with { TrialEnd = end, Incoming = planned.Incoming! with { EndsAt = end } };
        }
        else if (offer.Recurs)
        {
            planned = Timing.Settle(planned, offer, _options, new Timing.Standing(customer, catalog.Policy, current, now, KeepsTrial: Target is not null && !offer.TrialIsAsked));
            if (planned.TrialEnd > now && planned.Incoming!.Reverts) planned = planned with { Incoming = planned.Incoming with { EndsAt = planned.TrialEnd } };
            else planned = planned with { Incoming = planned.Incoming! with { Reverts = false } };
            _joins |= planned.Cycle is not null;
            planned = planned with { Cycle = planned.Cycle ?? _cycle ?? new CycleNo(planned.No.Value) };
            _cycle ??= planned.Cycle;
        }

        var removed = own.Subscriptions.Where(held => _options.Removes.Contains(held.Plan) && held.No != current?.No).ToList();
        var aside = current is null || planned.Incoming!.Reverts ? null : Beginning.Aside(own, current.No);
        if (Target is not null) planned = Continued(planned, Target, aside);
        if (aside is not null && !(Target is not null && planned.TrialEnd > now)) removed.Add(aside);
        planned = planned with { Incoming = planned.Incoming! with { Removes = [.. removed.Select(static held => held.No)], Replaces = Target?.No } };
        planned = Taxed(planned);
        if (!_options.NoBillingChanges) planned = Charge(charging, planned, current, removed);
        if (Target is { CanceledAt: not null } canceled && planned.LongestEnd != canceled.LongestEnd)
            return Invalid($"Plan {canceled.Plan} is canceled to the end of its period, and with these terms that would be another one: take the cancellation back first, with cancel_action uncancel.");
        foreach (var gone in current is null ? removed : removed.Prepend(current)) _outgoing.Add(new PlanMove(gone with { CanceledAt = gone.CanceledAt ?? now, EndsAt = now }, null));
        _coming.Add(planned);
        _incoming.Add(new PlanMove(planned, null));
        return null;
    }

    // Other terms are no word about how long it is held, or about what comes after it: a trial in another plan's place gives it back at its end.
    private static Subscription Continued(Subscription planned, Subscription target, Subscription? aside) => planned with
    {
        CanceledAt = target.CanceledAt,
        Incoming = planned.Incoming! with { Clears = false, EndsAt = aside is not null ? planned.TrialEnd : planned.Incoming.EndsAt ?? target.EndsAt },
    };

    // A rate that was named for the cycle before goes on, until another one is named.
    private Subscription Taxed(Subscription planned) => planned with { TaxRate = _options.TaxRate ?? TaxRates.Named(Cycles.Held(customer), planned.Cycle) };

    // First what is given back, then what comes, then what was used of the old plan.
    private Subscription Charge(Charging charging, Subscription planned, Subscription? current, List<Subscription> removed)
    {
        var prorates = _options.Prorates || !_joins;
        var opened = planned.Anchor is { } anchor && Target is null && planned.Incoming!.Since is not null ? charging.OpenSince(planned, anchor, now) : charging.Open(planned, now, prorates);
        var goingOn = GoingOn(planned, opened.Runs);
        foreach (var gone in current is null || planned.Incoming!.Reverts ? removed : removed.Prepend(current))
        {
            if (prorates) _lines.AddRange(charging.Unused(customer, gone, now, run => gone != Target || !goingOn.ContainsValue(run)));
            if (planned.Cycle is null) _lines.AddRange(Charging.Settled(gone.Deferred, now));
        }

        _lines.AddRange(opened.Lines.Where(line => line.Period is null || !goingOn.Keys.Any(run => run.Item == line.Item)));
        if (current is not null && !planned.Incoming!.Reverts && !(current.TrialEnd > now))
        {
            _lines.AddRange(charging.Used(
                customer, current, now, (_, grant) => Carrying.IsUsedUp(catalog, grant.Feature) && !_options.CarryUsage.Takes(grant.Feature) && !_options.CarryBalances.Takes(grant.Feature)));
        }

        return planned with { Runs = [.. opened.Runs.Select(run => goingOn.TryGetValue(run, out var before) ? before with { Item = run.Item } : run)] };
    }

    // On other terms a price that is as before is not charged anew: its running period goes on with what was charged for it.
    private Dictionary<PriceRun, PriceRun> GoingOn(Subscription planned, ImmutableArray<PriceRun> opened)
    {
        var goingOn = new Dictionary<PriceRun, PriceRun>();
        foreach (var run in opened)
        {
            if (Target is not null && Unchanged(planned, Target, run) is { } before) goingOn.Add(run, before);
        }

        return goingOn;
    }

    private PriceRun? Unchanged(Subscription planned, Subscription target, PriceRun run)
    {
        var (item, bought) = run.Item is { } no ? (planned.Incoming!.Items[no.Value - planned.No.Value - 1], planned.Incoming.Bought[no.Value - planned.No.Value - 1]) : (null, Quantity.Zero);
        foreach (var before in target.Runs)
        {
            if (before.Period.End != run.Period.End || (before.Item is null) != (item is null) || target.Runs.Count(other => other.Item == before.Item) > 1) continue;
            if (before.Invoice is { } invoice && customer.Billing.Find(invoice) is not null) continue;
            if (item is null ? planned.Price == target.Price : customer.Grant(before.Item!.Value, target.Entity) is { } grant && grant.Terms.SameAs(item) && grant.Prepaid == bought) return before;
        }

        return null;
    }

    private Subscription Subscription(PlanOffer offer, Subscription? current, bool isNextPeriod)
    {
        var no = new SubscriptionNo(++_lastNo);
        _lastNo += offer.Items.Length;
        return new Subscription(no, offer.CallerId, offer.Plan, offer.Version, offer.Group, offer.AddOn, offer.AutoEnable, offer.OneOff, Quantity: 1, StartedAt: now)
        {
            Entity = offer.Entity,
            Price = offer.Price,
            IsCustom = offer.IsCustom,
            IgnorePastDue = offer.IgnorePastDue,
            NetTermsDays = _options.InvoiceMode is { } mode ? mode.NetTermsDays ?? Payments.UsualTermsDays : null,
            Incoming = new Incoming(null, null, offer.Items, Switching.Bought(customer.HeldBy(offer.Entity), offer, current, isNextPeriod), Clears: wish.Later.IsEmpty)
            {
                CarryBalances = _options.CarryBalances, CarryUsage = _options.CarryUsage, EndsAt = offer.EndsAt ?? _options.EndsAt, Reverts = Target is null && current is { Runs.IsEmpty: false } && offer.Trial?.Reverts == true,
                Since = Target?.StartedAt ?? (_options.StartsAt < now ? _options.StartsAt : null),
            },
        };
    }

    private Invoice? Invoice()
    {
        if (!_options.CustomLines.IsEmpty && _lines.Count > 0)
        {
            var plan = wish.Plans[0].Plan;
            _lines.Clear();
            _lines.AddRange(_options.CustomLines.Select(line => new DraftLine(LineKind.Custom, line.Description, line.Description, line.Amount.Amount, plan, null, null, null, null, Quantity.One, null)));
            if (_lines.Sum(static line => line.Amount) == 0m) _lines.Clear();
        }

        if (_lines.Count == 0) return null;
        var standing = customer.Billing.Discounts.Where(discount => discount.HoldsFor(_cycle, now)).Select(static discount => discount.Discount);
        var invoice = Invoicing.Make(
            new InvoiceNo(++_lastNo), _outgoing.Count > 0 ? InvoiceReason.Change : InvoiceReason.Start, now, _currency, _lines,
            standing.Concat(_options.Discounts.Select(static wish => wish.Discount)), _options.TaxRate ?? TaxRates.Of(customer, catalog, _cycle), customer.Billing.Credit) with { Cycle = _cycle };
        for (var at = 0; at < _coming.Count; at++) _coming[at] = _coming[at] with { Runs = Invoicing.Charged(_coming[at].Runs, _coming[at].No, invoice) };
        return invoice;
    }

    private PaymentPath Path(Invoice? invoice)
    {
        var due = invoice is { Due.IsPositive: true };
        if (_options.NoBillingChanges) return PaymentPath.Nothing;
        if (_coming.Count == 0) return PaymentPath.Nothing;
        if (_options.InvoiceMode is not null && due) return PaymentPath.Send;
        if (wish.Plans.All(static offer => offer.IsFree)) return due ? PaymentPath.Collect : PaymentPath.Nothing;
        if (_options.Redirect == Redirect.Always && !_joins && !afterCheckout) return PaymentPath.Checkout;
        if (customer.Billing.Method is not null) return due ? PaymentPath.Collect : PaymentPath.Nothing;
        if (_joins || afterCheckout || _options.Redirect == Redirect.Never) return due ? PaymentPath.Collect : PaymentPath.Nothing;
        var isFreeOfCards = _coming.All(planned => planned.TrialEnd > now) && wish.Plans.All(static offer => offer.Trial is { CardRequired: false });
        return isFreeOfCards ? PaymentPath.Nothing : PaymentPath.Checkout;
    }

    // The same wish gets the page that is open already.
    private BillingPlan ToCheckout(Invoice? invoice)
    {
        var open = customer.Billing.Checkout;
        if (open?.Wanted is { } wanted && wanted.IsSame(wish)) return new BillingPlan([], invoice, _incoming.ToImmutable(), _outgoing.ToImmutable(), PaymentPath.Checkout, Checkout: open);
        var events = ImmutableArray.CreateBuilder<CustomerEvent>(2);
        if (open is not null) events.Add(new CustomerEvent.CheckoutClosed(open.No, CheckoutEnd.Replaced));
        var checkout = new OpenCheckout(new CheckoutNo(customer.LastNo + 1), wish, now, now.Plus(BillingPolicy.CheckoutTime));
        events.Add(new CustomerEvent.CheckoutOpened(checkout));
        return new BillingPlan(events.DrainToImmutable(), invoice, _incoming.ToImmutable(), _outgoing.ToImmutable(), PaymentPath.Checkout, Checkout: checkout);
    }

    private BillingPlan ToPay(Invoice? invoice, PaymentPath path)
    {
        var story = new EventList(customer, now);
        if (customer.Billing.Checkout is { } open && !afterCheckout && _coming.Count > 0 && !_options.NoBillingChanges) story.Add(new CustomerEvent.CheckoutClosed(open.No, CheckoutEnd.Replaced));
        foreach (var move in _incoming.Concat(_outgoing)) story.AddRange(Waiting.GiveWay(story.Customer, move.Subscription, now));
        // A trial that came by itself was chosen by nobody.
        if (customer.Billing.Currency is null && !_options.NoBillingChanges && wish.Plans.Any(static offer => offer is { IsFree: false, AutoEnable: false })) story.Add(new CustomerEvent.CurrencySettled(_currency));
        story.AddRange(_scheduling);
        var standing = (_cycle ?? _laterCycle) is { } cycle ? _options.Discounts.Where(wish => wish.Months != 0 || !IsTaken(invoice, wish)).Select(wish => wish.Standing(cycle, now)).ToList() : [];
        story.AddRange(standing.Select(static discount => new CustomerEvent.DiscountAdded(discount)));
        story.AddRange(Redeeming.Of(_options.Discounts.Where(wish => IsTaken(invoice, wish) || standing.Exists(one => one.Discount.Id == wish.Discount.Id)), path == PaymentPath.Nothing ? null : invoice?.No));
        var begins = path is PaymentPath.Nothing || (path == PaymentPath.Send && _options.InvoiceMode!.EnablesAtOnce);
        if (!begins)
        {
            foreach (var planned in _coming) story.Add(new CustomerEvent.PlanPlanned(planned with { Incoming = planned.Incoming! with { Invoice = invoice!.No } }));
        }

        if (invoice is not null) story.Add(new CustomerEvent.InvoiceIssued(invoice = Payments.Asked(invoice, path, _options.InvoiceMode, customer, now)));
        if (begins)
        {
            foreach (var planned in _coming) story.AddRange(Beginning.Begin(story.Customer, catalog, planned, now));
        }

        story.AddRange(_following);
        return new BillingPlan(story.Events, invoice, _incoming.ToImmutable(), _outgoing.ToImmutable(), path);
    }

    // One that is good for one invoice waits for the first with something to pay.
    private static bool IsTaken(Invoice? invoice, DiscountWish wish) => invoice?.Lines.Any(line => line.Discounts.Any(discount => discount.Id == wish.Discount.Id)) == true;

    private static CustomerEvent Drop(Subscription planned) => new CustomerEvent.PlanDropped(planned.No, planned.Plan, planned.Version, planned.Entity);

    private static Refusal Invalid(string message) => new(RefusalCode.InvalidRequest, message);
}

/// <summary>Events, and the customer as they make it.</summary>
internal sealed class EventList(Customer customer, Instant at)
{
    private readonly ImmutableArray<CustomerEvent>.Builder _events = ImmutableArray.CreateBuilder<CustomerEvent>();

    public Customer Customer { get; private set; } = customer;

    public ImmutableArray<CustomerEvent> Events => _events.ToImmutable();

    public bool IsEmpty => _events.Count == 0;

    public void Add(CustomerEvent happened)
    {
        Customer = CustomerState.Apply(Customer, happened, at);
        _events.Add(happened);
    }

    public void AddRange(IEnumerable<CustomerEvent> happened)
    {
        foreach (var one in happened) Add(one);
    }
}
