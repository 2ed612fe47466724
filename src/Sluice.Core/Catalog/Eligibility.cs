namespace Sluice.Core;

/// <summary>What attaching a plan to a customer or an entity would be.</summary>
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

/// <summary>A plan seen by one holder, a customer or an entity.</summary>
/// <param name="Held">The holder has it now.</param>
/// <param name="TrialAvailable">The plan has a trial and this holder may have it.</param>
public sealed record Eligibility(AttachAction AttachAction, bool Held, bool TrialAvailable)
{
    /// <summary>It is held and will end.</summary>
    public bool IsCanceling { get; init; }

    /// <summary>It is held on trial.</summary>
    public bool IsTrialing { get; init; }

    /// <summary>It is not held and will be.</summary>
    public bool IsScheduled { get; init; }

    /// <param name="subject">Null for someone who is no customer yet.</param>
    public static Eligibility Of(Catalog catalog, Plan plan, Subject? subject)
    {
        var (customer, own) = (subject?.Customer, subject?.Own ?? Holdings.None);
        var current = plan.IsOneOff ? null : own.Subscriptions.FirstOrDefault(subscription => subscription.Plan == plan.Id);
        var held = current is not null;
        return new Eligibility(
            Action(catalog, plan, own, held),
            held,
            TrialAvailable: !held && plan.FreeTrial is not null && Timing.MayTry(customer, catalog.Policy, plan.Id, subject?.Entity?.No, isAsked: false))
        {
            IsCanceling = current?.CanceledAt is not null,
            IsTrialing = current?.TrialEnd is not null,
            IsScheduled = !held && own.Planned.Any(planned => planned.Plan == plan.Id && planned.Incoming!.StartsAt is not null),
        };
    }

    private static AttachAction Action(Catalog catalog, Plan plan, Holdings own, bool held)
    {
        if (plan.IsOneOff) return AttachAction.Purchase;
        if (held) return AttachAction.None;
        if (plan.AddOn || Current(catalog, plan, own) is not { } current) return AttachAction.Activate;
        return PlanComparison.Between(catalog, current, plan) == Direction.Upgrade ? AttachAction.Upgrade : AttachAction.Downgrade;
    }

    /// <summary>The main plan that would give way: recurring, of the same group, at the version held.</summary>
    private static Plan? Current(Catalog catalog, Plan plan, Holdings own)
    {
        var held = own.Subscriptions.FirstOrDefault(subscription => !subscription.AddOn && !subscription.OneOff && subscription.Group == plan.Group);
        return held is null ? null
            : catalog.Plan(held.Plan, held.Version) ?? throw new InvariantViolation($"{held.Plan} version {held.Version} is held and not in the catalog");
    }
}
