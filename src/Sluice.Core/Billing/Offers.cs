using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A plan as it is asked for becomes an offer: version, terms, trial and quantities settled.</summary>
internal static class Offers
{
    /// <param name="held">The plan on the customer's own terms, when those are what is customized; null = the catalog's.</param>
    public static (PlanOffer? Offer, Refusal? Refusal) Of(Subject subject, Catalog catalog, PlanWish wish, Plan? held = null)
    {
        if (catalog.Plan(wish.Plan, wish.Version) is not { } plan)
            return Refuse(RefusalCode.PlanNotFound, wish.Version is { } version ? $"Plan {wish.Plan} has no version {version}." : $"Plan {wish.Plan} does not exist.");
        if (Unbuilt(plan) is { } unbuilt) return (null, unbuilt);
        var (custom, unfitCustom) = Customized(catalog, held ?? plan, wish.Customize);
        if (unfitCustom is not null) return (null, unfitCustom);
        if (subject.Entity is not null && custom!.Items.FirstOrDefault(static item => item.EntityFeature is not null) is { } shared)
            return Refuse(RefusalCode.InvalidRequest, $"Plan {plan.Id} gives each entity its own {shared.Feature}: attach it to the customer, not to one entity.");
        if (wish.SubscriptionId is { } callerId && IsTaken(subject.Customer, callerId))
            return Refuse(RefusalCode.SubscriptionExists, $"The customer already has a subscription with the id {callerId}.");
        if (Unfit(custom!, wish.Quantities) is { } unfit) return (null, unfit);
        var trial = wish.Customize?.Trial is { Said: true, To: var asked } ? asked : plan.FreeTrial;
        return (new PlanOffer(
            plan.Id, plan.Version, plan.Group, plan.AddOn, plan.AutoEnable, custom!.IsOneOff, IsCustom: !HasTerms(custom, plan), plan.IgnorePastDue,
            custom.Price, custom.Items, custom.IsOneOff ? null : trial, wish.Customize?.Trial.Said == true, wish.Quantities, wish.SubscriptionId, subject.Entity?.No), null);
    }

    /// <summary>The plan as it is, for who starts on it by itself.</summary>
    public static PlanOffer Default(Plan plan, EntityNo? entity = null) => new(
        plan.Id, plan.Version, plan.Group, plan.AddOn, plan.AutoEnable, plan.IsOneOff, IsCustom: false, plan.IgnorePastDue, plan.Price, plan.Items, plan.FreeTrial,
        TrialIsAsked: false, ImmutableDictionary<FeatureId, Quantity>.Empty, CallerId: null, entity);

    /// <summary>A refusal when the plan needs something that is not built yet.</summary>
    public static Refusal? Unbuilt(Plan plan) => plan.NeedsLater is { } field
        ? new Refusal(RefusalCode.NotSupported, $"Plan {plan.Id} uses {field}, which this version of Sluice cannot grant yet.")
        : null;

    /// <summary>The quantity counts the included units in; the rest is bought in whole packs.</summary>
    public static Quantity Bought(ItemTerms terms, Quantity quantity)
    {
        var beyond = quantity - terms.Included;
        if (!terms.IsPrepaid || !beyond.IsPositive) return Quantity.Zero;
        var units = terms.Price!.BillingUnits.Value;
        return Quantity.Total(Math.Ceiling(beyond.Value / units) * units);
    }

    public static Refusal? Unfit(Plan plan, ImmutableDictionary<FeatureId, Quantity> quantities)
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

    /// <summary>The same object when nothing is the customer's own.</summary>
    public static (Plan? Plan, Refusal? Refusal) Customized(Catalog catalog, Plan plan, Customization? customize)
    {
        if (customize is not { ChangesTerms: true }) return (plan, null);
        var (items, bad) = PlanItems.Make(catalog, customize.Items ?? customize.AddItems);
        if (bad is not null) return (null, bad);
        if (customize.Items is null)
        {
            if (customize.RemoveItems.FirstOrDefault(gone => !plan.Items.Any(item => IsMeant(item, gone))) is { Feature.Value: not null } unknown)
                return (null, new Refusal(RefusalCode.InvalidRequest, $"customize: plan {plan.Id} has no item of feature {unknown.Feature} to remove."));
            items = [.. plan.Items.Where(item => !customize.RemoveItems.Any(gone => IsMeant(item, gone))), .. items];
        }

        // What is as in the plan stays the plan's, by reference.
        items = [.. items.Select(item => plan.Items.FirstOrDefault(same => same.SameAs(item)) ?? item)];
        var custom = plan with { Price = customize.Price.Or(plan.Price), Items = items };
        if (PlanItems.CheckTwice(items) is { } twice) return (null, twice);
        if (PlanRules.CheckWhole(custom, catalog.Policy.Currency) is { } wrong) return (null, wrong);
        return HasTerms(custom, plan) ? (null, new Refusal(RefusalCode.InvalidRequest, $"customize: these are the terms of plan {plan.Id} already: leave customize out.")) : (custom, null);
    }

    private static bool HasTerms(Plan custom, Plan plan) => ReferenceEquals(custom, plan)
        || (custom.Price == plan.Price && custom.Items.Length == plan.Items.Length && custom.Items.All(item => plan.Items.Any(item.SameAs)));

    private static bool IsMeant(ItemTerms item, (FeatureId Feature, Interval? Interval) gone) =>
        item.Feature == gone.Feature && (gone.Interval is not { } interval || (item.Price?.Interval ?? item.Reset) == interval);

    private static bool IsTaken(Customer customer, string callerId) =>
        customer.Own.Subscriptions.Concat(customer.Own.Planned).Concat(customer.Entities.SelectMany(static entity => entity.Own.Subscriptions.Concat(entity.Own.Planned)))
            .Any(held => held.CallerId == callerId);

    private static (PlanOffer?, Refusal?) Refuse(RefusalCode code, string message) => (null, new Refusal(code, message));
}
