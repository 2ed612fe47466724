using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.Entities;

public class EntityTests
{
    [Fact]
    public void Each_entity_has_its_own_part_and_the_customer_sees_the_sum()
    {
        var c = Team(Item("messages", 100).Every("month").Per("seats"));
        c.Balance("messages").Shows(granted: 300, remaining: 300);
        c.TrackFor("e1", "messages", 30).Shows(remaining: 70);
        c.Balance("messages").Rows(270).Shows(granted: 300, usage: 30);
        c.BalanceOf("e2", "messages").Shows(granted: 100, remaining: 100);
    }

    [Fact]
    public void What_comes_after_an_entity_with_shares_has_numbers_of_its_own()
    {
        var c = Team(Item("messages", 100).Every("month").Per("seats"), Item("action1", 10).Every("month").Per("seats"));
        c.Create("messages", 5);
        var numbers = c.Stored.Grants.Concat(c.Stored.Entities.SelectMany(entity => entity.Own.Grants)).Select(grant => grant.No.Value)
            .Concat(c.Stored.Entities.Select(entity => entity.No.Value)).Concat(c.Stored.Subscriptions.Select(held => held.No.Value)).ToList();
        Assert.Equal(numbers.Distinct().Count(), numbers.Count);
        c.Track("messages", 4).Drew(4);
        Remain(c, "e1 101, e2 101, e3 101");
    }

    [Fact]
    public void A18_What_is_shared_goes_first_for_the_customer_and_last_for_an_entity()
    {
        var c = Team(Item("messages", 100).Every("month"), Item("messages", 50).Every("month").Per("seats"));
        c.Balance("messages").Shows(remaining: 250);
        c.BalanceOf("e2", "messages").Shows(remaining: 150);
        c.Track("messages", 50).Shows(remaining: 200);
        Remain(c, "e1 100, e2 100");
        c.Track("messages", 60).Shows(remaining: 140);
        Remain(c, "e1 40, e2 50, e3 50");
        foreach (var entity in (string[])["e1", "e2", "e3"]) c.TrackFor(entity, "messages", 10);
        c.Balance("messages").Shows(remaining: 110);
        Remain(c, "e1 30, e2 40, e3 40");
    }

    [Fact]
    public void A19_What_entities_hold_by_themselves_is_shown_to_the_customer_and_not_its_to_use()
    {
        var c = Team(Item("messages", 50).Every("month"));
        foreach (var entity in (string[])["e1", "e2", "e3"]) c.Attach(Plan("own_" + entity, Item("messages", 100).Every("month")), entity);
        c.Balance("messages").Shows(granted: 350, remaining: 350).Rows(50);
        c.Track("messages", 60).Shows(remaining: 300);
        Remain(c, "e1 100");
        c.Check("messages").Is(allowed: false);
        c.TrackFor("e1", "messages", 30).Shows(remaining: 70);
        Remain(c, "e2 100");
        c.CheckFor("e1", "messages", 71).Is(allowed: false);
        c.CheckFor("e1", "messages", 70).Is(allowed: true);
    }

    [Fact]
    public void A_customer_draws_on_parts_by_the_ids_of_the_entities_whatever_became_of_the_others()
    {
        var c = With(Item("seats", 10), Item("messages", 5).Every("day").Per("seats"), Item("messages", 10).Once.Per("seats"));
        foreach (var entity in (string[])["e3", "e1", "e2"]) c.CreateEntity(entity);
        c.Track("messages", 20);
        Remain(c, "e1 5, e2 10, e3 10");
        c.Accept(new Command.DeleteBalance(new GrantSelector(new FeatureId("messages"), Interval: IntervalUnit.Day)));
        Remain(c, "e1 5, e2 10, e3 10");
        c.Track("messages", 12, "reject");
        Remain(c, "e1 0, e2 3, e3 10");
        c.DeleteEntity("e1");
        c.TrackFor("e3", "messages", 4);
        c.Track("messages", 5, "reject");
        Remain(c, "e2 0, e3 4");
        c.Track("messages", 9).Drew(4m);
        c.Track("messages", 9).Drew(Array.Empty<decimal>());
        c.CreateEntity("e0");
        c.Track("messages", 1, "reject");
        Remain(c, "e0 9, e2 0, e3 0");
    }

