using System.Globalization;
using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.Explanations;

/// <summary>Each rule, each key of the order, each reason to stop and each reason to be left out, by an example.</summary>
public class ExplanationTests
{
    private static readonly Dictionary<string, Func<Story>> Stories = new()
    {
        ["nobody"] = () => Customer(),
        ["a flag"] = () => With(Item("dash")),
        ["100 a month"] = () => With(Item("messages", 100).Every("month")),
        ["100 a month, 50 used"] = () => After(With(Item("messages", 100).Every("month")), c => c.Track("messages", 50)),
        ["unlimited"] = () => With(Item("messages").Unlimited),
        ["100 a month, 5 a day at most"] = () => After(With(Item("messages", 100).Every("month")), c => c.Control(Window("messages", 5))),
        ["100 a month and overage"] = () => With(Item("messages", 100).Every("month").PayPerUse()),
        ["100 a month and 20 overage"] = () => With(Item("messages", 100).Every("month").PayPerUse(max: 20)),
        ["100 a month and overage, spend 10"] = () => After(With(Item("messages", 100).Every("month").PayPerUse()), c => c.Control(Spend(10))),
        ["100 a month, overage switched on"] = () => After(With(Item("messages", 100).Every("month")), c => c.Control(Switch(true))),
        ["100 a month and overage, switched off"] = () => After(With(Item("messages", 100).Every("month").PayPerUse()), c => c.Control(Switch(false))),
        ["5 own and 10 credits"] = () => With(Item("action1", 5).Every("month"), Item("credits", 10).Every("month")),
        ["10 credits, 20 images a day at most"] = () => After(With(Item("credits", 10).Every("month")), c => c.Control(Window("action1", 20))),
        ["free for nothing"] = () => With(Item("gratis", 10).Every("month")),
        ["seats for a team, entities of them hold messages"] = () => After(With(Item("seats", 5)), c =>
        {
            foreach (var id in (string[])["e1", "e2"]) c.CreateEntity(id);
            c.Attach(Plan("own", Item("messages", 20).Every("month")), "e1");
            c.Control(Switch(true));
        }),
    };

    private static readonly Dictionary<string, Func<Story>> Orders = new()
    {
        ["SavedUnits"] = () => Saving(months: 1),
        ["SavedUnitsExpiry"] = () => Saving(months: 2),
        ["Holder"] = () => Team(Item("messages", 5).Every("month"), Item("messages", 5).Once.Per("seats")),
        ["CreditSystem"] = () => With(Item("messages", 5).Every("month"), Item("action1", 5).Once, Item("credits", 5).Every("hour")),
        ["Unlimited"] = () => With(Item("messages", 5).Every("month"), Item("messages").Unlimited),
        ["NextReset"] = () => With(Item("messages", 5).Once, Item("messages", 5).Every("year")),
        ["Interval"] = () => With(Item("messages", 5).Every("month"), Item("messages", 5).Every("hour")),
        ["Expiry"] = () => After(Customer(), c =>
        {
            c.Create("messages", 5);
            c.Create("messages", 5, expires: c.Now.Plus(TimeSpan.FromDays(9)));
        }),
        ["Entity"] = () => Team(Item("messages", 5).Every("month").Per("seats")),
        ["AddOn"] = () => Customer(AddOn("extra", Item("messages", 5).Every("month")), Plan("main", Item("messages", 5).Every("month"))),
        ["UsageBased"] = () => With(Item("messages", 5).Every("month").PayPerUse(), Item("messages", 5).Every("month")),
        ["CreatedAt"] = () => After(Customer(), c =>
        {
            c.Create("messages", 5);
            c.Advance(hours: 1);
            c.Create("messages", 5);
        }),
        ["Number"] = () => After(Customer(), c =>
        {
            c.Create("messages", 5);
            c.Create("messages", 5);
        }),
    };

