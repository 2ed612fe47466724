using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.Balances;

/// <summary>Balances set and deleted by hand.</summary>
public class ByHandTests
{
    [Theory]
    [InlineData(80, 80, 20)]
    [InlineData(120, 120, -20)]
    [InlineData(100, 100, 0)]
    [InlineData(-30, 0, 130)]
    public void Setting_what_remains_leaves_the_grant(decimal target, decimal remaining, decimal usage)
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Update("messages", remaining: target);
        c.Balance("messages").Shows(100, remaining, usage);
    }

    [Theory]
    [InlineData(40, 7, 47, 7)]
    [InlineData(40, 60, 100, 60)]
    [InlineData(130, 20, 150, 20)]
    [InlineData(0, 0, 0, 0)]
    public void What_is_to_remain_can_come_out_of_the_grant_and_what_is_used_stays_used(decimal used, decimal target, decimal granted, decimal remaining)
    {
        var c = With(Item("messages", 100).Every("month").PayPerUse());
        c.Track("messages", used);
        c.Accept(ByGrant(target));
        c.Balance("messages").Shows(granted, remaining, used);
    }

    [Fact]
    public void Of_several_grants_together_too()
    {
        var c = Customer(Plan("main", Item("messages", 100).Every("month")), AddOn("addon", Item("messages", 50).Every("month")));
        c.Track("messages", 120);
        c.Accept(ByGrant(200));
        c.Balance("messages").Shows(granted: 320, remaining: 200, usage: 120);
        c.Accept(ByGrant(1));
        c.Balance("messages").Shows(granted: 121, remaining: 1, usage: 120);
    }

    [Fact]
    public void Never_where_something_is_unlimited() => Assert.True(
        With(Item("messages").Unlimited, Item("messages", 100).Every("month")).Decide(ByGrant(5)) is Decision.Refused { Refusal.Code: RefusalCode.InvalidRequest });

    private static Command.UpdateBalance ByGrant(decimal remaining) =>
        new(new GrantSelector(new FeatureId("messages")), new BalanceChange.SetRemainingByGrant(Quantity.Of(remaining)), null, null, null);

    [Fact]
    public void Setting_what_remains_of_several_starts_at_the_first()
    {
        var c = Customer(Plan("main", Item("messages", 100).Every("month")), AddOn("addon", Item("messages", 50).Every("month")));
        c.Create("messages", 200);
        c.Update("messages", remaining: 300);
        c.Balance("messages").Rows(50, 50, 200).Shows(granted: 350, usage: 50);
        c.Update("messages", remaining: 400);
        c.Balance("messages").Rows(150, 50, 200).Shows(granted: 350, usage: -50);
        c.Update("messages", remaining: 60);
        c.Balance("messages").Rows(0, 0, 60);
    }

    [Fact]
    public void Overage_can_be_set_on_a_usage_based_grant()
    {
        var c = With(Item("messages", 100).Every("month").PayPerUse());
        c.Update("messages", remaining: -10);
        c.Balance("messages").Shows(100, 0, 110);
    }

    [Fact]
    public void What_is_below_zero_is_lifted_first_when_more_is_to_remain()
    {
        var c = With(Item("messages", 100).Every("month").PayPerUse());
        c.Track("messages", 150);
        c.Create("messages", 30);
        c.Update("messages", remaining: 40);
        c.Balance("messages").Signed(10, 30);
    }

    [Theory]
    [InlineData(130, 0, 130, -30)]
    [InlineData(-20, 120, -20, 120)]
    [InlineData(27.35, 72.65, 27.35, 72.65)]
    public void Setting_usage_overwrites_what_was_tracked(decimal target, decimal remaining, decimal usage, decimal signed)
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Track("messages", 40.5m);
        c.Update("messages", usage: target);
        c.Balance("messages").Shows(100, remaining, usage).Signed(signed);
    }

    [Fact]
    public void Setting_usage_of_a_feature_leaves_its_credits_alone()
    {
        var c = With(Item("action1", 10).Every("month"), Item("credits", 100).Every("month"));
        c.Update("action1", usage: 50);
        c.Balance("action1").Shows(usage: 50);
        c.Balance("credits").Shows(usage: 0);
    }

    [Fact]
    public void Adding_is_relative_and_may_be_negative()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Update("messages", add: 10);
        c.Balance("messages").Shows(100, 110, -10);
        c.Update("messages", add: -15);
        c.Balance("messages").Shows(100, 95, 5);
    }

    [Fact]
    public void The_included_grant_is_the_total_and_the_first_grant_makes_up_the_difference()
    {
        var c = Customer(Plan("main", Item("messages", 100).Every("month")), AddOn("addon", Item("messages", 50).Every("month")));
        c.Update("messages", grant: 200);
        Assert.Equal([150m, 50m], Grants(c));
        c.Balance("messages").Rows(100, 50).Shows(granted: 200, usage: 50);
        c.Update("messages", grant: 30);
        Assert.Equal([-20m, 50m], Grants(c));
        c.AdvanceToNextReset("messages");
        Assert.Equal([100m, 50m], Grants(c));
        c.Balance("messages").Rows(100, 50);
    }

    [Fact]
    public void The_included_grant_of_one_interval_is_that_of_its_grants()
    {
        var c = With(Item("messages", 100).Every("month"), Item("messages", 50).Once, Item("messages", 5).Once);
        c.Update("messages", grant: 77, interval: "one_off");
        Assert.Equal([100m, 72m, 5m], Grants(c));
    }

    [Fact]
    public void Bought_units_are_not_part_of_the_included_grant()
    {
        var c = With(Item("messages", 100).Every("month").Prepaid(bought: 400));
        c.Update("messages", grant: 150);
        c.Balance("messages").Shows(granted: 550);
    }

    [Fact]
    public void Grant_and_usage_together_are_the_new_grant_and_then_its_usage()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Update("messages", grant: 200, usage: 50);
        c.Balance("messages").Shows(200, 150, 50);
        Assert.Equal(2, c.LastEvents.Length);
    }

    [Fact]
    public void One_balance_or_one_interval_can_be_meant()
    {
        var c = With(Item("messages", 500).Every("month"), Item("messages", 200).Once);
        c.Create("messages", 40, "mine", every: "month");
        c.Update("messages", remaining: 11, id: "mine");
        c.Update("messages", add: 2, id: "mine");
        c.Balance("messages").Rows(500, 13, 200);
        c.Update("messages", remaining: 77, interval: "month");
        c.Balance("messages").Rows(64, 13, 200);
        c.Accept(new Command.UpdateBalance(
            new GrantSelector(new FeatureId("messages"), Row: new GrantName(c.Read.Key, c.Balance("messages")!.Rows[2].No)), new BalanceChange.SetRemaining(Quantity.One), null, null, null));
        c.Balance("messages").Rows(64, 13, 1);
    }

    [Fact]
    public void The_counter_of_an_unlimited_balance_is_set_as_it_is_said()
    {
        var c = With(Item("messages").Unlimited, Item("messages", 100).Every("month"));
        c.Update("messages", remaining: 5);
        c.Balance("messages").Shows(usage: -5);
        c.Update("messages", usage: 7);
        c.Balance("messages").Shows(usage: 7);
        c.Create("messages", unlimited: true);
        c.Track("messages", 1);
        c.Update("messages", usage: 3);
        c.Balance("messages").Shows(usage: 3);
        Assert.Equal(100, c.Read.Grants[1].Balance.Value);
        c.Create("messages", unlimited: true, id: "mine");
        c.Refuses(Story.Updating("messages", grant: 1, id: "mine")).Says(RefusalCode.InvalidRequest, "unlimited");
    }

    [Fact]
    public void Nothing_to_change_changes_nothing()
    {
        var c = With(Item("messages", 100).Every("month"));
        var entries = c.Entries;
        c.Update("messages");
        c.Update("messages", remaining: 100);
        c.Update("messages", grant: 100);
        c.Update("messages", add: 0);
        Assert.Equal(entries, c.Entries);
    }

    [Fact]
    public void A_next_reset_that_has_passed_is_due_at_once_and_clears_what_was_adjusted()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Track("messages", 40);
        c.Update("messages", grant: 500);
        c.Update("messages", nextReset: Words.Moment("2026-03-01T06:00Z"));
        Assert.True(c.Stored.NextDue <= c.Now);
        var balance = c.Balance("messages").Shows(100, 100, 0);
        Assert.Equal(Words.Moment("2026-04-01T06:00Z"), balance.NextResetAt);
    }

    [Fact]
    public void The_next_reset_is_that_of_the_grant_that_resets_first()
    {
        var c = With(Item("messages", 1).Every("month"), Item("messages", 2).Every("day"), Item("messages", 3).Once);
        var at = Words.Moment("2026-05-31T00:00Z");
        c.Update("messages", nextReset: at);
        var daily = c.Read.Grants[1];
        Assert.Equal((at, at), (daily.NextResetAt, daily.Anchor));
        c.AdvanceTo(at.Plus(TimeSpan.FromHours(1)));
        Assert.Equal(at.Plus(TimeSpan.FromDays(1)), c.Read.Grants[1].NextResetAt);
    }

    [Fact]
    public void An_expiry_is_that_of_the_grant_that_expires_first()
    {
        var c = Customer();
        c.Create("messages", 1, "never");
        c.Create("messages", 2, "late", expires: Start.Plus(TimeSpan.FromDays(9)));
        c.Create("messages", 3, "soon", expires: Start.Plus(TimeSpan.FromDays(5)));
        c.Update("messages", expires: Start.Plus(TimeSpan.FromDays(20)));
        Assert.Equal(["late", "soon", "never"], c.Balance("messages")!.Rows.Select(row => row.BalanceId));
        c.Update("messages", expires: Start.Plus(TimeSpan.FromDays(1)), id: "never");
        c.Advance(days: 2);
        Assert.Equal(["late", "soon"], c.Balance("messages")!.Rows.Select(row => row.BalanceId));
    }

    [Fact]
    public void A_flag_may_be_given_an_expiry_and_nothing_else()
    {
        var c = With(Item("dash"));
        c.Refuses(Story.Updating("dash", remaining: 1)).Says(RefusalCode.InvalidRequest);
        c.Update("dash", expires: Start.Plus(TimeSpan.FromDays(1)));
        c.Advance(days: 1);
        c.Check("dash").Is(allowed: false);
    }

    [Fact]
    public void Updates_that_are_refused()
    {
        var c = With(Item("messages", 100).Every("month").PayPerUse(), Item("seats", 3));
        c.Create("messages", 5, "lifetime");
        c.Create("messages", 5, "expiring", every: "month", expires: Start.Plus(TimeSpan.FromDays(50)));
        var soon = Start.Plus(TimeSpan.FromDays(1));
        c.Refuses(Story.Updating("nope", remaining: 1)).Says(RefusalCode.FeatureNotFound);
        c.Refuses(Story.Updating("action1", remaining: 1)).Says(RefusalCode.NotFound);
        c.Refuses(Story.Updating("messages", remaining: 1, id: "nope")).Says(RefusalCode.NotFound);
        c.Refuses(Story.Updating("messages", remaining: 1, interval: "year")).Says(RefusalCode.NotFound);
        c.Refuses(Story.Updating("messages", nextReset: soon, id: "lifetime")).Says(RefusalCode.InvalidRequest, "never resets");
        c.Refuses(Story.Updating("messages", nextReset: Start.Plus(TimeSpan.FromDays(50)), id: "expiring")).Says(RefusalCode.InvalidRequest);
        c.Refuses(Story.Updating("seats", nextReset: soon)).Says(RefusalCode.InvalidRequest);
        c.Refuses(Story.Updating("messages", expires: Start, id: "lifetime")).Says(RefusalCode.InvalidRequest);
        c.Refuses(Story.Updating("messages", expires: new Instant(long.MaxValue), id: "lifetime")).Says(RefusalCode.InvalidRequest);
        c.Refuses(Story.Updating("messages", nextReset: new Instant(long.MaxValue))).Says(RefusalCode.InvalidRequest);
        c.Refuses(Story.Updating("messages", expires: soon, interval: "month", id: null)
            with { Select = new GrantSelector(new FeatureId("messages"), Row: new GrantName(c.Read.Key, c.Read.Grants[0].No)) }).Says(RefusalCode.InvalidRequest, "recurring price");
        c.Refuses(Story.Updating("messages", grant: -1)).Says(RefusalCode.InvalidRequest);
    }

    [Fact]
    public void One_refused_change_stops_all_of_them()
    {
        var c = With(Item("messages", 100).Once);
        c.Refuses(Story.Updating("messages", remaining: 10, nextReset: Start.Plus(TimeSpan.FromDays(1)))).Says(RefusalCode.InvalidRequest);
        c.Balance("messages").Shows(remaining: 100);
    }

    [Fact]
    public void Changes_beyond_the_largest_amount_are_refused()
    {
        var c = With(Item("messages", Quantity.Limit).Every("month"), Item("messages", Quantity.Limit).Once);
        c.Refuses(Story.Updating("messages", add: Quantity.Limit)).Says(RefusalCode.InvalidInputs);
        c.Refuses(Story.Updating("messages", usage: -1)).Says(RefusalCode.InvalidInputs);
        c.Update("messages", remaining: 1);
        c.Refuses(Story.Updating("messages", grant: 0, interval: "year")).Says(RefusalCode.NotFound);
        c.Update("messages", grant: Quantity.Limit);
    }

    [Fact]
    public void Deleting_takes_what_is_selected_and_nothing_else()
    {
        var c = Customer(Plan("main", Item("messages", 100).Every("month"), Item("dash"), Item("seats", 2)));
        c.Create("messages", 40, "mine");
        c.Delete("messages", id: "mine");
        c.Balance("messages").Rows(100);
        c.Delete("dash");
        c.Check("dash").Is(allowed: false);
        c.Create("messages", 5);
        c.Delete("messages", interval: "one_off");
        c.Balance("messages").Rows(100);
        c.Delete("messages");
        Assert.Null(c.Balance("messages"));
        c.Balance("seats").Shows(granted: 2);
    }

    [Fact]
    public void Deletions_that_are_refused()
    {
        var c = Customer(
            PricedPlan("paid", Item("seats", 2)), AddOn("overage", Item("messages", 1).Every("month").PayPerUse()));
        c.Create("messages", 40, "mine");
        c.Refuses(Story.Deleting()).Says(RefusalCode.InvalidRequest);
        c.Refuses(Story.Deleting("nope")).Says(RefusalCode.FeatureNotFound);
        c.Refuses(Story.Deleting(id: "zzz")).Says(RefusalCode.NotFound);
        c.Refuses(Story.Deleting("action1")).Says(RefusalCode.NotFound);
        c.Refuses(Story.Deleting("messages")).Says(RefusalCode.Conflict, "overage");
        c.Refuses(Story.Deleting("seats")).Says(RefusalCode.Conflict, "paid");
        c.Delete(id: "mine");
    }

    private static IEnumerable<decimal> Grants(Story c) => c.Balance("messages")!.Rows.Select(row => row.Granted.Value);
}
