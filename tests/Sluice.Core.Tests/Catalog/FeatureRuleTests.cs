using static Sluice.Core.Tests.CatalogStory;

namespace Sluice.Core.Tests;

public class FeatureRuleTests
{
    private static readonly FeatureUse Unused = new(EverGranted: false);
    private static readonly FeatureUse Used = new(EverGranted: true);

    // Images is free to change: no plan, no credit system and no customer knows it.
    private static readonly Catalog Catalog = Start
        .With(new CreateFeature(Id("images"), "Images", FeatureType.Metered) { Consumable = true })
        .With(new CreateFeature(Id("tokens"), "Tokens", FeatureType.AiCreditSystem))
        .With(PlanOf(Item("messages", 5, Month) with { EntityFeature = Id("seats") }));

    private static readonly Dictionary<string, (CreateFeature Feature, RefusalCode Code, string Says)> Creations = new()
    {
        ["an id with a space"] = (new(Id("bad id!"), "X", FeatureType.Boolean), RefusalCode.InvalidInputs, "choose another id"),
        ["an id with a colon"] = (new(Id("a:b"), "X", FeatureType.Boolean), RefusalCode.InvalidInputs, "choose another id"),
        ["an id with a dot"] = (new(Id("a.b"), "X", FeatureType.Boolean), RefusalCode.InvalidInputs, "choose another id"),
        ["an id with an umlaut"] = (new(Id("größe"), "X", FeatureType.Boolean), RefusalCode.InvalidInputs, "choose another id"),
        ["an empty id"] = (new(Id(""), "X", FeatureType.Boolean), RefusalCode.InvalidInputs, "feature_id is empty"),
        ["an empty name"] = (new(Id("x"), "", FeatureType.Boolean), RefusalCode.InvalidInputs, "name is empty"),
        ["no name"] = (new(Id("x"), null, FeatureType.Boolean), RefusalCode.InvalidInputs, "name is empty"),
        ["an id that is taken"] = (new(Id("messages"), "X", FeatureType.Boolean), RefusalCode.FeatureExists, "messages exists already"),
        ["metered without saying whether it is consumable"] = (new(Id("x"), "X", FeatureType.Metered), RefusalCode.InvalidInputs, "must say whether it is consumable"),
        ["a credit system that is not consumable"] = (Credits() with { Consumable = false }, RefusalCode.InvalidFeature, "always consumable"),
        ["a credit system without a schema"] = (Credits() with { CreditSchema = [] }, RefusalCode.InvalidFeature, "at least one feature"),
        ["a credit system that lists a feature twice"] = (Credits() with { CreditSchema = [Cost("action1", 1), Cost("action1", 2)] }, RefusalCode.InvalidFeature, "action1 is in the credit_schema twice"),
        ["a credit system that lists a credit system"] = (Credits() with { CreditSchema = [Cost("credits", 1)] }, RefusalCode.InvalidFeature, "credit_system itself"),
        ["a credit system that lists seats"] = (Credits() with { CreditSchema = [Cost("seats", 1)] }, RefusalCode.InvalidFeature, "not consumable"),
        ["an AI credit system with a schema"] = (new(Id("x"), "X", FeatureType.AiCreditSystem) { CreditSchema = [Cost("action1", 1)] }, RefusalCode.InvalidFeature, "must be empty"),
        ["a metered feature with a schema"] = (new(Id("x"), "X", FeatureType.Metered) { Consumable = true, CreditSchema = [Cost("action1", 1)] }, RefusalCode.InvalidFeature, "Only a credit_system"),
    };

