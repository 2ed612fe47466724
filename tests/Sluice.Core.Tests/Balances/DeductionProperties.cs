using System.Collections.Immutable;
using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.Balances;

/// <summary>What must hold whatever a customer is granted and does.</summary>
public class DeductionProperties
{
    internal static readonly string[] Tracked = ["messages", "seats", "action1", "action2", "action3", "action4", "tokens", "credits"];

    [Fact]
    public void What_was_drawn_at_its_cost_is_what_was_asked_less_what_was_left()
    {
        Property.Holds(2000, random =>
        {
            var (c, feature) = (Any(random), random.OneOf(Tracked));
            var command = Story.Tracking(feature, Amount(random), random.OneOf("cap", "overflow"));
            if (!Applies(c, feature)) return;
            var before = c.Read;
            var deduction = new Deduction();
            var left = deduction.Take(
                DrawOrder.Of(before, c.Catalog, c.Feature(feature)), c.Feature(feature), command.Value,
                command.Overage == OverageBehavior.Cap ? DrawMode.Cap : DrawMode.Overflow);
            var answer = c.Do(command);
            Assert.Equal(deduction.Draws().AsEnumerable(), answer.Draws.AsEnumerable());
            if (feature == "action4") return;
            var applied = answer.Draws.Sum(draw => draw.Amount.Value / Cost(c, feature, draw.Feature));
            Assert.Equal(command.Value.Value - left.Value, applied, 8);
            if (command.Overage == OverageBehavior.Overflow && command.Value.IsPositive && before.Grants.Any(grant => grant.Feature.Value == feature)) Assert.True(left.IsZero);
        });
    }

    [Fact]
    public void Giving_back_never_fills_a_grant_above_what_was_granted()
    {
        Property.Holds(2000, random =>
        {
            var c = Any(random);
            var before = c.Read;
            c.Track(random.OneOf(Tracked), -Math.Abs(Amount(random)), random.OneOf("cap", "reject", "overflow"));
            foreach (var grant in c.Read.Grants.Where(grant => !grant.Terms.Unlimited))
            {
                var was = before.Grant(grant.No)!.Balance;
                Assert.True(grant.Balance == was || (grant.Balance > was && grant.Balance <= grant.Granted));
            }
        });
    }

    [Fact]
    public void Cap_leaves_a_grant_without_overage_at_zero_or_where_it_was()
    {
        Property.Holds(2000, random =>
        {
            var c = Any(random);
            var before = c.Read;
            c.Track(random.OneOf(Tracked), Math.Abs(Amount(random)));
            foreach (var grant in c.Read.Grants.Where(grant => !grant.Terms.Unlimited && !grant.Terms.IsUsageBased && grant.Feature.Value != "seats"))
            {
                var was = before.Grant(grant.No)!.Balance;
                Assert.True(grant.Balance == was || !grant.Balance.IsNegative);
            }
        });
    }

    [Fact]
    public void Overage_is_never_sold_beyond_its_limit()
    {
        Property.Holds(2000, random =>
        {
            var c = Any(random);
            var before = c.Read;
            c.Track(random.OneOf(Tracked), Math.Abs(Amount(random)));
            foreach (var grant in c.Read.Grants)
            {
                if (grant.Terms.Price?.MaxPurchase is { } most && before.Grant(grant.No)!.Overage <= most) Assert.True(grant.Overage <= most);
            }
        });
    }

    [Fact]
    public void Reject_takes_all_or_nothing()
    {
        Property.Holds(2000, random =>
        {
            var (c, feature, value) = (Any(random), random.OneOf(Tracked), Math.Abs(Amount(random)));
            var before = c.Stored;
            if (c.Decide(Story.Tracking(feature, value, "reject")) is Decision.Refused)
            {
                Assert.Same(before, c.Stored);
                return;
            }

            var used = Assert.IsType<CustomerEvent.Used>(c.LastEvents.Last(e => e is CustomerEvent.Used));
            if (feature != "action4" && value > 0) Assert.Equal(value, used.Draws.Sum(draw => draw.Amount.Value / Cost(c, feature, draw.Feature)), 8);
        });
    }

    [Fact]
    public void A_check_allows_exactly_what_a_reject_would_take_when_one_balance_serves()
    {
        Property.Holds(2000, random =>
        {
            var (c, feature, value) = (Any(random), random.OneOf("messages", "seats", "credits"), Math.Abs(Amount(random)));
            if (!c.Read.Grants.Any(grant => grant.Feature.Value == feature)) return;
            var allowed = c.Check(feature, value).Allowed;
            Assert.Equal(allowed, c.Decide(Story.Tracking(feature, value, "reject")) is Decision.Accepted);
        });
    }