    [Theory]
    [InlineData("nobody", "messages", 1, false, "NotGranted", null)]
    [InlineData("nobody", "dash", 1, false, "NotGranted", null)]
    [InlineData("a flag", "dash", 1, true, "Flag", null)]
    [InlineData("unlimited", "messages", 1e12, true, "Unlimited", null)]
    [InlineData("100 a month", "messages", -1, true, "GivesBack", null)]
    [InlineData("100 a month, 5 a day at most", "messages", 6, false, "UsageLimit", 5)]
    [InlineData("100 a month, 5 a day at most", "messages", 5, true, "Included", 100)]
    [InlineData("10 credits, 20 images a day at most", "action1", 21, false, "UsageLimit", 20)]
    [InlineData("100 a month, 50 used", "messages", 50, true, "Included", 50)]
    [InlineData("100 a month, 50 used", "messages", 50.01, false, "Included", 50)]
    [InlineData("100 a month and overage, switched off", "messages", 101, false, "Included", 100)]
    [InlineData("100 a month and overage, spend 10", "messages", 110, true, "SpendLimit", 110)]
    [InlineData("100 a month and overage, spend 10", "messages", 111, false, "SpendLimit", 110)]
    [InlineData("100 a month and 20 overage", "messages", 120, true, "MaxPurchase", 120)]
    [InlineData("100 a month and 20 overage", "messages", 121, false, "MaxPurchase", 120)]
    [InlineData("100 a month and overage", "messages", 1e9, true, "Overage", null)]
    [InlineData("100 a month, overage switched on", "messages", 1e9, true, "Overage", null)]
    [InlineData("5 own and 10 credits", "action1", 5, true, "Included", 5)]
    [InlineData("5 own and 10 credits", "action1", 50, true, "Included", 10)]
    [InlineData("5 own and 10 credits", "action1", 51, false, "Included", 10)]
    [InlineData("free for nothing", "action4", 1e9, true, "Included", 10)]
    [InlineData("seats for a team, entities of them hold messages", "messages", 1, false, "Included", 0)]
    public void The_rule_that_decides_a_check(string story, string feature, double required, bool allowed, string rule, int? available)
    {
        var c = Stories[story]();
        var explanation = Explain.Check(c.Read, c.Catalog, c.Feature(feature), Quantity.Of((decimal)required), c.Now);
        var decides = explanation.Considered.Single(each => each.Decides);
        Assert.Equal((allowed, rule), (explanation.Allowed, decides.Check.ToString()));
        Assert.Equal((decimal?)available, decides.Compared.Available?.Value);
        Assert.Equal(allowed, Reader.Answer(explanation));
    }

    [Theory]
    [InlineData("nobody", "messages", 1, "cap", true, "NotGranted")]
    [InlineData("nobody", "messages", 1, "reject", false, "Rejected")]
    [InlineData("a flag", "dash", 1, "cap", true, "Flag")]
    [InlineData("unlimited", "messages", 5, "cap", true, "Unlimited")]
    [InlineData("100 a month, 50 used", "messages", -60, "cap", true, "GivesBack")]
    [InlineData("100 a month", "messages", 100, "reject", true, "Served")]
    [InlineData("100 a month", "messages", 101, "cap", true, "Capped")]
    [InlineData("100 a month", "messages", 101, "reject", false, "Rejected")]
    [InlineData("100 a month", "messages", 101, "overflow", true, "Served")]
    [InlineData("100 a month and overage, spend 10", "messages", 500, "overflow", true, "Capped")]
    public void How_a_track_ends(string story, string feature, double value, string overage, bool accepted, string rule)
    {
        var explanation = Tracked(Stories[story](), feature, (decimal)value, overage);
        Assert.Equal((accepted, rule), (explanation.Allowed, explanation.Considered.Single().Track.ToString()));
        Assert.Equal(accepted, Reader.Answer(explanation));
    }

