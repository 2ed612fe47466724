using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A plan comes to a customer: what it grants, and which held plan gives way to it.</summary>
internal static class Attaching
{
    public static Outcome Attach(Customer customer, Catalog catalog, Command.Attach command, Instant now)
    {
        if (catalog.Plan(command.Plan, command.Version) is not { } plan)
            return new Refusal(RefusalCode.PlanNotFound, command.Version is { } version ? $"Plan {command.Plan} has no version {version}." : $"Plan {command.Plan} does not exist.");
        if (Unbuilt(catalog, plan) is { } unbuilt) return unbuilt;
        if (!plan.IsFree && !command.NoBillingChanges)
            return new Refusal(RefusalCode.NotSupported, $"Plan {plan.Id} has a price, and this version of Sluice cannot charge yet: attach it with no_billing_changes: true.");
        if (command.SubscriptionId is { } callerId && customer.Subscriptions.Any(held => held.CallerId == callerId))
            return new Refusal(RefusalCode.SubscriptionExists, $"The customer already has a subscription with the id {callerId}.");
        if (Unfit(plan, command.Quantities) is { } unfit) return unfit;

        var outgoing = Replaced(customer, plan);
        if (outgoing?.Plan == plan.Id)
            return new Refusal(RefusalCode.PlanAlreadyAttached, $"The customer already has plan {plan.Id}.");

        var (attached, _) = Open(catalog, plan, command.Quantities, command.SubscriptionId, customer.LastNo, now);
        if (outgoing is null) return attached;
        return new Outcome([new CustomerEvent.PlanEnded(outgoing.No, outgoing.Plan, outgoing.Version), CarryHeldUnits(customer, catalog, outgoing, attached)]);
    }

    /// <summary>A refusal when the plan needs something that is not built yet.</summary>
    public static Refusal? Unbuilt(Catalog catalog, Plan plan) => catalog.NeedsLater(plan) is { } field
        ? new Refusal(RefusalCode.NotSupported, $"Plan {plan.Id} uses {field}, which this version of Sluice cannot grant yet.")
        : null;

    /// <summary>The held plan and its grants as they begin; numbers follow on <paramref name="lastNo"/>.</summary>
    public static (CustomerEvent.PlanAttached Event, int LastNo) Open(
        Catalog catalog, Plan plan, ImmutableDictionary<FeatureId, Quantity> quantities, string? callerId, int lastNo, Instant now)
    {
        var subscription = new Subscription(
            new SubscriptionNo(++lastNo), callerId, plan.Id, plan.Version, plan.Group, plan.AddOn, plan.AutoEnable, plan.IsOneOff, Quantity: 1, StartedAt: now);
        var grants = ImmutableArray.CreateBuilder<Grant>(plan.Items.Length);
        foreach (var terms in plan.Items)
        {
            var prepaid = terms.IsPrepaid ? Bought(terms, quantities.GetValueOrDefault(terms.Feature)) : Quantity.Zero;
            grants.Add(new Grant(
                new GrantNo(++lastNo), BalanceId: null, subscription.No, plan.Id, plan.AddOn, terms,
                Included: terms.Included, prepaid, Adjustment: Quantity.Zero, Balance: terms.Included + prepaid,
                Anchor: now, NextResetAt: terms.Reset?.NextAfter(now, now), ExpiresAt: null, CreatedAt: now));
        }

        return (new CustomerEvent.PlanAttached(subscription, grants.MoveToImmutable()), lastNo);
    }

    // Main recurring plans of one group replace each other; add-ons and purchases stand by themselves.
    private static Subscription? Replaced(Customer customer, Plan plan) => plan.AddOn || plan.IsOneOff
        ? null
        : customer.Subscriptions.FirstOrDefault(held => !held.AddOn && !held.OneOff && held.Group == plan.Group);

    // Seats in use stay in use: the new grant starts with what the old plan's grants had in use, even below zero.
    private static CustomerEvent.PlanAttached CarryHeldUnits(Customer customer, Catalog catalog, Subscription outgoing, CustomerEvent.PlanAttached attached)
    {
        var carried = new HashSet<FeatureId>();
        return attached with
        {
            Grants = [.. attached.Grants.Select(grant =>
                catalog.Feature(grant.Feature) is { Type: FeatureType.Metered, Consumable: false } && carried.Add(grant.Feature)
                    ? grant with { Balance = customer.Grants.Where(old => old.Subscription == outgoing.No && old.Feature == grant.Feature).Aggregate(grant.Balance, (balance, old) => balance - old.Usage) }
                    : grant)],
        };
    }

    private static Refusal? Unfit(Plan plan, ImmutableDictionary<FeatureId, Quantity> quantities)
    {
        foreach (var (feature, quantity) in quantities)
        {
            var item = plan.Items.FirstOrDefault(terms => terms.Feature == feature && terms.IsPrepaid);
            if (item is null)
                return new Refusal(RefusalCode.InvalidRequest, $"feature_quantities: plan {plan.Id} has no prepaid item for feature {feature}.");
            if (quantity.IsNegative)
                return new Refusal(RefusalCode.InvalidInputs, $"feature_quantities: the quantity of {feature} must not be negative.");
            if ((item.Included + Bought(item, quantity)).Value > Quantity.Limit)
                return new Refusal(RefusalCode.InvalidInputs, $"feature_quantities: {quantity} {feature} are more than a balance can hold.");
            if (item.Price!.MaxPurchase is { } most && Bought(item, quantity) > most)
                return new Refusal(RefusalCode.InvalidRequest, $"feature_quantities: at most {most} {feature} can be bought beyond the {item.Included} included.");
        }

        return null;
    }

    // The quantity counts the included units in; the rest is bought in whole packs.
    private static Quantity Bought(ItemTerms terms, Quantity quantity)
    {
        var beyond = quantity - terms.Included;
        if (!beyond.IsPositive) return Quantity.Zero;
        var units = terms.Price!.BillingUnits.Value;
        return Quantity.Total(Math.Ceiling(beyond.Value / units) * units);
    }
}
