using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.Balances;

/// <summary>How a balance reads.</summary>
public class BalanceTests
{
    [Fact]
    public void A_monthly_grant()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Track("messages", 30);
        var balance = c.Balance("messages").Shows(100, 70, 30);
        Assert.False(balance.OverageAllowed);
        Assert.False(balance.Unlimited);
        Assert.Null(balance.MaxPurchase);
        Assert.Equal(Words.Moment("2026-04-10T09:00Z"), balance.NextResetAt);
    }

    [Fact]
    public void Usage_beyond_the_grant_shows_as_usage()
    {
        var c = With(Item("messages", 100).Every("month").PayPerUse());
        c.Track("messages", 130);
        var balance = c.Balance("messages").Shows(100, 0, 130);
        Assert.True(balance.OverageAllowed);
        Assert.Equal(30, balance.Rows[0].Overage.Value);
        Assert.Null(balance.MaxPurchase);
    }

    [Fact]
    public void Bought_units_are_part_of_the_grant()
    {
        var c = With(Item("messages", 100).Every("month").Prepaid(bought: 400));
        c.Track("messages", 120);
        var row = c.Balance("messages").Shows(500, 380, 120).Rows[0];
        Assert.Equal((100m, 400m), (row.IncludedNow.Value, row.Prepaid.Value));
    }

    [Fact]
    public void Overage_of_one_grant_does_not_eat_what_is_left_of_another()
    {
        var c = With(Item("messages", 100).Every("month").PayPerUse());
        c.Track("messages", 150);
        c.Create("messages", 50);
        c.Track("messages", 20);
        c.Balance("messages").Shows(granted: 150, usage: 170, remaining: 30);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(400.0, null, null)]
    [InlineData(400.0, 100.0, 440.0)]
    public void What_can_be_had_beyond_the_grants_is_known_when_every_priced_grant_has_a_limit(double? overage, double? prepaid, double? purchasable)
    {
        var c = With(
            Item("messages", 100).Every("month"),
            Item("messages", 100).Every("month").PayPerUse((decimal?)overage),
            Item("messages", 0).Every("month").Prepaid(bought: 60, (decimal?)prepaid));
        Assert.Equal((decimal?)purchasable, c.Balance("messages")!.MaxPurchase?.Value);
    }

    [Fact]
    public void Unlimited_has_one_row_that_names_its_plan_and_no_reset()
    {
        var c = With(Item("messages").Unlimited);
        c.Track("messages", 7);
        var balance = c.Balance("messages").Shows(0, 0, 7);
        Assert.True(balance.Unlimited);
        Assert.False(balance.OverageAllowed);
        Assert.Null(balance.NextResetAt);
        var row = Assert.Single(balance.Rows);
        Assert.Equal(("main", (Interval?)null, 7m), (row.Plan!.Value.Value, row.Terms.Reset, row.Usage.Value));
    }

    [Fact]
    public void Unlimited_beside_others_has_one_row_that_names_none()
    {
        var c = Customer(Plan("main", Item("messages", 100).Every("month").PayPerUse()), AddOn("extra", Item("messages").Unlimited));
        c.Create("messages", unlimited: true, id: "mine");
        c.Track("messages", 7);
        var balance = c.Balance("messages").Shows(0, 0, 7);
        Assert.Equal((false, null, null), (balance.OverageAllowed, balance.MaxPurchase, balance.NextResetAt));
        var row = Assert.Single(balance.Rows);
        Assert.Equal((null, null, 0m, 7m), (row.Plan, row.BalanceId, row.IncludedNow.Value, row.Usage.Value));
    }

    [Fact]
    public void Seats_never_reset()
    {
        var balance = With(Item("seats", 5)).Balance("seats")!;
        Assert.Null(balance.NextResetAt);
        Assert.Null(balance.Rows[0].Terms.Reset);
    }

    [Fact]
    public void A_drained_grant_stays_visible_and_can_be_given_back_to()
    {
        var c = Customer();
        c.Create("messages", 10, "loose");
        c.Track("messages", 10);
        c.Balance("messages").Rows(0).Shows(granted: 10, usage: 10);
        c.Track("messages", -5).Shows(remaining: 5);
    }

    [Fact]
    public void An_expired_grant_is_gone_from_its_last_moment_on()
    {
        var c = Customer();
        c.Create("messages", 10, expires: Start.Plus(TimeSpan.FromHours(1)));
        c.AdvanceTo(Start.Plus(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1)));
        c.Balance("messages").Shows(remaining: 10);
        c.AdvanceTo(Start.Plus(TimeSpan.FromHours(1)));
        Assert.Null(c.Balance("messages"));
        c.Track("messages", 1).AnswersWith(null);
    }

    [Fact]
    public void All_balances_and_flags_come_in_the_order_first_granted()
    {
        var c = With(Item("seats", 5), Item("dash"), Item("messages", 1), Item("seats", 1));
        c.Create("action1", 1);
        c.Create("messages", 1);
        Assert.Equal(["seats", "messages", "action1"], Core.Balances.All(c.Read, c.Catalog).Select(balance => balance.Feature.Value));
        Assert.Equal(["dash"], Flags.All(c.Read, c.Catalog).Select(flag => flag.Feature.Value));
    }

    [Fact]
    public void A_feature_that_the_catalog_forgot_is_left_out()
    {
        var c = With(Item("seats", 5), Item("dash"));
        var empty = new Catalog(9, [], []);
        Assert.Empty(Core.Balances.All(c.Read, empty));
        Assert.Empty(Flags.All(c.Read, empty));
    }

    [Fact]
    public void The_order_of_drawing()
    {
        var c = Customer(
            AddOn("addon", Item("messages", 1).Every("month")),
            Plan("main", Item("messages", 2).Once, Item("messages", 3).Every("month").PayPerUse(), Item("messages", 4).Every("month"), Item("messages", 5).Every("year")));
        c.Create("messages", 6, expires: Start.Plus(TimeSpan.FromDays(1)));
        c.Create("messages", 7);
        c.Create("messages", 8, every: "month", expires: Start.Plus(TimeSpan.FromDays(60)));
        c.Create("messages", 9, every: "day");
        c.Balance("messages").Rows(9, 4, 3, 1, 5, 8, 6, 2, 7);
    }
}