    [Theory]
    [InlineData("100 a month", "messages", 1, "Served 1")]
    [InlineData("5 own and 10 credits", "action1", 5, "Served 5, NotReached 0")]
    [InlineData("5 own and 10 credits", "action1", 15, "Empty 5, Served 2")]
    [InlineData("5 own and 10 credits", "action1", 100, "NoOverage 5, NoOverage 10")]
    [InlineData("100 a month and overage, switched off", "messages", 101, "OverageOff 100")]
    [InlineData("100 a month and 20 overage", "messages", 121, "MaxPurchase 120")]
    [InlineData("100 a month and overage, spend 10", "messages", 111, "SpendLimit 110")]
    [InlineData("100 a month, 5 a day at most", "messages", 6, "UsageLimit 5")]
    [InlineData("10 credits, 20 images a day at most", "action1", 30, "UsageLimit 4")]
    [InlineData("100 a month, 50 used", "messages", -60, "Full -50")]
    [InlineData("free for nothing", "action4", -1, "Free 0")]
    [InlineData("free for nothing", "action4", 7, "Served 0")]
    public void Why_a_balance_gives_no_more_to_a_track(string story, string feature, double value, string told) =>
        Assert.Equal(told, Stops(Tracked(Stories[story](), feature, (decimal)value, "cap")));

    [Fact]
    public void A_usage_limit_stops_what_could_go_below_zero()
    {
        var c = After(With(Item("messages", 100).Every("month").PayPerUse()), each => each.Control(Window("messages", 5)));
        Assert.Equal("UsageLimit 5", Stops(Tracked(c, "messages", 6, "cap")));
        var control = Assert.Single(Tracked(c, "messages", 6, "cap").Controls);
        Assert.Equal((ControlKind.UsageLimit, ControlSource.Customer, 5m, 0m, 5m, 5m), (control.Kind, control.Source, control.Limit!.Value.Value, control.Used!.Value.Value, control.Left!.Value.Value, control.Counted!.Value.Value));
    }

    [Theory]
    [InlineData("100 a month", "NoOverage 0")]
    [InlineData("100 a month and overage", "NoEnd ∞")]
    [InlineData("100 a month and 20 overage", "MaxPurchase 20")]
    [InlineData("100 a month and overage, spend 10", "SpendLimit 10")]
    [InlineData("100 a month and overage, switched off", "OverageOff 0")]
    [InlineData("100 a month, overage switched on", "NoEnd ∞")]
    [InlineData("unlimited", "NoEnd ∞")]
    public void How_far_below_zero_a_check_may_count_on_a_balance(string story, string told)
    {
        var c = Stories[story]();
        var balance = Explain.Check(c.Read, c.Catalog, c.Feature("messages"), Quantity.One, c.Now).Considered.Single().Balances.Single();
        Assert.Equal(told, $"{balance.Stop} {(balance.Overage is { } units ? units.ToString() : "∞")}");
    }

    [Theory]
    [InlineData("SavedUnits", "messages")]
    [InlineData("SavedUnitsExpiry", "messages")]
    [InlineData("Holder", "messages")]
    [InlineData("CreditSystem", "action1")]
    [InlineData("Unlimited", "messages")]
    [InlineData("NextReset", "messages")]
    [InlineData("Interval", "messages")]
    [InlineData("Expiry", "messages")]
    [InlineData("Entity", "messages")]
    [InlineData("AddOn", "messages")]
    [InlineData("UsageBased", "messages")]
    [InlineData("CreatedAt", "messages")]
    [InlineData("Number", "messages")]
    public void The_key_that_puts_the_second_behind_the_first(string key, string feature)
    {
        var told = Tracked(Orders[key](), feature, 1m, "cap").Considered.Single().Balances;
        Assert.Equal((OrderKey.First, key), (told[0].PlacedBy, told[1].PlacedBy.ToString()));
    }

    [Fact]
    public void An_unlimited_balance_that_the_other_keys_put_last_goes_first_by_being_unlimited()
    {
        var c = With(Item("action1", 5).Every("hour"), Item("credits").Unlimited);
        var told = Tracked(c, "action1", 1m, "cap").Considered.Single().Balances;
        Assert.Equal(["credits First", "action1 Unlimited"], told.Select(balance => $"{balance.Grant.Feature} {balance.PlacedBy}"));
    }

