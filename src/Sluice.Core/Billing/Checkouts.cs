using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A page where the customer saves a card. What was asked for is decided anew when that is done, on the terms of then.</summary>
internal static class Checkouts
{
    public static Outcome SetUp(Subject subject, Catalog catalog, Command.SetUpPayment command, Instant now)
    {
        var customer = subject.Customer;
        AttachWish? wish = null;
        if (command.Wanted is { } wanted)
        {
            // What could not be attached is refused before anyone types in a card.
            var planned = Attaching.Attach(subject, catalog, wanted, now);
            if (planned.Refusal is { } refusal) return refusal;
            var (offer, _) = Offers.Of(subject, catalog, new PlanWish(wanted.Plan, wanted.Version, wanted.Quantities, wanted.SubscriptionId, wanted.Customize));
            wish = new AttachWish([offer!], wanted.Options);
        }

        var story = new EventList(customer, now);
        if (customer.Billing.Checkout is { } open) story.Add(new CustomerEvent.CheckoutClosed(open.No, CheckoutEnd.Replaced));
        story.Add(new CustomerEvent.CheckoutOpened(new OpenCheckout(new CheckoutNo(story.Customer.LastNo + 1), wish, now, now.Plus(BillingPolicy.CheckoutTime))));
        return new Outcome(story.Events);
    }

    /// <summary>A page that is not open any more saves nothing; completed twice, the second changes nothing.</summary>
    public static Outcome Complete(Customer customer, Catalog catalog, Command.CompleteCheckout command, Instant now)
    {
        if (customer.Billing.Checkout is not { } open || open.No != command.Checkout) return new Outcome([]);
        var story = new EventList(customer, now);
        story.Add(new CustomerEvent.CheckoutClosed(open.No, CheckoutEnd.Completed));
        if (command.Method is { } method) story.Add(new CustomerEvent.PaymentMethodChanged(method));
        if (open.Wanted is not { } wish) return new Outcome(story.Events);
        var planned = Attaching.Attach(story.Customer, catalog, wish, now, afterCheckout: true);
        return planned.Refusal is { } refusal ? refusal : new Outcome([.. story.Events, .. planned.Plan!.Events]);
    }

    /// <summary>The same page with another price; what was shown before is gone.</summary>
    public static Outcome EnterCode(Customer customer, Catalog catalog, Command.EnterCode command, Instant now)
    {
        if (customer.Billing.Checkout is not { Wanted: { } wanted } open || open.No != command.Checkout)
            return new Refusal(RefusalCode.CheckoutNotFound, "This checkout is over, or nothing is bought with it.");
        var standing = wanted.Options.Discounts.RemoveAll(static wish => wish.Code is not null);
        if (command.Discount is { } entered && standing.Any(wish => wish.Discount.Id == entered.Discount.Id)) return new Refusal(RefusalCode.InvalidRequest, "That discount is taken off already.");
        var wish = wanted with { Options = wanted.Options with { Discounts = command.Discount is { } by ? standing.Add(by) : standing } };
        if (Attaching.Attach(customer, catalog, wish, now, afterCheckout: true).Refusal is { } refusal) return refusal;
        return new CustomerEvent.CheckoutOpened(open with { Wanted = wish });
    }

    public static Outcome Expire(Customer customer, Command.ExpireCheckout command) =>
        customer.Billing.Checkout?.No == command.Checkout ? new CustomerEvent.CheckoutClosed(command.Checkout, CheckoutEnd.Expired) : new Outcome([]);
}
