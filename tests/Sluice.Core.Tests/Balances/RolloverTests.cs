using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.Balances;

public class RolloverTests
{
    [Fact]
    public void What_is_unused_joins_what_was_saved_and_the_cap_is_kept_at_the_cost_of_the_oldest()
    {
        var c = With(Item("messages", 400).Every("month").Saves(max: 500));
        c.Track("messages", 250);
        c.AdvanceToNextReset("messages");
        c.Balance("messages").Shows(granted: 550, remaining: 550);
        Saved(c, 150);
        c.AdvanceToNextReset("messages");
        c.Balance("messages").Shows(remaining: 900);
        Saved(c, 100, 400);
        c.Track("messages", 150);
        Saved(c, 0, 350);
        c.Track("messages", 400);
        Saved(c, 0, 0);
        c.Balance("messages").Rows(350).Shows(granted: 900, remaining: 350, usage: 550);
    }

    [Theory]
    [InlineData(300, 50, 100, null, 400)]
    [InlineData(200, 50, null, 50, 300)]
    public void A_cap_in_units_or_in_percent_of_the_grant(int included, int used, int? max, int? percent, int remaining)
    {
        var c = With(Item("messages", included).Every("month").Saves(max, percent));
        c.Track("messages", used);
        c.AdvanceToNextReset("messages");
        c.Balance("messages").Shows(remaining: remaining);
    }

    [Fact]
    public void Half_of_the_grant_may_be_saved_in_all()
    {
        var c = With(Item("messages", 100).Every("month").Saves(percent: 50, months: 3));
        c.Track("messages", 60);
        c.AdvanceToNextReset("messages");
        Saved(c, 40);
        c.Balance("messages").Shows(remaining: 140);
        c.AdvanceToNextReset("messages");
        Saved(c, 50);
        c.Balance("messages").Shows(remaining: 150);
    }

    [Fact]
    public void What_was_saved_ends_so_many_months_after_its_reset()
    {
        var c = With(Item("messages", 100).Every("month").Saves(months: 2));
        c.AdvanceToNextReset("messages");
        Saved(c, 100);
        c.AdvanceToNextReset("messages");
        Saved(c, 100, 100);
        c.AdvanceToNextReset("messages");
        Saved(c, 100, 100);
    }

    /// <summary>What is saved may end long before the next reset comes.</summary>
    [Theory]
    [InlineData("quarter", 1, "2026-09-10T09:00Z", 200)]
    [InlineData("quarter", 1, "2026-10-10T08:59Z", 200)]
    [InlineData("quarter", 1, "2026-10-10T09:00Z", 100)]
    [InlineData("quarter", 1, "2026-11-28T09:00Z", 100)]
    [InlineData("year", 1, "2029-09-10T09:00Z", 100)]
    [InlineData("quarter", 6, "2026-11-28T09:00Z", 300)]
    public void What_was_saved_ends_between_two_resets(string every, int months, string at, int remaining)
    {
        var c = With(Item("messages", 100).Every(every).Saves(months: months));
        c.AdvanceTo(Words.Moment(at));
        c.Balance("messages").Shows(granted: remaining, remaining: remaining);
    }

    /// <summary>100 a month, and 30 were saved of which 10 are used.</summary>
    [Theory]
    [InlineData("remaining", 20, null, 20, 110, 0, 20)]
    [InlineData("remaining", 150, null, 150, -20, 20, 130)]
    [InlineData("usage", 115, null, 15, 115, 0, 15)]
    [InlineData("usage", 20, null, 110, 20, 10, 100)]
    [InlineData("add", -25, null, 95, 35, 0, 95)]
    [InlineData("add", 25, null, 145, -15, 20, 125)]
    [InlineData("remaining", 50, 200, 50, 180, 20, 30)]
    public void A_balance_set_by_hand_reads_as_it_was_set_beside_what_was_saved(string change, int amount, int? grant, int remaining, int usage, int saved, int own)
    {
        var c = With(Item("messages", 100).Every("month").Saves(max: 30));
        c.AdvanceToNextReset("messages");
        c.Track("messages", 10);
        decimal? Said(string word) => change == word ? amount : null;
        c.Update("messages", remaining: Said("remaining"), usage: Said("usage"), add: Said("add"), grant: grant);
        c.Balance("messages").Rows(own).Shows(remaining: remaining, usage: usage);
        Saved(c, saved);
    }

