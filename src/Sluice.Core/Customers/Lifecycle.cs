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
            var attached = Attaching.Open(wanted, ImmutableDictionary<FeatureId, Quantity>.Empty, callerId: null, entity: null, lastNo, now);
            lastNo = attached.LastNo;
            events.Add(attached.Event);
        }

        if (command.Controls is { } controls) events.Add(new CustomerEvent.ControlsChanged(null, controls));
        if (command.Config is { } config) events.Add(new CustomerEvent.ConfigChanged(config));

        return new Outcome(events.DrainToImmutable());
    }

    public static Outcome Backfill(Customer customer, Command.Backfill command) => Changed(customer, customer.Profile.Backfilled(command));

    public static Outcome ChangeProfile(Customer customer, Command.ChangeProfile command) => Changed(customer, command.Change(customer.Profile));

    public static Outcome ChangeControls(Customer customer, Command.ChangeControls command)
    {
        var controls = customer.Own.Controls.With(command.Controls);
        return controls == customer.Own.Controls ? new Outcome([]) : new CustomerEvent.ControlsChanged(null, controls);
    }

    public static Outcome ChangeConfig(Customer customer, Command.ChangeConfig command)
    {
        var config = new CustomerConfig(
            command.DisablePooledBalance ?? customer.Config.DisablePooledBalance, command.DisableOverageBilling ?? customer.Config.DisableOverageBilling);
        return config == customer.Config ? new Outcome([]) : new CustomerEvent.ConfigChanged(config);
    }

    public static Outcome Delete() => new CustomerEvent.Deleted();

    private static Outcome Changed(Customer customer, Profile profile) =>
        profile == customer.Profile ? new Outcome([]) : new CustomerEvent.ProfileChanged(profile);
}
