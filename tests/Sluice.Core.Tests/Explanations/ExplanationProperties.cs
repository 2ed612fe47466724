using System.Collections.Immutable;
using Sluice.Core.Tests.Balances;
using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.Explanations;

/// <summary>An explanation is enough to come to the engine's answer, whatever a customer holds.</summary>
public class ExplanationProperties
{
    [Fact]
    public void A_check_comes_out_the_same_from_its_explanation_alone()
    {
        Property.Holds(1000, random =>
        {
            var (c, subject) = Any(random);
            var (feature, required) = (c.Feature(random.OneOf([.. DeductionProperties.Tracked, "dash"])), Near(random, c, subject));
            var answer = Access.Check(subject, c.Catalog, feature, required, c.Now);
            var explanation = Explain.Check(subject, c.Catalog, feature, required, c.Now);
            Assert.Equal(answer.Allowed, explanation.Allowed);
            Assert.Equal(answer.Rule, explanation.Considered.Single(each => each.Decides).Check);
            Assert.Equal(answer.Allowed, Reader.Answer(explanation));
            Assert.All(explanation.Considered, each => Assert.Equal(each.Allowed, Reader.Answer(explanation, each)));
        });
    }

    [Fact]
    public void A_track_comes_out_the_same_from_its_explanation_alone()
    {
        Property.Holds(1000, random =>
        {
            var (c, subject) = Any(random);
            var command = random.Next(6) == 0
                ? new Command.Track(null, random.OneOf("act", "gift", "opened"), Quantity.Of(DeductionProperties.Amount(random)), OverageBehavior.Cap, null, null)
                : Story.Tracking(random.OneOf(DeductionProperties.Tracked), Near(random, c, subject).Value, random.OneOf("cap", "reject", "overflow"));
            command = command with { Entity = subject.Entity?.Id };
            var (explanation, refusal) = Explain.Track(subject, c.Catalog, command, c.Now);
            var decision = c.Decide(command);
            if (explanation is null)
            {
                Assert.Equal(refusal, Assert.IsType<Decision.Refused>(decision).Refusal);
                return;
            }

            Assert.Equal(decision is Decision.Accepted, Reader.Answer(explanation));
            if (decision is not Decision.Accepted accepted) return;
            var used = CustomerEvent.Used.In(accepted.Events);
            Assert.Equal(Drawn(used?.Draws ?? []), Told(explanation));
            Assert.Equal(Counted(used?.Windows ?? []), Counted(explanation));
        });
    }

    [Fact]
    public void Balances_are_told_in_the_order_of_drawing_each_with_the_key_that_put_it_there()
    {
        Property.Holds(300, random =>
        {
            var (c, subject) = Any(random);
            var command = Story.Tracking(random.OneOf(DeductionProperties.Tracked), 1m);
            var explanation = Explain.Track(subject, c.Catalog, command, c.Now).Explanation!;
            var told = explanation.Considered.Single().Balances;
            var own = told.Where(balance => balance.Saved is null).ToList();
            Assert.Equal(DrawOrder.Of(subject, c.Catalog, c.Feature(command.Feature!.Value.Value)).Select(source => source.Grant.No), own.Select(balance => balance.Grant.No));
            Assert.All(told.Take(1), balance => Assert.Equal(OrderKey.First, balance.PlacedBy));
            Assert.All(told.Skip(1), balance => Assert.NotEqual(OrderKey.First, balance.PlacedBy));
            Assert.Equal(told.Count(balance => balance.Saved is not null), told.TakeWhile(balance => balance.Saved is not null).Count());
        });
    }

    // The customer as a whole, or one of its entities.
    private static (Story Story, Subject Subject) Any(Random random)
    {
        var c = DeductionProperties.Any(random);
        if (random.Next(2) == 0)
        {
            c.Attach(Plan("team", Item("seats", 5), Item("messages", random.Next(0, 50)).Every("month").Per("seats").PayPerUse(random.OneOf<decimal?>(null, 5)), Item("action1", 7).Every("month").Saves()));
            foreach (var id in (string[])["e1", "e2"]) c.CreateEntity(id, controls: random.Next(2) == 0 ? Controls(random) : null);
            if (random.Next(2) == 0) c.Attach(Plan("own", Item("messages", 20).Every("month"), Item("credits", 5).Once), "e1");
            foreach (var id in (string[])["e1", "e2"]) c.Decide(Story.Tracking("messages", random.Next(0, 60), random.OneOf("cap", "overflow")) with { Entity = id });
        }

        if (random.Next(2) == 0) c.Control(Controls(random));
        if (random.Next(4) == 0) c.Accept(new Command.ChangeConfig(DisablePooledBalance: true, null));
        DeductionProperties.Live(c, random, 3);
        if (random.Next(2) == 0) c.Advance(days: 35);
        return (c, c.Read.Subject(c.Read.Entities.IsEmpty ? null : random.OneOf(null, "e1", "e2")));
    }

    private static BillingControls Controls(Random random)
    {
        FeatureId Feature() => new(random.OneOf("messages", "messages", "action1", "credits"));
        var filter = random.Next(3) == 0 ? PropertyFilter.Of([new PropertyMatch("model", "big", new JsonText("\"big\""))]) : null;
        return new BillingControls(
            random.Next(3) > 0 ? default : [new SpendLimit(Feature(), random.Next(5) > 0, random.OneOf(SpendLimitType.Absolute, SpendLimitType.UsagePercentage), Quantity.Of(random.Next(0, 120)))],
            random.Next(3) > 0 ? default : [new UsageLimit(Feature(), Quantity.Of(random.Next(0, 100)), random.OneOf(IntervalUnit.Day, IntervalUnit.Month), random.Next(5) > 0, null, filter)],
            random.Next(3) > 0 ? default : [new OverageSwitch(Feature(), random.Next(2) == 0)]);
    }

    // Often what is just enough, or just too much.
    private static Quantity Near(Random random, Story c, Subject subject)
    {
        var balance = Core.Balance.Of(subject, c.Catalog, c.Feature("messages"));
        return random.Next(3) == 0 && balance is not null ? balance.Remaining + Quantity.Of(random.OneOf(0m, 0m, 0.01m, 1m)) : Quantity.Of(DeductionProperties.Amount(random));
    }

    private static IEnumerable<string> Drawn(ImmutableArray<Draw> draws) => draws.Select(draw => $"{draw.Grant.Value}/{draw.Rollover} {draw.Amount}").Order();

    private static IEnumerable<string> Told(Explanation explanation) => explanation.Considered.SelectMany(each => each.Balances)
        .GroupBy(balance => (balance.Grant.No.Value, balance.Saved?.No))
        .Select(same => (same.Key, Amount: Quantity.Total(same.Sum(balance => balance.Amount.Value))))
        .Where(told => !told.Amount.IsZero)
        .Select(told => $"{told.Key.Value}/{told.Key.Item2} {told.Amount}").Order();

    private static IEnumerable<string> Counted(ImmutableArray<WindowCount> windows) => windows.Select(window => $"{window.Feature} {window.Start} {window.Amount}").Order();

    private static IEnumerable<string> Counted(Explanation explanation) => explanation.Controls.Where(control => control is { Kind: ControlKind.UsageLimit, Counted.IsZero: false })
        .Select(control => $"{control.Feature} {control.Period!.Value.Start} {control.Counted}").Order();
}
