using System.Globalization;
using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.Holds;

public class HoldTests
{
    /// <summary>Each line is a life of a customer with 5 an hour and 10 a month.</summary>
    [Theory]
    [InlineData("hold 8", 7, "8")]
    [InlineData("hold 8, confirm", 7, "8")]
    [InlineData("hold 8, confirm 8", 7, "8")]
    [InlineData("hold 8, release", 15, "8 -8")]
    [InlineData("hold 8, confirm 5", 10, "8 -3")]
    [InlineData("hold 8, confirm 11", 4, "8 3")]
    [InlineData("track 5, hold 8, confirm -3", 13, "5 8 -11")]
    [InlineData("track 10, hold -5, confirm -3", 8, "10 -5 2")]
    [InlineData("track 10, hold -5, confirm 3", 2, "10 -5 8")]
    [InlineData("track 10, hold -5, confirm -8", 13, "10 -5 -3")]
    [InlineData("hold 5, confirm -2", 15, "5 -7")]
    [InlineData("hold 0, confirm", 15, "0")]
    [InlineData("hold 0, confirm 1.2", 13.8, "0 1.2")]
    [InlineData("hold 16", 15, "")]
    public void A_hold_of_an_hourly_and_a_monthly_balance(string life, double remaining, string usages)
    {
        var c = With(Item("messages", 5).Every("hour"), Item("messages", 10).Every("month"));
        Live(c, life);
        c.Balance("messages").Shows(remaining: (decimal)remaining);
        Assert.Equal(usages, string.Join(' ', c.Usages.Select(value => value.ToString("0.##", CultureInfo.InvariantCulture))));
    }

    [Theory]
    [InlineData("hold 8, confirm 5", 0, 20)]
    [InlineData("hold 5, confirm 3", 2, 20)]
    public void What_was_taken_last_is_given_back_first(string life, double hourly, double lifetime)
    {
        var c = With(Item("messages", 5).Every("hour"), Item("messages", 20).Once);
        Live(c, life);
        c.Balance("messages").Rows((decimal)hourly, (decimal)lifetime);
    }

    [Fact]
    public void Saved_units_are_given_back_before_those_that_end_sooner()
    {
        var c = With(Item("messages", 100).Every("month").Saves(months: 3));
        c.AdvanceToNextReset("messages");
        c.AdvanceToNextReset("messages");
        Assert.Equal([100m, 100m], Left(c));
        Live(c, "hold 250, confirm 80");
        Assert.Equal([20m, 100m], Left(c));
        c.Balance("messages").Rows(100).Shows(remaining: 220);
    }

    [Theory]
    [InlineData("hold 60, switch, confirm 57", 93, 80)]
    [InlineData("hold 60, switch, confirm 63", 90, 77)]
    public void A_hold_outlives_a_change_of_plan(string life, double lifetime, double pro)
    {
        var c = Customer(Plan("free", Item("messages", 50).Every("month")));
        c.Create("messages", 100);
        Live(c, life);
        var balance = c.Balance("messages")!;
        Assert.Equal((decimal)lifetime, balance.Rows.Single(row => row.Plan is null).Remaining.Value);
        Assert.Equal((decimal)pro, balance.Rows.Single(row => row.Plan is not null).Remaining.Value);
    }

    [Fact]
    public void What_was_taken_of_a_balance_that_is_gone_comes_back_to_those_that_are_there()
    {
        var c = Customer(Plan("free", Item("messages", 50).Every("month")));
        Live(c, "hold 40, switch, track 20, confirm 30");
        c.Balance("messages").Shows(remaining: 70);
    }

