using System.Collections.Immutable;
using static Sluice.Core.Tests.CatalogStory;

namespace Sluice.Core.Tests;

public class PushTests
{
    private static readonly CreateFeature Messages = new(Id("messages"), "Messages", FeatureType.Metered) { Consumable = true };
    private static readonly CreateFeature Seats = new(Id("seats"), "Seats", FeatureType.Metered) { Consumable = false };
    private static readonly CreatePlan FreePlan = new(Free, "Free") { AutoEnable = true, Items = [Item("messages", 100, Month)] };
    private static readonly CreatePlan ProPlan = new(Pro, "Pro") { Price = Dollars(20, Month), Items = [Item("messages", 1000, Month)] };

    private static readonly Catalog Small = Catalog.Empty.With(Messages).With(Seats).With(FreePlan).With(ProPlan);

    [Fact]
    public void What_is_in_step_already_changes_nothing()
    {
        var outcome = Pushed(Small, Whole(Messages, Seats)(FreePlan, ProPlan));
        Assert.Equal("messages None, seats None | free None, pro None", Words(outcome));
        Assert.True(outcome.Decision.Edit().IsEmpty);
    }

    [Fact]
    public void Into_an_empty_catalog_everything_is_created()
    {
        var outcome = Pushed(Catalog.Empty, Whole(Messages, Seats)(FreePlan, ProPlan));
        Assert.Equal("messages Create, seats Create | free Create, pro Create", Words(outcome));
        Assert.Equal("messages: 1000, every month", CatalogStory.Words(Assert.Single(outcome.Decision.Accepted().Plan(Pro)!.Items)));
    }

    [Fact]
    public void What_is_not_named_goes_deleted_or_where_it_is_in_use_archived()
    {
        var used = Use(plans: (Pro, HeldOnce(1)), granted: Id("seats"));
        var outcome = Pushed(Small, Whole(Messages)(FreePlan), used);
        Assert.Equal("messages None, seats Remove archived | free None, pro Remove archived", Words(outcome));
        Assert.True(outcome.Decision.Accepted().Plan(Pro)!.Archived);
        Assert.True(outcome.Decision.Accepted().Feature(Id("seats"))!.Archived);

        var unused = Pushed(Small, Whole(Messages)(FreePlan));
        Assert.Equal("messages None, seats Remove | free None, pro Remove", Words(unused));
        Assert.Null(unused.Decision.Accepted().Plan(Pro));
        Assert.Null(unused.Decision.Accepted().Feature(Id("seats")));
    }

    [Fact]
    public void What_is_not_named_stays_when_others_are_kept()
    {
        var outcome = Pushed(Small, Whole(Messages)(FreePlan) with { KeepOthers = true });
        Assert.Equal("messages None | free None", Words(outcome));
        Assert.True(outcome.Decision.Edit().IsEmpty);
    }

    [Fact]
    public void What_is_skipped_stays_as_it_is_named_or_not()
    {
        var outcome = Pushed(Small, Whole(Messages)(FreePlan with { Name = "Gratis" }) with { SkipPlans = [Free, Pro], SkipFeatures = [Id("seats")] });
        Assert.Equal("messages None, seats Skipped | free Skipped, pro Skipped", Words(outcome));
        Assert.True(outcome.Decision.Edit().IsEmpty);
    }

    [Theory]
    [InlineData(false, false, 2)]
    [InlineData(true, false, 1)]
    [InlineData(false, true, 1)]
    public void A_held_plan_that_changes_is_a_new_version_unless_the_push_says_otherwise(bool inPlace, bool allVersions, int versions)
    {
        var push = Whole(Messages, Seats)(FreePlan) with { KeepOthers = true };
        push = push with { Plans = [.. push.Plans, new PushedPlan(ProPlan with { Price = Dollars(30, Month) }, inPlace, allVersions)] };
        var outcome = Pushed(Small, push, Use(plans: (Pro, HeldNow(1))));
        Assert.Equal("messages None, seats None | free None, pro Update versionable", Words(outcome));
        Assert.Equal(versions, outcome.Decision.Accepted().Versions(Pro).Length);
    }

    [Fact]
    public void What_enables_itself_can_move_to_another_plan_in_one_push()
    {
        var outcome = Pushed(Small, Whole(Messages, Seats)(ProPlan with { AutoEnable = true, Price = null }, FreePlan with { AutoEnable = false }));
        Assert.Equal("messages None, seats None | pro Update, free Update", Words(outcome));
        Assert.Equal([Pro], outcome.Decision.Accepted().LatestPlans.Where(plan => plan.AutoEnable).Select(plan => plan.Id));
    }

    [Fact]
    public void One_refusal_refuses_the_whole_push_and_names_where_it_stands()
    {
        var wrong = new CreatePlan(new PlanId("team"), "Team") { Items = [Item("nothing", 5, Month)] };
        var refusal = Pushed(Small, Whole(Messages, Seats)(FreePlan with { Name = "Gratis" }, wrong)).Decision.Refused();
        Assert.Contains("team", refusal.Message);
        Assert.Contains("nothing", refusal.Message);
    }

    [Fact]
    public void A_feature_that_a_removed_plan_granted_can_go_in_the_same_push()
    {
        var catalog = Small.With(new UpdatePlan(Pro) { Items = [Item("seats", 5)] });
        var outcome = Pushed(catalog, Whole(Messages)(FreePlan));
        Assert.Equal("messages None, seats Remove | free None, pro Remove", Words(outcome));
    }

    private static PushOutcome Pushed(Catalog catalog, CatalogPush push, CatalogInUse? use = null) => PushRules.Decide(Context(catalog, daysLater: 1), push, use ?? Use());

    private delegate CatalogPush OfPlans(params CreatePlan[] plans);

    private static OfPlans Whole(params CreateFeature[] features) =>
        plans => new CatalogPush([.. features], [.. plans.Select(plan => new PushedPlan(plan))], KeepOthers: false, [], []);

    private static CatalogInUse Use((PlanId Plan, PlanUse Use)? plans = null, FeatureId? granted = null) => new(
        granted is { } feature ? ImmutableDictionary<FeatureId, FeatureUse>.Empty.Add(feature, new FeatureUse(EverGranted: true)) : ImmutableDictionary<FeatureId, FeatureUse>.Empty,
        plans is { } held ? ImmutableDictionary<PlanId, PlanUse>.Empty.Add(held.Plan, held.Use) : ImmutableDictionary<PlanId, PlanUse>.Empty);

    /// <summary>An outcome in words: "messages None, seats Remove archived | free None".</summary>
    private static string Words(PushOutcome outcome) =>
        string.Join(", ", outcome.Features.Select(feature => $"{feature.Feature} {feature.Action}{(feature.WillArchive ? " archived" : "")}"))
        + " | "
        + string.Join(", ", outcome.Plans.Select(plan => $"{plan.Plan} {plan.Action}{(plan.Versionable ? " versionable" : "")}{(plan.WillArchive ? " archived" : "")}"));
}
