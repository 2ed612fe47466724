using System.Collections.Immutable;
using static Sluice.Core.Tests.CatalogStory;

namespace Sluice.Core.Tests;

public class PlanComparisonTests
{
    private static readonly Interval Quarter = new(IntervalUnit.Quarter);

    private static readonly Catalog Shop = new[]
    {
        Priced("20 a month", Dollars(20, Month)),
        Priced("20 a month too", Dollars(20, Month)),
        Priced("50 a month", Dollars(50, Month)),
        Priced("200 a year", Dollars(200, Year)),
        Priced("240 a year", Dollars(240, Year)),
        Priced("250 a year", Dollars(250, Year)),
        Priced("5 a week", Dollars(5, Week)),
        Priced("60 a quarter", Dollars(60, Quarter)),
        Priced("60 every 3 months", Dollars(60, new Interval(IntervalUnit.Month, 3))),
        Priced("99 once", Dollars(99, OneOff)),
        Priced("free", null),
        Priced("free too", null),
        Priced("1 per message", null, Item("messages") with { Price = ByUse(1, Month) }),
        Priced("9 per message", null, Item("messages") with { Price = ByUse(9, Month) }),
        Priced("30 per seat", null, Item("seats", 1) with { Price = ByUse(30, Month) }),
        Priced("25 per pack", null, Item("messages") with { Price = Prepaid(25, Month) with { BillingUnits = Units(100) } }),
        Priced("tiers from 40", null, Item("seats") with { Price = new(BillingMethod.UsageBased, Month) { Tiers = Tiers((5, 40), (null, 10)) } }),
        Priced("add-on", Dollars(10, Month)) with { AddOn = true },
        Priced("free add-on", null) with { AddOn = true },
        Priced("other group", Dollars(10, Month)) with { Group = "other" },
    }.Aggregate(Start.With(new UpdatePlan(Free) { NewId = new PlanId("start"), Archived = true }), (catalog, plan) => catalog.With(plan));

    [Theory]
    [InlineData("free", "20 a month", Direction.Upgrade)]
    [InlineData("20 a month", "free", Direction.Downgrade)]
    [InlineData("20 a month", "20 a month too", Direction.Upgrade)]
    [InlineData("20 a month", "50 a month", Direction.Upgrade)]
    [InlineData("50 a month", "20 a month", Direction.Downgrade)]
    [InlineData("20 a month", "200 a year", Direction.Upgrade)]
    [InlineData("200 a year", "20 a month", Direction.Upgrade)]
    [InlineData("240 a year", "20 a month", Direction.Upgrade)]
    [InlineData("250 a year", "20 a month", Direction.Downgrade)]
    [InlineData("200 a year", "50 a month", Direction.Upgrade)]
    [InlineData("20 a month", "5 a week", Direction.Upgrade)]
    [InlineData("60 a quarter", "20 a month", Direction.Upgrade)]
    [InlineData("60 every 3 months", "20 a month", Direction.Upgrade)]
    [InlineData("free", "free too", Direction.Upgrade)]
    [InlineData("99 once", "20 a month", Direction.Upgrade)]
    [InlineData("50 a month", "99 once", Direction.Upgrade)]
    [InlineData("9 per message", "1 per message", Direction.Upgrade)]
    [InlineData("20 a month", "1 per message", Direction.Downgrade)]
    [InlineData("1 per message", "20 a month", Direction.Upgrade)]
    [InlineData("30 per seat", "20 a month", Direction.Downgrade)]
    [InlineData("20 a month", "25 per pack", Direction.Upgrade)]
    [InlineData("tiers from 40", "30 per seat", Direction.Downgrade)]
    public void A_switch_goes(string from, string to, Direction direction) => Assert.Equal(direction, PlanComparison.Between(Shop, Of(from), Of(to)));

    [Fact]
    public void Plans_are_listed_main_ones_first_free_ones_first_by_price_then_add_ons()
    {
        string[] names = ["free add-on", "50 a month", "add-on", "240 a year", "1 per message", "free too", "250 a year", "free", "200 a year", "20 a month"];
        Assert.Equal(
            ["free", "free too", "1 per message", "200 a year", "20 a month", "240 a year", "250 a year", "50 a month", "free add-on", "add-on"],
            PlanComparison.InOrder(Shop, names.Select(Of)).Select(plan => plan.Name));
    }

    [Theory]
    [InlineData("nothing", "free", AttachAction.Activate)]
    [InlineData("nothing", "20 a month", AttachAction.Activate)]
    [InlineData("nothing", "99 once", AttachAction.Purchase)]
    [InlineData("nothing", "add-on", AttachAction.Activate)]
    [InlineData("free", "free", AttachAction.None)]
    [InlineData("free", "free too", AttachAction.Upgrade)]
    [InlineData("free", "20 a month", AttachAction.Upgrade)]
    [InlineData("20 a month", "free", AttachAction.Downgrade)]
    [InlineData("20 a month", "other group", AttachAction.Activate)]
    [InlineData("20 a month", "add-on", AttachAction.Activate)]
    [InlineData("20 a month", "99 once", AttachAction.Purchase)]
    [InlineData("add-on", "add-on", AttachAction.None)]
    [InlineData("add-on", "20 a month", AttachAction.Activate)]
    [InlineData("99 once", "99 once", AttachAction.Purchase)]
    [InlineData("99 once", "20 a month", AttachAction.Activate)]
    public void To_a_customer_who_holds(string held, string plan, AttachAction action) => Assert.Equal(action, Eligibility.Of(Shop, Of(plan), Holder(held)).AttachAction);

    [Fact]
    public void A_plan_counts_as_held_at_any_version()
    {
        var newer = Shop.With(new UpdatePlan(IdOf("free")) { Items = [Item("messages", 9)] }, HeldNow(1));
        Assert.Equal(new Eligibility(AttachAction.None, Held: true, TrialAvailable: false), Eligibility.Of(newer, newer.Plan(IdOf("free"))!, Holder("free")));
    }

    [Fact]
    public void A_trial_is_offered_where_the_plan_has_one()
    {
        var trial = Shop.With(new UpdatePlan(IdOf("50 a month")) { FreeTrial = new FreeTrial(7, TrialUnit.Day, true, null) });
        Assert.True(Eligibility.Of(trial, trial.Plan(IdOf("50 a month"))!, Holder("free")).TrialAvailable);
        Assert.False(Eligibility.Of(trial, trial.Plan(IdOf("20 a month"))!, Holder("free")).TrialAvailable);
    }

    private static PlanId IdOf(string name) => new(name.Replace(' ', '_'));

    private static Plan Of(string name) => Shop.Plan(IdOf(name))!;

    private static CreatePlan Priced(string name, PlanPrice? price, params ItemDraft[] items) => new(IdOf(name), name) { Price = price, Items = [.. items] };

    private static Customer Holder(string held)
    {
        ImmutableArray<Subscription> subscriptions = held == "nothing" ? []
            : [new(new SubscriptionNo(1), null, Of(held).Id, 1, Of(held).Group, Of(held).AddOn, false, Of(held).IsOneOff, 1, Now)];
        return new Customer(new CustomerKey(1), 1, Now, Now, new Profile("c"), Holdings.None with { Subscriptions = subscriptions }, EntityBook.Empty, HoldBook.Empty, 1, Deleted: false);
    }
}
