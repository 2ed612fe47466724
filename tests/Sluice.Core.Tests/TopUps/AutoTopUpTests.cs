using static Sluice.Core.Tests.Given;

namespace Sluice.Core.Tests.TopUps;

/// <summary>When more is bought by itself. Packs hold 100 unless said.</summary>
public class AutoTopUpTests
{
    private static readonly Dictionary<string, Func<decimal, decimal, Story>> Setups = new()
    {
        ["100 bought"] = (threshold, quantity) => Customer(threshold, quantity, Packs(bought: 100)),
        ["1000 for good with overage, no packs"] = (threshold, quantity) => Customer(threshold, quantity, Item("messages", 1000).Once, Packs(bought: 0), overage: true),
        ["1000 for good, 100 bought"] = (threshold, quantity) => Customer(threshold, quantity, Item("messages", 1000).Once, Packs(bought: 100)),
        ["saved 50, 100 bought"] = (threshold, quantity) => After(Customer(threshold, quantity, Item("messages", 50).Every("month").Saves(), Packs(bought: 100)), c => c.AdvanceToNextReset("messages")),
        ["unlimited, 100 bought"] = (threshold, quantity) => Customer(threshold, quantity, Item("messages").Unlimited, Packs(bought: 100)),
    };

    [Theory]
    [InlineData("100 bought", 20, 100, 85, "1 × 100")]
    [InlineData("100 bought", 20, 100, 80, "1 × 100")]
    [InlineData("100 bought", 20, 100, 50, "nothing")]
    [InlineData("100 bought", 20, 101, 85, "2 × 100")]
    [InlineData("100 bought", 20, 1, 85, "1 × 100")]
    [InlineData("1000 for good with overage, no packs", 0, 600, 1500, "6 × 100")]
    [InlineData("1000 for good with overage, no packs", 0, 600, 2000, "6 × 100")]
    [InlineData("1000 for good with overage, no packs", 0, 600, 999, "nothing")]
    [InlineData("1000 for good with overage, no packs", -500, 600, 1499, "nothing")]
    [InlineData("1000 for good with overage, no packs", -500, 600, 1500, "6 × 100")]
    [InlineData("1000 for good, 100 bought", 300, 600, 800, "6 × 100")]
    [InlineData("1000 for good, 100 bought", 300, 600, 799, "nothing")]
    [InlineData("saved 50, 100 bought", 150, 100, 49, "nothing")]
    [InlineData("saved 50, 100 bought", 150, 100, 50, "1 × 100")]
    [InlineData("unlimited, 100 bought", 1000, 100, 5000, "nothing")]
    public void Held_threshold_and_quantity_then_used(string held, double threshold, double quantity, double used, string due)
    {
        var c = Setups[held]((decimal)threshold, (decimal)quantity);
        c.Track("messages", (decimal)used);
        Assert.Equal(due, Due(c));
    }

    [Fact]
    public void Of_a_burst_one_is_due_and_when_it_is_used_up_another()
    {
        var c = Used(Customer(20, 100, Packs(bought: 100)));
        Start(c);
        c.Track("messages", 5);
        Assert.Equal("nothing", Due(c));
        End(c);
        Assert.Equal("1 × 100", Due(c));
        c.Create("messages", 100);
        Assert.Equal("nothing", Due(c));
        c.Track("messages", 95);
        Assert.Equal("1 × 100", Due(c));
    }

    [Fact]
    public void Two_attempts_in_ten_minutes()
    {
        var c = Used(Customer(20, 100, Packs(bought: 100)));
        Start(c);
        End(c);
        c.AdvanceTo(c.Now.Plus(TimeSpan.FromMinutes(4)));
        Start(c);
        End(c);
        Assert.Equal("AttemptLimit", Due(c));
        c.AdvanceTo(c.Now.Plus(TimeSpan.FromMinutes(5.99)));
        Assert.Equal("AttemptLimit", Due(c));
        c.AdvanceTo(c.Now.Plus(TimeSpan.FromMinutes(0.01)));
        Assert.Equal("1 × 100", Due(c));
    }

    [Fact]
    public void None_within_an_hour_of_a_failure_and_none_after_three_in_a_row_until_there_is_another_card()
    {
        var c = Used(Customer(20, 100, Packs(bought: 100)));
        for (var failure = 1; failure <= 3; failure++)
        {
            Start(c);
            End(c, TopUpFailure.ChargeFailed);
            Assert.Equal(failure < 3 ? "FailedAttemptLimit" : "Suspended", Due(c));
            c.Advance(hours: 1);
        }

        c.Advance(days: 400);
        Assert.Equal("Suspended", Due(c));
        Happen(c, new CustomerEvent.TopUpsResumed());
        Assert.Equal("1 × 100", Due(c));
    }

