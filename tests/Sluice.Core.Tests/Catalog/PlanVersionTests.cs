using static Sluice.Core.Tests.CatalogStory;

namespace Sluice.Core.Tests;

public class PlanVersionTests
{
    private static readonly UpdatePlan NewItems = new(Pro) { Items = [Item("messages", 2000, Month)] };

    // Pro at versions 1 (1,000 messages) and 2 (2,000 messages), with customers on version 1.
    private static readonly Catalog TwoVersions = Start.With(NewItems, HeldNow(1));

    private static readonly Dictionary<string, (UpdatePlan Edit, bool Felt)> Edits = new()
    {
        ["other items"] = (NewItems, true),
        ["no items"] = (new(Pro) { Items = [] }, true),
        ["another price"] = (new(Pro) { Price = Dollars(30, Month) }, true),
        ["no price"] = (new(Pro) { Price = (PlanPrice?)null }, true),
        ["a trial"] = (new(Pro) { FreeTrial = new FreeTrial(7, TrialUnit.Day, true, null) }, true),
        ["billing controls"] = (new(Pro) { Controls = new BillingControls(Overage: [new OverageSwitch(Id("messages"), true)]) }, true),
        ["licenses"] = (new(Pro) { Licenses = new PlanLicenses(new JsonText("""[{"license_plan_id":"free"}]"""), [new License(new PlanId("free"), 0, false)]) }, true),
        ["another name"] = (new(Pro) { Name = "Pro 2" }, false),
        ["another description"] = (new(Pro) { Description = "words" }, false),
        ["another group"] = (new(Pro) { Group = "teams" }, false),
        ["add-on"] = (new(Pro) { AddOn = true }, false),
        ["metadata"] = (new(Pro) { Metadata = new JsonText("""{"a":"b"}""") }, false),
        ["ignore_past_due"] = (new(Pro) { IgnorePastDue = true }, false),
        ["archived"] = (new(Pro) { Archived = true }, false),
        ["the same price again"] = (new(Pro) { Price = Dollars(20.00m, Month) }, false),
        ["the same items in another order"] = (new(Pro) { Items = [.. Start.Plan(Pro)!.Items.Reverse().Select(Resend)] }, false),
    };

    public static TheoryData<string> Rows => [.. Edits.Keys];

