using System.Collections.Immutable;
using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.Controls;

public class LimitTests
{
    [Fact]
    public void A_spend_limit_in_percent_is_of_what_main_recurring_plans_include()
    {
        var one = With(Item("messages", 100).Every("month").PayPerUse());
        one.Control(Spend(percent: 120));
        one.Track("messages", 500).Shows(usage: 220);

        var two = Customer(Plan("main1", Item("messages", 100).Every("month").PayPerUse()), Plan("main2", Item("messages", 50).Every("month").PayPerUse()));
        two.Control(Spend(percent: 120));
        two.Track("messages", 1000).Shows(usage: 330);

        var extra = Customer(Plan("main", Item("messages", 100).Every("month").PayPerUse()), AddOn("extra", Item("messages", 100).Every("month").PayPerUse()));
        extra.Control(Spend(percent: 120));
        extra.Track("messages", 1000).Shows(usage: 320);
    }

    [Theory]
    [InlineData("cap", 1125)]
    [InlineData("overflow", 1125)]
    public void An_absolute_spend_limit_outranks_even_overflow(string overage, double usage)
    {
        var c = With(Item("messages", 1000).Once, Item("messages", 100).Every("month").PayPerUse());
        c.Control(Spend(25));
        c.Track("messages", 1120).Shows(usage: 1120);
        c.Track("messages", 10, overage).Shows(usage: (decimal)usage);
    }

    [Fact]
    public void Beyond_a_spend_limit_a_reject_changes_nothing_and_a_check_says_no()
    {
        var c = With(Item("messages", 1000).Once, Item("messages", 100).Every("month").PayPerUse());
        c.Control(Spend(25));
        c.Track("messages", 1120);
        c.Refuses(Story.Tracking("messages", 6, "reject")).Says(RefusalCode.InsufficientBalance);
        c.Check("messages", 5).Is(allowed: true, AccessRule.SpendLimit);
        c.Check("messages", 6).Is(allowed: false, AccessRule.SpendLimit);
        c.Balance("messages").Shows(usage: 1120);
    }

    [Fact]
    public void A_spend_limit_replaces_the_limit_of_the_price()
    {
        var c = With(Item("messages", 50).Every("month").PayPerUse(max: 1000));
        c.Control(Spend(10));
        c.Track("messages", 100).Shows(usage: 60);
        Assert.Equal(["limit SpendLimit"], c.Told);
    }

