using System.Collections.Immutable;

namespace Sluice.Core.Tests;

/// <summary>
/// The catalog of all tests: messages and its like are counted, seats are held, credits pays for action1 (0.2) and
/// action2 (0.6), credits2 for action3 (2), gratis for action4 (0), dash is on or off. action1 and action3 listen to "act".
/// </summary>
internal static class Given
{
    public static readonly Instant Start = Words.Moment("2026-03-10T09:00Z");

    public static readonly ImmutableArray<Feature> Features =
    [
        Metered("messages"), Metered("seats", consumable: false), Metered("action1", events: ["act"]), Metered("action2"),
        Metered("action3", events: ["act"]), Metered("action4", events: ["gift"]), Metered("tokens"),
        Credits("credits", ("action1", 0.2m), ("action2", 0.6m), ("credits", 1m)), Credits("credits2", ("action3", 2m)),
        Credits("gratis", ("action4", 0m)), Credits("thirds", ("tokens", 3m)),
        new Feature(new("dash"), "dash", FeatureType.Boolean, false, ["opened"], [], null, false, Start),
        new Feature(new("ai"), "ai", FeatureType.AiCreditSystem, true, [], [], null, false, Start),
    ];

    public static ItemSketch Item(string feature, decimal included = 0) => new(feature, included);

    public static PlanSketch Plan(string id, params ItemSketch[] items) => new(id, false, false, [.. items]);

    public static PlanSketch AddOn(string id, params ItemSketch[] items) => new(id, true, false, [.. items]);

    /// <summary>A plan with a base price.</summary>
    public static PlanSketch PricedPlan(string id, params ItemSketch[] items) => new(id, false, true, [.. items]);

    public static Story Customer(params PlanSketch[] plans) => Customer(Start, plans);

    public static Story Customer(Instant at, params PlanSketch[] plans)
    {
        var story = new Story(at);
        foreach (var plan in plans) story.Attach(plan);
        return story;
    }

    /// <summary>A customer with one plan of these items.</summary>
    public static Story With(params ItemSketch[] items) => Customer(Plan("main", items));

    /// <summary>A customer whose "pool" pays for "images" at this cost, with one plan of these items.</summary>
    public static Story Paying(CreditCost cost, params ItemSketch[] items)
    {
        var story = new Story(Start, [.. Features, Metered("images"), Credits("pool") with { CreditSchema = [cost] }]);
        story.Attach(Plan("main", items));
        return story;
    }

    private static Feature Metered(string id, bool consumable = true, ImmutableArray<string>? events = null) =>
        new(new FeatureId(id), id, FeatureType.Metered, consumable, events ?? [], [], null, false, Start);

    private static Feature Credits(string id, params (string Feature, decimal Cost)[] schema) => new(
        new FeatureId(id), id, FeatureType.CreditSystem, true, [],
        [.. schema.Select(cost => new CreditCost(new FeatureId(cost.Feature), Quantity.Of(cost.Cost)))], null, false, Start);
}
