using System.Collections.Immutable;
using static Sluice.Core.Tests.CatalogStory;

namespace Sluice.Core.Tests;

public sealed class AttachingTests
{
    private static readonly Catalog Shop = Start
        .With(new CreatePlan(new PlanId("team"), "Team") { Items = [Item("messages", 500, Month), Item("seats", 10)] })
        .With(new CreatePlan(new PlanId("solo"), "Solo") { Items = [Item("messages", 50, Month), Item("seats", 2)] })
        .With(new CreatePlan(new PlanId("crew"), "Crew") { Items = [Item("seats", 5)] })
        .With(new CreatePlan(new PlanId("other"), "Other") { Group = "other", Items = [Item("messages", 7)] })
        .With(new CreatePlan(new PlanId("extra"), "Extra") { AddOn = true, Items = [Item("messages", 30, Month)] })
        .With(new CreatePlan(new PlanId("packs"), "Packs")
        {
            AddOn = true,
            Items = [Item("messages", 100, Month) with { Price = Prepaid(10, Month) with { BillingUnits = Units(100), MaxPurchase = Units(1_000) } }],
        })
        .With(new CreatePlan(new PlanId("once"), "Once")
        {
            Items = [Item("messages") with { Price = Prepaid(10, OneOff) with { BillingUnits = Units(100) } }],
        });

    [Fact]
    public void A_plan_grants_its_items_from_the_moment_of_attaching()
    {
        var customer = Attached(Empty, "team");
        Assert.Equal(["messages 500 of 500, next 2026-05-01", "seats 10 of 10, never"], Grants(customer));
        Assert.Equal("team", Assert.Single(customer.Subscriptions).Plan.Value);
    }

    [Fact]
    public void A_main_plan_takes_the_place_of_the_one_in_its_group_at_once()
    {
        var customer = Attached(Used(Attached(Empty, "team"), "messages", 200), "solo");
        Assert.Equal("solo", Assert.Single(customer.Subscriptions).Plan.Value);
        Assert.Contains("messages 50 of 50, next 2026-05-01", Grants(customer));
    }

    [Theory]
    [InlineData("crew", 3, "team", 7, "5 included, 3 in use, 10 in the new plan")]
    [InlineData("crew", 3, "solo", -1, "5 included, 3 in use, 2 in the new plan")]
    [InlineData("crew", 8, "team", 2, "in use beyond what the old plan had")]
    public void Seats_in_use_stay_in_use_when_the_plan_is_switched(string from, int used, string to, int left, string because)
    {
        var customer = Attached(Used(Attached(Empty, from), "seats", used), to);
        var seats = customer.Grants.Single(grant => grant.Feature == Id("seats"));
        Assert.True(seats.Balance == Units(left), because);
        Assert.Equal(Units(used), seats.Usage);
    }

    [Theory]
    [InlineData("other", "a plan of another group")]
    [InlineData("extra", "an add-on")]
    [InlineData("once", "a purchase")]
    public void Others_come_beside_the_plan_that_is_held(string plan, string because)
    {
        var customer = Attached(Attached(Empty, "team"), plan);
        Assert.True(customer.Subscriptions.Select(held => held.Plan.Value).SequenceEqual(["team", plan]), because);
    }

    [Fact]
    public void The_same_add_on_twice_stacks()
    {
        var customer = Attached(Attached(Empty, "extra"), "extra");
        Assert.Equal(2, customer.Subscriptions.Length);
        Assert.Equal(Units(60), Balance.Of(customer, Shop, Shop.Feature(Id("messages"))!)!.Granted);
    }

    [Theory]
    [InlineData(0, 0, "nothing asked: the included units only")]
    [InlineData(100, 0, "the included units count in")]
    [InlineData(101, 100, "one unit more is a whole pack")]
    [InlineData(500, 400, "four packs of 100")]
    public void Prepaid_units_are_bought_in_whole_packs_beyond_the_included_ones(int quantity, int bought, string because)
    {
        var grant = Assert.Single(Attached(Empty, "packs", quantities: ("messages", quantity)).Grants);
        Assert.True(grant.Prepaid == Units(bought), because);
        Assert.Equal(Units(100 + bought), grant.Balance);
    }

    [Theory]
    [InlineData("pro", false, RefusalCode.NotSupported, "a price, and there is no payment provider to charge it")]
    [InlineData("nope", true, RefusalCode.PlanNotFound, "no such plan")]
    [InlineData("team", true, RefusalCode.PlanAlreadyAttached, "held already")]
    [InlineData("team", false, RefusalCode.PlanAlreadyAttached, "held already, however it is billed")]
    public void Refusals(string plan, bool noBillingChanges, RefusalCode code, string because)
    {
        var decision = Decider.Decide(Attached(Empty, "team"), Shop, Attach(plan, noBillingChanges), Now);
        Assert.True(Assert.IsType<Decision.Refused>(decision).Refusal.Code == code, because);
    }

    [Fact]
    public void A_priced_plan_attaches_without_billing_when_asked_to() =>
        Assert.Equal(["messages 1000 of 1000, next 2026-05-01", "dash 0 of 0, never", "credits 50 of 50, next 2026-05-01"], Grants(Attached(Empty, "pro")));

    [Theory]
    [InlineData("messages", 1_200, RefusalCode.InvalidRequest, "1,100 bought, 1,000 at most")]
    [InlineData("seats", 1, RefusalCode.InvalidRequest, "the plan sells no seats")]
    [InlineData("messages", -1, RefusalCode.InvalidInputs, "less than nothing")]
    public void Quantities_that_do_not_fit_the_plan_are_refused(string feature, int quantity, RefusalCode code, string because)
    {
        var decision = Decider.Decide(Empty, Shop, Attach("packs", true, (feature, quantity)), Now);
        Assert.True(Assert.IsType<Decision.Refused>(decision).Refusal.Code == code, because);
    }

    [Fact]
    public void A_callers_subscription_id_is_unique_for_the_customer()
    {
        var held = Decided(Empty, Attach("extra") with { SubscriptionId = "mine" });
        Assert.Equal("mine", Assert.Single(held.Subscriptions).CallerId);
        var again = Decider.Decide(held, Shop, Attach("extra") with { SubscriptionId = "mine" }, Now);
        Assert.Equal(RefusalCode.SubscriptionExists, Assert.IsType<Decision.Refused>(again).Refusal.Code);
    }

    private static Customer Empty => ((Decision.Accepted)Decider.Decide(null, Shop, new Command.Create(new CustomerKey(1), new Profile("c"), NoDefaults: true), Now)).Customer;

    private static Command.Attach Attach(string plan, bool noBillingChanges = true, params (string Feature, int Quantity)[] quantities) =>
        new(new PlanId(plan), null, quantities.ToImmutableDictionary(pair => Id(pair.Feature), pair => Units(pair.Quantity)), noBillingChanges, null);

    private static Customer Attached(Customer customer, string plan, params (string Feature, int Quantity)[] quantities) => Decided(customer, Attach(plan, true, quantities));

    private static Customer Used(Customer customer, string feature, int units) => Decided(customer, new Command.Track(Id(feature), null, Units(units), OverageBehavior.Cap, null, null));

    private static Customer Decided(Customer customer, Command command) => Assert.IsType<Decision.Accepted>(Decider.Decide(customer, Shop, command, Now)).Customer;

    private static IEnumerable<string> Grants(Customer customer) => customer.Grants.Select(grant =>
        $"{grant.Feature} {grant.Balance} of {grant.Granted}, {(grant.NextResetAt is { } next ? $"next {next.ToUtc():yyyy-MM-dd}" : "never")}");
}
