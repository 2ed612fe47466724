using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.Time;

/// <summary>What falls due by itself, and that it does not matter when anyone looks.</summary>
public class DueTests
{
    [Fact]
    public void Ninety_used_and_three_months_unseen_read_as_full()
    {
        var c = Customer(Words.Moment("2026-01-15T08:00Z"), Plan("main", Item("messages", 100).Every("month")));
        c.Track("messages", 90);
        c.AdvanceTo(Words.Moment("2026-04-20"));
        var balance = c.Balance("messages").Shows(100, 100, 0);
        Assert.Equal(Words.Moment("2026-05-15T08:00Z"), balance.NextResetAt);
    }

    [Fact]
    public void The_moment_of_the_reset_belongs_to_the_new_cycle()
    {
        var c = With(Item("messages", 100).Every("hour"));
        c.Track("messages", 100);
        c.AdvanceTo(Start.Plus(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1)));
        c.Balance("messages").Shows(remaining: 0);
        c.AdvanceTo(Start.Plus(TimeSpan.FromHours(1)));
        c.Balance("messages").Shows(remaining: 100);
    }

    [Fact]
    public void What_is_due_is_stored_by_the_next_change_together_with_it()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Track("messages", 100);
        c.AdvanceToNextReset("messages");
        c.Track("messages", 1).Shows(remaining: 99);
        Assert.Equal(["GrantReset", "Used"], c.LastEvents.Select(happened => happened.GetType().Name));
    }

    [Fact]
    public void A_tick_stores_what_is_due_and_nothing_when_nothing_is()
    {
        var c = With(Item("messages", 100).Every("month"));
        var entries = c.Entries;
        c.Accept(new Command.Tick());
        Assert.Equal(entries, c.Entries);
        c.AdvanceToNextReset("messages");
        c.Accept(new Command.Tick());
        Assert.Equal(entries + 1, c.Entries);
        Assert.Equal(c.Read, c.Stored);
    }

    [Fact]
    public void Overage_is_forgiven_and_what_was_changed_by_hand_is_cleared()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Track("messages", 150, "overflow");
        c.Update("messages", grant: 300);
        c.AdvanceToNextReset("messages");
        c.Balance("messages").Shows(100, 100, 0);
    }

    [Fact]
    public void Bought_units_come_back_with_a_reset()
    {
        var c = With(Item("messages", 100).Every("month").Prepaid(bought: 400));
        c.Track("messages", 500);
        c.AdvanceToNextReset("messages");
        c.Balance("messages").Shows(remaining: 500);
    }

    [Fact]
    public void Seats_lifetime_and_unlimited_grants_never_fall_due()
    {
        var c = With(Item("seats", 5), Item("messages", 100).Once, Item("tokens").Unlimited);
        Assert.Null(c.Stored.NextDue);
        c.Track("messages", 60);
        c.Advance(days: 4000);
        c.Balance("messages").Shows(remaining: 40);
    }

    [Fact]
    public void A_drained_monthly_balance_without_a_plan_refills()
    {
        var c = Customer();
        c.Create("messages", 10, every: "month");
        c.Track("messages", 10);
        c.AdvanceToNextReset("messages");
        c.Balance("messages").Shows(remaining: 10);
    }

    [Fact]
    public void A_balance_that_resets_until_it_expires_is_gone_after_it()
    {
        var c = Customer();
        c.Create("messages", 10, every: "day", nextReset: Start.Plus(TimeSpan.FromDays(1)), expires: Start.Plus(TimeSpan.FromDays(3)));
        c.Track("messages", 10);
        c.Advance(days: 2);
        c.Balance("messages").Shows(remaining: 10);
        c.Advance(days: 30);
        Assert.Null(c.Balance("messages"));
        Assert.Empty(c.Read.Grants);
    }

    [Fact]
    public void A_thousand_late_resets_are_one_step()
    {
        var c = With(Item("messages", 100).Every("minute"));
        c.Track("messages", 100);
        c.Advance(days: 3650);
        c.Accept(new Command.Tick());
        Assert.Single(c.LastEvents);
        c.Balance("messages").Shows(remaining: 100);
    }

    [Fact]
    public void At_the_end_of_the_calendar_resets_end()
    {
        var c = Customer(Words.Moment("9999-12-30T00:00Z"), Plan("main", Item("messages", 10).Every("day")));
        c.Track("messages", 5);
        c.AdvanceTo(Instant.Latest);
        Assert.Null(c.Balance("messages").Shows(remaining: 10).NextResetAt);
        Assert.Null(c.Read.NextDue);
    }

    [Fact]
    public void Looking_rarely_equals_looking_all_the_time()
    {
        Property.Holds(200, random =>
        {
            var seed = random.Next();
            var often = Life(new Random(seed), looksBetween: 20);
            var never = Life(new Random(seed), looksBetween: 0);
            Assert.Equal(never.Read.Grants.AsEnumerable(), often.Read.Grants.AsEnumerable());
            Assert.Equal(never.Read.NextDue, often.Read.NextDue);
        });
    }

    // The same uses at the same moments; only the number of ticks between them differs.
    private static Story Life(Random random, int looksBetween)
    {
        var units = new[] { "minute", "hour", "day", "week", "month", "quarter", "year", "one_off" };
        var c = Customer(
            new Instant(random.NextInt64(Words.Moment("2020-01-01").Milliseconds, Words.Moment("2030-01-01").Milliseconds)),
            Plan("main", [.. Enumerable.Range(1, 4).Select(n => Item("messages", 10 * n).Every(random.OneOf(units), random.Next(1, 4)))]));
        c.Create("messages", 50, every: "day", nextReset: c.Now.Plus(TimeSpan.FromDays(1)), expires: c.Now.Plus(TimeSpan.FromDays(random.Next(2, 60))));
        for (var use = 0; use < 5; use++)
        {
            var gap = TimeSpan.FromMinutes(Math.Pow(10, random.NextDouble() * 6));
            var from = c.Now;
            for (var look = 1; look <= looksBetween; look++)
            {
                c.AdvanceTo(from.Plus(gap * look / (looksBetween + 1)));
                c.Accept(new Command.Tick());
            }

            c.AdvanceTo(from.Plus(gap));
            c.Track("messages", random.Next(-20, 90), random.OneOf("cap", "overflow"));
        }

        return c;
    }
}
