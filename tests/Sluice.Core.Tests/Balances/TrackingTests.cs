using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.Balances;

/// <summary>What a track records, refuses and answers with.</summary>
public class TrackingTests
{
    [Fact]
    public void The_balance_and_what_was_drawn()
    {
        var c = With(Item("messages", 100).Every("month"));
        var answer = c.Track("messages", 7).Shows(100, 93, 7).Drew(("messages", 7));
        Assert.True(answer.Linked.IsDefault);
        Assert.Equal("main", answer.Draws[0].Plan!.Value.Value);
    }

    [Fact]
    public void Linked_balances_are_those_that_could_have_served()
    {
        var c = With(Item("action1", 100).Every("month"), Item("credits", 200).Every("month"));
        var answer = c.Track("action1", 10).AnswersWith("action1").Drew(10);
        Assert.Equal([("action1", 90m), ("credits", 200m)], answer.Linked.Select(pair => (pair.Key.Value, pair.Value!.Remaining.Value)));
        c.Track("action1", 90);
        c.Track("action1", 50).AnswersWith("credits").Drew(10);
    }

    [Fact]
    public void Linked_balances_not_owned_are_null()
    {
        var answer = With(Item("credits", 100).Every("month")).Track("action2", 5).AnswersWith("credits");
        Assert.Equal(["action2", "credits"], answer.Linked.Select(pair => pair.Key.Value));
        Assert.Null(answer.Linked[0].Value);
    }

    [Fact]
    public void A_credit_system_tracked_itself_touches_nothing_else()
    {
        var answer = With(Item("credits", 100).Every("month"), Item("action1", 10).Every("month")).Track("credits", 3).AnswersWith("credits").Drew(("credits", 3));
        Assert.True(answer.Linked.IsDefault);
    }

    [Theory]
    [InlineData(4, "action1")]
    [InlineData(10, "action1")]
    [InlineData(0, "credits")]
    [InlineData(-3, "credits")]
    public void Taken_answers_with_what_was_taken_from_and_the_rest_with_the_credits(decimal value, string answers)
    {
        var c = With(Item("action1", 6).Every("month"), Item("credits", 100).Every("month"));
        c.Track("action1", value).AnswersWith(answers);
    }

    [Fact]
    public void What_did_not_fit_answers_with_the_credits_when_owned_and_else_with_the_own_balance()
    {
        var both = With(Item("action1", 0).Every("month"), Item("credits", 0).Every("month"));
        both.Track("action1", 5).AnswersWith("credits");
        With(Item("action1", 0).Every("month")).Track("action1", 5).AnswersWith("action1");
    }

    [Fact]
    public void Without_a_grant_the_usage_is_recorded_all_the_same()
    {
        var c = Customer();
        c.Track("messages", 3).AnswersWith(null);
        var used = Assert.IsType<CustomerEvent.Used>(c.LastEvents.Last(e => e is CustomerEvent.Used));
        Assert.Equal(("messages", 3m, true, Start), (used.Feature, used.Value.Value, used.Draws.IsEmpty, used.UsedAt));
    }

    [Fact]
    public void Without_a_grant_reject_refuses_what_is_asked_for_but_not_what_is_given_back()
    {
        var c = Customer();
        c.Refuses(Story.Tracking("messages", 1, "reject")).Says(RefusalCode.InsufficientBalance, "0 can be used");
        c.Track("messages", 0, "reject").AnswersWith(null);
        c.Track("messages", -1, "reject").AnswersWith(null);
    }

    [Fact]
    public void A_boolean_feature_records_nothing()
    {
        var c = With(Item("dash"));
        var entries = c.Entries;
        var answer = c.Track("dash");
        Assert.Null(answer.Balance);
        Assert.Equal(entries, c.Entries);
        Assert.Null(c.TrackEvent("opened").Balance);
        Assert.Equal(entries, c.Entries);
    }

    [Fact]
    public void Refusals_name_what_is_wrong()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Refuses(Story.Tracking("nope")).Says(RefusalCode.FeatureNotFound, "nope");
        c.Refuses(new Command.Track(null, "nope", Quantity.One, OverageBehavior.Cap, null, null)).Says(RefusalCode.NotFound, "nope");
        c.Refuses(new Command.Track(null, "act", Quantity.One, OverageBehavior.Reject, null, null)).Says(RefusalCode.InvalidRequest);
        c.Refuses(Story.Tracking("messages", usedAt: Start.Plus(TimeSpan.FromMilliseconds(1)))).Says(RefusalCode.InvalidInputs, "timestamp");
    }

    [Fact]
    public void A_past_moment_only_stamps_the_event()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Advance(days: 40);
        var before = Words.Moment("2026-03-11");
        c.Do(Story.Tracking("messages", 10, usedAt: before)).Shows(remaining: 90);
        Assert.Equal(before, ((CustomerEvent.Used)c.LastEvents.Last(e => e is CustomerEvent.Used)).UsedAt);
    }

    [Fact]
    public void An_event_name_reaches_every_feature_that_listens_in_one_step()
    {
        var c = With(
            Item("action1", 10).Every("month"), Item("action3", 10).Every("month"), Item("credits", 100).Every("month"), Item("credits2", 100).Every("month"));
        var entries = c.Entries;
        var answer = c.TrackEvent("act", 5).AnswersWith(null).Drew(("action1", 5), ("action3", 5));
        Assert.Equal(["action1", "credits", "action3", "credits2"], answer.Linked.Select(pair => pair.Key.Value));
        Assert.Equal(entries + 1, c.Entries);
        Assert.Equal("act", Assert.IsType<CustomerEvent.Used>(Assert.Single(c.LastEvents)).Feature);
        c.TrackEvent("act", 10).Drew(("action1", 5), ("credits", 1), ("action3", 5), ("credits2", 10));
    }

    [Fact]
    public void An_event_name_with_one_listener_is_like_that_feature() =>
        With(Item("action4", 5).Every("month")).TrackEvent("gift", 2).AnswersWith("action4").Drew(("action4", 2));

    [Fact]
    public void An_event_of_several_features_sees_what_the_first_of_them_took_from_a_shared_pool()
    {
        var shared = new Catalog(
            9,
            [
                .. Features.Select(feature => feature.Id.Value == "credits2"
                    ? feature with { CreditSchema = [new CreditCost(new("action1"), Quantity.One), new CreditCost(new("action3"), Quantity.One)] }
                    : feature with { CreditSchema = feature.Id.Value == "credits" ? [] : feature.CreditSchema }),
            ],
            []);
        var c = With(Item("credits2", 15).Every("month"));
        var track = new Command.Track(null, "act", Quantity.Of(10), OverageBehavior.Cap, null, null);
        var accepted = Assert.IsType<Decision.Accepted>(Decider.Decide(c.Stored, shared, track, c.Now));
        TrackAnswer.Of(accepted, shared, track).Drew(("credits2", 15));
    }
}
