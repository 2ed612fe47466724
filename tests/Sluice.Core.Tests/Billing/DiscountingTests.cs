using System.Collections.Immutable;
using System.Globalization;

namespace Sluice.Core.Tests.Billing;

public class DiscountingTests
{
    [Theory]
    [InlineData("20", "20%", 16)]
    [InlineData("20", "$5", 15)]
    [InlineData("20", "20%, $2", 14)]
    [InlineData("20", "$2, 20%", 14, "percentages come first, in whatever order they are given")]
    [InlineData("20", "20%, 20%", 16, "the same coupon counts once")]
    [InlineData("-20, 50", "20%", 20, "a credit is not touched")]
    [InlineData("-20, 50", "10%, 20%", 16, "one on what the other left")]
    [InlineData("50", "30%, $5", 30)]
    [InlineData("-20, 50", "10%, 20%, $3", 13)]
    [InlineData("20, 0", "20%", 16)]
    [InlineData("40", "20%", 32)]
    [InlineData("20", "$50", 0, "never below zero")]
    public void Discounts_on_charges(string charges, string discounts, double total, string? why = null)
    {
        ImmutableArray<(PlanId?, decimal)> lines = [.. charges.Split(", ").Select(charge => ((PlanId?)new PlanId("pro"), decimal.Parse(charge, CultureInfo.InvariantCulture)))];
        var off = Discounting.Of(lines, discounts.Split(", ").Select(Discount));
        Assert.True(lines.Sum(line => line.Item2) - off.Sum(line => line.Sum(taken => taken.Off)) == (decimal)total, why);
    }

    [Fact]
    public void A_coupon_of_one_plan_leaves_the_others_alone()
    {
        var off = Discounting.Of(
            [(new PlanId("pro"), 20m), (new PlanId("extra"), 100m)], [Discount("50%") with { Plans = [new PlanId("pro")] }, Discount("$4") with { Plans = [new PlanId("extra")] }]);
        Assert.Equal([10m, 4m], off.Select(line => line.Sum(taken => taken.Off)));
    }

    private static Discount Discount(string text) => text[0] == '$'
        ? new Discount(text, null, decimal.Parse(text[1..], CultureInfo.InvariantCulture), [])
        : new Discount(text, decimal.Parse(text[..^1], CultureInfo.InvariantCulture), null, []);
}
