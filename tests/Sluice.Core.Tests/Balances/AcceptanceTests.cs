using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.Balances;

/// <summary>Whole sequences on one customer, each as a user would live through it.</summary>
public class AcceptanceTests
{
    [Fact]
    public void A01_Cap_takes_what_fits_and_drops_the_rest()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Track("messages", 30).Shows(100, 70, 30).Drew(30);
        c.Check("messages", 70).Is(allowed: true);
        c.Check("messages", 70.01m).Is(allowed: false);
        c.Track("messages", 80).Shows(100, 0, 100).Drew(70);
        Assert.Equal(80, Assert.IsType<CustomerEvent.Used>(c.LastEvents.Last(e => e is CustomerEvent.Used)).Value.Value);
    }

    [Fact]
    public void A02_Reject_is_all_or_nothing()
    {
        var c = With(Item("messages", 100).Every("month"));
        var entries = c.Entries;
        c.Refuses(Story.Tracking("messages", 101, "reject")).Says(RefusalCode.InsufficientBalance, "101 of messages were asked for and 100 can be used");
        c.Balance("messages").Shows(remaining: 100, usage: 0);
        Assert.Equal(entries, c.Entries);
        c.Track("messages", 100, "reject").Shows(remaining: 0, usage: 100);
    }

    [Fact]
    public void A03_Overflow_goes_below_zero_and_nothing_is_left_to_take_after_it()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Track("messages", 150, "overflow").Shows(100, 0, 150);
        c.Track("messages", 10).Shows(100, 0, 150).Drew(Array.Empty<decimal>());
        c.Check("messages", 1).Is(allowed: false);
        c.Balance("messages").Signed(-50);
    }

    [Fact]
    public void A04_Usage_based_price_pays_for_overage_up_to_its_limit()
    {
        var c = With(Item("messages", 100).Every("month").PayPerUse(max: 400));
        c.Check("messages", 500).Is(allowed: true, AccessRule.MaxPurchase);
        c.Check("messages", 501).Is(allowed: false, AccessRule.MaxPurchase);
        c.Track("messages", 600).Shows(100, 0, 500);
        Assert.Equal(400, c.Balance("messages")!.MaxPurchase!.Value.Value);
        c.Track("messages", -50).Shows(remaining: 0, usage: 450);
        c.Check("messages", 50).Is(allowed: true);
    }

    [Fact]
    public void A05_Monthly_goes_before_lifetime_and_only_it_resets()
    {
        var c = With(Item("messages", 500).Every("month"), Item("messages", 200).Once);
        c.Track("messages", 400).Balance.Rows(100, 200).Shows(remaining: 300);
        c.Track("messages", 200).Balance.Rows(0, 100).Shows(remaining: 100);
        c.AdvanceToNextReset("messages");
        c.Balance("messages").Rows(500, 100).Shows(remaining: 600);
    }

    [Fact]
    public void A06_Free_main_plan_goes_before_a_usage_based_add_on()
    {
        var c = Customer(
            Plan("main", Item("messages", 1000).Every("month")), AddOn("addon", Item("messages", 500).Every("month").PayPerUse()));
        c.Track("messages", 500).Balance.Rows(500, 500).Shows(granted: 1500);
        c.Track("messages", 700).Balance.Rows(0, 300);
        var after = c.Track("messages", 500).Balance.Shows(remaining: 0, usage: 1700).Signed(0, -200);
        Assert.True(after.OverageAllowed);
    }

    [Fact]
    public void A07_Prepaid_goes_before_usage_based_and_the_limit_holds()
    {
        var c = With(Item("messages", 100).Every("month").Prepaid(bought: 500), Item("messages", 200).Every("month").PayPerUse(max: 300));
        c.Track("messages", 600).Balance.Rows(0, 200).Shows(remaining: 200);
        c.Track("messages", 400).Shows(remaining: 0, usage: 1000);
        c.Refuses(Story.Tracking("messages", 200, "reject")).Says(RefusalCode.InsufficientBalance, "100 can be used");
        c.Balance("messages").Shows(usage: 1000);
        c.Track("messages", 200).Shows(remaining: 0, usage: 1100).Drew(100);
    }

    [Fact]
    public void A09_What_expires_first_is_used_first()
    {
        var c = Customer();
        c.Create("messages", 100, "late", expires: Start.Plus(TimeSpan.FromDays(10)));
        c.Create("messages", 100, "soon", expires: Start.Plus(TimeSpan.FromDays(5)));
        c.Create("messages", 100, "never");
        Assert.Equal(["soon", "late", "never"], c.Balance("messages")!.Rows.Select(row => row.BalanceId));
        c.Track("messages", 60).Balance.Rows(40, 100, 100);
        c.Track("messages", 60).Balance.Rows(0, 80, 100);
        c.Advance(days: 11);
        c.Balance("messages").Shows(100, 100, 0);
    }

    [Fact]
    public void A10_Own_units_go_first_then_credits_at_their_cost()
    {
        var c = With(Item("action1", 100).Every("month"), Item("credits", 200).Every("month"));
        c.Track("action1", 40.5m);
        c.Balance("action1").Shows(remaining: 59.5m);
        c.Balance("credits").Shows(remaining: 200);
        c.Track("action1", 80).AnswersWith("action1").Drew(("action1", 59.5m), ("credits", 4.1m));
        c.Balance("credits").Shows(remaining: 195.9m);
        c.Track("action1", 50.75m).AnswersWith("credits").Drew(("credits", 10.15m));
        c.Balance("credits").Shows(remaining: 185.75m);
        var check = c.Check("action1", 928.75m).Is(allowed: true);
        Assert.Equal((185.75m, "credits"), (check.Required.Value, check.Balance!.Feature.Value));
        c.Check("action1", 929).Is(allowed: false);
    }

    [Fact]
    public void A11_A_check_that_records_draws_on_credits_or_leaves_everything_alone()
    {
        var c = With(Item("credits", 1000).Every("month"));
        var sent = c.CheckAndSend("action1", 27.35m)!;
        sent.Is(allowed: true).Balance.Shows(remaining: 994.53m, usage: 5.47m);
        Assert.Equal(5.47m, sent.Required.Value);
        var entries = c.Entries;
        Assert.Null(c.CheckAndSend("action1", 10_000));
        c.Balance("credits").Shows(remaining: 994.53m);
        Assert.Equal(entries, c.Entries);
    }

    [Fact]
    public void A12_Not_granted_boolean_and_unlimited()
    {
        var c = Customer(
            Plan("main", Item("dash"), Item("messages").Unlimited), AddOn("addon", Item("messages", 100).Every("month")));
        Assert.Null(c.Check("seats").Is(allowed: false, AccessRule.NotGranted).Balance);
        c.Track("action2").AnswersWith(null);
        Assert.Empty(Assert.IsType<CustomerEvent.Used>(c.LastEvents.Last(e => e is CustomerEvent.Used)).Draws);
        var dash = c.Check("dash").Is(allowed: true, AccessRule.Flag);
        Assert.Null(dash.Balance);
        Assert.Equal("main", dash.Flag!.Plan!.Value.Value);
        var unlimited = c.Track("messages", 500).Shows(0, 0, 500).Balance!;
        Assert.True(unlimited.Unlimited);
        Assert.Equal(100, c.Read.Grants.Single(grant => grant.AddOn).Balance.Value);
        c.Check("messages", 1_000_000_000).Is(allowed: true, AccessRule.Unlimited);
        c.Refuses(Story.Tracking("nope")).Says(RefusalCode.FeatureNotFound);
    }

    [Fact]
    public void A14_Free_seats_may_go_below_zero_by_track_but_not_by_check()
    {
        var c = With(Item("seats", 5));
        var balance = c.Track("seats", 8).Shows(remaining: 0, usage: 8).Balance!;
        Assert.Null(balance.Rows[0].Terms.Reset);
        c.Check("seats").Is(allowed: false);
        c.Refuses(Story.Tracking("seats", 1, "reject")).Says(RefusalCode.InsufficientBalance, "0 can be used");
        c.Balance("seats").Shows(usage: 8);
        c.Track("seats", -2).Shows(remaining: 0, usage: 6);
        c.Track("seats", -2).Shows(remaining: 1, usage: 4);
        c.Track("seats", -20).Shows(remaining: 5, usage: 0);
    }

    [Fact]
    public void A17_Missed_cycles_and_month_ends_do_not_drift()
    {
        var c = Customer(Words.Moment("2026-01-31T12:00Z"));
        c.Create("messages", 100, every: "month");
        var balance = c.Track("messages", 90).Shows(remaining: 10).Balance!;
        Assert.Equal(Words.Moment("2026-02-28T12:00Z"), balance.NextResetAt);
        c.AdvanceTo(Words.Moment("2026-06-15"));
        for (var i = 0; i < 10; i++) c.Balance("messages").Shows(remaining: 100, usage: 0);
        Assert.Equal(Words.Moment("2026-06-30T12:00Z"), c.Balance("messages")!.NextResetAt);
    }

    [Fact]
    public void A23_What_was_refused_can_be_said_again_and_is_counted_once()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Track("messages", 10).Shows(remaining: 90);
        c.Refuses(Story.Tracking("messages", 500, "reject"));
        c.Track("messages", 5).Shows(remaining: 85);
    }

    [Fact]
    public void A29_Five_tracks_of_ten_on_five_units_use_five() =>
        Repeat(5, With(Item("messages", 5)), "messages", 10).Shows(remaining: 0, usage: 5);

    [Fact]
    public void A29_Five_more_seats_on_one_seat_are_four_too_many() =>
        Repeat(5, With(Item("seats", 1)), "seats", 1).Signed(-4);

    [Fact]
    public void A29_Seven_recorded_checks_on_five_seats_allow_five() =>
        Assert.Equal(5, Allowed(7, With(Item("seats", 5)), "seats", 1));

    [Fact]
    public void A29_A_hundred_and_fifty_recorded_checks_of_two_on_two_hundred_allow_a_hundred()
    {
        var c = With(Item("messages", 200));
        Assert.Equal(100, Allowed(150, c, "messages", 2));
        c.Balance("messages").Shows(remaining: 0, usage: 200);
    }

    [Fact]
    public void A29_Overage_is_sold_up_to_its_limit_and_not_beyond()
    {
        var c = With(Item("messages", 5).Every("month").PayPerUse(max: 5));
        Assert.Equal(3, Allowed(5, c, "messages", 3));
        c.Balance("messages").Shows(usage: 9);
    }

    [Fact]
    public void A29_Five_hundred_decimal_tracks_add_up_exactly()
    {
        Property.Holds(1, random =>
        {
            var c = With(Item("messages", 20_000).Once, Item("messages", 10_000).Every("month"));
            var sum = 0m;
            for (var i = 0; i < 500; i++)
            {
                var value = random.Next(1, 4000) / 100m;
                c.Track("messages", value);
                sum += value;
            }

            c.Balance("messages").Shows(usage: sum, remaining: 30_000 - sum);
        });
    }

    private static Balance Repeat(int times, Story c, string feature, decimal value)
    {
        for (var i = 0; i < times; i++) c.Track(feature, value);
        return c.Balance(feature)!;
    }

    private static int Allowed(int times, Story c, string feature, decimal value) =>
        Enumerable.Range(0, times).Count(_ => c.CheckAndSend(feature, value) is not null);
}
