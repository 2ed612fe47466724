using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Storage.Tests;

/// <summary>One of everything that is ever stored.</summary>
internal static class Sample
{
    public static readonly Instant Start = new(1_764_547_200_000); // 2025-12-01
    public static readonly Instant NextMonth = new(1_767_225_600_000);
    public static readonly Interval Month = new(IntervalUnit.Month);

    public static readonly ItemTerms Messages = new(new TermsId(7), new FeatureId("messages"), Quantity.Of(1000), Unlimited: false, Month);

    /// <summary>Terms with every member set, of no plan: written whole wherever they are met.</summary>
    public static readonly ItemTerms Own = new(
        TermsId.None,
        new FeatureId("credits"),
        Quantity.Of(12.5m),
        Unlimited: true,
        new Interval(IntervalUnit.Week, 2),
        new ItemPrice(
            null,
            [
                new PriceTier(Quantity.Of(100), new Price(0.010m), null),
                new PriceTier(null, new Price(0.005m), new Price(3), new CurrencyPrices([new CurrencyPrice(new Currency("eur"), new Price(0.0045m))])),
            ],
            TierBehavior.Graduated,
            Month,
            Quantity.One,
            BillingMethod.UsageBased,
            Quantity.Of(5000),
            new CurrencyPrices([]) { Stored = new JsonText("[ ]") }),
        new Rollover(Quantity.Of(500), null, RolloverExpiry.Month, 3),
        Pooled: true,
        new FeatureId("seats"),
        new Proration(OnIncrease.BillImmediately, null),
        new JsonText("""{"expiry":{"duration":"day","length":3}}"""));

    public static ItemTerms Terms(TermsId id) => id == Messages.Id ? Messages : throw new InvalidOperationException($"no terms {id.Value}");

    public static Grant Grant(int no, int? subscription = null, decimal balance = 1000) => new(
        new GrantNo(no), null, subscription is { } held ? new SubscriptionNo(held) : null, subscription is null ? null : new PlanId("free"), AddOn: false,
        Messages, Messages.Included, Quantity.Zero, Quantity.Zero, Quantity.Of(balance), Start, NextMonth, null, Start);

    public static CustomerEvent.PlanAttached Attach(string plan, int subscription, int grant, int version = 1) => new(
        new Subscription(new SubscriptionNo(subscription), null, new PlanId(plan), version, null, AddOn: false, AutoEnable: true, OneOff: false, 1, Start),
        [Grant(grant, subscription)]);

    public static Draw Draw(int grant, decimal amount) =>
        new(new GrantNo(grant), null, new FeatureId("messages"), new PlanId("free"), Month, NextMonth, Quantity.Of(amount));