    [Theory]
    [InlineData(true, "80 50 70", "80 130 200")]
    [InlineData(null, "80 50", "80 100")]
    public void Overage_can_be_switched_on_where_no_price_pays_for_it(bool? enabled, string tracks, string usages)
    {
        var c = With(Item("messages", 100).Once);
        if (enabled is { } on) c.Control(Switch(on));
        Assert.Equal(usages, string.Join(' ', tracks.Split(' ').Select(value => c.Track("messages", decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture)).Balance!.Usage)));
        if (enabled == true)
        {
            Assert.True(c.Balance("messages")!.OverageAllowed);
            Assert.NotNull(c.CheckAndSend("messages", 30));
        }
    }

    [Fact]
    public void Overage_switched_off_stays_where_it_is()
    {
        var free = With(Item("messages", 100).Once);
        free.Control(Switch(true));
        free.Track("messages", 120);
        free.Control(Switch(false));
        free.Track("messages", 50).Shows(usage: 120);

        var paid = With(Item("messages", 100).Every("month").PayPerUse(max: 50));
        paid.Control(Switch(false));
        paid.Track("messages", 130).Shows(usage: 100);
        paid.Check("messages").Is(allowed: false, AccessRule.Included);
        paid.Control(Switch(true));
        paid.Track("messages", 130).Shows(usage: 150);
        paid.Control(Switch(false));
        paid.Track("messages", 1).Shows(usage: 150);
    }

    [Fact]
    public void A_hold_beyond_the_grant_is_overage_too()
    {
        var c = With(Item("messages", 50).Once);
        c.Control(Switch(true));
        c.Track("messages", 50);
        Assert.NotNull(c.Hold("h", "messages", 30));
        c.Confirm("h", 20);
        c.Balance("messages").Shows(usage: 70);
    }

    [Fact]
    public void A_usage_limit_counts_units_whatever_serves_them()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Control(Window("messages", 5));
        c.Track("messages", 10).Shows(remaining: 95);
        c.Track("messages", 3).Shows(remaining: 95);
        c.Check("messages").Is(allowed: false, AccessRule.UsageLimit);

        var credits = With(Item("credits", 100).Every("month"));
        credits.Control(Window("action1", 5));
        credits.Track("action1", 5);
        credits.Track("action1", 1);
        credits.Balance("credits").Shows(remaining: 99);

        var two = With(Item("credits", 1).Every("month"), Item("credits", 10).Once);
        two.Control(Window("action1", 10));
        two.Track("action1", 15);
        two.Balance("credits").Rows(0, 9);

        var native = With(Item("action1", 5).Every("month"), Item("credits", 100).Every("month"));
        native.Control(Window("action1", 8));
        native.Track("action1", 10);
        native.Balance("action1").Shows(remaining: 0);
        native.Balance("credits").Shows(remaining: 99.4m);
    }

    [Fact]
    public void A_usage_limit_on_credits_counts_credits()
    {
        var c = With(Item("credits", 100).Every("month"));
        c.Control(Window("credits", 1));
        c.Track("action1", 5);
        c.Balance("credits").Shows(remaining: 99);
        c.Track("action1", 5);
        c.Balance("credits").Shows(remaining: 99);
    }

    [Fact]
    public void Limits_of_several_features_of_one_pool()
    {
        var c = With(Item("credits", 100).Every("month"));
        c.Control(new BillingControls(UsageLimits: [Limit("action1", 5), Limit("action2", 4)]));
        c.Track("action1", 3);
        c.Track("action2", 2);
        c.Track("action1", 5);
        c.Track("action2", 5);
        c.Balance("credits").Shows(remaining: 96.6m);
        Assert.Equal([5m, 4m], c.Stored.Own.Windows.Select(window => window.Used.Value));
    }

    [Fact]
    public void Overflow_bypasses_a_usage_limit_and_counts_in_it()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Control(Window("messages", 5));
        c.Track("messages", 3);
        c.Track("messages", 10, "overflow").Shows(remaining: 87);
        Assert.Equal(13m, Assert.Single(c.Stored.Own.Windows).Used.Value);
        c.Track("messages", 1).Shows(remaining: 87);
    }

    [Fact]
    public void Reject_and_usage_limits_are_all_or_nothing()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Control(Window("messages", 5));
        c.Refuses(Story.Tracking("messages", 6, "reject")).Says(RefusalCode.InsufficientBalance);
        Assert.Empty(c.Stored.Own.Windows);
        Assert.Null(c.CheckAndSend("messages", 6));
        Assert.NotNull(c.CheckAndSend("messages", 5));
    }

    [Fact]
    public void A_window_begins_anew_and_refunds_do_not_open_it()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Control(Window("messages", 5, IntervalUnit.Day));
        c.Track("messages", 5);
        c.Track("messages", -5).Shows(remaining: 100);
        c.Track("messages", 1).Shows(remaining: 100);
        c.Advance(days: 1);
        c.Track("messages", 1).Shows(remaining: 99);
    }

    [Fact]
    public void Windows_keep_step_with_the_resets_or_with_the_calendar()
    {
        var cycle = Customer(Words.Moment("2026-03-10T09:00Z"), Plan("main", Item("messages", 100).Every("month")));
        cycle.Control(Window("messages", 5, IntervalUnit.Week));
        cycle.Track("messages", 1);
        var ours = Assert.Single(cycle.Stored.Own.Windows);
        Assert.Equal((Words.Moment("2026-03-10T09:00Z"), Words.Moment("2026-03-17T09:00Z")), (ours.Start, ours.End));

        var calendar = Customer(Words.Moment("2026-03-10T09:00Z"), Plan("main", Item("messages", 100).Every("month")));
        calendar.Control(new BillingControls(UsageLimits: [Limit("messages", 5, IntervalUnit.Week) with { Anchor = WindowAnchor.Utc }]));
        calendar.Track("messages", 1);
        var utc = Assert.Single(calendar.Stored.Own.Windows);
        Assert.Equal((Words.Moment("2026-03-09"), Words.Moment("2026-03-16")), (utc.Start, utc.End));
    }

    [Fact]
    public void A_limit_raised_or_lowered_keeps_what_was_counted()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Control(Window("messages", 5));
        c.Track("messages", 5);
        c.Control(Window("messages", 8));
        c.Track("messages", 10).Shows(remaining: 92);
        c.Control(Window("messages", 2));
        c.Track("messages", 1).Shows(remaining: 92);
    }

    [Fact]
    public void A_filter_counts_only_usage_with_its_properties()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Control(new BillingControls(UsageLimits: [Limit("messages", 5) with { Filter = PropertyFilter.Of([new PropertyMatch("model", "big", new JsonText("\"big\""))]) }]));
        c.Do(Story.Tracking("messages", 10) with { Property = name => name == "model" ? "small" : null }).Shows(remaining: 90);
        c.Do(Story.Tracking("messages", 10) with { Property = name => name == "model" ? "big" : null }).Shows(remaining: 85);
        c.Track("messages", 1).Shows(remaining: 84);
    }

    [Fact]
    public void Unlimited_balances_pass_by_every_limit()
    {
        var c = With(Item("messages").Unlimited);
        c.Control(Window("messages", 5));
        c.Check("messages", 100).Is(allowed: true, AccessRule.Unlimited);
        c.Track("messages", 100);
        Assert.Empty(c.Stored.Own.Windows);
    }

    [Fact]
    public void The_customer_stands_before_its_plans_and_a_switched_off_entry_stands_too()
    {
        var c = new Story(Start);
        c.Attach(Plan("main", Item("messages", 100).Every("month")), controls: Window("messages", 5));
        c.Track("messages", 10).Shows(remaining: 95);
        c.Control(new BillingControls(UsageLimits: [Limit("messages", 1) with { Enabled = false }]));
        c.Track("messages", 10).Shows(remaining: 85);
    }

    [Fact]
    public void Of_several_plans_the_strictest_holds()
    {
        var c = new Story(Start);
        c.Attach(Plan("a", Item("messages", 100).Once), controls: new BillingControls(UsageLimits: [Limit("messages", 9)], Overage: [new OverageSwitch(new FeatureId("messages"), true)]));
        c.Attach(Plan("b", Item("messages", 100).Once), controls: new BillingControls(UsageLimits: [Limit("messages", 5)], Overage: [new OverageSwitch(new FeatureId("messages"), false)]));
        c.Track("messages", 50).Shows(remaining: 195);
        Assert.Equal(5m, Assert.Single(c.Stored.Own.Windows).Used.Value);
        Assert.False(c.Balance("messages")!.OverageAllowed);
    }

    [Fact]
    public void Alerts_fire_when_crossed_each_by_itself_and_not_while_beyond()
    {
        var c = With(Item("messages", 1000).Every("month"));
        c.Control(new BillingControls(Alerts: [Alert(AlertType.Usage, 500), Alert(AlertType.Usage, 800), Alert(AlertType.UsagePercentage, 90), Alert(AlertType.Remaining, 200), Alert(AlertType.RemainingPercentage, 20)]));
        Told(c, 600, "Usage 500");
        Told(c, 250, "Usage 800", "Remaining 200", "RemainingPercentage 20");
        Told(c, 100, "UsagePercentage 90");
        Told(c, 50, "limit Included");
        Told(c, 5);
        c.AdvanceToNextReset("messages");
        Told(c, 500, "Usage 500");
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(99.999, false)]
    public void A_limit_is_reached_when_next_to_nothing_is_denied(double value, bool told)
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Track("messages", (decimal)value);
        Assert.Equal(told ? ["limit Included"] : Array.Empty<string>(), c.Told);
        c.Track("messages", 5);
        Assert.Single(c.Told);
    }

    [Fact]
    public void The_limit_that_stops_is_named()
    {
        var price = With(Item("messages", 50).Every("month").PayPerUse(max: 50));
        price.Track("messages", 100);
        Assert.Equal(["limit MaxPurchase"], price.Told);
        var window = With(Item("messages", 100).Every("month"));
        window.Control(Window("messages", 5));
        window.Track("messages", 5);
        Assert.Equal(["limit UsageLimit"], window.Told);
    }

    [Fact]
    public void Setting_a_balance_by_hand_tells_too()
    {
        var c = With(Item("messages", 100).Every("month"));
        c.Control(new BillingControls(Alerts: [Alert(AlertType.Usage, 50)]));
        c.Update("messages", usage: 60);
        Assert.Equal(["Usage 50"], c.Told);
        Assert.Empty(c.Stored.Own.Windows);
    }

    private static void Told(Story c, decimal value, params string[] expected)
    {
        var before = c.Told.Count();
        c.Track("messages", value);
        Assert.Equal(expected, c.Told.Skip(before));
    }

    private static UsageAlert Alert(AlertType type, decimal threshold) => new(new FeatureId("messages"), null, Quantity.Of(threshold), type);

    private static UsageLimit Limit(string feature, decimal limit, IntervalUnit interval = IntervalUnit.Month) => new(new FeatureId(feature), Quantity.Of(limit), interval);

    private static BillingControls Window(string feature, decimal limit, IntervalUnit interval = IntervalUnit.Month) => new(UsageLimits: [Limit(feature, limit, interval)]);

    private static BillingControls Switch(bool enabled) => new(Overage: [new OverageSwitch(new FeatureId("messages"), enabled)]);

    private static BillingControls Spend(decimal? absolute = null, decimal? percent = null) => new(SpendLimits:
        [new SpendLimit(new FeatureId("messages"), Enabled: true, percent is null ? SpendLimitType.Absolute : SpendLimitType.UsagePercentage, Quantity.Of(absolute ?? percent!.Value))]);
}