    [Theory]
    [MemberData(nameof(Rows))]
    public void An_edit_of_a_held_version_makes_a_new_one_when_holders_would_feel_it(string edit)
    {
        var (command, felt) = Edits[edit];
        var after = Start.With(command, HeldNow(1));
        Assert.Equal(felt ? 2 : 1, after.Versions(Pro).Length);
        if (felt) Assert.True(after.Plan(Pro, 1)!.SameAs(Start.Plan(Pro, 1)!));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void An_edit_of_a_version_nobody_holds_any_more_is_made_in_place(string edit) =>
        Assert.Single(Start.With(Edits[edit].Edit, HeldOnce(1)).Versions(Pro));

    [Fact]
    public void A_new_version_starts_now_and_the_old_one_stays_as_it_was()
    {
        Assert.Equal([Now, Now.Plus(TimeSpan.FromDays(1))], TwoVersions.Versions(Pro).Select(plan => plan.CreatedAt));
        Assert.Equal("messages: 1000, every month, UsageBased per 10", Words(TwoVersions.Plan(Pro, 1)!.Items[0]));
        Assert.Equal("messages: 2000, every month", Words(Assert.Single(TwoVersions.Plan(Pro)!.Items)));
    }

    [Fact]
    public void Items_that_are_sent_unchanged_keep_their_terms_in_the_new_version()
    {
        var (dash, credits) = (Start.Plan(Pro)!.Items[1], Start.Plan(Pro)!.Items[2]);
        var edit = PlanRules.Update(Context(Start), new UpdatePlan(Pro) { Items = [Resend(credits), Resend(dash), Item("seats", 3)] }, HeldNow(1)).Edit();

        var plan = Assert.Single(edit.PutPlans);
        Assert.Equal((2, credits.Id, dash.Id, Context(Start).NextTerms), (plan.Version, plan.Items[0].Id, plan.Items[1].Id, plan.Items[2].Id));
        Assert.Equal("seats", Assert.Single(edit.NewTerms).Feature.Value);
    }

    [Fact]
    public void Items_of_the_same_tiers_keep_their_terms_and_of_other_tiers_do_not()
    {
        static UpdatePlan Tiered(decimal last) => new(Pro)
        {
            Items = [Item("messages", 10) with { Price = new(BillingMethod.UsageBased, Month) { Tiers = Tiers((2000, 1), (null, last)) } }],
        };
        var tiered = Start.With(Tiered(0.5m));
        Assert.True(PlanRules.Update(Context(tiered), Tiered(0.50m), HeldNow(1)).Edit().IsEmpty);
        Assert.Equal(2, tiered.With(Tiered(0.4m), HeldNow(1)).Plan(Pro)!.Version);
    }

    [Fact]
    public void Disable_version_edits_in_place_and_writes_new_terms()
    {
        var edit = PlanRules.Update(Context(Start), NewItems with { DisableVersion = true }, HeldNow(1)).Edit();
        Assert.Equal(1, Assert.Single(edit.PutPlans).Version);
        Assert.DoesNotContain(edit.NewTerms[0].Id, Start.Plan(Pro)!.Items.Select(item => item.Id));
    }

    [Fact]
    public void Disable_version_on_an_older_version_leaves_the_latest_alone()
    {
        var after = TwoVersions.With(new UpdatePlan(Pro) { Version = 1, Items = [Item("messages", 2500, Month)], DisableVersion = true }, HeldNow(1));
        Assert.Equal("messages: 2500, every month", Words(after.Plan(Pro, 1)!.Items.Single()));
        Assert.True(after.Plan(Pro)!.SameAs(TwoVersions.Plan(Pro)!));
    }

    [Fact]
    public void What_an_edit_in_place_takes_out_of_a_version_that_was_held_is_remembered()
    {
        foreach (var use in (PlanUse[])[HeldNow(1), HeldOnce(1)])
        {
            var after = Start.With(NewItems with { DisableVersion = true }, use).Plan(Pro)!;
            Assert.Equal("credits, dash", Former(after));
            Assert.True(after.Grants(Id("dash")));
            Assert.False(after.Uses(Id("dash")));
        }
    }

    [Fact]
    public void What_comes_back_is_no_longer_former()
    {
        var without = Start.With(NewItems with { AllVersions = true }, HeldNow(1));
        var after = without.With(NewItems with { Items = [Item("messages", 1, Month), Item("dash")], DisableVersion = true }, HeldNow(1));
        Assert.Equal("credits", Former(after.Plan(Pro)!));
    }

    [Fact]
    public void Nobody_had_anything_from_a_version_that_was_never_held()
    {
        Assert.Empty(Start.With(NewItems).Plan(Pro)!.FormerFeatures);
        Assert.Empty(TwoVersions.Versions(Pro).SelectMany(plan => plan.FormerFeatures));
        var without = Start.With(NewItems with { DisableVersion = true }, HeldNow(1));
        Assert.Empty(without.With(new UpdatePlan(Pro) { ForceVersion = true }, HeldNow(1)).Plan(Pro)!.FormerFeatures);
    }

    [Fact]
    public void A_feature_that_is_deleted_or_renamed_is_forgotten()
    {
        var without = Start.With(NewItems with { DisableVersion = true }, HeldNow(1));
        Assert.Equal("credits", Former(FeatureRules.Delete(Context(without), Id("dash"), new FeatureUse(EverGranted: false)).Accepted().Plan(Pro)!));
        Assert.Equal("credits", Former(without.With(new UpdateFeature(Id("dash")) { NewId = Id("board") }).Plan(Pro)!));
    }

    private static string Former(Plan plan) => string.Join(", ", plan.FormerFeatures);

    [Fact]
    public void Force_version_makes_one_that_nobody_asked_for() =>
        Assert.Equal([1, 2], Start.With(new UpdatePlan(Pro) { ForceVersion = true }).Versions(Pro).Select(plan => plan.Version));

    [Fact]
    public void An_edit_of_an_older_held_version_becomes_the_newest_one()
    {
        var after = TwoVersions.With(new UpdatePlan(Pro) { Version = 1, Price = Dollars(25, Month) }, HeldNow(1));
        var latest = after.Plan(Pro)!;
        Assert.Equal((3, 25m, 3), (latest.Version, latest.Price!.Amount.Amount, latest.Items.Length));
        Assert.True(after.Plan(Pro, 1)!.SameAs(TwoVersions.Plan(Pro, 1)!));
    }

    [Fact]
    public void All_versions_edits_every_one_in_place()
    {
        var after = TwoVersions.With(NewItems with { Items = [Item("messages", 9, Month)], Name = "Both", AllVersions = true }, HeldNow(1, 2));
        Assert.Equal(["Both 9", "Both 9"], after.Versions(Pro).Select(plan => $"{plan.Name} {plan.Items.Single().Included}"));
    }

    [Fact]
    public void Archiving_and_a_new_id_concern_the_plan_as_a_whole()
    {
        var twice = Start.With(new UpdatePlan(Pro) { ForceVersion = true });
        var after = twice.With(new UpdatePlan(Pro) { Archived = true, NewId = new PlanId("pro2") });
        Assert.Empty(after.Versions(Pro));
        Assert.Equal([true, true], after.Versions(new PlanId("pro2")).Select(plan => plan.Archived));
    }

    [Fact]
    public void An_archived_plan_no_longer_enables_itself_and_its_place_can_be_taken()
    {
        var archived = Start.With(new UpdatePlan(Free) { Archived = true });
        Assert.Empty(archived.AutoEnabled);
        var taken = archived.With(PlanOf(Item("messages", 5)) with { AutoEnable = true });
        Assert.Contains("free and new", PlanRules.Update(Context(taken), new UpdatePlan(Free) { Archived = false }, PlanUse.None).Refused().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_update_that_says_nothing_new_stores_nothing() =>
        Assert.True(PlanRules.Update(Context(Start), new UpdatePlan(Pro) { Name = "Pro", Archived = false, Group = "" }, HeldNow(1)).Edit().IsEmpty);

    private static readonly Dictionary<string, (UpdatePlan Edit, PlanUse Use, RefusalCode Code, string Says)> Refusals = new()
    {
        ["a plan that does not exist"] = (new(new PlanId("nope")) { Name = "X" }, PlanUse.None, RefusalCode.PlanNotFound, "nope"),
        ["a version that does not exist"] = (new(Pro) { Version = 9 }, PlanUse.None, RefusalCode.PlanNotFound, "no version 9"),
        ["two flags about versions"] = (NewItems with { ForceVersion = true, DisableVersion = true }, PlanUse.None, RefusalCode.InvalidInputs, "exclude one another"),
        ["an empty name"] = (new(Pro) { Name = "" }, PlanUse.None, RefusalCode.InvalidInputs, "name is empty"),
        ["an id that is taken"] = (new(Pro) { NewId = Free }, PlanUse.None, RefusalCode.PlanExists, "free exists already"),
        ["an id with a space"] = (new(Pro) { NewId = new PlanId("a b") }, PlanUse.None, RefusalCode.InvalidInputs, "new_plan_id"),
        ["a new id once customers held it"] = (new(Pro) { NewId = new PlanId("pro2") }, HeldOnce(1), RefusalCode.Conflict, "customers hold or held it"),
        ["a wrong item"] = (new(Pro) { Items = [Item("messages", -1)] }, HeldNow(1), RefusalCode.InvalidInputs, "items[0]"),
        ["a negative price"] = (new(Pro) { Price = Dollars(-1, Month) }, HeldNow(1), RefusalCode.InvalidInputs, "negative"),
        ["auto_enable of a priced plan"] = (new(Pro) { AutoEnable = true, Group = "other" }, PlanUse.None, RefusalCode.InvalidRequest, "has a price"),
        ["a price on a plan that enables itself"] = (new(Free) { Price = Dollars(5, Month) }, HeldNow(1), RefusalCode.InvalidRequest, "has a price"),
        ["auto_enable of an older version"] = (new(Pro) { Version = 1, AutoEnable = true }, HeldNow(1), RefusalCode.InvalidRequest, "Only the latest version"),
    };

    public static TheoryData<string> RefusalRows => [.. Refusals.Keys];

    [Theory]
    [MemberData(nameof(RefusalRows))]
    public void An_edit_is_refused_for(string reason)
    {
        var (edit, use, code, says) = Refusals[reason];
        var refusal = PlanRules.Update(Context(TwoVersions), edit, use).Refused();
        Assert.Equal(code, refusal.Code);
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rename_is_refused_while_licenses_name_the_plan()
    {
        var catalog = Start.With(PlanOf() with { Licenses = new PlanLicenses(new JsonText("""[{"license_plan_id":"pro"}]"""), [new License(new PlanId("pro"), 0, false)]) });
        Assert.Equal(RefusalCode.NotSupported, PlanRules.Update(Context(catalog), new UpdatePlan(Pro) { NewId = new PlanId("pro2") }, PlanUse.None).Refused().Code);
    }

    [Fact]
    public void Deleting_takes_the_latest_version_and_the_one_before_is_the_latest_again() =>
        Assert.Equal([1], PlanRules.Delete(Context(TwoVersions), new DeletePlan(Pro), HeldNow(1)).Accepted().Versions(Pro).Select(plan => plan.Version));

    [Fact]
    public void Deleting_all_versions_takes_the_plan_away() =>
        Assert.Null(PlanRules.Delete(Context(TwoVersions), new DeletePlan(Pro, AllVersions: true), PlanUse.None).Accepted().Plan(Pro));

    [Theory]
    [InlineData("the latest version is held", false)]
    [InlineData("an older version was held and all are to go", true)]
    public void Deleting_is_refused_when(string reason, bool all)
    {
        Assert.NotEmpty(reason);
        var refusal = PlanRules.Delete(Context(TwoVersions), new DeletePlan(Pro, all), all ? HeldOnce(1) : HeldNow(2)).Refused();
        Assert.Equal(RefusalCode.InvalidRequest, refusal.Code);
        Assert.Contains("archive", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deleting_what_is_not_there_is_refused() =>
        Assert.Equal(RefusalCode.PlanNotFound, PlanRules.Delete(Context(Start), new DeletePlan(new PlanId("nope")), PlanUse.None).Refused().Code);

    [Fact]
    public void Deleting_a_version_cannot_bring_back_a_second_plan_that_enables_itself()
    {
        var catalog = Start.With(new UpdatePlan(Free) { AutoEnable = false, ForceVersion = true }).With(PlanOf(Item("messages", 5)) with { AutoEnable = true });
        Assert.Equal(RefusalCode.InvalidRequest, PlanRules.Delete(Context(catalog), new DeletePlan(Free), HeldNow(1)).Refused().Code);
    }
}
