using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Usage is recorded and taken from the balances that serve it.</summary>
internal static class Tracking
{
    public static Outcome Track(Customer customer, Catalog catalog, Command.Track command, Instant now)
    {
        if (command.UsedAt > now)
            return new Refusal(RefusalCode.InvalidInputs, "timestamp lies in the future; leave it out to record usage as of now.");
        return command.Feature is { } id
            ? TrackFeature(customer, catalog, command, id, now)
            : TrackEvent(customer, catalog, command, command.EventName ?? throw new InvariantViolation("a track names a feature or an event"), now);
    }

    private static Outcome TrackFeature(Customer customer, Catalog catalog, Command.Track command, FeatureId id, Instant now)
    {
        if (catalog.Feature(id) is not { } feature)
            return new Refusal(RefusalCode.FeatureNotFound, $"Feature {id} does not exist.");
        return feature.IsBoolean ? new Outcome([]) : Use(customer, catalog, command, [feature], id.Value, now);
    }

    private static Outcome TrackEvent(Customer customer, Catalog catalog, Command.Track command, string name, Instant now)
    {
        // Several features may listen, and there is no telling which of them was to be refused.
        if (command.Overage == OverageBehavior.Reject)
            return new Refusal(RefusalCode.InvalidRequest, "overage_behavior reject needs a feature_id: an event_name may stand for several features.");
        var listeners = catalog.Listeners(name);
        if (listeners.IsEmpty)
            return new Refusal(RefusalCode.NotFound, $"No feature listens to the event {name}.");
        var counted = listeners.RemoveAll(static listener => listener.IsBoolean);
        return counted.IsEmpty ? new Outcome([]) : Use(customer, catalog, command, counted, name, now);
    }

    private static Outcome Use(Customer customer, Catalog catalog, Command.Track command, ImmutableArray<Feature> features, string name, Instant now)
    {
        var deduction = new Deduction(customer.Grants);
        foreach (var feature in features)
        {
            var sources = DrawOrder.Of(customer, catalog, feature);
            if (NeedsLater(sources, catalog, feature) is { } field)
                return new Refusal(RefusalCode.NotSupported, $"Feature {feature.Id} cannot be used yet: {field} is not supported.");
            var left = deduction.Take(sources, command.Value, Mode(command.Overage));
            if (command.Overage == OverageBehavior.Reject && left.IsPositive)
                return Insufficient(feature.Id, command.Value, left);
        }

        return deduction.IsWithinLimits
            ? new CustomerEvent.Used(name, command.Value, command.UsedAt ?? now, command.Properties, deduction.Draws(), command.Listed)
            : new Refusal(RefusalCode.InvalidInputs, $"A balance would go beyond {Quantity.Limit}: nothing was recorded.");
    }

    private static Refusal Insufficient(FeatureId feature, Quantity asked, Quantity left) =>
        new(RefusalCode.InsufficientBalance, $"{asked} of {feature} were asked for and {asked - left} can be used: nothing was deducted.");

    // A credit cost can be edited after customers hold the pool, into one that cannot be charged yet.
    private static string? NeedsLater(List<Source> sources, Catalog catalog, Feature feature)
    {
        if (sources.Count == 0) return null;
        if (feature.NeedsLater is { } need) return need;
        foreach (var source in sources)
        {
            if (source.IsPool && catalog.Feature(source.Grant.Feature)?.NeedsLater is { } later) return later;
        }

        return null;
    }

    private static DrawMode Mode(OverageBehavior overage) => overage switch
    {
        OverageBehavior.Cap => DrawMode.Cap,
        OverageBehavior.Reject => DrawMode.Reject,
        OverageBehavior.Overflow => DrawMode.Overflow,
        _ => throw new InvariantViolation($"overage behavior {overage}"),
    };
}
