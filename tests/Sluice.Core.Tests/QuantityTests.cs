using System.Globalization;

namespace Sluice.Core.Tests;

public class QuantityTests
{
    [Theory]
    [InlineData("72.6500", "72.65")]
    [InlineData("-0.00", "0")]
    [InlineData("0.00000000005", "0")]
    [InlineData("0.00000000015", "0.0000000002")]
    [InlineData("1000000000000000", "1000000000000000")]
    public void Reads_without_trailing_zeros_and_with_ten_decimals_at_most(string value, string text) =>
        Assert.Equal(text, Quantity.Of(decimal.Parse(value, CultureInfo.InvariantCulture)).ToString());

    [Fact]
    public void A_single_amount_ends_at_the_limit_and_a_sum_may_go_beyond()
    {
        Assert.False(Quantity.TryOf(Quantity.Limit + 0.1m, out _));
        var most = Quantity.Of(Quantity.Limit);
        Assert.Equal(2 * Quantity.Limit, (most + most).Value);
        Assert.Equal(Quantity.TotalLimit, Quantity.Total(decimal.MaxValue).Value);
        Assert.Throws<InvariantViolation>(() => Quantity.Total(decimal.MaxValue) + most);
    }

    [Fact]
    public void Equal_amounts_are_equal_however_they_are_written() => Assert.Equal(Quantity.Of(1.50m), Quantity.Of(1.5m));

    [Fact]
    public void Core_stands_alone() => Assert.All(
        typeof(Quantity).Assembly.GetReferencedAssemblies(), assembly => Assert.StartsWith("System.", assembly.Name, StringComparison.Ordinal));
}