    [Fact]
    public void One_track_equals_the_same_amount_in_parts()
    {
        Property.Holds(1000, random =>
        {
            var seed = random.Next();
            var (whole, parts) = (Any(new Random(seed)), Any(new Random(seed)));
            // Parts that divide evenly at every cost; a third of a credit system's unit cannot be kept in decimals.
            var feature = random.OneOf("messages", "seats", "action1", "action2", "credits");
            var overage = random.OneOf("cap", "overflow");
            decimal[] amounts = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(0, 4000) / 100m)];
            whole.Track(feature, amounts.Sum(), overage);
            foreach (var amount in amounts) parts.Track(feature, amount, overage);
            Assert.Equal(whole.Read.Grants.Select(Left), parts.Read.Grants.Select(Left));
        });
    }

    [Fact]
    public void Nothing_is_oversold_however_often_reject_is_asked()
    {
        Property.Holds(500, random =>
        {
            var c = Any(random);
            if (c.Balance("messages") is not { Unlimited: false, Usable: { } usable }) return;
            var allowed = 0m;
            for (var i = 0; i < 30; i++)
            {
                var value = random.Next(1, 3000) / 100m;
                if (c.CheckAndSend("messages", value) is not null) allowed += value;
            }

            Assert.True(allowed <= usable.Value);
        });
    }

    [Fact]
    public void The_journal_alone_gives_the_customer_back()
    {
        Property.Holds(500, random =>
        {
            var c = Any(random);
            Live(c, random, 15);
            Assert.Equal(Comparable(c.Stored), Comparable(c.Replayed));
        });
    }

    [Fact]
    public void Every_reachable_state_can_be_read()
    {
        Property.Holds(500, random =>
        {
            var c = Any(random, huge: true);
            Live(c, random, 25, huge: true);
            foreach (var balance in Core.Balances.All(c.Read, c.Catalog))
            {
                Assert.False(balance.Remaining.IsNegative);
                Assert.NotEmpty(balance.Rows);
            }

            foreach (var feature in Features) Access.Check(c.Read, c.Catalog, feature, Quantity.Of(random.OneOf(0, 1, -1, Quantity.Limit)), c.Now);
            Assert.All(c.Read.Grants, grant => Assert.InRange(grant.Balance.Value, -Quantity.Limit, Quantity.Limit));
        });
    }

    internal static Story Any(Random random, bool huge = false)
    {
        var c = Customer();
        for (var plan = random.Next(0, 3); plan >= 0; plan--)
        {
            var items = Enumerable.Range(0, random.Next(1, 6)).Select(_ => AnyItem(random, huge)).ToArray();
            c.Attach(random.Next(2) == 0 ? Plan($"plan{plan}", items) : AddOn($"addon{plan}", items));
        }

        Live(c, random, random.Next(0, 6), huge);
        return c;
    }

    private static ItemSketch AnyItem(Random random, bool huge)
    {
        var feature = random.OneOf([.. Tracked, "messages", "messages", "credits2", "gratis", "thirds", "dash"]);
        var item = Item(feature, huge && random.Next(4) == 0 ? Quantity.Limit : random.Next(0, 200) / random.OneOf(1m, 4m));
        if (feature == "dash") return Item("dash");
        if (random.Next(15) == 0) return Item(feature).Unlimited;
        if (feature != "seats") item = item.Every(random.OneOf("hour", "month", "month", "year", "one_off"));
        return random.Next(5) switch
        {
            0 => item.PayPerUse(random.OneOf<decimal?>(null, 0, 30)),
            1 => (item with { Included = 0 }).Prepaid(random.Next(0, 100)),
            _ => item,
        };
    }

    internal static void Live(Story c, Random random, int steps, bool huge = false)
    {
        for (var step = 0; step < steps; step++)
        {
            c.Decide(AnyCommand(c, random, huge));
            if (random.Next(4) == 0) c.Advance(days: random.Next(0, 40), hours: random.Next(0, 24));
        }
    }

    private static Command AnyCommand(Story c, Random random, bool huge)
    {
        var feature = random.OneOf(Tracked);
        var amount = huge && random.Next(3) == 0 ? random.OneOf(-1, 1) * Quantity.Limit : Amount(random);
        return random.Next(12) switch
        {
            0 => Story.Creating(feature, Math.Abs(amount), every: random.OneOf(null, "day", "month"), expires: random.Next(3) == 0 ? c.Now.Plus(TimeSpan.FromDays(9)) : null),
            1 => Story.Updating(feature, remaining: amount),
            2 => Story.Updating(feature, usage: amount),
            3 => Story.Updating(feature, add: amount, grant: random.OneOf<decimal?>(null, Math.Abs(amount))),
            4 => Story.Updating(feature, nextReset: c.Now.Plus(TimeSpan.FromDays(random.Next(-3, 30)))),
            5 => Story.Deleting(feature),
            6 => new Command.Track(null, random.OneOf("act", "gift", "opened"), Quantity.Of(amount), OverageBehavior.Cap, null, null),
            _ => Story.Tracking(feature, amount, random.OneOf("cap", "reject", "overflow")),
        };
    }

    internal static decimal Amount(Random random) => random.Next(6) switch
    {
        0 => 0m,
        1 => random.Next(-20000, 20000) / 100m,
        2 => random.Next(1, 1000) / 10_000_000m,
        _ => random.Next(-50, 200),
    };

    // False when there is nothing to take from.
    private static bool Applies(Story c, string feature) => DrawOrder.Of(c.Read, c.Catalog, c.Feature(feature)).Count > 0;

    private static decimal Cost(Story c, string tracked, FeatureId drawn)
    {
        if (drawn.Value == tracked) return 1m;
        foreach (var pool in c.Catalog.Pools(new FeatureId(tracked)))
        {
            if (pool.Feature.Id == drawn) return pool.Cost.Cost.Value;
        }

        throw new InvalidOperationException($"{drawn} does not serve {tracked}");
    }

    private static decimal Left(Grant grant) => grant.Balance.Value;

    private static (string, string) Comparable(Customer customer) =>
        (string.Join('\n', customer.Grants), $"{customer.Version} {customer.LastMoment} {customer.LastNo} {customer.NextDue}");
}