    /// <summary>A life with every kind of event, each row one entry.</summary>
    public static ImmutableArray<(Instant At, ImmutableArray<CustomerEvent> Events)> Life()
    {
        var later = Start.Plus(TimeSpan.FromHours(1));
        return
        [
            (Start,
            [
                new CustomerEvent.Created(new CustomerKey(42), new Profile("acme", "Ac\u00e9 \"me\"", "ada@example.com", "fp-1", "cus_stripe", new JsonText("""{"tier": "gold",  "n": 1.50}"""), true)),
                Attach("free", 1, 2),
            ]),
            (Start, [new CustomerEvent.Used("messages", Quantity.Of(1.50m), Start, null, [Draw(2, 1.5m)], Listed: true)]),
            (later, [new CustomerEvent.Used("message.sent", Quantity.Of(-0.0000000001m), Start, new JsonText("""{"model": "gpt", "n":1.50}"""), [Draw(2, -0.0000000001m)], Listed: false)]),
            (later, [new CustomerEvent.Used("nothing", Quantity.Zero, later, null, [], Listed: true)]),
            (later,
            [
                new CustomerEvent.GrantOpened(new Grant(
                    new GrantNo(3), "top-up", null, null, AddOn: false, Own, Quantity.Of(12.5m), Quantity.Of(2), Quantity.Of(-1), Quantity.Of(999_999_999_999_999.9999999999m),
                    Start, NextMonth, new Instant(1_798_761_600_000), later)),
            ]),
            (later, [new CustomerEvent.BalanceSet([Draw(2, 100), new Draw(new GrantNo(3), "top-up", new FeatureId("credits"), null, new Interval(IntervalUnit.Week, 2), null, Quantity.Of(0.1m))])]),
            (later, [new CustomerEvent.GrantAdjusted(new GrantNo(2), Quantity.Of(50))]),
            (later, [new CustomerEvent.GrantRescheduled(new GrantNo(3), later, null, NextMonth)]),
            (NextMonth, [new CustomerEvent.GrantReset(new GrantNo(2), Quantity.Of(1000), new Instant(1_769_904_000_000)), new CustomerEvent.GrantClosed(new GrantNo(3), GrantEnd.Expired)]),
            (NextMonth,
            [
                new CustomerEvent.PlanEnded(new SubscriptionNo(1), new PlanId("free"), 1),
                new CustomerEvent.PlanAttached(
                    new Subscription(new SubscriptionNo(4), "sub-1", new PlanId("pro"), 3, "main", AddOn: true, AutoEnable: false, OneOff: true, 2, NextMonth),
                    [Grant(5, 4), Grant(6, 4) with { Terms = Own with { Price = null, Rollover = null, Reset = null } }]),
            ]),
            (NextMonth, [new CustomerEvent.GrantClosed(new GrantNo(6), GrantEnd.Deleted), new CustomerEvent.ProfileChanged(new Profile(null, Email: "ada@example.com"))]),
            (NextMonth,
            [
                new CustomerEvent.ControlsChanged(null, Controls),
                new CustomerEvent.ConfigChanged(new CustomerConfig(DisablePooledBalance: true, DisableOverageBilling: true)),
                new CustomerEvent.EntityCreated(
                    new Entity(E1, null, "First", new FeatureId("seats"), NextMonth, Holdings.None with
                    {
                        Grants = [Grant(11, 4) with { Subscription = null, Entity = E1, Parent = new GrantNo(5), Rollovers = [new RolledOver(1, Quantity.Of(7), Quantity.Zero, NextYear), new RolledOver(2, Quantity.One, Quantity.Of(3), null)] }],
                    }),
                    [Draw(5, 1)]),
                new CustomerEvent.EntityNamed(E1, "e1", "First"),
                new CustomerEvent.PlanAttached(new Subscription(new SubscriptionNo(12), null, new PlanId("seat"), 1, null, false, false, false, 1, NextMonth) { Entity = E1 }, [Grant(13, 12) with { Entity = E1 }]),
                new CustomerEvent.GrantOpened(Grant(14, 12) with { Subscription = null, Plan = null, Parts = [new PoolPart(new SubscriptionNo(12), E1, Quantity.Of(500))] }),
                new CustomerEvent.PoolChanged(new GrantNo(14), new PoolPart(new SubscriptionNo(12), E1, Quantity.Of(600))),
            ]),
            (NextMonth, [Held("lock-1", null), new CustomerEvent.AlertTriggered(new FeatureId("messages"), E1, Controls.Alerts[0]), new CustomerEvent.LimitReached(new FeatureId("messages"), E1, AccessRule.UsageLimit, Controls.UsageLimits[0].Filter)]),
            (NextMonth, [Held("lock-2", NextYear), new CustomerEvent.HoldEnded("lock-1", HoldEnd.Released)]),
            (NextYear,
            [
                new CustomerEvent.GrantReset(new GrantNo(11), Quantity.Of(1000), null, E1) { Rollovers = [new RolledOver(2, Quantity.One, Quantity.Of(3), null), new RolledOver(3, Quantity.Of(5), Quantity.Zero, new Instant(1_900_000_000_000))] },
                new CustomerEvent.RolloversExpired(new GrantNo(11), [new RolledOver(3, Quantity.Of(5), Quantity.Zero, new Instant(1_900_000_000_000))], E1),
                new CustomerEvent.GrantAdjusted(new GrantNo(13), Quantity.Of(2), E1),
                new CustomerEvent.GrantRescheduled(new GrantNo(13), NextYear, null, null, E1),
                new CustomerEvent.GrantClosed(new GrantNo(13), GrantEnd.Deleted, E1),
                new CustomerEvent.PlanEnded(new SubscriptionNo(12), new PlanId("seat"), 1, E1),
            ]),
            (NextYear, [new CustomerEvent.EntityDeleted(E1, [Draw(5, -1)])]),
            (NextYear, [new CustomerEvent.BalanceSet([Draw(5, 1) with { Parent = new GrantNo(2) }])]),
            (NextYear, [new CustomerEvent.PlanAttached(new Subscription(new SubscriptionNo(15), null, new PlanId("seat"), 1, null, false, false, false, 1, NextYear) { IsLicense = true }, [])]),
            (NextYear, [new CustomerEvent.ClockSet(NextYear)]),
            .. BillingSample.Life(),
        ];
    }