    private static readonly Dictionary<string, (UpdateFeature Change, FeatureUse Use, RefusalCode Code, string Says)> Changes = new()
    {
        ["a feature that does not exist"] = (new(Id("nope")), Unused, RefusalCode.FeatureNotFound, "nope"),
        ["an empty name"] = (new(Id("images")) { Name = "" }, Unused, RefusalCode.InvalidInputs, "name is empty"),
        ["metered to credit system"] = (new(Id("images")) { Type = FeatureType.CreditSystem, CreditSchema = [Cost("action1", 1)] }, Unused, RefusalCode.InvalidFeature, "a credit system cannot become"),
        ["credit system to metered"] = (new(Id("credits")) { Type = FeatureType.Metered, Consumable = true }, Unused, RefusalCode.InvalidFeature, "a credit system cannot become"),
        ["flag to metered without consumable"] = (new(Id("dash")) { Type = FeatureType.Metered }, Unused, RefusalCode.InvalidInputs, "must say whether it is consumable"),
        ["the type of what customers have had"] = (new(Id("images")) { Type = FeatureType.Boolean }, Used, RefusalCode.InvalidFeature, "customers have or had it"),
        ["the type of what counts entities"] = (new(Id("seats")) { Type = FeatureType.Boolean }, Unused, RefusalCode.InvalidFeature, "plan new counts entities by it"),
        ["the type of what has a price"] = (new(Id("messages")) { Type = FeatureType.Boolean }, Unused, RefusalCode.InvalidFeature, "plan pro puts a price on it"),
        ["the type of what draws on credits"] = (new(Id("action1")) { Type = FeatureType.Boolean }, Unused, RefusalCode.InvalidFeature, "credit system credits lists it"),
        ["an id that is taken"] = (new(Id("images")) { NewId = Id("messages") }, Unused, RefusalCode.FeatureExists, "messages exists already"),
        ["an id with a space"] = (new(Id("images")) { NewId = Id("bad id") }, Unused, RefusalCode.InvalidInputs, "new_feature_id"),
        ["the id of what customers have had"] = (new(Id("images")) { NewId = Id("pictures") }, Used, RefusalCode.InvalidFeature, "customers have or had it"),
        ["consumable of what draws on credits"] = (new(Id("action1")) { Consumable = false }, Unused, RefusalCode.InvalidFeature, "credit system credits lists it"),
        ["consumable of what counts entities"] = (new(Id("seats")) { Consumable = true }, Unused, RefusalCode.InvalidFeature, "plan new counts entities by it"),
        ["consumable of what customers have had"] = (new(Id("images")) { Consumable = false }, Used, RefusalCode.InvalidFeature, "customers have or had it"),
        ["consumable of a credit system"] = (new(Id("credits")) { Consumable = false }, Unused, RefusalCode.InvalidFeature, "always consumable"),
        ["a schema emptied"] = (new(Id("credits")) { CreditSchema = [] }, Unused, RefusalCode.InvalidFeature, "at least one feature"),
        ["the type before the id"] = (new(Id("images")) { Type = FeatureType.Boolean, NewId = Id("messages") }, Used, RefusalCode.InvalidFeature, "The type"),
        ["the id before consumable"] = (new(Id("images")) { NewId = Id("messages"), Consumable = false }, Used, RefusalCode.FeatureExists, "messages"),
    };

    private static readonly Dictionary<string, (string Id, FeatureUse Use, RefusalCode Code, string Says)> Deletions = new()
    {
        ["a feature that does not exist"] = ("nope", Unused, RefusalCode.FeatureNotFound, "nope"),
        ["a feature that draws on credits"] = ("action1", Unused, RefusalCode.Conflict, "credit system credits"),
        ["a feature in a plan"] = ("messages", Unused, RefusalCode.Conflict, "plan free"),
        ["a feature that counts entities"] = ("seats", Unused, RefusalCode.Conflict, "plan new"),
        ["a feature customers have had"] = ("images", Used, RefusalCode.Conflict, "archive it instead"),
    };

    public static TheoryData<string> CreationRows => [.. Creations.Keys];

    public static TheoryData<string> ChangeRows => [.. Changes.Keys];

    public static TheoryData<string> DeletionRows => [.. Deletions.Keys];

    [Theory]
    [MemberData(nameof(CreationRows))]
    public void Creating_is_refused_for(string reason) =>
        AssertRefused(FeatureRules.Create(Context(Catalog), Creations[reason].Feature), Creations[reason].Code, Creations[reason].Says);

