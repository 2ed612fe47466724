using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>
/// Seats that are charged when they are taken: beyond the included ones each is paid for the rest of the period at once,
/// then in advance. <see cref="Grant.Prepaid"/> counts the seats that are paid; one that was freed and is still paid is
/// taken again without charge.
/// </summary>
internal static class Seats
{
    /// <summary>What a change of balances leads to, added to it.</summary>
    /// <param name="subject">Before the change.</param>
    public static Outcome After(Subject subject, Catalog catalog, Outcome outcome, Instant now)
    {
        if (outcome.Refusal is not null || !Holds(subject)) return outcome;
        var story = new EventList(subject.Customer, now);
        story.AddRange(outcome.Events);
        foreach (var holder in subject.Entity is { } entity ? new EntityNo?[] { null, entity.No } : [null])
        {
            if (holder is { } no && story.Customer.Entities.Find(no) is null) continue;
            foreach (var held in story.Customer.HeldBy(holder).Subscriptions.Where(static held => !held.Runs.IsEmpty).ToList())
            {
                foreach (var grant in story.Customer.HeldBy(holder).Grants.Where(grant => grant.Subscription == held.No && grant.Terms.IsChargedWhenTaken).ToList())
                {
                    var changed = Changed(story.Customer, catalog, held, grant, now);
                    if (changed.Any(IsNobodyAsked) && grant.Overage > (subject.Customer.Grant(grant.No, holder)?.Overage ?? Quantity.Zero))
                        return new Refusal(RefusalCode.NoPaymentMethod, $"Another of {grant.Feature} is charged when it is taken, and the customer has no payment method: save one first, with billing.setup_payment.");
                    story.AddRange(changed);
                }
            }
        }

        return new Outcome(story.Events);
    }

    /// <summary>Seats that could not be paid are not taken after all.</summary>
    public static IEnumerable<CustomerEvent> GivenBack(Customer customer, EntityNo? entity, TopUp topUp)
    {
        if (customer.Grant(topUp.Item, entity) is not { } grant) yield break;
        var back = Quantity.Min(topUp.Units, grant.Overage);
        if (back.IsPositive)
            yield return new CustomerEvent.BalanceSet([new Draw(grant.No, grant.BalanceId, grant.Feature, grant.Plan, grant.ResetOfDraw, grant.NextResetAt, -back, grant.Entity)]);
    }

    private static bool Holds(Subject subject) =>
        subject.Customer.Grants.Any(static grant => grant.Terms.IsChargedWhenTaken) || (subject.Entity is { } entity && entity.Own.Grants.Any(static grant => grant.Terms.IsChargedWhenTaken));

    private static ImmutableArray<CustomerEvent> Changed(Customer customer, Catalog catalog, Subscription held, Grant grant, Instant now)
    {
        var waiting = customer.Billing.Changes.Where(change => change.TopUp?.Item == grant.No).Aggregate(Quantity.Zero, static (sum, change) => sum + change.TopUp!.Units);
        var lacking = grant.Overage - waiting;
        if (lacking.IsPositive) return Taken(customer, catalog, held, grant, lacking, now);
        var free = Quantity.Min(grant.Remaining, grant.Prepaid);
        return free.IsPositive && waiting.IsZero ? Freed(customer, catalog, held, grant, free, now) : [];
    }

    private static ImmutableArray<CustomerEvent> Taken(Customer customer, Catalog catalog, Subscription held, Grant grant, Quantity seats, Instant now)
    {
        var increase = grant.Terms.Proration!.OnIncrease ?? OnIncrease.ProrateImmediately;
        var line = Line(customer, catalog, held, grant, grant.Prepaid, seats, whole: increase == OnIncrease.BillImmediately, now);
        if (held.TrialEnd > now || increase == OnIncrease.BillNextCycle || line.Amount == 0m)
            return [new CustomerEvent.GrantBought(grant.No, grant.Prepaid + seats, grant.Balance + seats, grant.Entity)];
        if (increase == OnIncrease.ProrateNextCycle)
        {
            return
            [
                new CustomerEvent.GrantBought(grant.No, grant.Prepaid + seats, grant.Balance + seats, grant.Entity),
                new CustomerEvent.PlanBilled(held.No, held.Runs, held.Upcoming, held.Deferred.Add(line), held.Anchor, held.TrialEnd, held.Entity),
            ];
        }

        var invoice = Issued(customer, catalog, held, [line], now);
        var run = new PriceRun(grant.No, line.Period!.Value, invoice.Subtotal, invoice.No);
        var topUp = new TopUp(grant.No, grant.Feature, seats, IsAuto: true) { Run = run };
        var change = new PlanChange(invoice.No, held.No, held.Entity, [], [], [], []) { TopUp = topUp };
        var story = new EventList(customer, now);
        if (invoice.Status != InvoiceStatus.Paid) story.Add(new CustomerEvent.ChangePlanned(change));
        story.Add(new CustomerEvent.InvoiceIssued(invoice));
        if (invoice.Status == InvoiceStatus.Paid) story.AddRange(change.Events(story.Customer, now));

        // What was taken before is not held any more.
        if (IsNobodyAsked(story.Events[^1])) story.AddRange(Payments.Failed(story.Customer, catalog, invoice, PaymentProblem.NoPaymentMethod, now));
        return story.Events;
    }