    [Theory]
    [InlineData("hold 4, hold2 2", 96, "a second one finds no headroom")]
    [InlineData("hold 4, confirm 1, hold2 4", 95, "settled lower, the headroom is back")]
    [InlineData("hold 4, confirm 9", 95, "settled higher, the limit still holds")]
    public void A_usage_limit_counts_what_is_held(string life, double remaining, string why)
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Control(new BillingControls(UsageLimits: [new UsageLimit(new FeatureId("messages"), Quantity.Of(5), IntervalUnit.Month)]));
        Live(c, life);
        Assert.True(c.Balance("messages")!.Remaining.Value == (decimal)remaining, why);
    }

    [Fact]
    public void What_was_taken_of_saved_units_that_are_gone_is_not_given_back_to_those_saved_later()
    {
        var c = With(Item("messages", 100).Every("month").Saves(max: 80));
        c.AdvanceToNextReset("messages");
        Assert.NotNull(c.Hold("h", "messages", 80));
        c.Update("messages", nextReset: c.Now.Plus(TimeSpan.FromHours(1)));
        c.Advance(hours: 2);
        Assert.Equal([80m], Left(c));
        c.Release("h");
        Assert.Equal([80m], Left(c));
        c.Balance("messages").Shows(granted: 180, remaining: 180, usage: 0);
    }

    [Fact]
    public void An_expired_hold_is_released_once_at_its_moment_and_can_be_settled_no_more()
    {
        var c = With(Item("messages", 5).Every("hour"), Item("messages", 10).Every("month"));
        c.Hold("h", "messages", 8, releases: c.Now.Plus(TimeSpan.FromMinutes(10)));
        c.Balance("messages").Shows(remaining: 7);
        c.AdvanceTo(c.Now.Plus(TimeSpan.FromMinutes(10)));
        c.Balance("messages").Shows(remaining: 15);
        c.Refuses(new Command.Settle("h", null, Released: false, null)).Says(RefusalCode.InvalidRequest, "no pending hold");
        c.Accept(new Command.Tick());
        c.Accept(new Command.Tick());
        Assert.Equal([8m, -8m], c.Usages);
        c.Balance("messages").Shows(remaining: 15);
        Assert.NotNull(c.Hold("h", "messages", 2));
    }

    [Fact]
    public void A_hold_settled_in_time_does_not_expire()
    {
        var c = With(Item("messages", 15).Once);
        c.Hold("h", "messages", 8, releases: c.Now.Plus(TimeSpan.FromMinutes(10)));
        c.Confirm("h");
        c.Advance(hours: 1);
        c.Accept(new Command.Tick());
        c.Balance("messages").Shows(remaining: 7);
        Assert.Equal([8m], c.Usages);
    }

    [Fact]
    public void Without_a_moment_of_release_the_usage_stays_taken_after_a_day()
    {
        var c = With(Item("messages", 15).Once);
        c.Hold("h", "messages", 8);
        c.Advance(hours: 24);
        c.Accept(new Command.Tick());
        c.Balance("messages").Shows(remaining: 7);
        c.Refuses(new Command.Settle("h", Quantity.Zero, Released: true, null)).Says(RefusalCode.InvalidRequest);
    }

    [Fact]
    public void A_reset_between_leaves_nothing_to_give_back_beyond_the_grant()
    {
        var c = With(Item("messages", 5).Every("hour"));
        c.Hold("h", "messages", 4);
        c.AdvanceToNextReset("messages");
        c.Release("h");
        c.Balance("messages").Shows(remaining: 5, usage: 0);
    }

    [Fact]
    public void An_id_is_pending_once_and_free_again_after_its_end()
    {
        var c = With(Item("messages", 15).Once);
        Assert.NotNull(c.Hold("h", "messages", 2));
        c.Refuses(Story.Tracking("messages", 2, "reject") with { Hold = new HoldTerms("h", null) }).Says(RefusalCode.HoldExists);
        c.Confirm("h");
        Assert.NotNull(c.Hold("h", "messages", 2));
        c.Balance("messages").Shows(remaining: 11);
    }

    [Fact]
    public void Credits_are_held_and_given_back_at_their_cost()
    {
        var c = With(Item("action1", 2).Once, Item("credits", 10).Once);
        c.Hold("h", "action1", 12);
        c.Balance("credits").Shows(remaining: 8);
        c.Confirm("h", 7);
        c.Balance("credits").Shows(remaining: 9);
        c.Balance("action1").Shows(remaining: 0);
        c.Balance("credits").Shows(usage: 1);
    }

    [Theory]
    [InlineData("seats", 1, "not consumable")]
    [InlineData("messages", 25 * 60, "within the next 24 hours")]
    [InlineData("messages", 0, "in the future")]
    public void A_hold_is_refused(string feature, int minutes, string says)
    {
        var c = With(Item("messages", 15).Once, Item("seats", 5));
        c.Refuses(Story.Tracking(feature, 1, "reject") with { Hold = new HoldTerms("h", c.Now.Plus(TimeSpan.FromMinutes(minutes))) }).Says(RefusalCode.InvalidRequest, says);
    }

    [Fact]
    public void The_journal_alone_gives_pending_holds_back()
    {
        var c = With(Item("messages", 15).Once);
        c.Hold("a", "messages", 2);
        c.Hold("b", "messages", 3, c.Now.Plus(TimeSpan.FromHours(1)));
        c.Confirm("a", 1);
        Assert.Equal(["b"], c.Replayed.Holds.All.Select(hold => hold.Id));
        Assert.Equal(c.Stored.Holds.NextEnd, c.Replayed.Holds.NextEnd);
    }

    private static void Live(Story c, string life)
    {
        foreach (var step in life.Split(", "))
        {
            var (verb, amount) = step.Split(' ') is [var word, var number] ? (word, decimal.Parse(number, CultureInfo.InvariantCulture)) : (step, (decimal?)null);
            switch (verb)
            {
                case "track": c.Track("messages", amount!.Value); break;
                case "hold": c.Hold("h", "messages", amount!.Value); break;
                case "hold2": c.Hold("h2", "messages", amount!.Value); break;
                case "confirm": c.Confirm("h", amount); break;
                case "release": c.Release("h"); break;
                case "switch": c.Attach(new PlanSketch("pro", false, false, [Item("messages", 80).Every("month")]) { Group = "free" }); break;
                default: throw new ArgumentException(verb);
            }
        }
    }

    private static IEnumerable<decimal> Left(Story c) => c.Balance("messages")!.Rollovers.Select(saved => saved.Balance.Value);
}
