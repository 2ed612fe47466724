using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Storage.Tests;

/// <summary>One of everything of billing that is ever stored; it goes on where <see cref="Sample.Life"/> ends.</summary>
internal static class BillingSample
{
    private static readonly Instant Year = Sample.NextYear;
    private static readonly Instant Later = new(1_802_678_400_000);
    private static readonly BillingPeriod Period = new(Year, Later);
    private static readonly FeatureId Messages = new("messages");
    private static readonly PlanId Pro = new("pro");
    private static readonly PlanPrice TwentyAMonth = new(new Price(20), Sample.Month, new CurrencyPrices([new CurrencyPrice(new Currency("eur"), new Price(19))]));
    private static readonly Discount Fifth = new("save", 20m, null, []);
    private static readonly Discount FiveOff = new("five", null, 5m, [Pro]);

    private static readonly Incoming AtOnce = new(null, new InvoiceNo(24), [Sample.Messages], [Quantity.Of(200)], Clears: true, [new SubscriptionNo(4)])
    {
        Replaces = new SubscriptionNo(1),
        CarryBalances = new CarryOver(true, []),
        CarryUsage = new CarryOver(true, [Messages]),
        EndsAt = Later,
        Since = Sample.Start,
        Reverts = true,
    };

    private static readonly DraftLine Deferred = new(LineKind.Charge, "Messages", "Pro - 200 messages", 3.3333333333m, Pro, new SubscriptionNo(20), null, new GrantNo(21), Messages, Quantity.Of(200), Period);

    private static Subscription Held(int no, Incoming? incoming) => new(new SubscriptionNo(no), $"sub-{no}", Pro, 1, null, AddOn: false, AutoEnable: false, OneOff: false, 1, Year)
    {
        Price = TwentyAMonth,
        IsCustom = true,
        IgnorePastDue = true,
        Cycle = new CycleNo(20),
        Anchor = Year,
        Runs = [new PriceRun(null, Period, Usd(1600), new InvoiceNo(24)), new PriceRun(new GrantNo(21), Period, Usd(0))],
        NetTermsDays = 30,
        TrialEnd = Later,
        CanceledAt = Year,
        EndsAt = Later,
        PastDue = true,
        Upcoming = [new Upcoming(new GrantNo(21), Quantity.Of(100))],
        Deferred = [Deferred],
        Incoming = incoming,
    };

    private static Invoice Bill(int no, InvoiceStatus status, InvoiceReason reason) => new(
        new InvoiceNo(no), status, reason, Year,
        [
            new InvoiceLine(LineKind.Charge, "Pro", "Pro - Base Price", Usd(2000), Usd(1500), [new LineDiscount("save", Usd(400)), new LineDiscount("five", Usd(100))], Pro, new SubscriptionNo(20), null, null, null, Quantity.One, Period),
            new InvoiceLine(LineKind.Usage, "Messages", "Pro - 5 messages", Usd(50), Usd(50), [], Pro, new SubscriptionNo(20), Sample.E1, new GrantNo(21), Messages, Quantity.Of(5), Period),
            new InvoiceLine(LineKind.Unused, "Free", "Unused Free - Base Price", Usd(-10), Usd(-10), [], Pro, null, null, null, null, Quantity.One, null),
            new InvoiceLine(LineKind.Custom, "A gift", "A gift", Usd(-5), Usd(-5), [], null, null, null, null, null, Quantity.One, null),
        ],
        Usd(292), 19m, Usd(100), Send: false, Later, new CycleNo(20));

