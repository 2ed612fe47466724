using static Sluice.Core.Tests.CatalogStory;

namespace Sluice.Core.Tests;

public class PlanDisplayTests
{
    private static readonly Catalog Named = Start.With(new UpdateFeature(Id("seats")) { Display = new FeatureDisplay("person", "people") });

    private static readonly Dictionary<string, (ItemDraft Item, string Primary, string? Secondary)> Items = new()
    {
        ["included"] = (Item("messages", 1000, Month), "1,000 messages", null),
        ["one"] = (Item("messages", 1, Month), "1 message", null),
        ["none"] = (Item("messages"), "0 messages", null),
        ["a part"] = (Item("credits", 2.5m, Month), "2.5 credits", null),
        ["a flag is its name"] = (Item("dash"), "Dashboard", null),
        ["unlimited"] = (Item("messages") with { Unlimited = true }, "Unlimited messages", null),
        ["words of its own"] = (Item("seats", 5), "5 people", null),
        ["one, in words of its own"] = (Item("seats", 1), "1 person", null),
        ["included, then by use in tens"] = (Item("messages", 1000) with { Price = ByUse(0.5m, Month) with { BillingUnits = Units(10) } }, "1,000 messages", "then $0.5 per 10 messages"),
        ["included, then each"] = (Item("seats", 3) with { Price = ByUse(10, Month) }, "3 people", "then $10 per person"),
        ["packs only"] = (Item("messages") with { Price = Prepaid(10, OneOff) with { BillingUnits = Units(1000) } }, "$10 per 1,000 messages", null),
        ["tiers as a range"] = (Item("messages") with { Price = new(BillingMethod.UsageBased, Month) { Tiers = Tiers((500, 1), (null, 0.5m)) } }, "$0.5 to $1 per message", null),
        ["tiers of one amount"] = (Item("messages") with { Price = new(BillingMethod.UsageBased, Month) { Tiers = Tiers((500, 1), (null, 1)) } }, "$1 per message", null),
        ["flat tiers"] = (Item("messages") with { Price = new(BillingMethod.Prepaid, Month) { TierBehavior = TierBehavior.Volume, Tiers = [new(Units(500), new Price(0), new Price(5)), new(null, new Price(0), new Price(9))] } }, "$5 to $9 for messages", null),
    };

    public static TheoryData<string> Rows => [.. Items.Keys];

    [Theory]
    [MemberData(nameof(Rows))]
    public void An_item_is_shown_as(string what)
    {
        var (draft, primary, secondary) = Items[what];
        var item = Named.With(PlanOf(draft)).Plan(new PlanId("new"))!.Items.Single();
        Assert.Equal(new DisplayText(primary, secondary), DisplayTexts.Of(item, Named.Feature(item.Feature)!));
    }

    [Theory]
    [InlineData(20, IntervalUnit.Month, 1, "$20", "per month")]
    [InlineData(1999.5, IntervalUnit.Year, 1, "$1,999.5", "per year")]
    [InlineData(30, IntervalUnit.Month, 3, "$30", "per 3 months")]
    [InlineData(30, IntervalUnit.SemiAnnual, 1, "$30", "per half-year")]
    [InlineData(99, IntervalUnit.OneOff, 1, "$99", "one-off")]
    [InlineData(0, IntervalUnit.Week, 1, "$0", "per week")]
    public void A_base_price_is_shown_as(double amount, IntervalUnit unit, int count, string primary, string secondary) =>
        Assert.Equal(new DisplayText(primary, secondary), DisplayTexts.Of(Dollars((decimal)amount, new Interval(unit, count))));

    [Fact]
    public void A_name_in_capitals_keeps_them() =>
        Assert.Equal("5 API calls", DisplayTexts.Of(Start.Plan(Free)!.Items[0] with { Included = Units(5) }, Start.Feature(Id("messages"))! with { Name = "API calls" }).Primary);
}
