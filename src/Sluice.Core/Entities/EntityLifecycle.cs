using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Entities come, change and go.</summary>
internal static class EntityLifecycle
{
    public static Outcome Create(Customer customer, Catalog catalog, Command.CreateEntity command, Instant now)
    {
        if (Entity.Unfit(catalog, command.Feature) is { } unfit) return unfit;
        var feature = catalog.Feature(command.Feature)!;
        if (command.Id is { } id && customer.Entities.Find(id) is not null)
            return new Refusal(RefusalCode.EntityExists, $"The customer has an entity {id} already.");
        if (customer.Entities.WithoutId is { } waiting)
        {
            // The one that waits for an id takes it, with the seat and the balances that it has.
            if (command.Id is null) return new Refusal(RefusalCode.EntityIdRequired, "The customer has an entity without an id already: give this one an entity_id.");
            if (waiting.Feature == feature.Id) return Adopt(waiting, command);
        }

        var deduction = new Deduction(new Bounds(new Subject(customer), catalog, now, property: null));
        var left = deduction.Take(DrawOrder.Of(new Subject(customer), feature), feature, Quantity.One, DrawMode.Cap);
        if (left.IsPositive && customer.Grants.Any(grant => grant.Feature == feature.Id))
            return new Refusal(RefusalCode.FeatureLimitReached, $"No more {feature.Id} can be had: the limit of the plan is reached. Delete an entity or change the plan.");

        var no = new EntityNo(customer.LastNo + 1);
        var shares = ImmutableArray.CreateBuilder<Grant>();
        foreach (var parent in customer.Grants)
        {
            if (parent.IsShared && parent.Terms.EntityFeature == feature.Id) shares.Add(Share(parent, no, new GrantNo(no.Value + shares.Count + 1), now));
        }

        var entity = new Entity(no, command.Id, command.Name, feature.Id, now, Holdings.None with { Grants = shares.DrainToImmutable(), Controls = command.Controls ?? BillingControls.None });
        return Watching.After(new Subject(customer), catalog, new CustomerEvent.EntityCreated(entity, deduction.Draws()), [feature], null, now);
    }

    public static Outcome Update(Entity entity, Command.UpdateEntity command)
    {
        var events = ImmutableArray.CreateBuilder<CustomerEvent>();
        if (command.Name is { } name && name != entity.Name) events.Add(new CustomerEvent.EntityNamed(entity.No, entity.Id, name));
        if (command.Controls is { } change && entity.Own.Controls.With(change) is var controls && controls != entity.Own.Controls)
            events.Add(new CustomerEvent.ControlsChanged(entity.No, controls));
        return new Outcome(events.DrainToImmutable());
    }

    public static Outcome Delete(Customer customer, Catalog catalog, Entity entity, Instant now)
    {
        var edit = new Edit(new Subject(customer), now);
        foreach (var held in entity.Own.Subscriptions) edit.Add(End(edit.Current.Customer, held));
        var deduction = new Deduction();
        if (catalog.Feature(entity.Feature) is { } feature) deduction.Take(DrawOrder.Of(edit.Current, feature), feature, -Quantity.One, DrawMode.Cap);
        edit.Add(new CustomerEvent.EntityDeleted(entity.No, deduction.Draws()));
        return new Outcome(edit.Events.DrainToImmutable());
    }

    /// <summary>A plan of an entity ends, and takes out of pools what it put in.</summary>
    public static Outcome End(Customer customer, Subscription held) =>
        new([.. Pools.Leave(customer, held.No), new CustomerEvent.PlanEnded(held.No, held.Plan, held.Version, held.Entity)]);

    /// <summary>One entity's own part of a grant that each has its part of.</summary>
    public static Grant Share(Grant parent, EntityNo entity, GrantNo no, Instant now) => parent with
    {
        No = no, Parent = parent.No, Entity = entity, Balance = parent.Starting, Adjustment = Quantity.Zero, CreatedAt = now, BalanceId = null,
    };

    private static Outcome Adopt(Entity waiting, Command.CreateEntity command)
    {
        var named = new CustomerEvent.EntityNamed(waiting.No, command.Id, command.Name ?? waiting.Name);
        return command.Controls is { } controls ? new Outcome([named, new CustomerEvent.ControlsChanged(waiting.No, waiting.Own.Controls.With(controls))]) : named;
    }
}
