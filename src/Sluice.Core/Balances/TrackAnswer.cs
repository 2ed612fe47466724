using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What a track answers with.</summary>
/// <param name="Balance">The balance that was drawn on; null when there is none, and when several features were tracked.</param>
/// <param name="Linked">
/// Every balance that could have served, in order, null where the customer has none; default (not empty) when no
/// credit system lists the feature, and then it is left out of the answer.
/// </param>
/// <param name="Draws">One for each grant touched.</param>
public sealed record TrackAnswer(Balance? Balance, ImmutableArray<KeyValuePair<FeatureId, Balance?>> Linked, ImmutableArray<Draw> Draws)
{
    private static readonly TrackAnswer Nothing = new(null, default, []);

    /// <param name="after">The customer, or the entity it was recorded for, after the track.</param>
    /// <param name="used">What was recorded; null for a boolean feature.</param>
    public static TrackAnswer Of(Subject after, Catalog catalog, Command.Track command, CustomerEvent.Used? used)
    {
        if (used is null) return Nothing;
        if (command.Feature is { } id)
            return catalog.Feature(id) is { IsBoolean: false } feature ? OfOne(after, catalog, feature, used) : Nothing;
        var features = catalog.Listeners(used.Feature).RemoveAll(static listener => listener.IsBoolean);
        return features.Length switch
        {
            0 => Nothing,
            1 => OfOne(after, catalog, features[0], used),
            _ => OfMany(after, catalog, features, used),
        };
    }

    /// <summary>From what <see cref="Decider.Decide"/> accepted.</summary>
    public static TrackAnswer Of(Decision.Accepted accepted, Catalog catalog, Command.Track command) =>
        Of(accepted.Customer, catalog, command, accepted.Events);

    /// <param name="customer">After the track.</param>
    /// <param name="events">That the track led to.</param>
    public static TrackAnswer Of(Customer customer, Catalog catalog, Command.Track command, ImmutableArray<CustomerEvent> events) =>
        Of(customer.Subject(command.Entity), catalog, command, CustomerEvent.Used.In(events));

    private static TrackAnswer OfOne(Subject after, Catalog catalog, Feature feature, CustomerEvent.Used used)
    {
        var own = Balance.Of(after, catalog, feature);
        var pools = DrawOrder.Pools(catalog, feature);
        if (pools.IsEmpty) return new TrackAnswer(own, default, used.Draws);
        var linked = ImmutableArray.CreateBuilder<KeyValuePair<FeatureId, Balance?>>(pools.Length + 1);
        linked.Add(new(feature.Id, own));
        foreach (var pool in pools) linked.Add(new(pool.Feature.Id, Balance.Of(after, catalog, pool.Feature)));
        var all = linked.DrainToImmutable();
        return new TrackAnswer(DrawnOn(all, used.Draws), all, used.Draws);
    }

    private static TrackAnswer OfMany(Subject after, Catalog catalog, ImmutableArray<Feature> features, CustomerEvent.Used used)
    {
        var linked = ImmutableArray.CreateBuilder<KeyValuePair<FeatureId, Balance?>>();
        void Add(Feature feature)
        {
            foreach (var pair in linked)
            {
                if (pair.Key == feature.Id) return;
            }

            linked.Add(new(feature.Id, Balance.Of(after, catalog, feature)));
        }

        foreach (var feature in features)
        {
            Add(feature);
            foreach (var pool in DrawOrder.Pools(catalog, feature)) Add(pool.Feature);
        }

        return new TrackAnswer(null, linked.DrainToImmutable(), used.Draws);
    }

    // An unlimited one; else the first that something was taken from; else, so for whatever was given back or did not
    // fit, the first credit system that the customer owns; else the feature's own.
    private static Balance? DrawnOn(ImmutableArray<KeyValuePair<FeatureId, Balance?>> linked, ImmutableArray<Draw> draws)
    {
        foreach (var (_, balance) in linked)
        {
            if (balance is { Unlimited: true }) return balance;
        }

        foreach (var (feature, balance) in linked)
        {
            foreach (var draw in draws)
            {
                if (draw.Feature == feature && draw.Amount.IsPositive) return balance;
            }
        }

        for (var pool = 1; pool < linked.Length; pool++)
        {
            if (linked[pool].Value is { } owned) return owned;
        }

        return linked[0].Value;
    }
}