    private static bool IsNobodyAsked(CustomerEvent happened) => happened is CustomerEvent.InvoiceIssued { Invoice: { Status: InvoiceStatus.Open, Asked: null, Send: false } };

    private static ImmutableArray<CustomerEvent> Freed(Customer customer, Catalog catalog, Subscription held, Grant grant, Quantity seats, Instant now)
    {
        var proration = grant.Terms.Proration!;
        var decrease = proration.OnDecrease ?? OnDecrease.Prorate;
        if (decrease is OnDecrease.None or OnDecrease.NoProrations) return [];
        var line = Line(customer, catalog, held, grant, grant.Prepaid - seats, seats, whole: false, now);
        line = line with { Kind = LineKind.Unused, Description = $"Unused {line.Description}", Amount = -Math.Min(line.Amount, Left(customer, held, grant, now)) };
        var bought = new CustomerEvent.GrantBought(grant.No, grant.Prepaid - seats, grant.Balance - seats, grant.Entity);
        var runs = Reduced(held, grant, -line.Amount, now, customer.Billing.CurrencyIn(catalog));
        var isLater = decrease == OnDecrease.ProrateNextCycle || (decrease == OnDecrease.Prorate && proration.OnIncrease is OnIncrease.ProrateNextCycle or OnIncrease.BillNextCycle);
        if (line.Amount == 0m) return [bought];
        if (isLater) return [bought, new CustomerEvent.PlanBilled(held.No, runs, held.Upcoming, held.Deferred.Add(line), held.Anchor, held.TrialEnd, held.Entity)];
        return [bought, new CustomerEvent.PlanBilled(held.No, runs, held.Upcoming, held.Deferred, held.Anchor, held.TrialEnd, held.Entity), new CustomerEvent.InvoiceIssued(Issued(customer, catalog, held, [line], now))];
    }

    // What so many seats more than these cost for the rest of the period.
    private static DraftLine Line(Customer customer, Catalog catalog, Subscription held, Grant grant, Quantity paid, Quantity seats, bool whole, Instant now)
    {
        var price = grant.Terms.Price!;
        var cycle = Cycle.Of(price.Interval, held.Anchor!.Value, now);
        var charging = new Charging(catalog, customer.Billing.CurrencyIn(catalog));
        var cost = charging.Cost(price, paid + seats, grant.Included) - charging.Cost(price, paid, grant.Included);
        return charging.Line(LineKind.Charge, held, grant.No, grant.Feature, whole ? cost : cost * cycle.Left(now), seats, cycle with { Start = now });
    }

    // Never more than what is left of what was paid.
    private static decimal Left(Customer customer, Subscription held, Grant grant, Instant now) => held.Runs
        .Where(run => run.Item == grant.No && run.Charged.IsPositive && !(run.Invoice is { } invoice && customer.Billing.Find(invoice) is not null))
        .Sum(run => run.Charged.Major * run.Period.Left(now));

    // What was given back is not there to be given back again.
    private static ImmutableArray<PriceRun> Reduced(Subscription held, Grant grant, decimal back, Instant now, Currency currency)
    {
        var runs = held.Runs.ToBuilder();
        for (var at = runs.Count - 1; at >= 0 && back > 0m; at--)
        {
            var run = runs[at];
            var left = run.Charged.Major * run.Period.Left(now);
            if (run.Item != grant.No || left <= 0m) continue;
            var taken = Math.Min(left, back);
            back -= taken;
            runs[at] = run with { Charged = Money.Of(run.Charged.Major - (taken / run.Period.Left(now)), currency) };
        }

        return runs.ToImmutable();
    }

    private static Invoice Issued(Customer customer, Catalog catalog, Subscription held, IReadOnlyList<DraftLine> lines, Instant now)
    {
        var discounts = customer.Billing.Discounts.Where(discount => discount.HoldsFor(held.Cycle, now)).Select(static discount => discount.Discount);
        var invoice = Invoicing.Make(
            new InvoiceNo(customer.LastNo + 1), InvoiceReason.Change, now, customer.Billing.CurrencyIn(catalog), lines, discounts, TaxRates.Of(customer, catalog, held.Cycle), customer.Billing.Credit) with { Cycle = held.Cycle };
        return Payments.Asked(invoice, held.NetTermsDays is null ? PaymentPath.Collect : PaymentPath.Send, new InvoiceMode(true, NetTermsDays: held.NetTermsDays), customer, now);
    }
}
