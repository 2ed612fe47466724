using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>More units bought once, of an item that is sold that way within a held plan.</summary>
internal static class TopUps
{
    /// <summary>The quantity is what is added, not what it shall be.</summary>
    public static Planned Buy(Customer customer, Catalog catalog, Subscription target, FeatureId feature, Command.UpdatePlan command, Instant now)
    {
        if (command.Quantities.Count > 1) return new Refusal(RefusalCode.InvalidRequest, $"feature_quantities: {feature} is bought once, so it must be bought by itself.");
        var grant = customer.HeldBy(target.Entity).Grants.FirstOrDefault(row => row.Subscription == target.No && row.Feature == feature && row.Terms is { IsPrepaid: true, Price.Interval.Recurs: false });
        if (grant is null) return new Refusal(RefusalCode.InvalidRequest, $"feature_quantities: plan {target.Plan} has no prepaid item for feature {feature}.");
        var bought = Packs(grant, command.Quantities[feature]);
        if (new Charging(catalog, customer.Billing.CurrencyIn(catalog)).Cost(grant.Terms.Price!, bought, grant.Terms.Included) >= Rating.Most || (grant.Balance + bought).Value > Quantity.Limit)
            return new Refusal(RefusalCode.InvalidInputs, $"feature_quantities: {bought} {feature} are more than can be bought.");
        return bought.IsPositive ? Bought(customer, catalog, target, grant, bought, command.InvoiceMode, isAuto: false, now)
            : new Refusal(RefusalCode.InvalidInputs, $"feature_quantities: the quantity of {feature} is what is bought now, so it must be above 0.");
    }

    /// <summary>Whole packs.</summary>
    public static Quantity Packs(Grant grant, Quantity quantity)
    {
        var units = grant.Terms.Price!.BillingUnits.Value;
        return Quantity.Total(Math.Ceiling(quantity.Value / units) * units);
    }

    public static Planned Bought(Customer customer, Catalog catalog, Subscription target, Grant grant, Quantity bought, InvoiceMode? mode, bool isAuto, Instant now)
    {
        var currency = customer.Billing.CurrencyIn(catalog);
        var charging = new Charging(catalog, currency);
        var line = charging.Line(LineKind.Charge, target, grant.No, grant.Feature, charging.Cost(grant.Terms.Price!, bought, grant.Terms.Included), bought, null);
        var invoice = Invoicing.Make(new InvoiceNo(customer.LastNo + 1), InvoiceReason.TopUp, now, currency, [line], [], TaxRates.Of(customer, catalog, target.Cycle), customer.Billing.Credit);
        invoice = Payments.Asked(invoice, mode is null ? PaymentPath.Collect : PaymentPath.Send, mode, customer, now);
        var change = new PlanChange(invoice.No, target.No, target.Entity, [], [], [], []) { TopUp = new TopUp(grant.No, grant.Feature, bought, isAuto) };
        var (story, isSettled) = (new EventList(customer, now), invoice.Status == InvoiceStatus.Paid || mode is { EnablesAtOnce: true });
        if (!isSettled) story.Add(new CustomerEvent.ChangePlanned(change));
        story.Add(new CustomerEvent.InvoiceIssued(invoice));
        if (isSettled) story.AddRange(change.Events(story.Customer, now));
        var path = invoice.Status == InvoiceStatus.Paid ? PaymentPath.Nothing : mode is null ? PaymentPath.Collect : PaymentPath.Send;
        return new BillingPlan(story.Events, invoice, [new PlanMove(target, null)], [], path);
    }

    /// <summary>Overage of balances beside it is paid off first; what is left of the units is there to be used.</summary>
    public static IEnumerable<CustomerEvent> Credited(Customer customer, EntityNo? entity, TopUp topUp)
    {
        var own = customer.HeldBy(entity);
        if (customer.Grant(topUp.Item, entity) is not { } grant) yield break;
        if (topUp.Run is { } run)
        {
            yield return new CustomerEvent.GrantBought(topUp.Item, grant.Prepaid + topUp.Units, grant.Balance + topUp.Units, entity);
            if (grant.Subscription is { } no && own.Held(no) is { } held)
                yield return new CustomerEvent.PlanBilled(held.No, held.Runs.Add(run), held.Upcoming, held.Deferred, held.Anchor, held.TrialEnd, entity);
            yield break;
        }

        var left = topUp.Units;
        var draws = ImmutableArray.CreateBuilder<Draw>();
        foreach (var row in own.Grants.Where(row => row.Feature == topUp.Feature && row.No != topUp.Item && !row.IsShared && row.Overage.IsPositive))
        {
            var lifted = Quantity.Min(row.Overage, left);
            if (!lifted.IsPositive) break;
            draws.Add(new Draw(row.No, row.BalanceId, row.Feature, row.Plan, row.ResetOfDraw, row.NextResetAt, -lifted, row.Entity));
            left -= lifted;
        }

        if (draws.Count > 0) yield return new CustomerEvent.BalanceSet(draws.DrainToImmutable());
        yield return new CustomerEvent.GrantBought(topUp.Item, grant.Prepaid + topUp.Units, grant.Balance + left, entity);
    }
}

/// <summary>Units bought once.</summary>
/// <param name="IsAuto">By itself, because what was left fell to a threshold.</param>
public sealed record TopUp(GrantNo Item, FeatureId Feature, Quantity Units, bool IsAuto)
{
    /// <summary>Set for seats: what they are paid for from now on. Not paid, they are given back.</summary>
    public PriceRun? Run { get; init; }
}