    [Fact]
    public void A_success_forgives_the_failures_before_it()
    {
        var c = Used(Customer(20, 100, Packs(bought: 100)));
        foreach (var failure in (TopUpFailure?[])[TopUpFailure.ChargeFailed, TopUpFailure.ChargeFailed, null, TopUpFailure.ChargeFailed, TopUpFailure.ChargeFailed])
        {
            Start(c);
            End(c, failure);
            c.Advance(hours: 1);
        }

        Assert.Equal("1 × 100", Due(c));
    }

    [Fact]
    public void At_most_so_many_purchases_in_a_window_that_begins_with_the_first_of_them()
    {
        var c = Used(Customer(20, 100, limit: new PurchaseLimit(Words.Interval("day"), Quantity.Of(2)), Packs(bought: 100)));
        foreach (var hours in (int[])[5, 5])
        {
            Start(c);
            End(c);
            c.Advance(hours: hours);
        }

        Assert.Equal("PurchaseLimit", Due(c));
        c.Advance(hours: 13);
        Assert.Equal("PurchaseLimit", Due(c));
        c.Advance(hours: 1);
        Assert.Equal("1 × 100", Due(c));
        Start(c);
        End(c);
        Assert.Equal(1, c.Stored.TopUps.Single().Purchases);
    }

    [Fact]
    public void A_failure_is_no_purchase()
    {
        var c = Used(Customer(20, 100, limit: new PurchaseLimit(Words.Interval("day"), Quantity.One), Packs(bought: 100)));
        Start(c);
        End(c, TopUpFailure.ChargeFailed);
        c.Advance(hours: 1);
        Assert.Equal("1 × 100", Due(c));
    }

    [Theory]
    [InlineData("nothing is sold", "NoPlan")]
    [InlineData("sold every month", "NoPlan")]
    [InlineData("sold by itself without a plan", "NoPlan")]
    [InlineData("sold once", "1 × 100")]
    public void Only_a_one_off_prepaid_price_of_a_held_plan_will_do(string sold, string due)
    {
        var c = Given.Customer();
        if (sold == "sold every month") c.Attach(AddOn("packs", (Item("messages").Every("month") with { Pack = 100 }).Prepaid(bought: 0)));
        if (sold == "sold once") c.Attach(AddOn("packs", Packs(bought: 0)));
        if (sold == "sold by itself without a plan") c.Create("messages", 5);
        Configure(c, 20, 100, null);
        Assert.Equal(due, Due(c));
    }

    [Fact]
    public void The_plan_attached_last_sells_and_a_plans_own_entry_sells_its_own_packs()
    {
        var c = Given.Customer(AddOn("small", Packs(bought: 0)), AddOn("large", Packs(bought: 0) with { Pack = 1000 }));
        Configure(c, 20, 100, null);
        Assert.Equal("1 × 1000", Due(c));

        var planned = Given.Customer();
        planned.Attach(AddOn("small", Packs(bought: 0)), controls: Entry(20, 100, null));
        planned.Attach(AddOn("large", Packs(bought: 0) with { Pack = 1000 }));
        Assert.Equal("1 × 100", Due(planned));
        planned.Control(Entry(20, 100, null, enabled: false));
        Assert.Equal("nothing", Due(planned));
    }

    [Theory]
    [InlineData(true, null, "1 × 100")]
    [InlineData(false, null, "NoPaymentMethod")]
    [InlineData(false, true, "1 × 100 by invoice")]
    [InlineData(true, true, "1 × 100 by invoice")]
    public void A_payment_method_or_an_invoice(bool canCharge, bool? invoiceMode, string due)
    {
        var c = Given.Customer(AddOn("packs", Packs(bought: 0)));
        c.Control(new BillingControls(TopUps: [new AutoTopUp(new FeatureId("messages"), Enabled: true, Quantity.Of(20), Quantity.Of(100), null, invoiceMode)]));
        Assert.Equal(due, Due(c, canCharge));
    }

    [Fact]
    public void More_than_a_balance_can_hold_is_never_bought()
    {
        var c = Customer(20, Quantity.Limit, Packs(bought: 100));
        c.Track("messages", 100);
        Assert.Equal("InvalidAmount", Due(c));
    }

