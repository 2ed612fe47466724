using System.Globalization;

namespace Sluice.Core;

/// <summary>An amount that is charged or given back: whole minor units (cents) of a currency.</summary>
public readonly record struct Money(long Minor, Currency Currency)
{
    /// <summary>In major units: 15.05.</summary>
    public decimal Major => Minor / Scale(Currency);

    public bool IsZero => Minor == 0;

    public bool IsNegative => Minor < 0;

    public bool IsPositive => Minor > 0;

    public static Money Zero(Currency currency) => new(0, currency);

    /// <summary>The one place that rounds: half away from zero, to what the currency can charge. An amount beyond 9e15 minor units is a bug.</summary>
    public static Money Of(decimal major, Currency currency)
    {
        var step = currency.Step;
        var minor = decimal.Round(major * Scale(currency) / step, 0, MidpointRounding.AwayFromZero) * step;
        return minor is > -9_000_000_000_000_000m and < 9_000_000_000_000_000m
            ? new Money((long)minor, currency)
            : throw new InvariantViolation($"an amount of {major.ToString(CultureInfo.InvariantCulture)} {currency}");
    }

    public static Money Sum(IEnumerable<Money> amounts, Currency currency)
    {
        var sum = Zero(currency);
        foreach (var amount in amounts) sum += amount;
        return sum;
    }

    public static Money Max(Money a, Money b) => Same(a, b) && a.Minor >= b.Minor ? a : b;

    public static Money Min(Money a, Money b) => Same(a, b) && a.Minor <= b.Minor ? a : b;

    public static Money operator +(Money a, Money b) => Same(a, b) ? a with { Minor = a.Minor + b.Minor } : default;

    public static Money operator -(Money a, Money b) => Same(a, b) ? a with { Minor = a.Minor - b.Minor } : default;

    public static Money operator -(Money a) => a with { Minor = -a.Minor };

    /// <summary>
    /// Split in proportion to the weights: the parts sum to the whole, the units that are left go to the parts that lost
    /// most by rounding down.
    /// </summary>
    /// <param name="weights">None negative; not all 0.</param>
    public Money[] Split(ReadOnlySpan<decimal> weights)
    {
        var total = 0m;
        foreach (var weight in weights) total += weight;
        var parts = new Money[weights.Length];
        var remainders = new (decimal Lost, int At)[weights.Length];
        var left = Math.Abs(Minor);
        for (var at = 0; at < parts.Length; at++)
        {
            var exact = Math.Abs(Minor) * weights[at] / total;
            var whole = (long)decimal.Truncate(exact);
            parts[at] = new Money(whole, Currency);
            remainders[at] = (exact - whole, at);
            left -= whole;
        }

        Array.Sort(remainders, static (a, b) => a.Lost != b.Lost ? b.Lost.CompareTo(a.Lost) : a.At.CompareTo(b.At));
        for (var i = 0; i < left; i++) parts[remainders[i % parts.Length].At] += new Money(1, Currency);
        return Minor < 0 ? Array.ConvertAll(parts, static part => -part) : parts;
    }

    public override string ToString() => $"{Major.ToString("0.00#", CultureInfo.InvariantCulture)} {Currency}";

    private static decimal Scale(Currency currency) => currency.Decimals switch { 0 => 1m, 3 => 1000m, _ => 100m };

    private static bool Same(Money a, Money b) => a.Currency == b.Currency ? true : throw new InvariantViolation($"{a.Currency} and {b.Currency} do not add up");
}
