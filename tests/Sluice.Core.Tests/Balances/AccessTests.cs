using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.Balances;

/// <summary>May a customer use so much?</summary>
public class AccessTests
{
    [Theory]
    [InlineData(100, 0, 100, true)]
    [InlineData(100, 0, 100.01, false)]
    [InlineData(100, 100, 1, false)]
    [InlineData(100, 100, 0, true)]
    [InlineData(100, 100, -1, true)]
    [InlineData(100, 0, 0.5, true)]
    public void Granted_and_used_then_required(decimal granted, decimal used, decimal required, bool allowed)
    {
        var c = With(Item("messages", granted).Every("month"));
        c.Track("messages", used);
        var answer = c.Check("messages", required).Is(allowed, required < 0 ? AccessRule.GivesBack : AccessRule.Included);
        Assert.Equal(required, answer.Required.Value);
    }

    [Fact]
    public void Nothing_granted_is_denied_without_a_balance()
    {
        var answer = Customer().Check("messages").Is(allowed: false, AccessRule.NotGranted);
        Assert.Null(answer.Balance);
        Assert.Equal(1, answer.Required.Value);
    }

    [Fact]
    public void Nothing_granted_is_denied_even_for_nothing() => Customer().Check("messages", -1).Is(allowed: false);

    [Theory]
    [InlineData(500, true)]
    [InlineData(501, false)]
    public void Overage_up_to_its_limit(decimal required, bool allowed) =>
        With(Item("messages", 100).Every("month").PayPerUse(max: 400)).Check("messages", required).Is(allowed, AccessRule.MaxPurchase);

    [Fact]
    public void Overage_without_a_limit_has_no_end()
    {
        var c = With(Item("messages", 100).Every("month").PayPerUse());
        c.Track("messages", 1_000_100);
        c.Check("messages", 1).Is(allowed: true, AccessRule.Overage);
    }

    [Fact]
    public void Overage_already_used_counts_against_its_limit()
    {
        var c = With(Item("messages", 100).Every("month").PayPerUse(max: 50));
        c.Track("messages", 130);
        c.Check("messages", 20).Is(allowed: true);
        c.Check("messages", 20.1m).Is(allowed: false);
        c.Track("messages", 500, "overflow");
        c.Check("messages", 0.1m).Is(allowed: false);
    }

    [Fact]
    public void What_could_only_be_bought_first_cannot_be_used()
    {
        var c = With(Item("messages", 0).Every("month").Prepaid(bought: 100, max: 1000));
        c.Track("messages", 100);
        c.Check("messages").Is(allowed: false, AccessRule.Included);
    }

    [Fact]
    public void A_prepaid_grant_without_a_limit_does_not_lift_the_limit_of_overage()
    {
        var c = With(Item("messages", 0).Every("month").Prepaid(bought: 100), Item("messages", 0).Every("month").PayPerUse(max: 5));
        Assert.Null(c.Balance("messages")!.MaxPurchase);
        c.Check("messages", 105).Is(allowed: true);
        c.Check("messages", 106).Is(allowed: false);
    }

    [Fact]
    public void Free_seats_that_are_taken_are_denied_though_a_track_would_pass()
    {
        var c = With(Item("seats", 5));
        c.Track("seats", 5);
        c.Check("seats").Is(allowed: false);
        c.Track("seats", 1).Shows(usage: 6);
    }

    [Theory]
    [InlineData("action1", 500, true, 100)]
    [InlineData("action1", 501, false, 100.2)]
    [InlineData("action2", 1, true, 0.6)]
    [InlineData("credits", 100, true, 100)]
    [InlineData("credits", 101, false, 101)]
    public void Credits_are_compared_at_their_cost(string feature, decimal required, bool allowed, decimal inCredits)
    {
        var answer = With(Item("credits", 100).Every("month")).Check(feature, required).Is(allowed);
        Assert.Equal(inCredits, answer.Required.Value);
        Assert.Equal("credits", answer.Balance!.Feature.Value);
    }

    [Fact]
    public void Credits_answer_when_the_own_units_are_gone()
    {
        var c = With(Item("action1", 1).Every("month"), Item("credits", 100).Every("month"));
        c.Track("action1", 1);
        var answer = c.Check("action1").Is(allowed: true);
        Assert.Equal((0.2m, "credits"), (answer.Required.Value, answer.Evaluated!.Value.Value));
    }

    [Fact]
    public void Two_balances_are_never_added_up()
    {
        var c = With(Item("action1", 5).Every("month"), Item("credits", 1.4m).Every("month"));
        var answer = c.Check("action1", 10).Is(allowed: false);
        Assert.Equal(("credits", 2m), (answer.Evaluated!.Value.Value, answer.Required.Value));
        c.Track("action1", 10).Drew(("action1", 5), ("credits", 1));
    }

    [Fact]
    public void Credits_that_are_gone_still_show_what_was_missing()
    {
        var c = With(Item("credits2", 1).Every("month"));
        c.Track("credits2", 1);
        var answer = c.Check("action3").Is(allowed: false);
        Assert.Equal((2m, 0m), (answer.Required.Value, answer.Balance!.Remaining.Value));
    }

    [Fact]
    public void Own_units_answer_when_the_credits_are_not_owned()
    {
        var answer = With(Item("action1", 5).Every("month")).Check("action1", 6).Is(allowed: false);
        Assert.Equal(("action1", 6m), (answer.Balance!.Feature.Value, answer.Required.Value));
    }

    [Fact]
    public void Credits_that_nobody_owns_are_named_without_a_balance()
    {
        var answer = Customer().Check("action1", 10).Is(allowed: false, AccessRule.NotGranted);
        Assert.Equal(("credits", 2m), (answer.Evaluated!.Value.Value, answer.Required.Value));
        Assert.Null(answer.Balance);
    }

    [Fact]
    public void Boolean_is_held_or_not()
    {
        var held = With(Item("dash")).Check("dash", 3).Is(allowed: true, AccessRule.Flag);
        Assert.Equal(3, held.Required.Value);
        Assert.NotNull(held.Flag);
        Customer().Check("dash").Is(allowed: false, AccessRule.NotGranted);
    }

    [Fact]
    public void Unlimited_allows_anything() => With(Item("messages").Unlimited).Check("messages", 1_000_000_000_000).Is(allowed: true, AccessRule.Unlimited);

    [Fact]
    public void The_largest_amounts_are_compared_and_never_fail()
    {
        var c = With(Item("credits", Quantity.Limit).Every("month"), Item("thirds", Quantity.Limit).Once, Item("thirds", Quantity.Limit).Once);
        c.Check("action2", Quantity.Limit).Is(allowed: true);
        c.Check("tokens", Quantity.Limit).Is(allowed: false);
        c.Balance("thirds").Shows(granted: 2 * Quantity.Limit);
    }

    [Theory]
    [InlineData("messages", -2, 99)]
    [InlineData("messages", 0, 97)]
    [InlineData("messages", 1.5, 95.5)]
    public void A_recorded_check_shows_the_balance_after_it(string feature, decimal required, decimal remaining)
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Track("messages", 3);
        c.CheckAndSend(feature, required)!.Is(allowed: true, AccessRule.Recorded).Balance.Shows(remaining: remaining);
    }

    [Fact]
    public void A_recorded_check_of_nothing_granted_stays_denied()
    {
        Assert.Null(Customer().CheckAndSend("messages"));
        Customer().CheckAndSend("messages", 0)!.Is(allowed: false, AccessRule.NotGranted);
    }
}
