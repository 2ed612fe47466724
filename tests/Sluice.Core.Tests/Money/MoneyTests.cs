namespace Sluice.Core.Tests.Money;

public class MoneyTests
{
    [Theory]
    [InlineData(191.7808, "usd", 191.78)]
    [InlineData(15.05, "usd", 15.05)]
    [InlineData(0.005, "usd", 0.01, "half goes away from zero")]
    [InlineData(-0.005, "usd", -0.01)]
    [InlineData(0.0049, "usd", 0)]
    [InlineData(23198, "rwf", 23198, "no hundredths")]
    [InlineData(1.5, "jpy", 2)]
    [InlineData(1.2345, "kwd", 1.23, "three decimals, of which cards know two")]
    [InlineData(1.235, "kwd", 1.24)]
    public void Rounding_to_what_can_be_charged(double exact, string currency, double charged, string? why = null) =>
        Assert.True(Core.Money.Of((decimal)exact, new Currency(currency)).Major == (decimal)charged, why);

    [Fact]
    public void Parts_sum_to_the_whole_and_none_is_off_by_more_than_one_unit()
    {
        Property.Holds(2000, random =>
        {
            var whole = new Core.Money(random.NextInt64(-1_000_000, 1_000_000), Currency.Usd);
            var weights = Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(0, 1000) / 7m).Append(1m).ToArray();
            var parts = whole.Split(weights);
            Assert.Equal(whole, Core.Money.Sum(parts, Currency.Usd));
            for (var at = 0; at < parts.Length; at++) Assert.True(Math.Abs(parts[at].Minor - (whole.Minor * weights[at] / weights.Sum())) <= 1m);
        });
    }

    [Fact]
    public void Currencies_do_not_mix() => Assert.Throws<InvariantViolation>(() => Core.Money.Zero(Currency.Usd) + Core.Money.Zero(new Currency("eur")));
}
