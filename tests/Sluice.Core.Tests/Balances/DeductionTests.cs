using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.Balances;

/// <summary>What is taken from which grant, and what is given back.</summary>
public class DeductionTests
{
    [Fact]
    public void Overage_stays_where_it_is_when_new_units_are_granted()
    {
        var c = With(Item("messages", 500).Every("month").PayPerUse());
        c.Track("messages", 600).Balance.Signed(-100);
        c.Create("messages", 200);
        c.Track("messages", 150).Balance.Signed(-100, 50);
        c.Track("messages", 100).Balance.Signed(-150, 0);
    }

    [Fact]
    public void Monthly_credits_go_before_lifetime_credits()
    {
        var c = With(Item("credits", 1).Every("month"), Item("credits", 10).Once);
        c.Track("action1", 10).Drew(("credits", 1), ("credits", 1)).Balance.Rows(0, 9);
    }

    [Fact]
    public void Hourly_goes_before_monthly() =>
        With(Item("messages", 10).Every("month"), Item("messages", 5).Every("hour")).Track("messages", 8).Balance.Rows(0, 7);

    [Fact]
    public void Main_plan_goes_before_a_prepaid_add_on_of_the_same_interval() =>
        Customer(AddOn("addon", Item("messages", 0).Every("month").Prepaid(bought: 300)), Plan("main", Item("messages", 100).Every("month")))
            .Track("messages", 150).Balance.Rows(0, 250);

    [Fact]
    public void Unlimited_absorbs_everything_and_the_limited_grant_stays_whole()
    {
        var c = Customer(Plan("main", Item("messages", 100).Every("month")), AddOn("addon", Item("messages").Unlimited));
        c.Track("messages", 500).Drew(500).Balance.Shows(0, 0, 500);
        Assert.Equal([100m, -500m], c.Read.Grants.Select(grant => grant.Balance.Value));
    }

    [Fact]
    public void An_unlimited_pool_absorbs_before_the_features_own_units()
    {
        var c = With(Item("action1", 100).Every("month"), Item("credits").Unlimited);
        c.Track("action1", 10).Drew(("credits", 2)).AnswersWith("credits");
        c.Balance("action1").Shows(remaining: 100);
    }

    [Fact]
    public void The_draw_of_an_unlimited_grant_reads_one_off_and_that_of_seats_has_no_reset()
    {
        var c = With(Item("messages").Unlimited, Item("seats", 2), Item("tokens", 5).Every("month"));
        var unlimited = c.Track("messages").Draws[0];
        Assert.Equal((Interval.OneOff, (Instant?)null), (unlimited.Reset!.Value, unlimited.ResetsAt));
        Assert.Null(c.Track("seats").Draws[0].Reset);
        var monthly = c.Track("tokens").Draws[0];
        Assert.Equal((Words.Interval("month"), Words.Moment("2026-04-10T09:00Z")), (monthly.Reset!.Value, monthly.ResetsAt!.Value));
    }

    [Fact]
    public void Capped_usage_is_recorded_as_asked_and_drawn_as_far_as_it_fits()
    {
        var c = With(Item("messages", 15));
        c.Track("messages", 20).Shows(remaining: 0).Drew(15);
        Assert.Equal(20, ((CustomerEvent.Used)c.LastEvents.Last(e => e is CustomerEvent.Used)).Value.Value);
    }

    [Fact]
    public void Overflow_empties_every_grant_and_then_burdens_the_first()
    {
        var c = With(Item("messages", 100).Every("month"), Item("messages", 50).Once, Item("messages", 10).Every("year").PayPerUse());
        c.Track("messages", 200, "overflow").Balance.Signed(-40, 0, 0);
    }

    [Fact]
    public void Overflow_on_credits_takes_the_rest_in_credits() =>
        With(Item("credits", 1).Every("month")).Track("action2", 5, "overflow").Drew(("credits", 3)).Balance.Signed(-2);

    [Fact]
    public void Paid_seats_go_below_zero_only_as_far_as_their_price_allows()
    {
        With(Item("seats", 2).PayPerUse(max: 3)).Track("seats", 9).Balance.Signed(-3);
        With(Item("seats", 2).Prepaid(bought: 1)).Track("seats", 9).Balance.Signed(0);
    }

    [Fact]
    public void Own_usage_based_units_go_below_zero_only_when_the_credits_are_gone()
    {
        var c = With(Item("action1", 10).Every("month").PayPerUse(), Item("credits", 1).Every("month"));
        c.Track("action1", 20).Drew(("action1", 15), ("credits", 1));
        c.Balance("action1").Signed(-5);
    }

