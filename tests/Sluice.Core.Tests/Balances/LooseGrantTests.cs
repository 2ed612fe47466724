using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.Balances;

/// <summary>Balances that come with no plan.</summary>
public class LooseGrantTests
{
    [Fact]
    public void A_monthly_balance_for_a_customer_without_a_plan()
    {
        var c = Customer();
        c.Create("messages", 500, every: "month");
        var row = Assert.Single(c.Balance("messages").Shows(500, 500, 0).Rows);
        Assert.Equal((null, null, Words.Interval("month"), Start), (row.Plan, row.Subscription, row.Terms.Reset, row.Anchor));
        Assert.Equal(Words.Moment("2026-04-10T09:00Z"), row.NextResetAt);
    }

    [Fact]
    public void A_lifetime_balance_beside_a_plan()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Create("messages", 50);
        c.Balance("messages").Shows(granted: 150);
        c.Track("messages", 120).Balance.Rows(0, 30);
        Assert.Equal(Interval.OneOff, c.Balance("messages")!.Rows[1].Terms.Reset);
    }

    [Fact]
    public void Nothing_that_was_tracked_is_lost_by_creating_a_balance()
    {
        var c = With(Item("messages", 1000).Every("month"));
        c.Track("messages", 600);
        c.Create("messages", 50);
        c.Balance("messages").Shows(1050, 450, 600);
    }

    [Fact]
    public void Seats_flags_and_unlimited_balances_have_no_reset()
    {
        var c = Customer();
        c.Create("seats", 3, every: "month");
        c.Create("messages", unlimited: true);
        c.Create("dash");
        Assert.All(c.Read.Grants, grant => Assert.Equal((null, null), (grant.Terms.Reset, grant.NextResetAt)));
        Assert.Null(c.Check("dash").Is(allowed: true).Flag!.Plan);
    }

    [Fact]
    public void A_zero_grant_is_kept()
    {
        var c = Customer();
        c.Create("messages", 0);
        c.Balance("messages").Shows(0, 0, 0);
    }

    [Fact]
    public void A_balance_that_expires_does_not_reset_unless_it_is_said_when()
    {
        var c = Customer();
        var expiry = Start.Plus(TimeSpan.FromDays(90));
        c.Create("messages", 1, every: "month", expires: expiry);
        c.Create("action1", 1, every: "month", expires: expiry, nextReset: Start.Plus(TimeSpan.FromDays(1)));
        Assert.Equal((null, Words.Interval("month")), (c.Balance("messages")!.NextResetAt, c.Balance("messages")!.Rows[0].Terms.Reset));
        Assert.Equal(Start.Plus(TimeSpan.FromDays(1)), c.Balance("action1")!.NextResetAt);
        c.Track("action1", 1);
        c.Advance(days: 40);
        c.Balance("action1").Shows(remaining: 1);
        Assert.Equal(Words.Moment("2026-05-11T09:00Z"), c.Balance("action1")!.NextResetAt);
    }

    [Fact]
    public void A_said_next_reset_is_the_anchor_of_all_later_ones()
    {
        var c = Customer();
        c.Create("messages", 10, every: "month", nextReset: Words.Moment("2026-03-31T00:00Z"));
        c.AdvanceTo(Words.Moment("2026-03-31T00:00Z"));
        Assert.Equal(Words.Moment("2026-04-30T00:00Z"), c.Balance("messages")!.NextResetAt);
        c.AdvanceTo(Words.Moment("2026-05-01T00:00Z"));
        Assert.Equal(Words.Moment("2026-05-31T00:00Z"), c.Balance("messages")!.NextResetAt);
    }

    [Fact]
    public void An_id_can_be_used_again_once_its_balance_is_gone()
    {
        var c = Customer();
        c.Create("messages", 10, "mine");
        c.Refuses(Story.Creating("action1", 10, "mine")).Says(RefusalCode.Conflict, "mine");
        c.Delete(id: "mine");
        c.Create("action1", 10, "mine");
        Assert.Equal(2, c.Read.LastNo);
    }

    [Fact]
    public void A_flag_is_held_once()
    {
        var c = With(Item("dash"));
        c.Refuses(Story.Creating("dash")).Says(RefusalCode.Conflict);
        c.Delete("dash");
        c.Create("dash", id: "mine", expires: Start.Plus(TimeSpan.FromDays(1)));
        c.Advance(days: 1);
        c.Check("dash").Is(allowed: false);
        c.Create("dash");
    }

    public static TheoryData<string, Command.CreateBalance, RefusalCode> Refused => new()
    {
        { "unknown feature", Story.Creating("nope", 1), RefusalCode.FeatureNotFound },
        { "neither grant nor unlimited", Story.Creating("messages"), RefusalCode.InvalidInputs },
        { "grant and unlimited", Story.Creating("messages", 1, unlimited: true), RefusalCode.InvalidInputs },
        { "unlimited with a reset", Story.Creating("messages", unlimited: true, every: "month"), RefusalCode.InvalidInputs },
        { "negative grant", Story.Creating("messages", -5), RefusalCode.InvalidInputs },
        { "boolean with a grant", Story.Creating("dash", 1), RefusalCode.InvalidInputs },
        { "boolean unlimited", Story.Creating("dash", unlimited: true), RefusalCode.InvalidInputs },
        { "boolean with a reset", Story.Creating("dash", every: "month"), RefusalCode.InvalidInputs },
        { "expired when born", Story.Creating("messages", 1, expires: Start), RefusalCode.InvalidRequest },
        { "expiry beyond the calendar", Story.Creating("messages", 1, expires: new Instant(long.MaxValue)), RefusalCode.InvalidRequest },
        { "next reset without a reset", Story.Creating("messages", 1, nextReset: In(5)), RefusalCode.InvalidRequest },
        { "next reset of a lifetime balance", Story.Creating("messages", 1, every: "one_off", nextReset: In(5)), RefusalCode.InvalidRequest },
        { "next reset of seats", Story.Creating("seats", 1, every: "month", nextReset: In(5)), RefusalCode.InvalidRequest },
        { "next reset in the past", Story.Creating("messages", 1, every: "month", nextReset: Start), RefusalCode.InvalidRequest },
        { "next reset after the expiry", Story.Creating("messages", 1, every: "month", nextReset: In(5), expires: In(5)), RefusalCode.InvalidRequest },
        { "next reset beyond the calendar", Story.Creating("messages", 1, every: "month", nextReset: new Instant(long.MaxValue)), RefusalCode.InvalidRequest },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_balance_is_refused_because_of(string reason, Command command, RefusalCode code)
    {
        Assert.NotEmpty(reason);
        Customer().Refuses(command).Says(code);
    }

    private static Instant In(int days) => Start.Plus(TimeSpan.FromDays(days));
}