    [Theory]
    [MemberData(nameof(ChangeRows))]
    public void Changing_is_refused_for(string reason) =>
        AssertRefused(FeatureRules.Update(Context(Catalog), Changes[reason].Change, Changes[reason].Use), Changes[reason].Code, Changes[reason].Says);

    [Theory]
    [MemberData(nameof(DeletionRows))]
    public void Deleting_is_refused_for(string reason) =>
        AssertRefused(FeatureRules.Delete(Context(Catalog), Id(Deletions[reason].Id), Deletions[reason].Use), Deletions[reason].Code, Deletions[reason].Says);

    [Fact]
    public void A_feature_nobody_knows_is_deleted() =>
        Assert.Null(FeatureRules.Delete(Context(Catalog), Id("images"), Unused).Accepted().Feature(Id("images")));

    [Theory]
    [InlineData(FeatureType.Boolean, null, false)]
    [InlineData(FeatureType.Boolean, true, false)]
    [InlineData(FeatureType.Metered, true, true)]
    [InlineData(FeatureType.Metered, false, false)]
    [InlineData(FeatureType.AiCreditSystem, null, true)]
    public void Whether_a_feature_is_consumable_follows_from_its_type(FeatureType type, bool? said, bool consumable) =>
        Assert.Equal(consumable, Start.With(new CreateFeature(Id("x"), "X", type) { Consumable = said }).Feature(Id("x"))!.Consumable);

    [Fact]
    public void A_credit_system_may_list_flags_unknown_features_AI_credits_and_costs_of_any_size() => Catalog.With(Credits() with
    {
        CreditSchema = [Cost("dash", 1), Cost("not_yet", 0), Cost("tokens", 100), Cost("action1", 0.0001m), Cost("more", 1)],
    });

    [Fact]
    public void A_credit_system_that_lists_itself_does_not_draw_on_itself()
    {
        var catalog = Start.With(new UpdateFeature(Id("credits")) { CreditSchema = [Cost("credits", 1), Cost("action1", 1)] });
        Assert.Empty(catalog.Pools(Id("credits")));
        Assert.Equal("credits", Assert.Single(catalog.Pools(Id("action1"))).Feature.Id.Value);
    }

    [Fact]
    public void An_event_name_said_twice_is_heard_once() =>
        Assert.Equal("act", Assert.Single(Start.With(new UpdateFeature(Id("action1")) { EventNames = ["act", "act"] }).Feature(Id("action1"))!.EventNames));

    [Fact]
    public void Archiving_is_a_flag_that_goes_on_and_off()
    {
        var archived = Start.With(new UpdateFeature(Id("messages")) { Archived = true });
        Assert.True(archived.Feature(Id("messages"))!.Archived);
        Assert.False(archived.With(new UpdateFeature(Id("messages")) { Archived = false }).Feature(Id("messages"))!.Archived);
    }

    [Fact]
    public void Fields_that_are_not_sent_stay()
    {
        var before = Start.With(new UpdateFeature(Id("action1")) { EventNames = ["act"], Display = new("action", "actions") });
        var after = before.With(new UpdateFeature(Id("action1")) { Name = "Act" }).Feature(Id("action1"))!;
        Assert.Equal(("Act", "actions", "act"), (after.Name, after.Display!.Plural, after.EventNames.Single()));
    }

    [Fact]
    public void An_update_that_says_nothing_new_stores_nothing()
    {
        var decision = FeatureRules.Update(Context(Start), new UpdateFeature(Id("credits")) { Name = "Credits", CreditSchema = [Cost("action1", 0.2m), Cost("action2", 0.60m)] }, Used);
        Assert.True(decision.Edit().IsEmpty);
        Assert.Equal(Start.Version, decision.Accepted().Version);
    }

