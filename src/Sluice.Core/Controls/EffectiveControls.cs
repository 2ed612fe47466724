using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Whose control it is. The names are stable.</summary>
public enum ControlSource
{
    Entity,
    Customer,

    /// <summary>A default of a held plan.</summary>
    Plan,
}

/// <summary>
/// Which controls hold for a subject: those of the entity before those of the customer before the defaults of held
/// plans, for each feature by itself. One that is switched off still stands before the ones after it.
/// </summary>
public sealed class EffectiveControls
{
    private static readonly EffectiveControls Nothing = new(null, BillingControls.None, []);

    private readonly BillingControls? _entity;
    private readonly BillingControls _customer;
    private readonly ImmutableArray<BillingControls> _plans;

    private EffectiveControls(BillingControls? entity, BillingControls customer, ImmutableArray<BillingControls> plans) =>
        (_entity, _customer, _plans) = (entity, customer, plans);

    internal bool IsNone => ReferenceEquals(this, Nothing);

    internal static EffectiveControls Of(Subject subject, Catalog catalog)
    {
        var (entity, customer) = (subject.Entity?.Own.Controls, subject.Customer.Own.Controls);
        var plans = catalog.HasPlanControls ? OfPlans(subject, catalog) : [];
        return (entity is null || entity.IsEmpty) && customer.IsEmpty && plans.IsEmpty ? Nothing : new EffectiveControls(entity, customer, plans);
    }

    /// <summary>True or false when it is switched. Of several plans the stricter one holds.</summary>
    internal bool? Overage(FeatureId feature) => Switched(feature)?.IsOn;

    /// <summary>The same, and whose switch it is.</summary>
    internal (bool IsOn, ControlSource Source)? Switched(FeatureId feature)
    {
        var (found, source) = Of(static controls => controls.Overage, entry => entry.Feature == feature);
        return found.IsEmpty ? null : (found.All(static entry => entry.Enabled), source);
    }

    /// <summary>The spend limits among which the lowest holds.</summary>
    internal (ImmutableArray<SpendLimit> Limits, ControlSource Source)? Spend(FeatureId feature)
    {
        var found = Of(static controls => controls.SpendLimits, entry => entry.Feature == feature);
        return found.Entries.IsEmpty ? null : found;
    }

    /// <summary>The usage limits of a feature that hold side by side: one for each filter and interval.</summary>
    internal IEnumerable<(UsageLimit Limit, ControlSource Source)> Windows(FeatureId feature)
    {
        var shadowed = new List<PropertyFilter?>();
        foreach (var (limits, source) in UsageLimits(feature))
        {
            foreach (var limit in limits)
            {
                if (limit.Enabled && !shadowed.Contains(limit.Filter)) yield return (limit, source);
            }

            foreach (var limit in limits) shadowed.Add(limit.Filter);
        }
    }

    /// <summary>The alerts that hold for a feature. The entity's stand beside those of the customer.</summary>
    internal IEnumerable<UsageAlert> Alerts(FeatureId feature)
    {
        bool IsMeant(UsageAlert alert) => alert.Enabled && (alert.Feature is null || alert.Feature == feature);
        if (_entity is { Alerts.IsDefaultOrEmpty: false } own)
        {
            foreach (var alert in own.Alerts.Where(IsMeant)) yield return alert;
        }

        var rest = _customer.Alerts.IsDefaultOrEmpty ? _plans.Where(static plan => !plan.Alerts.IsDefault).SelectMany(static plan => plan.Alerts) : _customer.Alerts;
        foreach (var alert in rest.Where(IsMeant)) yield return alert;
    }

    /// <summary>Those that are switched on, one for each feature: the entity's own before the customer's before those of plans, of plans the last.</summary>
    internal IEnumerable<AutoTopUp> TopUps()
    {
        if (IsNone) return [];
        var levels = new[] { _entity?.TopUps ?? default, _customer.TopUps }.Concat(_plans.Reverse().Select(static plan => plan.TopUps));
        return levels.Where(static list => !list.IsDefaultOrEmpty).SelectMany(static list => list).DistinctBy(static topUp => topUp.Feature).Where(static topUp => topUp.Enabled).ToList();
    }

