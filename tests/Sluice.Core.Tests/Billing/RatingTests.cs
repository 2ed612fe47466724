using System.Collections.Immutable;
using System.Globalization;

namespace Sluice.Core.Tests.Billing;

public class RatingTests
{
    [Theory]
    [InlineData("0.1 per 1", 50.0, 5.0)]
    [InlineData("0.1 per 1", 150.5, 15.05, "single units are charged to the fraction")]
    [InlineData("1 per 10", 15, 2, "packs are bought whole")]
    [InlineData("1 per 10", 1, 1)]
    [InlineData("1 per 10", 78, 8)]
    [InlineData("1 per 10", 0, 0)]
    [InlineData("1 per 10", -5, 0, "nothing is earned by using less")]
    public void A_flat_price_is_per_pack(string price, double units, double cost, string? why = null) =>
        Assert.True(Rating.Cost(Flat(price), Of(units), Quantity.Zero) == (decimal)cost, why);

    [Theory]
    [InlineData(50, 5.0)]
    [InlineData(100, 10.0)]
    [InlineData(250, 17.5)]
    [InlineData(500, 30.0)]
    [InlineData(1000, 40.0)]
    public void Graduated_tiers_each_take_their_part(double units, double cost) =>
        Assert.Equal((decimal)cost, Rating.Cost(Tiers("100: 0.10, 500: 0.05, inf: 0.02"), Of(units), Quantity.Zero));

    [Theory]
    [InlineData("50: 0.0075, inf: 0.0025", 1, 75, 0, 0.4375)]
    [InlineData("500: 10, inf: 5", 100, 800, 0, 65.0)]
    [InlineData("600: 10, inf: 5", 100, 700, 100, 60.0)]
    public void Graduated_tiers_count_the_included_units_and_take_whole_packs(string tiers, int perPack, double beyond, int included, double cost) =>
        Assert.Equal((decimal)cost, Rating.Cost(Tiers(tiers, perPack), Of(beyond), Of(included)));

    [Theory]
    [InlineData("100: 0.10, 500: 0.05, inf: 0.02", 1, 0, 101, 5.05)]
    [InlineData("100: 0.10, 500: 0.05, inf: 0.02", 1, 0, 250, 12.50)]
    [InlineData("100: 0.10, 500: 0.05, inf: 0.02", 1, 0, 500, 25.0)]
    [InlineData("100: 0.10, 500: 0.05, inf: 0.02", 1, 0, 1000, 20.0)]
    [InlineData("150: 0.10, 550: 0.05, inf: 0.02", 1, 50, 50, 0.0)]
    [InlineData("150: 0.10, 550: 0.05, inf: 0.02", 1, 50, 51, 5.10)]
    [InlineData("150: 0.10, 550: 0.05, inf: 0.02", 1, 50, 120, 12.0)]
    [InlineData("500: 10, inf: 5", 100, 0, 300, 30.0)]
    [InlineData("500: 10, inf: 5", 100, 0, 800, 40.0)]
    [InlineData("600: 10, inf: 5", 100, 100, 300, 30.0)]
    [InlineData("700: 10, inf: 5", 100, 200, 800, 40.0)]
    [InlineData("300: 15, 600: 10, 1100: 7, inf: 5", 100, 100, 900, 63.0)]
    [InlineData("100: 1 + 10, inf: 2", 1, 0, 50, 60.0)]
    [InlineData("100: 0 + 20, inf: 2", 1, 0, 50, 20.0)]
    public void Volume_prices_the_whole_quantity_at_the_tier_it_reaches(string tiers, int perPack, int included, double total, double cost) =>
        Assert.Equal((decimal)cost, Rating.Cost(Tiers(tiers, perPack, TierBehavior.Volume), Of(total - included), Of(included)));

    [Fact]
    public void More_never_costs_less_at_graduated_tiers()
    {
        Property.Holds(1000, random =>
        {
            var price = Tiers($"{random.Next(1, 50)}: {random.Next(0, 9)}, {random.Next(51, 200)}: {random.Next(0, 9)}, inf: {random.Next(0, 9)}", random.Next(1, 20));
            var (few, more) = (random.Next(0, 300), random.Next(0, 300));
            Assert.True(Rating.Cost(price, Of(few), Quantity.Zero) <= Rating.Cost(price, Of(few + more), Quantity.Zero));
        });
    }

    private static Quantity Of(double value) => Quantity.Of((decimal)value);

    private static ItemPrice Flat(string price)
    {
        var words = price.Split(' ');
        return new ItemPrice(new Price(Number(words[0])), [], null, Words.Interval("month"), Quantity.Of(Number(words[2])), BillingMethod.UsageBased, null);
    }

    private static ItemPrice Tiers(string tiers, int perPack = 1, TierBehavior behavior = TierBehavior.Graduated) => new(
        null, [.. tiers.Split(", ").Select(Tier)], behavior, Words.Interval("month"), Quantity.Of(perPack), BillingMethod.Prepaid, null);

    private static PriceTier Tier(string text)
    {
        var (to, cost) = (text.Split(": ")[0], text.Split(": ")[1].Split(" + "));
        return new PriceTier(to == "inf" ? null : Quantity.Of(Number(to)), new Price(Number(cost[0])), cost.Length > 1 ? new Price(Number(cost[1])) : null);
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
