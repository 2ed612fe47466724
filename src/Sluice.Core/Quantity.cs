using System.Globalization;

namespace Sluice.Core;

/// <summary>An amount of a feature or of credits: at most 10 decimals, |x| at most 1e15, never floating point.</summary>
public readonly record struct Quantity : IComparable<Quantity>
{
    /// <summary>The largest amount a caller may send or a balance may reach.</summary>
    public const decimal Limit = 1_000_000_000_000_000m;

    /// <summary>Sums over many balances and products with a cost may go beyond <see cref="Limit"/>, never beyond this.</summary>
    public const decimal TotalLimit = 1_000_000_000_000_000_000m;

    public const int Decimals = 10;

    public static readonly Quantity Zero = new(0m);
    public static readonly Quantity One = new(1m);

    private Quantity(decimal value) => Value = value;

    public decimal Value { get; }

    public bool IsZero => Value == 0m;

    public bool IsPositive => Value > 0m;

    public bool IsNegative => Value < 0m;

    /// <summary>Rounds to 10 decimals (half to even). Throws when out of bounds: use <see cref="TryOf"/> for what a caller sent.</summary>
    public static Quantity Of(decimal value) => TryOf(value, out var quantity)
        ? quantity
        : throw new InvariantViolation($"quantity {value.ToString(CultureInfo.InvariantCulture)} is beyond {Limit}");

    public static bool TryOf(decimal value, out Quantity quantity)
    {
        if (value is > Limit or < -Limit)
        {
            quantity = Zero;
            return false;
        }

        quantity = Rounded(value);
        return true;
    }

    /// <summary>A sum over many balances or a product with a cost, held at <see cref="TotalLimit"/> when it would go beyond.</summary>
    public static Quantity Total(decimal value) => Rounded(Math.Clamp(value, -TotalLimit, TotalLimit));

    public static Quantity Min(Quantity a, Quantity b) => a.Value <= b.Value ? a : b;

    public static Quantity Max(Quantity a, Quantity b) => a.Value >= b.Value ? a : b;

    public static Quantity operator +(Quantity a, Quantity b) => Derived(a.Value + b.Value);

    public static Quantity operator -(Quantity a, Quantity b) => Derived(a.Value - b.Value);

    public static Quantity operator -(Quantity a) => new(-a.Value);

    public static Quantity operator *(Quantity a, Quantity b) => Of(a.Value * b.Value);

    public static bool operator <(Quantity a, Quantity b) => a.Value < b.Value;

    public static bool operator >(Quantity a, Quantity b) => a.Value > b.Value;

    public static bool operator <=(Quantity a, Quantity b) => a.Value <= b.Value;

    public static bool operator >=(Quantity a, Quantity b) => a.Value >= b.Value;

    public int CompareTo(Quantity other) => Value.CompareTo(other.Value);

    public bool Equals(Quantity other) => Value == other.Value;

    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>Without trailing zeros: 72.65, never 72.6500.</summary>
    // Granted and used amounts of one balance are sums of several amounts, so they may exceed what a single one may be.
    private static Quantity Derived(decimal value) => value is >= -TotalLimit and <= TotalLimit
        ? Rounded(value)
        : throw new InvariantViolation($"quantity {value.ToString(CultureInfo.InvariantCulture)} is beyond {TotalLimit}");

    private static Quantity Rounded(decimal value) => new(value.Scale > Decimals ? decimal.Round(value, Decimals) : value);

    public override string ToString() => Value.ToString("0.##########", CultureInfo.InvariantCulture);
}
