using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Units bought in advance change within a period.</summary>
internal static class Quantities
{
    public static Planned Change(Customer customer, Catalog catalog, Subscription target, Command.UpdatePlan command, Instant now)
    {
        if (Offers.Unfit(Switching.Held(customer, catalog, target) with { Items = Items(customer, target) }, command.Quantities) is { } unfit) return unfit;
        if (command.Quantities.Keys.FirstOrDefault(feature => Row(customer, target, feature)?.Terms.Price!.Interval.Recurs != true) is { Value: not null } once)
            return TopUps.Buy(customer, catalog, target, once, command, now);
        var change = new QuantityChange(customer, catalog, target, now, command.Prorates);
        foreach (var (feature, quantity) in command.Quantities.OrderBy(static pair => pair.Key)) change.Set(Row(customer, target, feature)!, quantity);
        return change.Planned(command.InvoiceMode);
    }

    private static ImmutableArray<ItemTerms> Items(Customer customer, Subscription target) =>
        [.. customer.HeldBy(target.Entity).Grants.Where(grant => grant.Subscription == target.No).Select(static grant => grant.Terms)];

    private static Grant? Row(Customer customer, Subscription target, FeatureId feature) =>
        customer.HeldBy(target.Entity).Grants.FirstOrDefault(grant => grant.Subscription == target.No && grant.Feature == feature && grant.Terms.IsPrepaid);
}

/// <summary>Changes of quantities of one plan, and their one invoice.</summary>
internal sealed class QuantityChange(Customer customer, Catalog catalog, Subscription target, Instant now, bool prorates)
{
    private readonly Currency _currency = customer.Billing.CurrencyIn(catalog);
    private readonly List<DraftLine> _lines = [];
    private readonly List<DraftLine> _deferred = [.. target.Deferred];
    private readonly List<Upcoming> _bought = [];
    private ImmutableArray<Upcoming> _upcoming = target.Upcoming;
    private ImmutableArray<PriceRun> _runs = target.Runs;

    public void Set(Grant grant, Quantity quantity)
    {
        var bought = Offers.Bought(grant.Terms, quantity);
        _upcoming = _upcoming.RemoveAll(change => change.Item == grant.No);
        if (bought == grant.Prepaid) return;
        var (isMore, proration) = (bought > grant.Prepaid, grant.Terms.Proration);
        var money = isMore ? When(proration?.OnIncrease ?? OnIncrease.ProrateImmediately) : When(proration?.OnDecrease ?? OnDecrease.Prorate, proration?.OnIncrease);
        if (money is null && _runs.Any(run => run.Item == grant.No))
        {
            _upcoming = _upcoming.Add(new Upcoming(grant.No, bought));
            return;
        }

        _bought.Add(new Upcoming(grant.No, bought));
        if (money == Money.NotThisPeriod || !prorates) return;
        var charging = new Charging(catalog, _currency);
        var unused = charging.Unused(customer, target, now, run => run.Item == grant.No).ToList();
        var at = _runs.IndexOf(_runs.FirstOrDefault(run => run.Item == grant.No));
        if (at < 0 || target.TrialEnd > now) return;
        var period = new BillingPeriod(now, _runs[at].Period.End);
        var whole = Cycle.Of(grant.Terms.Price!.Interval, target.Anchor!.Value, now);
        var cost = charging.Cost(grant.Terms.Price, bought, grant.Terms.Included) * whole.Left(now);
        var lines = unused.Append(charging.Line(LineKind.Charge, target, grant.No, grant.Feature, cost, grant.Terms.Included + bought, period)).Where(static line => line.Amount != 0m).ToList();
        var before = Charging.Settled(_deferred, now).ToList();
        _deferred.Clear();
        _deferred.AddRange(before);
        (money == Money.Now ? _lines : _deferred).AddRange(lines);
        _runs = _runs.SetItem(at, new PriceRun(grant.No, period, Core.Money.Zero(_currency)));
    }

