using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What a price is in one more currency: given, never converted.</summary>
/// <param name="Amount">Null = not said, of a tier that says only its flat amount.</param>
public readonly record struct CurrencyPrice(Currency Currency, Price? Amount, Price? FlatAmount = null);

/// <summary>A price in further currencies, beside the tenant's own.</summary>
public sealed record CurrencyPrices(ImmutableArray<CurrencyPrice> All)
{
    /// <summary>As it was stored: what is stored again is the same, byte for byte.</summary>
    public JsonText? Stored { get; init; }

    /// <summary>Null when there is none.</summary>
    public CurrencyPrice? In(Currency currency)
    {
        foreach (var price in All)
        {
            if (price.Currency == currency) return price;
        }

        return null;
    }

    /// <summary>Equal in what it says.</summary>
    public bool Equals(CurrencyPrices? other) => other is not null && All.AsSpan().SequenceEqual(other.All.AsSpan());

    public override int GetHashCode() => All.Length;
}