    [Fact]
    public void What_ends_first_is_used_first_and_nothing_is_given_back_to_it()
    {
        var c = With(Item("messages", 100).Every("month").Saves(months: 3));
        c.AdvanceToNextReset("messages");
        c.AdvanceToNextReset("messages");
        c.Track("messages", 250);
        Saved(c, 0, 0);
        c.Balance("messages").Rows(50);
        c.Track("messages", -80).Balance.Rows(100);
        Saved(c, 0, 0);
    }

    [Fact]
    public void Without_a_rollover_nothing_is_said_of_saved_units() => Assert.True(With(Item("messages", 100).Every("month")).Balance("messages")!.Rollovers.IsDefault);

    [Fact]
    public void Saved_units_follow_to_a_plan_that_saves_too()
    {
        foreach (var (item, remaining) in new[] { (Item("messages", 500).Every("month").Saves(max: 500), 650m), (Item("messages", 500).Every("month"), 500m) })
        {
            var c = Customer(Plan("a", Item("messages", 400).Every("month").Saves(max: 500)));
            c.Track("messages", 250);
            c.AdvanceToNextReset("messages");
            c.Attach(new PlanSketch("b", false, false, [item]) { Group = "a" });
            c.Balance("messages").Shows(remaining: remaining);
        }
    }

    [Fact]
    public void What_ends_stands_before_what_a_plan_before_saved_for_ever_and_is_cut_first()
    {
        var c = Customer(Plan("a", Item("messages", 13).Every("week").Saves()));
        c.AdvanceToNextReset("messages");
        c.Attach(new PlanSketch("b", false, false, [Item("messages", 20).Every("month").Saves(max: 16, months: 1)]) { Group = "a" });
        c.AdvanceToNextReset("messages");
        Saved(c, 3, 13);
        c.AdvanceToNextReset("messages");
        Saved(c, 3, 13);
        c.Track("messages", 5);
        Saved(c, 0, 11);
    }

    [Fact]
    public void What_a_plan_before_saved_for_a_time_ends_in_time()
    {
        var c = Customer(Plan("a", Item("messages", 30).Every("month").Saves(months: 2)));
        c.AdvanceToNextReset("messages");
        c.Attach(new PlanSketch("b", false, false, [Item("messages", 10).Every("day").Saves()]) { Group = "a" });
        c.Advance(days: 90);
        Saved(c, 900);
        c.Balance("messages").Shows(granted: 910);
    }

    [Fact]
    public void Looking_once_after_a_long_time_equals_looking_every_day()
    {
        Property.Holds(300, random =>
        {
            var every = random.OneOf("hour", "day", "week", "month");
            decimal? max = random.OneOf(0, 1) == 0 ? null : random.Next(1, 400);
            decimal? percent = max is null && random.Next(2) == 0 ? random.Next(0, 101) : null;
            var item = Item("messages", random.Next(1, 120)).Every(every, random.Next(1, 3)).Saves(max, percent, random.Next(2) == 0 ? null : random.Next(1, 4));
            var (often, seldom) = (With(item), With(item));
            var used = random.Next(0, 100);
            foreach (var c in (Story[])[often, seldom]) c.Track("messages", used);
            var days = random.Next(1, 130);
            for (var day = 0; day < days; day++)
            {
                often.Advance(days: 1);
                often.Accept(new Command.Tick());
            }

            seldom.Advance(days: days);
            seldom.Accept(new Command.Tick());
            Assert.Equal(Said(often), Said(seldom));
            Assert.Equal(often.Stored.NextDue, seldom.Stored.NextDue);
        });
    }

    private static string Said(Story c) =>
        string.Join(' ', c.Balance("messages")!.Rollovers.Select(saved => $"{saved.Balance}/{saved.ExpiresAt?.Milliseconds}")) + $" {c.Balance("messages")!.Remaining}";

    private static void Saved(Story c, params decimal[] left) => Assert.Equal(left, c.Balance("messages")!.Rollovers.Select(saved => saved.Balance.Value));
}