    public Planned Planned(InvoiceMode? mode)
    {
        if (_lines.Concat(_deferred).Any(static line => Math.Abs(line.Amount) >= Rating.Most)) return new Refusal(RefusalCode.InvalidInputs, "feature_quantities: that costs more than can be charged.");
        if (Waiting.UnderWay(customer, target) is { } underWay) return underWay;
        if ((_lines.Count > 0 || !_deferred.SequenceEqual(target.Deferred)) && Waiting.Unpaid(customer, target, now) is { } unpaid) return unpaid;
        var story = new EventList(customer, now);
        story.AddRange(Waiting.GiveWay(customer, target, now));
        Invoice? invoice = null;
        if (_lines.Count > 0 && Math.Abs(_lines.Sum(static line => line.Amount)) >= 0.01m)
        {
            var discounts = customer.Billing.Discounts.Where(discount => discount.HoldsFor(target.Cycle, now)).Select(static discount => discount.Discount);
            invoice = Invoicing.Make(new InvoiceNo(customer.LastNo + 1), InvoiceReason.Change, now, _currency, _lines, discounts, TaxRates.Of(customer, catalog, target.Cycle), customer.Billing.Credit) with { Cycle = target.Cycle };
            _runs = Invoicing.Charged(_runs, target.No, invoice);
            invoice = Payments.Asked(invoice, mode is null ? PaymentPath.Collect : PaymentPath.Send, mode, customer, now);
        }

        var change = new PlanChange(invoice?.No ?? default, target.No, target.Entity, [.. _bought], _runs, _upcoming, [.. _deferred]);
        if (invoice is { Status: not InvoiceStatus.Paid } && mode is not { EnablesAtOnce: true }) story.Add(new CustomerEvent.ChangePlanned(change));
        if (invoice is not null) story.Add(new CustomerEvent.InvoiceIssued(invoice));
        if (invoice is null or { Status: InvoiceStatus.Paid } || mode is { EnablesAtOnce: true }) story.AddRange(change.Events(story.Customer, now));
        var path = invoice is null or { Status: InvoiceStatus.Paid } ? PaymentPath.Nothing : mode is null ? PaymentPath.Collect : PaymentPath.Send;
        var plan = new BillingPlan(story.Events, invoice, [new PlanMove(target, null)], [new PlanMove(target, null)], path);
        return plan with { Next = Forecasting.After(customer, catalog, plan, now) };
    }

    private enum Money
    {
        Now,
        NextInvoice,
        NotThisPeriod,
    }

    // Null = the quantity itself waits for the next period.
    private static Money? When(OnIncrease increase) => increase switch
    {
        OnIncrease.ProrateImmediately or OnIncrease.BillImmediately => Money.Now,
        OnIncrease.ProrateNextCycle => Money.NextInvoice,
        OnIncrease.BillNextCycle => Money.NotThisPeriod,
        _ => throw new InvariantViolation($"on_increase {increase}"),
    };

    private static Money? When(OnDecrease decrease, OnIncrease? increase) => decrease switch
    {
        OnDecrease.Prorate => increase is OnIncrease.ProrateNextCycle or OnIncrease.BillNextCycle ? Money.NextInvoice : Money.Now,
        OnDecrease.ProrateImmediately => Money.Now,
        OnDecrease.ProrateNextCycle => Money.NextInvoice,
        OnDecrease.None or OnDecrease.NoProrations => null,
        _ => throw new InvariantViolation($"on_decrease {decrease}"),
    };
}

/// <summary>A change of a held plan that waits for its invoice.</summary>
/// <param name="Bought">Units bought in advance, after it.</param>
public sealed record PlanChange(
    InvoiceNo Invoice, SubscriptionNo Subscription, EntityNo? Entity, ImmutableArray<Upcoming> Bought, ImmutableArray<PriceRun> Runs, ImmutableArray<Upcoming> Upcoming, ImmutableArray<DraftLine> Deferred)
{
    /// <summary>Set when it is nothing but units bought once.</summary>
    public TopUp? TopUp { get; init; }

    /// <summary>Paid only after the period has ended, the units count and the new period stays as it was billed.</summary>
    internal IEnumerable<CustomerEvent> Events(Customer customer, Instant now)
    {
        if ((Entity is { } entity && customer.Entities.Find(entity) is null) || customer.HeldBy(Entity).Held(Subscription) is not { } held) yield break;
        if (TopUp is { } topUp)
        {
            foreach (var credited in TopUps.Credited(customer, Entity, topUp)) yield return credited;
            yield break;
        }

        foreach (var (item, bought) in Bought)
        {
            if (customer.Grant(item, Entity) is { } grant) yield return new CustomerEvent.GrantBought(item, bought, grant.Balance + bought - grant.Prepaid, Entity);
        }

        var isTimely = Runs.All(run => held.Runs.Any(standing => standing.Item == run.Item && standing.Period.End == run.Period.End));
        if (isTimely) yield return new CustomerEvent.PlanBilled(Subscription, Runs, Upcoming, Deferred, held.Anchor, held.TrialEnd, Entity);
    }
}