    internal static readonly EntityNo E1 = new(10);

    internal static readonly Instant NextYear = new(1_800_000_000_000);

    private static readonly PropertyFilter Gpt = PropertyFilter.Of([new PropertyMatch("n", "1.50", new JsonText("1.50")), new PropertyMatch("model", "gpt", new JsonText("\"gpt\""))]);

    private static BillingControls Controls => new(
        [new SpendLimit(new FeatureId("messages"), Enabled: true, SpendLimitType.UsagePercentage, Quantity.Of(120)), new SpendLimit(null, Enabled: false, SpendLimitType.Absolute, null, SkipOverageBilling: true)],
        [new UsageLimit(new FeatureId("messages"), Quantity.Of(5), IntervalUnit.Week, Anchor: WindowAnchor.Utc, Filter: Gpt), new UsageLimit(new FeatureId("messages"), Quantity.Of(9), IntervalUnit.Day, Enabled: false, WindowAnchor.BillingCycle)],
        [new OverageSwitch(new FeatureId("messages"), Enabled: true)],
        [
            .. Enum.GetValues<AlertType>().Select(static type => new UsageAlert(new FeatureId("messages"), "high", Quantity.Of(80), type)),
            .. Enum.GetValues<AlertBasis>().Select(static basis => new UsageAlert(null, null, Quantity.Of(80), AlertType.Usage, Enabled: false, basis, Gpt)),
        ],
        [new AutoTopUp(new FeatureId("messages"), Enabled: true, Quantity.Of(-5), Quantity.Of(100), new PurchaseLimit(new Interval(IntervalUnit.Week, 2), Quantity.Of(3), Quantity.One), InvoiceMode: false)]);

    private static CustomerEvent.Used Held(string id, Instant? releases)
    {
        var counts = ImmutableArray.Create(new WindowCount(E1, new FeatureId("messages"), IntervalUnit.Week, Gpt, NextMonth, NextYear, Quantity.One), new WindowCount(null, new FeatureId("messages"), IntervalUnit.Day, null, NextMonth, NextYear, Quantity.Of(2)));
        return new CustomerEvent.Used("messages", Quantity.Of(3), NextMonth, new JsonText("""{"model":"gpt"}"""), [Draw(11, 1) with { Entity = E1, Rollover = 2 }, Draw(11, 2) with { Entity = E1 }], Listed: true)
        {
            Entity = E1,
            EntityId = "e1",
            Windows = counts,
            Hold = new Hold(
                id, new FeatureId("messages"), E1, Quantity.Of(3), new JsonText("""{"model":"gpt"}"""),
                [new HeldMove(new GrantNo(11), E1, 2, 1m, 1m), new HeldMove(new GrantNo(11), E1, null, 0.3333333333333333333333333333m, 2m)], counts, NextMonth, releases),
        };
    }