    [Fact]
    public void What_a_part_saved_goes_first_as_it_does_without_parts()
    {
        foreach (var isPart in new[] { false, true })
        {
            var pool = Item("gratis", 190).Every("month").Saves(percent: 1);
            var c = With(Item("seats", 5), Item("action4", 16).Every("quarter"), isPart ? pool.Per("seats") : pool);
            c.CreateEntity("e1");
            c.AdvanceToNextReset("gratis");
            c.Track("gratis", 54);
            c.Track("action4", 3).Drew(Array.Empty<decimal>());
            c.Balance("action4").Shows(remaining: 16);
        }
    }

    [Fact]
    public void Where_there_is_nothing_to_draw_on_overage_is_not_allowed_either()
    {
        var apart = With(Item("seats", 5), Item("messages", 100).Every("month").Per("seats").PayPerUse());
        apart.Check("messages").Is(allowed: false);
        apart.Refuses(Story.Tracking("messages", 1, "reject"));
        apart.CreateEntity("e1");
        apart.Check("messages", 500).Is(allowed: true, AccessRule.Overage);

        var own = Team();
        own.Attach(Plan("own", Item("messages", 100).Every("month")), "e1");
        own.Control(new BillingControls(Overage: [new OverageSwitch(new FeatureId("messages"), true)]));
        own.Check("messages").Is(allowed: false);
        own.Refuses(Story.Tracking("messages", 1, "reject"));
        own.CheckFor("e1", "messages", 500).Is(allowed: true, AccessRule.Overage);
    }

    [Fact]
    public void Each_part_goes_below_zero_by_itself()
    {
        var c = Team(Item("messages", 10).Every("month").Per("seats").PayPerUse(max: 30));
        c.Check("messages", 120).Is(allowed: true, AccessRule.MaxPurchase);
        c.TrackFor("e1", "messages", 100, "overflow");
        c.Check("messages", 80).Is(allowed: true, AccessRule.MaxPurchase);
        c.Check("messages", 80.5m).Is(allowed: false, AccessRule.MaxPurchase);
        c.Refuses(Story.Tracking("messages", 80.5m, "reject"));
        c.Track("messages", 80, "reject").Shows(usage: 180);
    }

    [Theory]
    [InlineData("cap", false, 4900)]
    [InlineData("cap", true, 5000)]
    public void An_entity_draws_on_its_own_first_and_on_the_customers_unless_that_is_switched_off(string overage, bool isApart, double customers)
    {
        var c = Team(Item("messages", 5000).Once);
        c.Attach(Plan("own", Item("messages", 500).Once), "e1");
        if (isApart) c.Accept(new Command.ChangeConfig(DisablePooledBalance: true, null));
        c.TrackFor("e1", "messages", 600, overage);
        Assert.Equal(0m, c.Stored.Subject("e1").Entity!.Own.Grants[0].Balance.Value);
        Assert.Equal((decimal)customers, c.Stored.Grants.Single(grant => grant.Feature.Value == "messages").Balance.Value);
        if (isApart) c.Refuses(Story.Tracking("messages", 1, "reject") with { Entity = "e1" }).Says(RefusalCode.InsufficientBalance);
    }

    [Fact]
    public void Pooled_items_are_one_balance_that_every_entity_draws_on()
    {
        var c = Team();
        foreach (var entity in (string[])["e1", "e2"]) c.Attach(Plan("pool_" + entity, Item("messages", 500).Every("month").Pooled), entity);
        c.TrackFor("e1", "messages", 300, "reject").Shows(granted: 1000, remaining: 700, usage: 300);
        Assert.Null(Assert.Single(c.Balance("messages")!.Rows).Plan);
        c.TrackFor("e3", "messages", 700, "reject").Shows(remaining: 0);
        c.Refuses(Story.Tracking("messages", 1, "reject") with { Entity = "e2" }).Says(RefusalCode.InsufficientBalance);
    }

