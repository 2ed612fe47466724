namespace Sluice.Core;

/// <summary>What attaching a plan to a customer would be.</summary>
public enum AttachAction
{
    /// <summary>It comes beside what is held.</summary>
    Activate,

    Upgrade,

    Downgrade,

    /// <summary>It is held already.</summary>
    None,

    /// <summary>It is paid once.</summary>
    Purchase,
}

/// <summary>A plan seen by one customer.</summary>
/// <param name="Held">The customer holds it now.</param>
/// <param name="TrialAvailable">The plan has a trial and this customer may have it.</param>
public sealed record Eligibility(AttachAction AttachAction, bool Held, bool TrialAvailable)
{
    /// <param name="customer">Null: someone who is no customer yet and holds nothing.</param>
    public static Eligibility Of(Catalog catalog, Plan plan, Customer? customer)
    {
        var held = !plan.IsOneOff && customer is not null && customer.Subscriptions.Any(subscription => subscription.Plan == plan.Id);
        return new Eligibility(Action(catalog, plan, customer, held), held, TrialAvailable: !held && plan.FreeTrial is not null && Timing.MayTry(customer, catalog.Policy, plan.Id, entity: null, isAsked: false));
    }

    private static AttachAction Action(Catalog catalog, Plan plan, Customer? customer, bool held)
    {
        if (plan.IsOneOff) return AttachAction.Purchase;
        if (held) return AttachAction.None;
        if (plan.AddOn || customer is null || Current(catalog, plan, customer) is not { } current) return AttachAction.Activate;
        return PlanComparison.Between(catalog, current, plan) == Direction.Upgrade ? AttachAction.Upgrade : AttachAction.Downgrade;
    }

    /// <summary>The main plan that would give way: recurring, of the same group, at the version the customer holds.</summary>
    private static Plan? Current(Catalog catalog, Plan plan, Customer customer)
    {
        var held = customer.Subscriptions.FirstOrDefault(subscription => !subscription.AddOn && !subscription.OneOff && subscription.Group == plan.Group);
        return held is null ? null
            : catalog.Plan(held.Plan, held.Version) ?? throw new InvariantViolation($"{customer.Key} holds {held.Plan} version {held.Version}, which is not in the catalog");
    }
}