    private static CreditCost Images => new(new FeatureId("images"), Quantity.Of(2))
    {
        BillingUnits = Quantity.Of(100),
        Tiers = [new CreditTier(Quantity.Of(10), Quantity.Of(2)), new CreditTier(null, Quantity.Of(0.50m))],
        Dimensions =
        [
            new CreditDimension("hd", Match("size", "hd"), Quantity.One, Quantity.Of(4), []),
            new CreditDimension("night", Match("time", "night"), null, Quantity.Of(3), [new CreditTier(null, Quantity.Of(3))]),
        ],
        Multipliers = [new CreditMultiplier("rush", Match("rush", "true"), Quantity.Of(1.5m), Quantity.Of(-0.25m)), new CreditMultiplier("all", PropertyFilter.Of([]), Quantity.One, Quantity.One)],
    };

    public static ImmutableArray<Feature> Features() =>
    [
        new(new FeatureId("messages"), "Messages", FeatureType.Metered, Consumable: true, ["message.sent", "chat"], [], new FeatureDisplay("message", null), Archived: false, Start),
        new(new FeatureId("sso"), "Single sign-on", FeatureType.Boolean, Consumable: false, [], [], null, Archived: true, Created(1)),
        new(new FeatureId("credits"), "Credits", FeatureType.CreditSystem, Consumable: true, [],
            [new CreditCost(new FeatureId("messages"), Quantity.Of(0.010m)), Images],
            new FeatureDisplay("credit", "credits"), Archived: false, Created(2)),
        new(new FeatureId("tokens"), "Tokens", FeatureType.AiCreditSystem, Consumable: true, [], [], null, Archived: false, Created(3),
            new Markups(
                [new ModelMarkup("acme/one", 12.5m, null, null), new ModelMarkup("custom/mine", null, 1.250m, 0m)],
                [new ProviderMarkup("acme", -100m)],
                20m)),
    ];

    private static PropertyFilter Match(string name, string value) => PropertyFilter.Of([new PropertyMatch(name, value, new JsonText($"\"{value}\""))]);

    // One after the other, so that the order of creation is the order here.
    private static Instant Created(int later) => new(Start.Milliseconds + later);

    public static ImmutableArray<Plan> Plans() =>
    [
        new(new PlanId("free"), 1, "Free", null, null, AddOn: false, AutoEnable: true, null, [Messages], null, IgnorePastDue: false, null, null, null, Archived: false, Start),
        new(new PlanId("pro"), 3, "Pro", "For teams", "main", AddOn: true, AutoEnable: false,
            new PlanPrice(new Price(19.990m), new Interval(IntervalUnit.Month, 3), new CurrencyPrices([])),
            [Messages],
            new FreeTrial(14, TrialUnit.Day, CardRequired: true, Reverts: false), IgnorePastDue: true,
            Controls, LicensesFormat.Of(new JsonText("[]")), new JsonText("""{ "x" : "y" }"""), Archived: true, NextMonth, new JsonText("{}")),
    ];

    /// <summary>Terms in which every word of every enumeration appears.</summary>
    public static ImmutableArray<ItemTerms> EveryWord()
    {
        var price = new ItemPrice(new Price(1), [], null, Interval.OneOff, Quantity.One, BillingMethod.Prepaid, null);
        return
        [
            .. Enum.GetValues<IntervalUnit>().Select(unit => Messages with { Reset = new Interval(unit) }),
            .. Enum.GetValues<BillingMethod>().Select(method => Messages with { Price = price with { Method = method } }),
            .. Enum.GetValues<TierBehavior>().Select(behavior => Messages with { Price = price with { TierBehavior = behavior } }),
            .. Enum.GetValues<RolloverExpiry>().Select(expiry => Messages with { Rollover = new Rollover(null, Quantity.Of(50), expiry, 1) }),
        ];
    }
}