    [Fact]
    public void Who_joins_a_pool_adds_to_it_and_who_leaves_takes_his_part_along()
    {
        var c = Team();
        c.Attach(Plan("p1", Item("messages", 700).Every("month").Pooled), "e1");
        c.Track("messages", 650);
        c.Attach(Plan("p2", Item("messages", 100).Every("month").Pooled), "e2");
        c.Balance("messages").Shows(granted: 800, remaining: 150);
        c.DeleteEntity("e1");
        c.Balance("messages").Shows(granted: 100, usage: 650);
        c.DeleteEntity("e2");
        Assert.Null(c.Balance("messages"));
    }

    [Fact]
    public void Usage_of_a_pool_lasts_over_a_change_of_plan()
    {
        var c = Team();
        c.Attach(new PlanSketch("a", false, false, [Item("messages", 150).Every("month").Pooled]) { Group = "g" }, "e1");
        c.Track("messages", 40);
        c.Attach(new PlanSketch("b", false, false, [Item("messages", 150).Every("month").Pooled]) { Group = "g" }, "e1");
        c.Track("messages", 70).Shows(granted: 150, remaining: 40, usage: 110);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_an_entity_saved_by_itself_does_not_go_into_a_pool(bool isThere)
    {
        var c = Team();
        var pool = new PlanSketch("pool", false, false, [Item("messages", 18).Every("month").Saves(max: 100).Pooled]) { Group = "g" };
        if (isThere) c.Attach(pool with { Id = "first" }, "e2");
        c.Attach(new PlanSketch("own", false, false, [Item("messages", 17).Every("month").Saves(max: 100)]) { Group = "g" }, "e1");
        c.Advance(days: 1);
        c.AdvanceTo(c.BalanceOf("e1", "messages")!.NextResetAt!.Value);
        c.Attach(pool, "e1");
        Assert.DoesNotContain(c.Balance("messages")!.Rollovers, saved => saved.Balance.Value == 17m);
        c.Balance("messages").Shows(granted: isThere ? 54 : 18);
    }

    [Fact]
    public void A_pool_saves_as_a_whole()
    {
        var c = Team();
        foreach (var entity in (string[])["e1", "e2"]) c.Attach(Plan("pool_" + entity, Item("messages", 200).Every("month").Saves(percent: 50).Pooled), entity);
        c.AdvanceToNextReset("messages");
        c.Balance("messages").Shows(granted: 600, remaining: 600);
        c.Track("messages", 250).Shows(remaining: 350);
        Assert.Equal([0m], c.Balance("messages")!.Rollovers.Select(saved => saved.Balance.Value));
    }

    [Fact]
    public void Entities_take_seats_and_give_them_back()
    {
        var c = With(Item("seats", 2), Item("messages", 10).Per("seats"));
        foreach (var id in (string[])["e1", "e2", "e3"]) c.CreateEntity(id);
        c.Balance("seats").Shows(remaining: 0, usage: 3);
        c.Refuses(new Command.CreateEntity("e1", null, new FeatureId("seats"), null)).Says(RefusalCode.EntityExists);
        c.DeleteEntity("e2");
        c.Balance("seats").Shows(usage: 2);
        c.Balance("messages").Shows(granted: 20);
        c.Refuses(Story.Tracking("messages") with { Entity = "e2" }).Says(RefusalCode.EntityNotFound);
        c.CreateEntity("e2");
        c.BalanceOf("e2", "messages").Shows(remaining: 10);
    }

    [Fact]
    public void Beyond_what_the_price_allows_there_is_no_seat()
    {
        var c = With(Item("seats", 1).PayPerUse(max: 1));
        c.CreateEntity("e1");
        c.CreateEntity("e2");
        c.Refuses(new Command.CreateEntity("e3", null, new FeatureId("seats"), null)).Says(RefusalCode.FeatureLimitReached);
    }

    [Fact]
    public void One_without_an_id_takes_the_next_one_that_comes()
    {
        var c = With(Item("seats", 5), Item("messages", 10).Per("seats"));
        c.Accept(new Command.CreateEntity(null, "Waiting", new FeatureId("seats"), null));
        c.Refuses(new Command.CreateEntity(null, null, new FeatureId("seats"), null)).Says(RefusalCode.EntityIdRequired);
        c.CreateEntity("e1");
        Assert.Equal(("e1", "Waiting"), (Assert.Single(c.Stored.Entities).Id, Assert.Single(c.Stored.Entities).Name));
        c.Balance("seats").Shows(usage: 1);
        c.BalanceOf("e1", "messages").Shows(remaining: 10);
    }

    [Theory]
    [InlineData("messages", RefusalCode.InvalidRequest)]
    [InlineData("dash", RefusalCode.InvalidRequest)]
    [InlineData("nothing", RefusalCode.FeatureNotFound)]
    public void An_entity_of_this_is_refused(string feature, RefusalCode code) => With(Item("messages", 1)).Refuses(new Command.CreateEntity("e", null, new FeatureId(feature), null)).Says(code);

    [Fact]
    public void A_balance_created_after_an_entity_is_not_taken_for_its_part()
    {
        var c = Team(Item("messages", 20).Every("month").Per("seats"));
        c.Accept(Story.Creating("messages", 37, expires: c.Now.Plus(TimeSpan.FromDays(5))) with { Entity = "e3" });
        c.TrackFor("e3", "messages", 10);
        Assert.Distinct(c.Stored.Grants.Concat(c.Stored.Entities.SelectMany(entity => entity.Own.Grants)).Select(grant => grant.No));
        c.Advance(days: 6);
        c.BalanceOf("e3", "messages").Shows(granted: 20, remaining: 10);
    }

    [Fact]
    public void A_plan_attached_later_gives_a_part_to_those_who_are_there()
    {
        var c = Team();
        c.Attach(Plan("later", Item("messages", 7).Every("month").Per("seats")));
        c.Balance("messages").Shows(granted: 21);
        c.Attach(new PlanSketch("instead", false, false, [Item("messages", 9).Every("month").Per("seats")]) { Group = "later" });
        c.Balance("messages").Shows(granted: 27);
    }

    [Fact]
    public void A_limit_of_the_customer_is_shared_and_one_of_an_entity_stands_apart()
    {
        var c = Team(Item("messages", 100).Every("month").Per("seats"));
        c.Control(new BillingControls(UsageLimits: [new UsageLimit(new FeatureId("messages"), Quantity.Of(5), IntervalUnit.Month)]));
        c.TrackFor("e1", "messages", 3);
        c.TrackFor("e2", "messages", 2);
        c.TrackFor("e3", "messages", 1).Shows(remaining: 100);
        c.Refuses(Story.Tracking("messages", 1, "reject") with { Entity = "e3" }).Says(RefusalCode.InsufficientBalance);
        c.CreateEntity("e4", controls: new BillingControls(UsageLimits: [new UsageLimit(new FeatureId("messages"), Quantity.Of(10), IntervalUnit.Month)]));
        c.TrackFor("e4", "messages", 50).Shows(remaining: 90);
        Assert.Equal(5m, Assert.Single(c.Stored.Own.Windows).Used.Value);
    }

    [Fact]
    public void A_limit_of_the_customer_has_one_window_whenever_the_plans_of_its_entities_began()
    {
        var c = Team();
        c.Control(new BillingControls(UsageLimits: [new UsageLimit(new FeatureId("messages"), Quantity.Of(5), IntervalUnit.Month)]));
        foreach (var entity in (string[])["e1", "e2"])
        {
            c.Attach(Plan("own_" + entity, Item("messages", 100).Every("month")), entity);
            c.Advance(days: 3);
        }

        c.TrackFor("e1", "messages", 3);
        c.TrackFor("e2", "messages", 2);
        c.TrackFor("e1", "messages", 1).Shows(remaining: 97);
        c.CheckFor("e2", "messages").Is(allowed: false, AccessRule.UsageLimit);
        Assert.Equal(5m, UsageLimits.Used(c.Read, c.Catalog, c.Stored.Own.Controls.UsageLimits[0], c.Now).Value);
    }

    [Fact]
    public void Entities_of_every_customer_life_come_back_from_the_journal()
    {
        Property.Holds(200, random =>
        {
            var c = Team(Item("messages", 100).Every("month").Per("seats").Saves(max: 50), Item("messages", 20).Every("week"));
            for (var step = 0; step < 40; step++)
            {
                var entity = random.OneOf("e1", "e2", "e3");
                switch (random.Next(7))
                {
                    case 0: c.Advance(days: random.Next(0, 20)); break;
                    case 1 when c.Stored.Entities.Find(entity) is not null: c.DeleteEntity(entity); break;
                    case 2 when c.Stored.Entities.Find(entity) is null: c.CreateEntity(entity); break;
                    case 3: c.Track("messages", random.Next(-30, 90), random.OneOf("cap", "overflow")); break;
                    case 4 when c.Stored.Entities.Find(entity) is not null: c.TrackFor(entity, "messages", random.Next(-30, 90), random.OneOf("cap", "overflow")); break;
                    case 5 when c.Stored.Entities.Find(entity) is not null && c.Stored.Subject(entity).Entity!.Own.Subscriptions.IsEmpty:
                        c.Attach(Plan($"own{step}", Item("messages", random.Next(1, 50)).Every("month").Pooled, Item("credits", 5).Every("day")), entity);
                        break;
                    default: c.Accept(new Command.Tick()); break;
                }
            }

            Assert.Equal(Told(c.Stored), Told(c.Replayed));
            Assert.Equal(Counted(c), (c.Balance("messages")?.Granted.Value, c.Balance("messages")?.Usage.Value));
        });
    }

    // The sums that the book keeps, counted anew.
    private static (decimal?, decimal?) Counted(Story c)
    {
        var all = c.Read.Grants.Where(grant => !grant.IsShared).Concat(c.Read.Entities.SelectMany(entity => entity.Own.Grants)).Where(grant => grant.Feature.Value == "messages").ToList();
        decimal Sum(Func<Grant, decimal> of) => all.Sum(of);
        return (Sum(grant => grant.Granted.Value + grant.Rollovers.Sum(saved => saved.Balance.Value + saved.Used.Value)), Sum(grant => grant.Usage.Value + grant.Rollovers.Sum(saved => saved.Used.Value)));
    }

    private static string Told(Customer customer) => string.Join('\n', customer.Grants.Concat(customer.Entities.SelectMany(entity => entity.Own.Grants))
        .Select(grant => $"{grant.No.Value} {grant.Entity?.Value} {grant.Parent?.Value} {grant.Balance} {grant.NextResetAt?.Milliseconds} {string.Join(',', grant.Rollovers.Select(saved => saved.Balance))} {string.Join(',', grant.Parts.Select(part => part.Amount))}"))
        + $"\n{customer.NextDue?.Milliseconds} {customer.LastNo}";

    private static Story Team(params ItemSketch[] items)
    {
        var c = With([Item("seats", 10), .. items]);
        foreach (var entity in (string[])["e1", "e2", "e3"]) c.CreateEntity(entity);
        return c;
    }

    private static void Remain(Story c, string expected)
    {
        foreach (var part in expected.Split(", ")) Assert.Equal(part, $"{part.Split(' ')[0]} {c.BalanceOf(part.Split(' ')[0], "messages")!.Remaining}");
    }
}