    [Fact]
    public void Every_key_and_every_rule_has_its_example()
    {
        Assert.Equal(Enum.GetNames<OrderKey>().Where(name => name != nameof(OrderKey.First)).Order(), Orders.Keys.Order());
        Assert.Equal(Enum.GetNames<AccessRule>().Where(name => name != nameof(AccessRule.Recorded)).Order(), Examples(nameof(The_rule_that_decides_a_check), 4));
        Assert.Equal(Enum.GetNames<TrackRule>().Order(), Examples(nameof(How_a_track_ends), 5));
    }

    [Fact]
    public void A_balance_that_has_just_ended_is_left_out_and_says_so()
    {
        var c = Customer(Plan("main", Item("messages", 100).Every("month")));
        c.Create("messages", 5, id: "gift", expires: c.Now.Plus(TimeSpan.FromDays(1)));
        c.Advance(days: 2);
        var explanation = Explain.Check(c.Read, c.Catalog, c.Feature("messages"), Quantity.One, c.Now, stored: c.Stored);
        var (leftOut, plan) = (Assert.Single(explanation.LeftOut), explanation.Considered.Single().Balances.Single());
        Assert.Equal((LeftOutReason.Expired, "gift"), (leftOut.Reason, leftOut.Grant.BalanceId));
        Assert.Equal(("main", 1), (plan.Grant.Plan!.Value.Value, plan.PlanVersion));
    }

    [Fact]
    public void What_others_hold_is_left_out_and_says_so()
    {
        var c = Team(Item("messages", 5).Every("month"), Item("action1", 5).Every("month").Per("seats"));
        foreach (var id in (string[])["e1", "e2"]) c.Attach(Plan($"own_{id}", Item("messages", 20).Every("month")), id);
        Assert.Equal("OfEntity e1 20, OfEntity e2 20", LeftOut(c, null, "messages"));
        Assert.Equal("OtherEntity e2 20", LeftOut(c, "e1", "messages"));
        Assert.Equal("OtherEntity e2 5", LeftOut(c, "e1", "action1"));
        Assert.Equal("", LeftOut(c, null, "action1"));
        c.Accept(new Command.ChangeConfig(DisablePooledBalance: true, null));
        Assert.Equal("PooledBalanceDisabled  5, OtherEntity e2 20", LeftOut(c, "e1", "messages"));
    }

    [Fact]
    public void An_entity_without_a_share_is_told_so()
    {
        var c = With(Item("seats", 5), Item("tokens", 5).Once, Item("messages", 5).Every("month").Per("seats"));
        c.CreateEntity("e1");
        var without = c.Read with { Entities = c.Read.Entities.Put(c.Read.Entities.Find("e1")! with { Own = Holdings.None }) };
        var explanation = Explain.Check(without.Subject("e1"), c.Catalog, c.Feature("messages"), Quantity.One, c.Now);
        Assert.Equal(LeftOutReason.NoShare, Assert.Single(explanation.LeftOut).Reason);
    }

    [Fact]
    public void Of_thousands_that_are_left_out_the_first_hundred_are_told_and_all_are_counted()
    {
        var c = With(Item("seats", 500), Item("messages", 5).Every("month").Per("seats"));
        for (var i = 0; i < 150; i++) c.CreateEntity($"e{i}");
        var explanation = Explain.Check(c.Read.Subject("e0"), c.Catalog, c.Feature("messages"), Quantity.One, c.Now);
        Assert.Equal((100, 149), (explanation.LeftOut.Length, explanation.LeftOutInAll));
    }

    [Fact]
    public void A_control_says_whose_it_is()
    {
        var c = Customer();
        c.Attach(Plan("limited", Item("messages", 100).Every("month"), Item("seats", 5)), controls: Window("messages", 50));
        Assert.Equal("UsageLimit Plan", Sources(c, null));
        c.Control(Spend(10));
        Assert.Equal("SpendLimit Customer, UsageLimit Plan", Sources(c, null));
        c.CreateEntity("e", controls: Switch(true));
        Assert.Equal("OverageAllowed Entity, SpendLimit Customer, UsageLimit Plan", Sources(c, "e"));
        Assert.Equal("SpendLimit Customer, UsageLimit Plan", Sources(c, null));
    }

