using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A customer comes, changes and goes.</summary>
internal static class Lifecycle
{
    public static Outcome Create(Catalog catalog, Command.Create command, Instant now)
    {
        if (command.DefaultPlan is { } chosen && catalog.Plan(chosen) is null)
            return new Refusal(RefusalCode.PlanNotFound, $"Plan {chosen} (auto_enable_plan_id) does not exist.");
        if (command.DefaultPlan is { } priced && catalog.Plan(priced) is { IsFree: false, FreeTrial: not { CardRequired: false } })
            return new Refusal(RefusalCode.InvalidRequest, $"Plan {priced} has a price, so it cannot be the plan a new customer starts on: attach it instead.");

        var plans = command.NoDefaults ? []
            : command.DefaultPlan is { } plan ? [catalog.Plan(plan)!]
            : Defaults(catalog, command.DefaultGroup);
        var events = ImmutableArray.CreateBuilder<CustomerEvent>();
        events.Add(new CustomerEvent.Created(command.Key, command.Profile));
        var customer = CustomerState.Apply(null, events[0], now);
        foreach (var wanted in plans)
        {
            if (Offers.Unbuilt(wanted) is { } unbuilt) return unbuilt;
            var planned = Attaching.Attach(customer, catalog, new AttachWish([Offers.Default(wanted)], AttachOptions.Default), now, afterCheckout: false);
            if (planned.Refusal is { } refusal) return refusal;
            events.AddRange(planned.Plan!.Events);
            foreach (var happened in planned.Plan.Events) customer = CustomerState.Apply(customer, happened, now);
        }

        if (command.Controls is { } controls) events.Add(new CustomerEvent.ControlsChanged(null, controls));
        if (command.Config is { } config) events.Add(new CustomerEvent.ConfigChanged(config));

        return new Outcome(events.DrainToImmutable());
    }

    // Of each group the plan that is tried first comes before the free one, which follows when the trial ends.
    private static ImmutableArray<Plan> Defaults(Catalog catalog, string? group) =>
    [
        .. catalog.AutoEnabled.Where(plan => group is null || plan.Group == group)
            .Where(plan => plan.AddOn || !plan.IsFree || !catalog.AutoEnabled.Any(other => !other.AddOn && !other.IsFree && other.Group == plan.Group)),
    ];

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