    [Fact]
    public void A_rename_reaches_credit_schemas_and_plan_items()
    {
        var catalog = Catalog.With(new UpdateFeature(Id("action1")) { NewId = Id("act") })
            .With(new UpdateFeature(Id("messages")) { NewId = Id("mails") })
            .With(new UpdateFeature(Id("seats")) { NewId = Id("chairs") });

        Assert.Equal(["act", "action2"], catalog.Feature(Id("credits"))!.CreditSchema.Select(cost => cost.Feature.Value));
        Assert.Equal("mails: 100, every month", Words(catalog.Plan(Free)!.Items.Single()));
        Assert.Equal("chairs", catalog.Plan(new PlanId("new"))!.Items.Single().EntityFeature!.Value.Value);
        Assert.Null(catalog.Feature(Id("messages")));
    }

    [Fact]
    public void Features_are_listed_by_age_whatever_is_edited()
    {
        var later = FeatureRules.Create(Context(Start, daysLater: 1), new CreateFeature(Id("aaa"), "Last", FeatureType.Boolean)).Accepted();
        var edited = later.With(new UpdateFeature(Id("messages")) { Name = "Mails" });
        Assert.Equal("aaa", edited.Features[^1].Id.Value);
        Assert.Equal(later.Features.Select(feature => feature.Id), edited.Features.Select(feature => feature.Id));
    }

    [Fact]
    public void A_renamed_item_has_new_terms_and_its_neighbours_keep_theirs()
    {
        var edit = FeatureRules.Update(Context(Start), new UpdateFeature(Id("dash")) { NewId = Id("board") }, Unused).Edit();

        Assert.Equal("board", Assert.Single(edit.NewTerms).Feature.Value);
        Assert.Equal(Context(Start).NextTerms, edit.NewTerms[0].Id);
        var (before, after) = (Start.Plan(Pro)!.Items, Assert.Single(edit.PutPlans).Items);
        Assert.Equal((before[0].Id, before[2].Id), (after[0].Id, after[2].Id));
        Assert.Equal(Id("dash"), Assert.Single(edit.DropFeatures));
    }

    [Fact]
    public void A_rename_is_refused_while_controls_of_a_plan_name_the_feature() => AssertRefused(
        FeatureRules.Update(
            Context(Catalog.With(new UpdatePlan(Pro) { Controls = new BillingControls(UsageLimits: [new UsageLimit(Id("images"), Quantity.Of(5), IntervalUnit.Day)]) })),
            new UpdateFeature(Id("images")) { NewId = Id("pictures") },
            Unused),
        RefusalCode.NotSupported,
        "billing_controls of plan pro");

    [Theory]
    [InlineData("a flag becomes messages: no limit", "dash", FeatureType.Metered, true, "dash: unlimited, never resets")]
    [InlineData("a flag becomes seats: no limit", "dash", FeatureType.Metered, false, "dash: unlimited, never resets")]
    [InlineData("images become a flag: the amount goes", "images", FeatureType.Boolean, null, "images: 0, never resets")]
    [InlineData("images become what is held: the reset goes", "images", FeatureType.Metered, false, "images: 10, never resets")]
    public void A_change_of_type_rewrites_the_plan_items(string what, string feature, FeatureType type, bool? consumable, string becomes)
    {
        Assert.NotEmpty(what);
        var catalog = Catalog.With(new CreatePlan(new PlanId("p"), "P") { Items = [Item("images", 10, Month), Item("dash")] })
            .With(new UpdateFeature(Id(feature)) { Type = type, Consumable = consumable });
        Assert.Equal(becomes, Words(catalog.Plan(new PlanId("p"))!.Items.Single(item => item.Feature == Id(feature))));
    }

    [Fact]
    public void A_change_that_makes_two_items_the_same_is_refused() => AssertRefused(
        FeatureRules.Update(
            Context(Catalog.With(new CreatePlan(new PlanId("p"), "P") { Items = [Item("images", 10, Month), Item("images", 5)] })),
            new UpdateFeature(Id("images")) { Consumable = false },
            Unused),
        RefusalCode.InvalidFeature,
        "in plan p");

    private static CreateFeature Credits() => new(Id("more"), "More", FeatureType.CreditSystem) { CreditSchema = [Cost("action1", 1)] };

    private static void AssertRefused(CatalogDecision decision, RefusalCode code, string says)
    {
        var refusal = decision.Refused();
        Assert.Equal(code, refusal.Code);
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }
}
