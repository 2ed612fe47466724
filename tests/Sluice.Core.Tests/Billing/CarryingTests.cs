using static Sluice.Core.Tests.Billing.Telling;

namespace Sluice.Core.Tests.Billing;

/// <summary>What becomes of balances on a switch.</summary>
public sealed class CarryingTests
{
    [Theory]
    [InlineData(30, "messages 570", "what is left comes along")]
    [InlineData(100, "messages 500", "nothing is left")]
    [InlineData(120, "messages 480", "overage is carried and not invoiced")]
    public void Balances_carried(int used, string left, string because)
    {
        Assert.NotEmpty(because);
        Tell($$"""
            attach pro_u
            track messages {{used}}
            attach premium_u {carry: balances}
            lines: -20 50
            {{left}}
            """);
    }

    [Fact]
    public void Carried_units_are_gone_at_the_next_reset() => Tell("""
        attach pro_u
        attach premium_u {carry: balances}
        messages 600
        advance to next
        messages 500
        """);

    [Fact]
    public void Use_carried_is_taken_from_the_new_units_and_not_invoiced() => Tell("""
        attach pro_u
        track messages 150
        attach premium_u {carry: usage}
        lines: -20 50
        messages 350
        """);

    [Fact]
    public void Seats_in_use_stay_in_use() => Tell(shop: "team: $50/month; users 10 used 10 per 1", script: """
        attach pro_s
        track users 5
        attach team
        lines: -20 50
        users 5
        """);

    [Theory]
    [InlineData("saves 1000", 1, "650", "150 were saved")]
    [InlineData("saves 200", 2, "700", "550 were saved, and 200 is the most the new plan keeps")]
    [InlineData("", 1, "500", "the new plan saves nothing")]
    public void Saved_units_follow_to_a_plan_that_saves_too(string saves, int months, string expected, string because)
    {
        var story = new BillingStory(Shop.Of($"a: $20/month; messages 400/month saves 1000\nb: $50/month; messages 500/month {saves}".TrimEnd()), Clock.Moments);
        story.Run($"attach a\ntrack messages 250\nadvance {months}mo\nadvance 1h\nattach b");
        var grant = Assert.Single(story.Now.Grants);
        Assert.True(expected == $"{grant.Balance.Value + grant.Rollovers.Sum(static saved => saved.Balance.Value):0}", because);
    }

    [Fact]
    public void Bought_units_come_along_when_nothing_is_said() => Tell("""
        attach pro_p {messages: 200}
        attach premium_p
        lines: -20 -20 50 20
        messages 200
        """);

    [Fact]
    public void Bought_units_are_rounded_up_to_packs_of_the_new_plan() => Tell(shop: "premium_p: $50/month; messages prepaid 10 per 300", script: """
        attach pro_p {messages: 400}
        attach premium_p
        lines: -20 -40 50 20
        messages 600
        """);

    [Fact]
    public void Bought_units_go_when_none_are_asked_for() => Tell("""
        attach pro_p {messages: 200}
        attach premium_p {messages: 0}
        lines: -20 -20 50
        messages 0
        """);

    [Fact]
    public void Units_bought_once_within_a_plan_survive_the_switch() => Tell(shop: "pro_o: $20/month; messages 100/month; words prepaid 5 per 50 once", script: """
        attach pro_o {words: 100}
        invoices: 30 paid
        track words 30
        attach premium
        words 70
        advance 2mo
        words 70
        """);
}
