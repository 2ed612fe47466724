using static Sluice.Core.Tests.CatalogStory;

namespace Sluice.Core.Tests;

public class PlanRefusalTests
{
    private static readonly ItemDraft Messages = Item("messages", 100, Month);

    private static readonly Dictionary<string, (CreatePlan Plan, RefusalCode Code, string Says)> Table = new()
    {
        ["an id with a space"] = (new(new PlanId("bad id"), "X"), RefusalCode.InvalidInputs, "plan_id 'bad id'"),
        ["an id with a colon"] = (new(new PlanId("a:b"), "X"), RefusalCode.InvalidInputs, "plan_id 'a:b'"),
        ["an empty id"] = (new(new PlanId(""), "X"), RefusalCode.InvalidInputs, "plan_id is empty"),
        ["no name"] = (new(new PlanId("new"), null), RefusalCode.InvalidInputs, "name is empty"),
        ["an empty name"] = (new(new PlanId("new"), ""), RefusalCode.InvalidInputs, "name is empty"),
        ["an id that is taken"] = (new(Free, "X"), RefusalCode.PlanExists, "choose another id"),
        ["a feature that does not exist"] = (PlanOf(Item("nope", 1)), RefusalCode.FeatureNotFound, "items[0]: feature nope"),

        ["a negative base price"] = (PlanOf() with { Price = Dollars(-1, Month) }, RefusalCode.InvalidInputs, "negative"),
        ["a base price of a tenth of a cent"] = (PlanOf() with { Price = Dollars(1.001m, Month) }, RefusalCode.InvalidInputs, "2 decimals"),
        ["a base price by the day"] = (PlanOf() with { Price = Dollars(1, new Interval(IntervalUnit.Day)) }, RefusalCode.InvalidInputs, "shortest that is billed is week"),
        ["a base price every 0 months"] = (PlanOf() with { Price = Dollars(1, new Interval(IntervalUnit.Month, 0)) }, RefusalCode.InvalidInputs, "interval_count"),
        ["weekly and monthly prices in one plan"] = (PlanOf(Messages with { Price = ByUse(1, Month) }) with { Price = Dollars(5, Week) }, RefusalCode.InvalidInputs, "weekly"),

        ["a currency twice"] = (PlanOf() with { Price = Dollars(20, Month) with { OtherCurrencies = In(("eur", 18), ("eur", 19)) } }, RefusalCode.InvalidInputs, "price.additional_currencies: eur is there twice"),
        ["a currency that nobody has"] = (PlanOf() with { Price = Dollars(20, Month) with { OtherCurrencies = In(("eru", 18)) } }, RefusalCode.InvalidInputs, "eru is no currency"),
        ["the price's own currency beside it"] = (PlanOf() with { Price = Dollars(20, Month) with { OtherCurrencies = In(("usd", 18)) } }, RefusalCode.InvalidInputs, "leave it out"),
        ["a negative price in a currency"] = (PlanOf(Messages with { Price = ByUse(1, Month) with { OtherCurrencies = In(("eur", -1)) } }), RefusalCode.InvalidInputs, "items[0].price.additional_currencies: the price in eur is negative"),
        ["half a yen"] = (PlanOf() with { Price = Dollars(20, Month) with { OtherCurrencies = In(("jpy", 0.5m)) } }, RefusalCode.InvalidInputs, "0.5 jpy has more than 0 decimals"),
        ["a currency twice in a tier"] = (PlanOf(Item("messages") with { Price = new(BillingMethod.Prepaid, Month) { Tiers = [new(null, new Price(1), null, In(("eur", 1), ("eur", 2)))] } }), RefusalCode.InvalidInputs, "eur is there twice"),

        ["a negative included amount"] = (PlanOf(Item("messages", -1, Month)), RefusalCode.InvalidInputs, "items[0]: included is negative"),
        ["an included amount beyond all bounds"] = (PlanOf(Item("messages", 100_000_000_000_000m, Month)), RefusalCode.InvalidInputs, "use unlimited"),
        ["a reset every 0 months"] = (PlanOf(Item("messages", 1, new Interval(IntervalUnit.Month, 0))), RefusalCode.InvalidInputs, "reset.interval_count"),
        ["the same feature twice with the same reset"] = (PlanOf(Messages, Messages with { Included = Units(5) }), RefusalCode.InvalidInputs, "join the two items"),
        ["the same flag twice"] = (PlanOf(Item("dash"), Item("dash")), RefusalCode.InvalidInputs, "join the two items"),
        ["seats twice, one with a reset that means nothing"] = (PlanOf(Item("seats", 1), Item("seats", 2, Month)), RefusalCode.InvalidInputs, "join the two items"),

        ["a price with amount and tiers"] = (PlanOf(Messages with { Price = ByUse(1, Month) with { Tiers = Tiers((null, 1)) } }), RefusalCode.InvalidInputs, "both amount and tiers"),
        ["a price with neither amount nor tiers"] = (PlanOf(Messages with { Price = ByUse(1, Month) with { Amount = null } }), RefusalCode.InvalidInputs, "neither amount nor tiers"),
        ["a negative item price"] = (PlanOf(Messages with { Price = ByUse(-1, Month) }), RefusalCode.InvalidInputs, "price.amount is negative"),
        ["an item price by the day"] = (PlanOf(Messages with { Price = ByUse(1, new Interval(IntervalUnit.Day)) }), RefusalCode.InvalidInputs, "price.interval cannot be day"),
        ["billing units of 0"] = (PlanOf(Messages with { Price = ByUse(1, Month) with { BillingUnits = Units(0) } }), RefusalCode.InvalidInputs, "billing_units"),
        ["negative billing units"] = (PlanOf(Messages with { Price = ByUse(1, Month) with { BillingUnits = Units(-10) } }), RefusalCode.InvalidInputs, "billing_units"),
        ["a negative max_purchase"] = (PlanOf(Messages with { Price = ByUse(1, Month) with { MaxPurchase = Units(-1) } }), RefusalCode.InvalidInputs, "max_purchase"),
        ["a price on a flag"] = (PlanOf(Item("dash") with { Price = ByUse(1, Month) }), RefusalCode.InvalidInputs, "flag"),
        ["a price on an unlimited item"] = (PlanOf(Item("messages") with { Unlimited = true, Price = ByUse(1, Month) }), RefusalCode.InvalidInputs, "unlimited"),
        ["usage billed yearly but reset monthly"] = (PlanOf(Messages with { Price = ByUse(1, Year) }), RefusalCode.InvalidInputs, "only a prepaid item may"),
        ["usage billed monthly but reset weekly"] = (PlanOf(Item("messages", 100, Week) with { Price = ByUse(1, Month) }), RefusalCode.InvalidInputs, "only a prepaid item may"),
        ["usage billed once"] = (PlanOf(Item("messages") with { Price = ByUse(1, OneOff) }), RefusalCode.InvalidPrice, "cannot be one_off"),
        ["prepaid packs that the included amount does not fill"] = (PlanOf(Item("messages", 150, Month) with { Price = Prepaid(10, Month) with { BillingUnits = Units(100) } }), RefusalCode.InvalidInputs, "whole packs"),

        ["last tier with an end"] = (Tiered((10, 1)), RefusalCode.InvalidInputs, "last tier must have no end"),
        ["tiers out of order"] = (Tiered((500, 1), (200, 1), (null, 1)), RefusalCode.InvalidInputs, "ascending"),
        ["two tiers with the same end"] = (Tiered((500, 1), (500, 1), (null, 1)), RefusalCode.InvalidInputs, "ascending"),
        ["two tiers without an end"] = (Tiered((null, 1), (null, 1)), RefusalCode.InvalidInputs, "only the last tier"),
        ["a first tier within the included amount"] = (Tiered((100, 1), (null, 1)), RefusalCode.InvalidInputs, "within the included 100"),
        ["a tier with a negative amount"] = (Tiered((500, -1), (null, 1)), RefusalCode.InvalidInputs, "negative amount"),
        ["volume tiers billed by use"] = (PlanOf(Messages with { Price = new(BillingMethod.UsageBased, Month) { Tiers = Tiers((500, 1), (null, 0.5m)), TierBehavior = TierBehavior.Volume } }), RefusalCode.InvalidInputs, "prepaid items only"),
        ["a flat amount on graduated tiers"] = (PlanOf(Messages with { Price = new(BillingMethod.UsageBased, Month) { Tiers = [new(Units(500), new Price(1), null), new(null, new Price(0.5m), new Price(3))] } }), RefusalCode.InvalidInputs, "volume only"),
        ["a flat amount on a single tier"] = (PlanOf(Item("messages") with { Price = new(BillingMethod.Prepaid, Month) { Tiers = [new(null, new Price(0), new Price(3))], TierBehavior = TierBehavior.Volume } }), RefusalCode.InvalidInputs, "at least two tiers"),

        ["proration on usage"] = (PlanOf(Messages with { Price = ByUse(1, Month), Proration = new(OnIncrease.ProrateImmediately, OnDecrease.None) }), RefusalCode.InvalidInputs, "prepaid items only"),
        ["proration on seats billed by use"] = (PlanOf(Item("seats", 1) with { Price = ByUse(10, Month), Proration = new(OnIncrease.ProrateImmediately, OnDecrease.None) }), RefusalCode.InvalidInputs, "prepaid items only"),
        ["proration on usage, of an older caller"] = (PlanOf(Messages with { Price = ByUse(1, Month), Proration = new(OnIncrease.ProrateImmediately, OnDecrease.None), ProratesSeats = true }), RefusalCode.InvalidInputs, "prepaid items only"),
        ["proration without a price"] = (PlanOf(Messages with { Proration = new(null, OnDecrease.None) }), RefusalCode.InvalidInputs, "prepaid items only"),
        ["prepaid seats billed in full at once"] = (PlanOf(Item("seats", 1) with { Price = Prepaid(10, Month), Proration = new(OnIncrease.BillImmediately, OnDecrease.None) }), RefusalCode.InvalidInputs, "bill_immediately"),

        ["a rollover of seats"] = (PlanOf(Item("seats", 1) with { Rollover = new(Units(5), null, RolloverExpiry.Month, 1) }), RefusalCode.InvalidInputs, "held, not used up"),
        ["a rollover capped twice"] = (PlanOf(Messages with { Rollover = new(Units(5), Units(50), RolloverExpiry.Month, 1) }), RefusalCode.InvalidInputs, "both max and max_percentage"),
        ["a rollover of a negative amount"] = (PlanOf(Messages with { Rollover = new(Units(-5), null, RolloverExpiry.Month, 1) }), RefusalCode.InvalidInputs, "rollover.max is negative"),
        ["a rollover of more than all"] = (PlanOf(Messages with { Rollover = new(null, Units(101), RolloverExpiry.Month, 1) }), RefusalCode.InvalidInputs, "between 0 and 100"),
        ["a rollover for no months"] = (PlanOf(Messages with { Rollover = new(null, null, RolloverExpiry.Month, 0) }), RefusalCode.InvalidInputs, "expiry_duration_length"),

        ["entities counted by a flag"] = (PlanOf(Messages with { EntityFeature = Id("dash") }), RefusalCode.InvalidInputs, "entity_feature_id dash"),
        ["entities counted by what is used up"] = (PlanOf(Messages with { EntityFeature = Id("action1") }), RefusalCode.InvalidInputs, "entity_feature_id action1"),
        ["entities counted by nothing that exists"] = (PlanOf(Messages with { EntityFeature = Id("nope") }), RefusalCode.FeatureNotFound, "nope"),

        ["a trial of no days"] = (PlanOf() with { Price = Dollars(20, Month), FreeTrial = new(0, TrialUnit.Day, true, null) }, RefusalCode.InvalidInputs, "duration_length"),
        ["a trial of a plan paid once"] = (PlanOf() with { Price = Dollars(20, OneOff), FreeTrial = new(7, TrialUnit.Day, true, null) }, RefusalCode.InvalidInputs, "paid once"),

        ["auto_enable with a base price"] = (PlanOf() with { AutoEnable = true, Group = "other", Price = Dollars(5, Month) }, RefusalCode.InvalidRequest, "has a price"),
        ["auto_enable with a price on an item"] = (PlanOf(Messages with { Price = ByUse(1, Month) }) with { AutoEnable = true, Group = "other" }, RefusalCode.InvalidRequest, "has a price"),
        ["auto_enable beside another in the group"] = (PlanOf(Messages) with { AutoEnable = true }, RefusalCode.InvalidRequest, "free and new"),
        ["auto_enable of a paid plan on a trial with a card"] = (PlanOf() with { AutoEnable = true, Group = "other", Price = Dollars(5, Month), FreeTrial = new(7, TrialUnit.Day, true, null) }, RefusalCode.InvalidRequest, "has a price"),
        ["auto_enable with licenses"] = (PlanOf() with { AutoEnable = true, Group = "other", Licenses = new PlanLicenses(new JsonText("""[{"license_plan_id":"pro"}]"""), [new License(new PlanId("pro"), 0, IsCustomized: true)]) }, RefusalCode.NotSupported, "licenses"),
    };

    public static TheoryData<string> Rows => [.. Table.Keys];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_plan_is_refused_for(string reason)
    {
        var (plan, code, says) = Table[reason];

        var refusal = PlanRules.Create(Context(Start), plan).Refused();

        Assert.Equal(code, refusal.Code);
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_second_item_is_named_when_it_is_the_wrong_one() =>
        Assert.StartsWith("items[1]: ", PlanRules.Create(Context(Start), PlanOf(Messages, Item("seats", -1))).Refused().Message, StringComparison.Ordinal);

    private static CurrencyPrices In(params (string Currency, decimal Amount)[] prices) => new([.. prices.Select(static price => new CurrencyPrice(new Currency(price.Currency), new Price(price.Amount)))]);

    private static CreatePlan Tiered(params (decimal? To, decimal Amount)[] tiers) =>
        PlanOf(Messages with { Price = new(BillingMethod.UsageBased, Month) { Tiers = Tiers(tiers), TierBehavior = TierBehavior.Graduated } });
}