    // Level by level, those that come first before the others; of several plans the lowest limit.
    private IEnumerable<(ImmutableArray<UsageLimit> Limits, ControlSource Source)> UsageLimits(FeatureId feature)
    {
        IEnumerable<UsageLimit> Of(BillingControls controls) => controls.UsageLimits.IsDefaultOrEmpty ? [] : controls.UsageLimits.RemoveAll(limit => limit.Feature != feature);
        if (_entity is not null) yield return ([.. Of(_entity)], ControlSource.Entity);
        yield return ([.. Of(_customer)], ControlSource.Customer);
        yield return ([.. _plans.SelectMany(Of).Where(static limit => limit.Enabled)
            .GroupBy(static limit => (limit.Filter, limit.Interval)).Select(static same => same.MinBy(static limit => limit.Limit)!)], ControlSource.Plan);
    }

    // The entries of the first level that has any.
    private (ImmutableArray<T> Entries, ControlSource Source) Of<T>(Func<BillingControls, ImmutableArray<T>> list, Func<T, bool> isMeant)
    {
        ImmutableArray<T> Meant(BillingControls controls) => list(controls).IsDefaultOrEmpty ? [] : [.. list(controls).Where(isMeant)];
        if (_entity is not null && Meant(_entity) is { IsEmpty: false } own) return (own, ControlSource.Entity);
        if (Meant(_customer) is { IsEmpty: false } customer) return (customer, ControlSource.Customer);
        return ([.. _plans.SelectMany(plan => Meant(plan))], ControlSource.Plan);
    }

    /// <summary>
    /// The controls of a customer and the defaults of its plans that these do not put aside, as they are read: where two
    /// plans differ the stricter one, for top-ups that of the plan attached last.
    /// </summary>
    public static (BillingControls OfCustomer, BillingControls OfPlans) Shown(Customer customer, Catalog catalog)
    {
        var own = customer.Own.Controls;
        var plans = catalog.HasPlanControls ? OfPlans(customer, catalog) : [];
        return (own, new BillingControls(
            Rest(own.SpendLimits, plans.Select(static plan => plan.SpendLimits), static entry => entry.Feature, static same => same.MinBy(static entry => entry.Enabled ? entry.Limit?.Value ?? decimal.MaxValue : decimal.MaxValue)!),
            Rest(own.UsageLimits, plans.Select(static plan => plan.UsageLimits), static entry => (entry.Feature, entry.Filter), static same => same.MinBy(static entry => entry.Enabled ? entry.Limit.Value : decimal.MaxValue)!),
            Rest(own.Overage, plans.Select(static plan => plan.Overage), static entry => entry.Feature, static same => same.MinBy(static entry => entry.Enabled)!),
            own.Alerts.IsDefaultOrEmpty ? Rest(own.Alerts, plans.Select(static plan => plan.Alerts), static entry => entry, static same => same.First()) : default,
            Rest(own.TopUps, plans.Select(static plan => plan.TopUps), static entry => entry.Feature, static same => same.Last())));
    }

    private static ImmutableArray<T> Rest<T, TKey>(ImmutableArray<T> own, IEnumerable<ImmutableArray<T>> plans, Func<T, TKey> key, Func<IEnumerable<T>, T> strictest)
    {
        var named = own.IsDefault ? [] : own.Select(key).ToHashSet();
        ImmutableArray<T> rest = [.. plans.Where(static list => !list.IsDefault).SelectMany(static list => list).GroupBy(key).Where(same => !named.Contains(same.Key)).Select(strictest)];
        return rest.IsEmpty ? default : rest;
    }

    private static ImmutableArray<BillingControls> OfPlans(Subject subject, Catalog catalog)
    {
        var plans = ImmutableArray.CreateBuilder<BillingControls>();
        void Add(ImmutableArray<Subscription> held)
        {
            foreach (var one in held)
            {
                if (catalog.Plan(one.Plan, one.Version)?.Controls is { IsEmpty: false } controls) plans.Add(controls);
            }
        }

        if (subject.Entity is { } entity) Add(entity.Own.Subscriptions);
        Add(subject.Customer.Subscriptions);
        return plans.DrainToImmutable();
    }
}