    public static ImmutableArray<(Instant At, ImmutableArray<CustomerEvent> Events)> Life() =>
    [
        (Year,
        [
            new CustomerEvent.PaymentMethodChanged(new PaymentMethod("pm_1", "card", "visa", "4242", 12, 2030)),
            new CustomerEvent.CreditAdded(Usd(500)),
            new CustomerEvent.DiscountAdded(new StandingDiscount(Fifth, new CycleNo(20), Later, Once: false)),
            new CustomerEvent.DiscountAdded(new StandingDiscount(FiveOff, null, null, Once: true)),
            new CustomerEvent.CheckoutOpened(new OpenCheckout(new CheckoutNo(19), Wish(AttachOptions.Default), Year, Later)),
        ]),
        (Year, [new CustomerEvent.CheckoutOpened(new OpenCheckout(new CheckoutNo(19), Wish(Everything), Year, Later))]),
        (Year,
        [
            new CustomerEvent.CheckoutClosed(new CheckoutNo(19), CheckoutEnd.Completed),
            new CustomerEvent.PlanPlanned(Held(20, AtOnce)),
            new CustomerEvent.PlanPlanned(Held(22, AtOnce with { StartsAt = Later, Invoice = null, Clears = false })),
            new CustomerEvent.InvoiceIssued(Bill(24, InvoiceStatus.Open, InvoiceReason.Start) with { Asked = new PaymentQuestion(PaymentAsk.Collect, 1, Later), Attempts = 1 }),
        ]),
        (Year, [new CustomerEvent.PaymentFailed(new InvoiceNo(24), PaymentProblem.NeedsConfirmation, null, Later)]),
        (Year,
        [
            new CustomerEvent.InvoicePaid(new InvoiceNo(24), ByHand: true),
            new CustomerEvent.PlanAttached(Held(20, null), [Sample.Grant(21, 20)]),
            new CustomerEvent.PlanDropped(new SubscriptionNo(22), Pro, 1),
            new CustomerEvent.PlanCanceled(new SubscriptionNo(20), null, null),
            new CustomerEvent.GrantBought(new GrantNo(21), Quantity.Of(300), Quantity.Of(1300)),
            new CustomerEvent.PlanBilled(new SubscriptionNo(20), [new PriceRun(null, Period, Usd(1500), new InvoiceNo(24))], [], [], Later, null),
        ]),
        (Year,
        [
            new CustomerEvent.InvoiceIssued(Bill(25, InvoiceStatus.Open, InvoiceReason.Renewal) with { Send = true, Asked = new PaymentQuestion(PaymentAsk.Collect, 1, Later), Attempts = 1 }),
            new CustomerEvent.ChangePlanned(new PlanChange(
                new InvoiceNo(26), new SubscriptionNo(20), null, [new Upcoming(new GrantNo(21), Quantity.Of(400))], [new PriceRun(new GrantNo(21), Period, Usd(10), new InvoiceNo(26))], [new Upcoming(new GrantNo(21), Quantity.Of(5))], [Deferred])),
            new CustomerEvent.ChangePlanned(new PlanChange(new InvoiceNo(27), new SubscriptionNo(20), Sample.E1, [], [], [], []) { TopUp = new TopUp(new GrantNo(21), Messages, Quantity.Of(100), IsAuto: true) { Run = new PriceRun(new GrantNo(21), Period, Usd(25), new InvoiceNo(27)) } }),
            new CustomerEvent.TopUpTallied(new TopUpTally(Messages, Sample.E1, [Year, Later], Later, 2, Year, 3)),
            new CustomerEvent.TopUpFailed(Messages, Sample.E1, PaymentProblem.Declined),
            new CustomerEvent.InvoiceIssued(Bill(26, InvoiceStatus.Draft, InvoiceReason.TopUp)),
        ]),
        (Later,
        [
            new CustomerEvent.PaymentFailed(new InvoiceNo(25), PaymentProblem.Declined, Later.Plus(TimeSpan.FromDays(1)), null),
            new CustomerEvent.InvoiceMoved(Bill(25, InvoiceStatus.Open, InvoiceReason.Renewal) with
            {
                Asked = new PaymentQuestion(PaymentAsk.Void, 2, Later), Attempts = 2, Problem = PaymentProblem.Processing, NextAttemptAt = Later, VoidsAt = Later,
            }),
            new CustomerEvent.InvoiceVoided(new InvoiceNo(26)),
            new CustomerEvent.PlanPaused(new SubscriptionNo(20), new SubscriptionNo(22)),
            new CustomerEvent.RefundAsked(new InvoiceNo(24), 30, Usd(1500)),
            new CustomerEvent.DiscountEnded("save"),
            new CustomerEvent.RewardRedeemed(new Redeemed("spring", "SPRING20")),
            new CustomerEvent.Referred(new Referral("friends", new CustomerKey(7), [Pro], CountsTrials: true, Earned: true)),
        ]),
        (Later,
        [
            new CustomerEvent.InvoiceIssued(Bill(31, InvoiceStatus.Open, InvoiceReason.Request) with
            {
                Send = true, Note = new InvoiceNote("Thank you", "Due on receipt", [new PrintedField("PO", "4711")], "Acme", "books@acme.test", ["1 Main St", "Springfield"], [new PrintedField("eu_vat", "DE123")]),
            }),
            new CustomerEvent.InvoiceReplaced(new InvoiceNo(25), new InvoiceNo(31)),
            new CustomerEvent.InvoiceRecorded(Bill(32, InvoiceStatus.Void, InvoiceReason.Request) with
            {
                Origin = new InvoiceOrigin("stripe", "in_1", IsUncollectible: true, Usd(10), Usd(5), "https://pay.test/in_1"),
            }),
        ]),
        (Later, [new CustomerEvent.CurrencySettled(new Currency("eur")), new CustomerEvent.PlanPlanned(Held(40, AtOnce) with { TaxRate = 7m })]),
        (Later,
        [
            new CustomerEvent.CheckoutOpened(new OpenCheckout(new CheckoutNo(33), Wish(AttachOptions.Default with { Discounts = [new DiscountWish(Fifth, 0) { Code = new PromoCode("SPRING20", 100, FirstTimeOnly: true) }] }), Later, Later)),
            new CustomerEvent.RewardRedeemed(new Redeemed("autumn", "AUTUMN", new InvoiceNo(25))),
            new CustomerEvent.RewardRedeemed(new Redeemed("friends", null)),
        ]),
    ];

    private static readonly PlanOffer Offer = new(
        Pro, 1, "main", AddOn: true, AutoEnable: true, OneOff: true, IsCustom: true, IgnorePastDue: true, TwentyAMonth, [Sample.Messages, Sample.Own], new FreeTrial(7, TrialUnit.Day, true, true),
        TrialIsAsked: true, ImmutableDictionary<FeatureId, Quantity>.Empty.Add(Messages, Quantity.Of(300)), "mine", Sample.E1) { EndsAt = Later };

    private static AttachWish Wish(AttachOptions options) => new([Offer], options) { Later = [new PlannedPhase(Later, [Offer])] };

    private static AttachOptions Everything => new()
    {
        InvoiceMode = new InvoiceMode(EnablesAtOnce: true, Finalizes: false, NetTermsDays: 14),
        Prorates = false,
        Schedule = PlanSchedule.EndOfCycle,
        StartsAt = Year,
        EndsAt = Later,
        AnchorsNow = true,
        AnchorsAt = Later,
        OwnCycle = false,
        Redirect = Redirect.Always,
        Discounts = [new DiscountWish(Fifth, 3), new DiscountWish(FiveOff, null)],
        CustomLines = [new CustomLine(new Price(-1.5m), "A gift")],
        CarryBalances = new CarryOver(true, [Messages]),
        CarryUsage = new CarryOver(true, []),
        Removes = [Pro],
        TaxRate = 19m,
        Currency = new Currency("eur"),
    };

    private static Money Usd(long cents) => new(cents, Currency.Usd);
}
