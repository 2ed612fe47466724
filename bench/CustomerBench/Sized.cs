using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Bench;

/// <summary>One customer of a certain size, made by the commands that make any customer, and what is asked of it.</summary>
internal sealed class Sized
{
    private static readonly Interval Month = new(IntervalUnit.Month);

    private readonly Catalog _catalog;
    private readonly Feature _messages;
    private Customer? _customer;
    private Instant _now = new(1_764_000_000_000);

    /// <param name="features">Each with three balances: of a month, of a day and of its own.</param>
    /// <param name="entities">Each has its own part of messages, beside what the customer has.</param>
    /// <param name="isApart">The customer has nothing of messages beside its entities' parts.</param>
    public Sized(string name, int features, int entities, bool isApart = false)
    {
        Name = name;
        var metered = Enumerable.Range(0, features).Select(i => Counted(i == 0 ? "messages" : $"feature-{i}", isConsumable: true)).ToList();
        var seats = Counted("seats", isConsumable: false);
        var items = metered.SelectMany(feature => features == 1 ? [Item(feature, Month)] : new[] { Item(feature, Month), Item(feature, new Interval(IntervalUnit.Day)), Item(feature, Interval.OneOff) }).ToList();
        if (isApart) items.Clear();
        if (entities > 0) items.AddRange([Item(seats, null), Item(metered[0], Month) with { EntityFeature = seats.Id }]);
        var plan = new Plan(new PlanId("plan"), 1, "plan", null, null, false, false, null, [.. items], null, false, null, null, null, false, _now);
        _catalog = new Catalog(1, [.. metered, seats], [plan]);
        _messages = metered[0];
        Do(new Command.Create(new CustomerKey(1), new Profile("c")));
        Do(new Command.Attach(plan.Id, null, ImmutableDictionary<FeatureId, Quantity>.Empty, true, null));
        for (var entity = 0; entity < entities; entity++) Do(new Command.CreateEntity($"entity-{entity}", null, seats.Id, null));
    }

    public string Name { get; }

    public bool HasEntities => !_customer!.Entities.IsEmpty;

    public void Check(string? entity) =>
        _ = Access.Check(Due.AsOf(_customer!, _catalog, _now).Subject(entity), _catalog, _messages, Quantity.One, _now);

    public void Track(string? entity)
    {
        var command = new Command.Track(_messages.Id, null, Quantity.One, OverageBehavior.Cap, null, null) { Entity = entity };
        _ = TrackAnswer.Of(Do(command), _catalog, command);
    }

    private Decision.Accepted Do(Command command)
    {
        _now = _now.Plus(TimeSpan.FromMilliseconds(1));
        var accepted = (Decision.Accepted)Decider.Decide(_customer, _catalog, command, _now);
        _customer = accepted.Customer;
        return accepted;
    }

    private Feature Counted(string id, bool isConsumable) => new(new FeatureId(id), id, FeatureType.Metered, isConsumable, [], [], null, false, _now);

    private static ItemTerms Item(Feature feature, Interval? reset) => new(TermsId.None, feature.Id, Quantity.Of(1_000_000_000), false, reset);
}