    [Fact]
    public void An_event_is_explained_feature_by_feature_each_after_the_ones_before()
    {
        var c = With(Item("action1", 5).Every("month"), Item("credits2", 10).Every("month"));
        var (explanation, _) = Explain.Track(c.Read, c.Catalog, new Command.Track(null, "act", Quantity.Of(4), OverageBehavior.Cap, null, null), c.Now);
        Assert.Equal(["action1 Served", "action3 Served"], explanation!.Considered.Select(each => $"{each.Feature} {each.Track}"));
        Assert.Equal(8, explanation.Considered[1].Balances.Single().Amount.Value);
        Assert.Equal(2, explanation.Considered[1].Balances.Single().CreditCost.Value);
    }

    [Fact]
    public void What_a_track_is_refused_for_is_the_refusal_of_the_explanation_too()
    {
        var c = Stories["100 a month"]();
        var command = Story.Tracking("messages", usedAt: c.Now.Plus(TimeSpan.FromDays(1)));
        Assert.Equal(c.Refuses(command), Explain.Track(c.Read, c.Catalog, command, c.Now).Refusal);
    }

    private static Explanation Tracked(Story c, string feature, decimal value, string overage)
    {
        var before = c.Stored;
        var explanation = Explain.Track(c.Read, c.Catalog, Story.Tracking(feature, value, overage), c.Now).Explanation!;
        Assert.Same(before, c.Stored);
        return explanation;
    }

    private static string Stops(Explanation explanation) =>
        string.Join(", ", explanation.Considered.Single().Balances.Select(balance => string.Create(CultureInfo.InvariantCulture, $"{balance.Stop} {balance.Amount}")));

    private static string LeftOut(Story c, string? entity, string feature) => string.Join(
        ", ", Explain.Check(c.Read.Subject(entity), c.Catalog, c.Feature(feature), Quantity.One, c.Now).LeftOut.Select(each => $"{each.Reason} {each.EntityId} {each.Grant.Balance}"));

    private static string Sources(Story c, string? entity) => string.Join(
        ", ", Explain.Check(c.Read.Subject(entity), c.Catalog, c.Feature("messages"), Quantity.One, c.Now).Controls.Select(control => $"{control.Kind} {control.Source}"));

    private static IEnumerable<string> Examples(string theory, int column) => typeof(ExplanationTests).GetMethod(theory)!
        .GetCustomAttributes(typeof(InlineDataAttribute), false).Cast<InlineDataAttribute>().Select(data => (string)data.GetData(null!).Single()[column]!).Distinct().Order();

    private static Story Team(params ItemSketch[] items) => After(With([Item("seats", 5), .. items]), c =>
    {
        foreach (var id in (string[])["e1", "e2"]) c.CreateEntity(id);
    });

    // What of a month was not used lives on for so many months.
    private static Story Saving(int months) => After(With(Item("messages", 5).Every("month").Saves(months: months)), c =>
    {
        for (var month = 0; month < months; month++)
        {
            c.AdvanceToNextReset("messages");
            c.Track("messages", 0);
        }
    });

    private static Story After(Story c, Action<Story> change)
    {
        change(c);
        return c;
    }

    private static BillingControls Window(string feature, decimal limit) => new(UsageLimits: [new UsageLimit(new FeatureId(feature), Quantity.Of(limit), IntervalUnit.Day)]);

    private static BillingControls Switch(bool enabled) => new(Overage: [new OverageSwitch(new FeatureId("messages"), enabled)]);

    private static BillingControls Spend(decimal limit) => new(SpendLimits: [new SpendLimit(new FeatureId("messages"), Enabled: true, SpendLimitType.Absolute, Quantity.Of(limit))]);
}
