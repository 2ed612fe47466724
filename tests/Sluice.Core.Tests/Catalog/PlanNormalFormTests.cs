using static Sluice.Core.Tests.CatalogStory;

namespace Sluice.Core.Tests;

public class PlanNormalFormTests
{
    private static readonly Dictionary<string, (ItemDraft Sent, string Becomes)> Items = new()
    {
        ["included with a reset"] = (Item("messages", 100, Month), "messages: 100, every month"),
        ["included every 3 weeks"] = (Item("messages", 100, new Interval(IntervalUnit.Week, 3)), "messages: 100, every 3 week"),
        ["included without a reset is granted once"] = (Item("messages", 7), "messages: 7, granted once"),
        ["included with a one-off reset"] = (Item("messages", 7, OneOff), "messages: 7, granted once"),
        ["a metered item without anything is an empty grant"] = (Item("messages"), "messages: 0, granted once"),
        ["a flag"] = (Item("dash"), "dash: 0, never resets"),
        ["a flag with an amount and a reset loses both"] = (Item("dash", 5, Month), "dash: 0, never resets"),
        ["an unlimited flag is a flag"] = (Item("dash") with { Unlimited = true }, "dash: 0, never resets"),
        ["unlimited"] = (Item("messages") with { Unlimited = true }, "messages: unlimited, never resets"),
        ["unlimited with an amount loses it"] = (Item("messages", 5, Month) with { Unlimited = true }, "messages: unlimited, never resets"),
        ["seats"] = (Item("seats", 5), "seats: 5, never resets"),
        ["seats with a reset lose it"] = (Item("seats", 5, Month), "seats: 5, never resets"),
        ["credits without a reset are granted once"] = (Item("credits", 50), "credits: 50, granted once"),
        ["usage resets when it is billed"] = (Item("messages", 100) with { Price = ByUse(1, Month) }, "messages: 100, every month, UsageBased per 1"),
        ["usage billed every 3 months resets so"] = (Item("messages") with { Price = ByUse(1, new Interval(IntervalUnit.Month, 3)) }, "messages: 0, every 3 month, UsageBased per 1"),
        ["prepaid packs reset when they are billed"] = (Item("messages") with { Price = Prepaid(10, Month) with { BillingUnits = Units(100) } }, "messages: 0, every month, Prepaid per 100"),
        ["prepaid packs bought once stay"] = (Item("messages", 0) with { Price = Prepaid(10, OneOff) with { BillingUnits = Units(100) } }, "messages: 0, granted once, Prepaid per 100"),
        ["prepaid packs by the year may reset monthly"] = (Item("messages", 100, Month) with { Price = Prepaid(1, Year) }, "messages: 100, every month, Prepaid per 1"),
        ["seats billed by use never reset"] = (Item("seats", 1) with { Price = ByUse(10, Month) }, "seats: 1, never resets, UsageBased per 1"),
        ["tiers are graduated unless said"] = (Item("messages") with { Price = new(BillingMethod.UsageBased, Month) { Tiers = Tiers((500, 1), (null, 0.5m)) } }, "messages: 0, every month, UsageBased per 1 graduated"),
        ["volume tiers on prepaid packs"] = (Item("messages") with { Price = new(BillingMethod.Prepaid, Month) { Tiers = Tiers((500, 1), (null, 0.5m)), TierBehavior = TierBehavior.Volume } }, "messages: 0, every month, Prepaid per 1 volume"),
        ["a rollover by the month lasts one unless said"] = (Item("messages", 100, Month) with { Rollover = new(Units(5), null, RolloverExpiry.Month, null) }, "messages: 100, every month, rolls over for 1 month"),
        ["a rollover without a reset is kept"] = (Item("messages", 5) with { Rollover = new(Units(5), null, RolloverExpiry.Forever, null) }, "messages: 5, granted once, rolls over for 1 forever"),
        ["an amount of many decimals"] = (Item("credits", 0.0000000001m, Month), "credits: 0.0000000001, every month"),
    };

    public static TheoryData<string> Rows => [.. Items.Keys];

    [Theory]
    [MemberData(nameof(Rows))]
    public void An_item_is_brought_into_one_form(string sent) =>
        Assert.Equal(Items[sent].Becomes, Words(Start.With(PlanOf(Items[sent].Sent)).Plan(new PlanId("new"))!.Items.Single()));

    [Theory]
    [MemberData(nameof(Rows))]
    public void Sending_the_form_again_changes_nothing(string sent)
    {
        var catalog = Start.With(PlanOf(Items[sent].Sent));
        var item = catalog.Plan(new PlanId("new"))!.Items.Single();

        var again = PlanRules.Update(Context(catalog), new UpdatePlan(new PlanId("new")) { Items = [Resend(item)] }, HeldNow(1));

        Assert.True(again.Edit().IsEmpty);
    }

    [Fact]
    public void An_empty_group_and_description_are_none()
    {
        var plan = Start.With(PlanOf() with { Group = "", Description = "", Metadata = new("{}"), Controls = new(UsageLimits: []) }).Plan(new PlanId("new"))!;
        Assert.Null(plan.Group);
        Assert.Null(plan.Description);
        Assert.Null(plan.Metadata);
        Assert.Null(plan.Controls);
    }

    [Theory]
    [InlineData("the same feature monthly and once")]
    [InlineData("the same feature free and by use")]
    [InlineData("the same feature prepaid and by use")]
    [InlineData("a price of nothing")]
    [InlineData("an add-on that enables itself")]
    [InlineData("two add-ons that enable themselves in one group")]
    [InlineData("a second main plan that enables itself in another group")]
    [InlineData("a free plan with a trial")]
    [InlineData("a balance of its own for each seat")]
    [InlineData("no items at all")]
    public void A_doubtful_plan_is_accepted(string what)
    {
        var messages = Item("messages", 100, Month);
        var addOn = PlanOf(messages) with { AddOn = true, AutoEnable = true, Group = "extra" };
        var (catalog, plan) = what switch
        {
            "the same feature monthly and once" => (Start, PlanOf(messages, Item("messages", 100, OneOff))),
            "the same feature free and by use" => (Start, PlanOf(messages, Item("messages", 0, Month) with { Price = ByUse(1, Month) })),
            "the same feature prepaid and by use" => (Start, PlanOf(messages with { Price = Prepaid(1, Month) }, messages with { Price = ByUse(1, Month) })),
            "a price of nothing" => (Start, PlanOf() with { Price = Dollars(0, Month) }),
            "an add-on that enables itself" => (Start, addOn),
            "two add-ons that enable themselves in one group" => (Start.With(addOn), addOn with { Id = new PlanId("new2") }),
            "a second main plan that enables itself in another group" => (Start, PlanOf(messages) with { AutoEnable = true, Group = "other" }),
            "a free plan with a trial" => (Start, PlanOf(messages) with { FreeTrial = new(1, TrialUnit.Month, true, null) }),
            "a balance of its own for each seat" => (Start, PlanOf(messages with { EntityFeature = Id("seats") })),
            "no items at all" => (Start, PlanOf()),
            _ => throw new InvalidOperationException(what),
        };
        var accepted = catalog.With(plan);
        Assert.Equal(catalog.Version + 1, accepted.Version);
        Assert.Equal(1, accepted.Plan(plan.Id)!.Version);
    }
}