    [Fact]
    public void Switching_on_is_seen_once_for_the_first_feature()
    {
        AutoTopUp Of(string feature, bool enabled) => new(new FeatureId(feature), enabled, Quantity.One, Quantity.One);
        var off = new BillingControls(TopUps: [Of("messages", false), Of("action1", false)]);
        var on = new BillingControls(TopUps: [Of("messages", true), Of("action1", true)]);
        Assert.Equal("messages", AutoTopUps.NewlyEnabled(off, on)?.Value);
        Assert.Equal("messages", AutoTopUps.NewlyEnabled(BillingControls.None, on)?.Value);
        Assert.Equal("action1", AutoTopUps.NewlyEnabled(new BillingControls(TopUps: [Of("messages", true)]), on)?.Value);
        Assert.Null(AutoTopUps.NewlyEnabled(on, on));
        Assert.Null(AutoTopUps.NewlyEnabled(on, off));
    }

    [Fact]
    public void A_use_touches_the_feature_and_the_credits_that_may_have_paid_for_it()
    {
        var c = Given.Customer();
        Assert.Equal(["action1", "credits"], AutoTopUps.Touched(c.Catalog, c.Feature("action1")).Select(feature => feature.Value));
        Assert.Equal(["credits"], AutoTopUps.Touched(c.Catalog, c.Feature("credits")).Select(feature => feature.Value));
    }

    [Fact]
    public void Two_in_flight_and_an_answer_to_none_are_bugs()
    {
        var c = Used(Customer(20, 100, Packs(bought: 100)));
        var order = AutoTopUps.Decide(c.Read, c.Catalog, new FeatureId("messages"), canCharge: true, c.Now).Order!;
        Assert.Throws<InvariantViolation>(() => CustomerState.Apply(c.Stored, new CustomerEvent.TopUpEnded(order.Feature, null, null), c.Now));
        Start(c);
        Assert.Throws<InvariantViolation>(() => CustomerState.Apply(c.Stored, AutoTopUps.Started(order), c.Now));
    }

    private static ItemSketch Packs(decimal bought) => (Item("messages").Once with { Pack = 100 }).Prepaid(bought);

    private static Story Customer(decimal threshold, decimal quantity, params ItemSketch[] items) => Customer(threshold, quantity, limit: null, items);

    private static Story Customer(decimal threshold, decimal quantity, ItemSketch first, ItemSketch second, bool overage)
    {
        var c = Customer(threshold, quantity, first, second);
        c.Control(new BillingControls(Overage: [new OverageSwitch(new FeatureId("messages"), overage)]));
        return c;
    }

    private static Story Customer(decimal threshold, decimal quantity, PurchaseLimit? limit, params ItemSketch[] items)
    {
        var c = With(items);
        Configure(c, threshold, quantity, limit);
        return c;
    }

    private static void Configure(Story c, decimal threshold, decimal quantity, PurchaseLimit? limit) => c.Control(Entry(threshold, quantity, limit));

    private static BillingControls Entry(decimal threshold, decimal quantity, PurchaseLimit? limit, bool enabled = true) =>
        new(TopUps: [new AutoTopUp(new FeatureId("messages"), enabled, Quantity.Of(threshold), Quantity.Of(quantity), limit)]);

    private static Story Used(Story c) => After(c, each => each.Track("messages", 85));

    private static Story After(Story c, Action<Story> change)
    {
        change(c);
        return c;
    }

    private static string Due(Story c, bool canCharge = true)
    {
        var decision = AutoTopUps.Decide(c.Read, c.Catalog, new FeatureId("messages"), canCharge, c.Now);
        return decision.Order is { } order
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{order.Packs} × {order.Units.Value / order.Packs.Value:0}{(order.ByInvoice ? " by invoice" : "")}")
            : decision.Blocked?.ToString() ?? "nothing";
    }

    private static void Start(Story c) => Happen(c, AutoTopUps.Started(AutoTopUps.Decide(c.Read, c.Catalog, new FeatureId("messages"), canCharge: true, c.Now).Order!));

    private static void End(Story c, TopUpFailure? failure = null) => Happen(c, AutoTopUps.Ended(c.Read, c.Catalog, new FeatureId("messages"), failure, c.Now));

    private static void Happen(Story c, CustomerEvent happened) => c.Happen(happened);
}
