using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.Balances;

/// <summary>What usage costs in credits, how a curve goes over the balances of a pool, and how it is given back.</summary>
public class CreditRateTests
{
    private const string Falling = "10: 2, 50: 1, inf: 0.5";

    [Theory]
    [InlineData("2", 5, 10)]
    [InlineData("0", 5, 0)]
    [InlineData("-1", 5, 0, "nobody is paid for usage")]
    [InlineData("2 per 100", 100, 2)]
    [InlineData("2 per 100", 50, 1, "part of the units costs its part")]
    [InlineData("1 per 3", 6, 2)]
    [InlineData(Falling, 5, 10)]
    [InlineData(Falling, 10, 20)]
    [InlineData(Falling, 11, 21)]
    [InlineData(Falling, 50, 60)]
    [InlineData(Falling, 100, 85)]
    [InlineData("100: 1, inf: 0.5 per 10", 200, 15, "tiers are of units, costs for ten of them")]
    [InlineData("10: 0, inf: 3", 10, 0, "the first ten are free")]
    [InlineData("10: 0, inf: 3", 12, 6)]
    [InlineData(Falling, -11, -21, "giving back mirrors taking")]
    [InlineData("2 per 100", -50, -1)]
    public void Usage_costs(string cost, double units, double credits, string? why = null)
    {
        var rate = Costs.Of(cost).RateFor(null);
        Assert.True(rate.Credits((decimal)units) == (decimal)credits, why ?? $"{rate.Credits((decimal)units)}");
    }

    [Theory]
    [InlineData("2", 10, 5)]
    [InlineData("2 per 100", 1, 50)]
    [InlineData(Falling, 20, 10)]
    [InlineData(Falling, 21, 11)]
    [InlineData(Falling, 85, 100)]
    [InlineData("10: 0, inf: 3", 0, 10, "what is free needs no credits")]
    [InlineData("10: 0, inf: 3", 6, 12)]
    [InlineData(Falling, -21, -11)]
    public void Credits_pay_for(string cost, double credits, double units, string? why = null) =>
        Assert.True(Costs.Of(cost).RateFor(null).Units((decimal)credits) == (decimal)units, why);

    [Theory]
    [InlineData("", 1, "no property: the usual cost")]
    [InlineData("size=sd", 1)]
    [InlineData("size=hd", 4)]
    [InlineData("size=hd time=night", 3, "the more properties, the closer")]
    [InlineData("size=hd time=night vip=true", 2, "priority goes first")]
    [InlineData("size=hd model=x", 4, "of equals, the first")]
    public void A_dimension_takes_the_place_of_the_cost(string usage, double credits, string? why = null)
    {
        var cost = Costs.Of("1").When("size=hd", "4").When("model=x", "5").When("size=hd time=night", "3").When("vip=true", "2", priority: 1);
        Assert.True(cost.RateFor(Costs.Properties(usage)).Credits(1) == (decimal)credits, why);
    }

    [Theory]
    [InlineData("", 10)]
    [InlineData("rush=true", 20)]
    [InlineData("rush=true eu=true", 11, "factors first, then what is added: 10 × 2 × 0.5 + 1")]
    [InlineData("off=true", 0, "a cost ends at nothing")]
    [InlineData("size=hd rush=true", 80, "the dimension's cost is multiplied too")]
    public void Multipliers_change_the_cost(string usage, double credits, string? why = null)
    {
        var cost = Costs.Of("10").When("size=hd", "40").Times("eu=true", 0.5m, add: 1).Times("rush=true", 2).Times("off=true", add: -100);
        Assert.True(cost.RateFor(Costs.Properties(usage)).Credits(1) == (decimal)credits, why);
    }

    [Fact]
    public void A_multiplier_that_asks_for_nothing_always_applies() =>
        Assert.Equal(30, Costs.Of("10").Times("", 3).RateFor(null).Credits(1));

    [Fact]
    public void Every_tier_is_multiplied() =>
        Assert.Equal(42, Costs.Of(Falling).Times("rush=true", 2).RateFor(Costs.Properties("rush=true")).Credits(11));

    [Fact]
    public void The_curve_goes_on_over_the_balances_of_one_pool()
    {
        var c = Paying(Costs.Of(Falling), Item("pool", 20).Every("month"), Item("pool", 100).Once);
        c.Track("images", 11).Drew(("pool", 20), ("pool", 1)).Balance.Rows(0, 99);
    }

    [Fact]
    public void A_balance_that_pays_part_of_a_tier_pays_for_its_units()
    {
        var c = Paying(Costs.Of(Falling), Item("pool", 25).Every("month"), Item("pool", 100).Once);
        c.Track("images", 20).Drew(("pool", 25), ("pool", 5));
    }

    [Fact]
    public void The_curve_starts_with_what_the_pool_serves_not_with_what_was_included()
    {
        var c = Paying(Costs.Of(Falling), Item("images", 100).Every("month"), Item("pool", 50).Every("month"));
        c.Track("images", 105).Drew(("images", 100), ("pool", 10));
    }

    [Fact]
    public void Every_usage_starts_the_curve_anew()
    {
        var c = Paying(Costs.Of(Falling), Item("pool", 100).Every("month"));
        c.Track("images", 10).Drew(("pool", 20));
        c.Track("images", 10).Drew(("pool", 20));
    }

