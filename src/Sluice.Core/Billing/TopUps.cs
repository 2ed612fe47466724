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
        var units = grant.Terms.Price!.BillingUnits.Value;
        var bought = Quantity.Total(Math.Ceiling(command.Quantities[feature].Value / units) * units);
        if (!bought.IsPositive) return new Refusal(RefusalCode.InvalidInputs, $"feature_quantities: the quantity of {feature} is what is bought now, so it must be above 0.");
        var currency = customer.Billing.Currency ?? catalog.Policy.Currency;
        var line = new Charging(catalog, currency).Line(LineKind.Charge, target, grant.No, feature, Rating.Cost(grant.Terms.Price, bought, grant.Terms.Included), bought, null);
        var invoice = Invoicing.Make(new InvoiceNo(customer.LastNo + 1), InvoiceReason.TopUp, now, currency, [line], [], catalog.Policy.TaxRate, customer.Billing.Credit);
        invoice = Payments.Asked(invoice, command.InvoiceMode is null ? PaymentPath.Collect : PaymentPath.Send, command.InvoiceMode, customer, now);
        var change = new PlanChange(invoice.No, target.No, target.Entity, [new Upcoming(grant.No, grant.Prepaid + bought)], target.Runs, target.Upcoming, target.Deferred);
        var (story, isSettled) = (new EventList(customer, now), invoice.Status == InvoiceStatus.Paid || command.InvoiceMode is { EnablesAtOnce: true });
        if (!isSettled) story.Add(new CustomerEvent.ChangePlanned(change));
        story.Add(new CustomerEvent.InvoiceIssued(invoice));
        if (isSettled) story.AddRange(change.Events(story.Customer, now));
        var path = invoice.Status == InvoiceStatus.Paid ? PaymentPath.Nothing : command.InvoiceMode is null ? PaymentPath.Collect : PaymentPath.Send;
        return new BillingPlan(story.Events, invoice, [new PlanMove(target, null)], [], path);
    }
}
