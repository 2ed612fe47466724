using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What a change of balances sets off: alerts that are crossed, limits that are reached. Each is told when it happens, not while it lasts.</summary>
internal static class Watching
{
    private static readonly Quantity Tiny = Quantity.Of(0.0000001m);

    /// <param name="changed">The event that changes balances of <paramref name="features"/>, or of pools they draw on.</param>
    /// <returns>The event, and what it sets off.</returns>
    public static Outcome After(Subject before, Catalog catalog, CustomerEvent changed, IEnumerable<Feature> features, Func<string, string?>? property, Instant now)
    {
        if (changed is CustomerEvent.Used { Draws.IsEmpty: true, Windows.IsEmpty: true }) return changed;
        var customer = CustomerState.Apply(before.Customer, changed, now);
        var after = new Subject(customer, before.Entity is { } entity ? customer.Entities.Find(entity.No) : null);
        var events = ImmutableArray.CreateBuilder<CustomerEvent>(1);
        events.Add(changed);
        var controls = EffectiveControls.Of(before, catalog);
        foreach (var feature in features)
        {
            if (!controls.IsNone || !HasLeft(after, feature)) Limit(before, after, catalog, feature, property, now, events);
            if (!controls.IsNone) Alerts(before, after, catalog, controls, feature, property, now, events);
        }

        return new Outcome(events.DrainToImmutable(), After: customer);
    }

    // Where no control stands against it, next to nothing may be used of whatever has that much left.
    private static bool HasLeft(Subject subject, Feature feature)
    {
        foreach (var grant in subject.Own.Grants)
        {
            if (grant.Feature == feature.Id && !grant.IsShared && grant.Balance >= Tiny) return true;
        }

        return false;
    }

    // What a check of next to nothing says, before and after.
    private static void Limit(Subject before, Subject after, Catalog catalog, Feature feature, Func<string, string?>? property, Instant now, ImmutableArray<CustomerEvent>.Builder events)
    {
        var denied = Access.Check(after, catalog, feature, Tiny, now, property);
        if (denied.Allowed || denied.Balance is null) return;
        if (!Access.Check(before, catalog, feature, Tiny, now, property).Allowed) return;
        events.Add(new CustomerEvent.LimitReached(denied.Evaluated ?? feature.Id, after.Entity?.No, denied.Rule, denied.Window?.Filter));
    }

    private static void Alerts(
        Subject before, Subject after, Catalog catalog, EffectiveControls controls, Feature feature, Func<string, string?>? property, Instant now, ImmutableArray<CustomerEvent>.Builder events)
    {
        Watch(feature);
        foreach (var pool in DrawOrder.Pools(catalog, feature)) Watch(pool.Feature);

        void Watch(Feature watched)
        {
            foreach (var alert in controls.Alerts(watched.Id))
            {
                if (alert.Filter is { } filter && !filter.Matches(property)) continue;
                if (Gauge.Of(before, catalog, controls, watched, alert, now) is { } was && Gauge.Of(after, catalog, controls, watched, alert, now) is { } @is && IsCrossed(alert, was, @is))
                    events.Add(new CustomerEvent.AlertTriggered(watched.Id, after.Entity?.No, alert));
            }
        }
    }

    private static bool IsCrossed(UsageAlert alert, Gauge was, Gauge now)
    {
        var threshold = alert.Threshold.Value;
        return alert.Type switch
        {
            AlertType.Usage => Rises(was.Used, now.Used, threshold),
            AlertType.UsagePercentage => now.Whole > 0m && Rises(was.Used, now.Used, threshold * now.Whole / 100m),
            AlertType.Remaining => Falls(was.Left, now.Left, threshold),
            AlertType.RemainingPercentage => now.Whole > 0m && Falls(was.Left, now.Left, threshold * now.Whole / 100m),
            _ => throw new InvariantViolation($"alert type {alert.Type}"),
        };
    }

    private static bool Rises(decimal from, decimal to, decimal threshold) => from < threshold && threshold <= to;

    private static bool Falls(decimal from, decimal to, decimal threshold) => from > threshold && threshold >= to;
}
