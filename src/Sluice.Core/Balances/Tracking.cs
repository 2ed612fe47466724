using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Usage is recorded and taken from the balances that serve it.</summary>
internal static class Tracking
{
    /// <param name="told">Where it is told what was taken from where, and why no more; null when nobody asks.</param>
    public static Outcome Track(Subject subject, Catalog catalog, Command.Track command, Instant now, List<Taking>? told = null)
    {
        if (command.UsedAt > now)
            return new Refusal(RefusalCode.InvalidInputs, "timestamp lies in the future; leave it out to record usage as of now.");
        return command.Feature is { } id
            ? TrackFeature(subject, catalog, command, id, now, told)
            : TrackEvent(subject, catalog, command, command.EventName ?? throw new InvariantViolation("a track names a feature or an event"), now, told);
    }

    private static Outcome TrackFeature(Subject subject, Catalog catalog, Command.Track command, FeatureId id, Instant now, List<Taking>? told)
    {
        if (catalog.Feature(id) is not { } feature)
            return new Refusal(RefusalCode.FeatureNotFound, $"Feature {id} does not exist.");
        if (command.Hold is { } hold && Holding.Unfit(subject.Customer, feature, hold, now) is { } unfit) return unfit;
        return feature.IsBoolean ? new Outcome([]) : Use(subject, catalog, command, [feature], id.Value, now, told);
    }

    private static Outcome TrackEvent(Subject subject, Catalog catalog, Command.Track command, string name, Instant now, List<Taking>? told)
    {
        // Several features may listen, and there is no telling which of them was to be refused or held.
        if (command.Overage == OverageBehavior.Reject)
            return new Refusal(RefusalCode.InvalidRequest, "overage_behavior reject needs a feature_id: an event_name may stand for several features.");
        if (command.Hold is not null)
            return new Refusal(RefusalCode.InvalidRequest, "lock needs a feature_id: an event_name may stand for several features.");
        var listeners = catalog.Listeners(name);
        if (listeners.IsEmpty)
            return new Refusal(RefusalCode.NotFound, $"No feature listens to the event {name}.");
        var counted = listeners.RemoveAll(static listener => listener.IsBoolean);
        return counted.IsEmpty ? new Outcome([]) : Use(subject, catalog, command, counted, name, now, told);
    }

    private static Outcome Use(Subject subject, Catalog catalog, Command.Track command, ImmutableArray<Feature> features, string name, Instant now, List<Taking>? told)
    {
        var bounds = new Bounds(subject, catalog, now, command.Property);
        var deduction = new Deduction(bounds, keepsMoves: command.Hold is not null);
        foreach (var feature in features)
        {
            var steps = deduction.Told = told is null ? null : [];
            var mode = Mode(command.Overage);
            var sources = told is null ? deduction.Reached(subject, catalog, feature, command.Value, mode, command.Property) : DrawOrder.Of(subject, catalog, feature, command.Property);
            var left = deduction.Take(sources, feature, command.Value, mode);
            told?.Add(new Taking(feature, sources, left, steps!, bounds));
            if (command.Overage == OverageBehavior.Reject && left.IsPositive)
                return Insufficient(feature.Id, command.Value, left);
        }

        if (!deduction.IsWithinLimits) return new Refusal(RefusalCode.InvalidInputs, $"A balance would go beyond {Quantity.Limit}: nothing was recorded.");
        var draws = deduction.Draws();
        var properties = command.PropertiesAfter is { } after ? after(draws) : command.Properties;
        var used = new CustomerEvent.Used(name, command.Value, command.UsedAt ?? now, properties, draws, command.Listed)
        {
            Entity = subject.Entity?.No,
            EntityId = subject.Entity?.Id,
            Windows = bounds.Counts(),
        };
        if (command.Hold is { } terms)
        {
            used = used with
            {
                Hold = new Hold(terms.Id, features[0].Id, used.Entity, command.Value, command.Properties, deduction.Moves, used.Windows, now, terms.ReleasesAt),
            };
        }

        return Watching.After(subject, catalog, used, features, command.Property, now);
    }

    private static Refusal Insufficient(FeatureId feature, Quantity asked, Quantity left) =>
        new(RefusalCode.InsufficientBalance, $"{asked} of {feature} were asked for and {asked - left} can be used: nothing was deducted.");

    private static DrawMode Mode(OverageBehavior overage) => overage switch
    {
        OverageBehavior.Cap => DrawMode.Cap,
        OverageBehavior.Reject => DrawMode.Reject,
        OverageBehavior.Overflow => DrawMode.Overflow,
        _ => throw new InvariantViolation($"overage behavior {overage}"),
    };
}

/// <summary>What one feature's part of a track took, from which grants, and what stopped it.</summary>
/// <param name="Left">Units that found no place.</param>
internal sealed record Taking(Feature Feature, List<Source> Sources, Quantity Left, List<DrawStep> Steps, Bounds Bounds);
