using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A held plan is changed: its quantities, its terms or version, or whether it goes on.</summary>
internal static class Updating
{
    public static Planned Update(Subject subject, Catalog catalog, Command.UpdatePlan command, Instant now)
    {
        var own = subject.Customer.HeldBy(subject.Entity?.No);
        if (Target(subject.Customer, own, command) is not { } target)
            return new Refusal(RefusalCode.SubscriptionNotFound, "The customer holds no such plan: see customers.get for those it holds.");
        return command.Discounts.IsEmpty ? Change(subject, catalog, target, command, now) : Discounted(subject, catalog, target, command, now);
    }

    // The discounts stand first, so that the invoice of the change has them too.
    private static Planned Discounted(Subject subject, Catalog catalog, Subscription target, Command.UpdatePlan command, Instant now)
    {
        if (command.Cancel is not null) return new Refusal(RefusalCode.InvalidRequest, "cancel_action cannot go with other changes: send it by itself.");
        if (target.Cycle is not { } cycle) return new Refusal(RefusalCode.InvalidRequest, $"Plan {target.Plan} is not billed again: there is nothing to take a discount off.");
        if (Redeeming.Refused(subject.Customer, command.Discounts, [target.Plan], []) is { } refusal) return refusal;
        var story = new EventList(subject.Customer, now);
        story.AddRange(command.Discounts.Select(wish => new CustomerEvent.DiscountAdded(wish.Standing(cycle, now))));
        story.AddRange(Redeeming.Of(command.Discounts, invoice: null));
        if (command is { Version: null, Customize: null, Quantities.IsEmpty: true })
        {
            var plan = new BillingPlan(story.Events, null, [new PlanMove(target, null)], [new PlanMove(target, null)], PaymentPath.Nothing);
            return plan with { Next = Forecasting.After(subject.Customer, catalog, plan, now) };
        }

        var changed = Change(new Subject(story.Customer, subject.Entity), catalog, target, command, now);
        return changed.Plan is { } done ? done with { Events = [.. story.Events, .. done.Events] } : changed;
    }

    private static Planned Change(Subject subject, Catalog catalog, Subscription target, Command.UpdatePlan command, Instant now)
    {
        var customer = subject.Customer;
        if (command is { Cancel: null, Version: null, Customize: null, Quantities.IsEmpty: true })
            return new Refusal(RefusalCode.InvalidInputs, "Nothing to change: send feature_quantities, version, customize, discounts or cancel_action.");
        if (target.Incoming is not null)
        {
            return command.Cancel is CancelAction.EndOfCycle or CancelAction.Immediately
                ? Canceling.Unschedule(customer, catalog, target, now)
                : new Refusal(RefusalCode.InvalidRequest, $"Plan {target.Plan} has not begun yet: all that can be done with it is to cancel it.");
        }

        if (command is { Refund: not null, Cancel: not CancelAction.Immediately })
            return new Refusal(RefusalCode.InvalidRequest, "refund_last_payment is for cancel_immediately only.");
        if (command is { Version: null, Customize: null, Cancel: not null }) return Canceling.Cancel(customer, catalog, target, command, now);
        if (command.Cancel is not null) return new Refusal(RefusalCode.InvalidRequest, "cancel_action cannot go with other changes: send it by itself.");
        return command is { Version: null, Customize: null } ? Quantities.Change(customer, catalog, target, command, now) : Terms(subject, catalog, target, command, now);
    }

    // As a switch to the same plan on other terms, with what was used carried along.
    private static Planned Terms(Subject subject, Catalog catalog, Subscription target, Command.UpdatePlan command, Instant now)
    {
        var quantities = command.Quantities;
        var held = command.Version is null && target.IsCustom ? Switching.Held(subject.Customer, catalog, target) : null;
        var (offer, refusal) = Offers.Of(subject, catalog, new PlanWish(target.Plan, command.Version ?? target.Version, quantities, SubscriptionId: null, command.Customize), held);
        if (refusal is not null) return refusal;
        if (!offer!.IsCustom && !target.IsCustom && offer.Version == target.Version && command.Customize?.Trial.Said != true)
            return new Refusal(RefusalCode.InvalidRequest, $"The customer holds version {target.Version} of plan {target.Plan} already.");
        offer = offer with { CallerId = target.CallerId, Trial = command.Customize?.Trial.Said == true ? offer.Trial : null };
        var options = AttachOptions.Default with
        {
            Prorates = command.Prorates, InvoiceMode = command.InvoiceMode, Schedule = PlanSchedule.Immediate, CarryUsage = new CarryOver(true, []),
        };
        return Attaching.Replace(subject.Customer, catalog, new AttachWish([offer], options), target, now);
    }

    private static Subscription? Target(Customer customer, Holdings own, Command.UpdatePlan command)
    {
        var (plan, callerId, name) = command.Select;
        var all = own.Subscriptions.Concat(own.Planned).ToList();
        if (name is { } named) return all.FirstOrDefault(held => named == new HeldName(customer.Key, held.No));
        if (callerId is not null) return all.FirstOrDefault(held => held.CallerId == callerId);
        if (plan is { } id)
        {
            var ofPlan = all.Where(held => held.Plan == id).ToList();
            return ofPlan.FindLast(static held => held.Incoming is null) ?? ofPlan.LastOrDefault();
        }

        return all.Where(held => Sells(own, held, command.Quantities)).OrderBy(static held => held.Incoming is not null)
            .ThenBy(static held => Rank(held)).ThenByDescending(static held => held.No.Value).FirstOrDefault();
    }

    private static bool Sells(Holdings own, Subscription held, ImmutableDictionary<FeatureId, Quantity> quantities) =>
        quantities.Keys.All(feature => own.Grants.Any(grant => grant.Subscription == held.No && grant.Feature == feature && grant.Terms.IsPrepaid));

    private static int Rank(Subscription held) => held switch
    {
        { IsMain: true, Runs.IsEmpty: false } => 0,
        { IsMain: true } => 1,
        { OneOff: false } => 2,
        _ => 3,
    };
}