    [Theory]
    [InlineData(30, -10, 80, 20)]
    [InlineData(30, -50, 100, 0)]
    [InlineData(0, -37.89, 100, 0)]
    public void Giving_back_never_goes_above_the_grant(decimal used, decimal back, decimal remaining, decimal usage)
    {
        foreach (var overage in (string[])["cap", "reject", "overflow"])
        {
            var c = With(Item("messages", 100).Every("month"));
            c.Track("messages", used);
            c.Track("messages", back, overage).Shows(100, remaining, usage);
        }
    }

    [Fact]
    public void Giving_back_lifts_what_is_below_zero_first_then_fills_in_order()
    {
        var c = With(Item("messages", 100).Every("month"), Item("messages", 50).Once, Item("messages", 0).Every("month").PayPerUse());
        c.Track("messages", 180).Balance.Signed(0, -30, 0);
        c.Track("messages", -20).Shows(usage: 160).Balance.Signed(0, -10, 0);
        c.Track("messages", -20).Shows(remaining: 10, usage: 140).Drew(-10, -10);
        c.Track("messages", -50).Shows(remaining: 60, usage: 90);
    }

    [Fact]
    public void Giving_back_to_unlimited_turns_the_counter_back_below_zero_too()
    {
        var c = With(Item("messages").Unlimited);
        c.Track("messages", 3);
        c.Track("messages", -5).Shows(0, 0, -2).Drew(-5);
    }

    [Fact]
    public void Giving_back_fills_own_units_before_credits()
    {
        var c = With(Item("action1", 10).Every("month"), Item("credits", 100).Every("month"));
        c.Track("action1", 24);
        c.Track("action1", -30).Drew(("action1", -10), ("credits", -2.8m)).AnswersWith("credits");
    }

    [Fact]
    public void What_costs_nothing_is_free_everywhere()
    {
        var c = With(Item("action4", 5).Every("month"), Item("gratis", 1).Every("month"));
        c.Track("action4", 12, "reject").Drew(("action4", 5));
        c.Track("action4", 1000, "reject").Drew(Array.Empty<decimal>());
        c.Track("action4", 1000, "overflow").Drew(Array.Empty<decimal>());
        c.Track("gratis", 1);
        Assert.Equal(0, c.Check("action4", 1000).Is(allowed: true, AccessRule.Included).Required.Value);
        c.Track("action4", -3).Drew(("action4", -3));
        c.Balance("gratis").Shows(remaining: 0);
    }

    [Fact]
    public void Decimals_are_exact()
    {
        With(Item("messages", 100)).Track("messages", 27.35m).Shows(remaining: 72.65m);
        With(Item("messages", 1_000_000_000)).Track("messages", 0.0000001m).Shows(remaining: 999_999_999.9999999m);
        var c = With(Item("messages", 1));
        for (var i = 0; i < 1000; i++) c.Track("messages", 0.001m);
        c.Balance("messages").Shows(remaining: 0, usage: 1);
    }

    [Fact]
    public void A_cost_that_does_not_divide_evenly_loses_nothing()
    {
        var c = With(Item("thirds", 1).Every("month"), Item("thirds", 10).Once);
        c.Track("tokens", 1, "reject").Drew(1, 2);
        c.Track("tokens", 2, "reject").Drew(6);
        c.Refuses(Story.Tracking("tokens", 1, "reject")).Says(RefusalCode.InsufficientBalance, "0.6666666667 can be used");
        c.Track("tokens", 1).Drew(2);
    }

    [Theory]
    [InlineData("messages", 1e15, "overflow")]
    [InlineData("seats", 1e15, "cap")]
    public void A_balance_beyond_the_largest_amount_is_refused(string feature, decimal value, string overage)
    {
        var c = With(Item("messages", 0), Item("seats", 0));
        c.Track(feature, value, overage);
        c.Refuses(Story.Tracking(feature, 1, overage)).Says(RefusalCode.InvalidInputs);
    }

    [Fact]
    public void A_grant_lowered_below_zero_by_hand_is_not_filled_above_itself()
    {
        var c = With(Item("messages", 100).Every("month"), Item("messages", 50).Once);
        c.Track("messages", 130);
        c.Update("messages", grant: 30);
        c.Balance("messages").Shows(granted: 30).Signed(0, 20);
        c.Track("messages", -1000).Balance.Signed(0, 50);
    }
}
