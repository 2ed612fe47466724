using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A customer comes, changes and goes.</summary>
internal static class Lifecycle
{
    public static Outcome Create(Catalog catalog, Command.Create command, Instant now)
    {
        if (command.DefaultPlan is { } chosen && catalog.Plan(chosen) is null)
            return new Refusal(RefusalCode.PlanNotFound, $"Plan {chosen} (auto_enable_plan_id) does not exist.");
        if (command.DefaultPlan is { } priced && catalog.Plan(priced)!.IsFree == false)
            return new Refusal(RefusalCode.InvalidRequest, $"Plan {priced} has a price, so it cannot be the plan a new customer starts on: attach it instead.");

        var plans = command.NoDefaults ? []
            : command.DefaultPlan is { } plan ? [catalog.Plan(plan)!]
            : catalog.AutoEnabled.Where(candidate => command.DefaultGroup is null || candidate.Group == command.DefaultGroup).ToImmutableArray();
        var events = ImmutableArray.CreateBuilder<CustomerEvent>();
        events.Add(new CustomerEvent.Created(command.Key, command.Profile));
        var lastNo = 0;
        foreach (var wanted in plans)
        {
            if (Attaching.Unbuilt(catalog, wanted) is { } unbuilt) return unbuilt;
            var attached = Attaching.Open(catalog, wanted, ImmutableDictionary<FeatureId, Quantity>.Empty, callerId: null, lastNo, now);
            lastNo = attached.LastNo;
            events.Add(attached.Event);
        }

        return new Outcome(events.DrainToImmutable());
    }

    public static Outcome Backfill(Customer customer, Command.Backfill command) => Changed(customer, customer.Profile.Backfilled(command));

    public static Outcome ChangeProfile(Customer customer, Command.ChangeProfile command) => Changed(customer, command.Change(customer.Profile));

    public static Outcome Delete() => new CustomerEvent.Deleted();

    private static Outcome Changed(Customer customer, Profile profile) =>
        profile == customer.Profile ? new Outcome([]) : new CustomerEvent.ProfileChanged(profile);
}
