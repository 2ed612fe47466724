using System.Globalization;

namespace Sluice.Core;

/// <summary>A price in major units of its currency (20 = $20), exact and never rounded.</summary>
public readonly record struct Price(decimal Amount)
{
    public override string ToString() => Amount.ToString("0.############", CultureInfo.InvariantCulture);
}