    [Fact]
    public void What_was_taken_comes_back_when_as_much_is_given_back()
    {
        var c = Paying(Costs.Of(Falling), Item("pool", 100).Every("month"));
        c.Track("images", 30);
        c.Track("images", -30).Drew(("pool", -40)).Shows(remaining: 100);
    }

    [Fact]
    public void What_does_not_fit_is_refused_whole_and_told_in_units()
    {
        var c = Paying(Costs.Of(Falling), Item("pool", 21).Every("month"));
        c.Refuses(Story.Tracking("images", 12, "reject")).Says(RefusalCode.InsufficientBalance, "11 can be used");
        c.Track("images", 11, "reject").Shows(remaining: 0);
    }

    [Fact]
    public void Free_units_are_served_by_an_empty_pool()
    {
        var c = Paying(Costs.Of("10: 0, inf: 3"), Item("pool").Every("month"));
        c.Track("images", 10, "reject");
        c.Refuses(Story.Tracking("images", 11, "reject"));
    }

    [Theory]
    [InlineData(11, true, 21)]
    [InlineData(12, false, 22)]
    public void A_check_asks_for_what_the_track_would_take(double images, bool allowed, double credits)
    {
        var answer = Paying(Costs.Of(Falling), Item("pool", 21).Every("month")).Check("images", (decimal)images).Is(allowed);
        Assert.Equal((decimal)credits, answer.Required.Value);
    }

    [Fact]
    public void A_check_asks_for_the_cost_of_usage_like_this() =>
        Assert.Equal(8, Paying(Costs.Of("1").When("size=hd", "4"), Item("pool", 9).Every("month")).Check("images", 2, Costs.Properties("size=hd")).Is(true).Required.Value);

    [Fact]
    public void A_track_takes_the_cost_of_its_properties()
    {
        var c = Paying(Costs.Of("1").When("size=hd", "4"), Item("pool", 100).Every("month"));
        c.Do(Story.Tracking("images", 2) with { Property = Costs.Properties("size=hd") }).Drew(("pool", 8));
    }

    [Fact]
    public void A_hold_settled_lower_costs_what_was_used()
    {
        var c = Paying(Costs.Of(Falling), Item("pool", 100).Every("month"));
        c.Do(Story.Tracking("images", 50, "reject") with { Hold = new HoldTerms("h", null) }).Shows(remaining: 40);
        c.Accept(new Command.Settle("h", Quantity.Of(11), Released: false, null));
        c.Balance("pool").Shows(remaining: 79);
    }

    [Fact]
    public void A_hold_settled_higher_goes_on_where_its_curve_was()
    {
        var c = Paying(Costs.Of(Falling), Item("pool", 100).Every("month"));
        c.Do(Story.Tracking("images", 10, "reject") with { Hold = new HoldTerms("h", null) }).Shows(remaining: 80);
        c.Accept(new Command.Settle("h", Quantity.Of(60), Released: false, null));
        c.Balance("pool").Shows(remaining: 35);
    }

    [Fact]
    public void What_a_hold_is_settled_above_costs_what_its_properties_say()
    {
        var c = Paying(Costs.Of("1").When("size=hd", "4"), Item("pool", 100).Every("month"));
        c.Do(Story.Tracking("images", 10, "reject") with { Property = Costs.Properties("size=hd"), Hold = new HoldTerms("h", null) }).Shows(remaining: 60);
        c.Accept(new Command.Settle("h", Quantity.Of(15), Released: false, null) { Property = Costs.Properties("size=hd") });
        c.Balance("pool").Shows(remaining: 40);
    }

    [Fact]
    public void Units_and_credits_are_the_same_both_ways()
    {
        Property.Holds(2000, random =>
        {
            var rate = Costs.Of($"{random.Next(1, 20)}: {random.Next(0, 5)}, {random.Next(20, 99)}: {random.Next(1, 5)}, inf: {random.Next(1, 9)} per {random.OneOf(1, 3, 100)}").RateFor(null);
            var (first, second) = ((decimal)random.Next(0, 300), (decimal)random.Next(0, 300));
            var both = rate.Credits(first + second);
            Assert.Equal(both, rate.Credits(first) + rate.After(first).Credits(second), 10);
            Assert.Equal(both, rate.Split(first + second).Sum(part => part.Credits), 10);
            Assert.True(rate.Units(both) >= first + second - 0.0000000001m);
            Assert.Equal(both, rate.Credits(rate.Units(both)), 10);
        });
    }

    [Fact]
    public void Nothing_a_caller_may_send_overflows()
    {
        var most = Quantity.Limit.ToString(System.Globalization.CultureInfo.InvariantCulture);
        foreach (var cost in (string[])[most, "0.0000000001", $"{most} per 0.0000000001", $"0.0000000001 per {most}", $"5: {most}, inf: 0.0000000001", $"{most} per {most}"])
        {
            var rate = Costs.Of(cost).Times("", Quantity.Limit).Times("", Quantity.Limit, add: Quantity.Limit).RateFor(null);
            foreach (var amount in (decimal[])[Quantity.Limit, Quantity.TotalLimit, 0.0000000001m, -Quantity.TotalLimit])
                Assert.InRange(rate.Units(rate.Credits(amount)), -Quantity.TotalLimit, Quantity.TotalLimit);
        }
    }
}
