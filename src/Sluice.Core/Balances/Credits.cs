namespace Sluice.Core;

/// <summary>
/// From units of a metered feature to credits of a pool and back, on bare decimals: what lies between two roundings
/// is no <see cref="Quantity"/> yet. A cost of 0 (or less) = free.
/// </summary>
internal static class Credits
{
    /// <summary>What the units cost, held at ±<see cref="Quantity.TotalLimit"/>: more than any balance can hold.</summary>
    public static decimal Of(decimal units, decimal cost)
    {
        if (cost <= 0m) return 0m;
        if (cost == 1m) return units;
        if (cost > 1m && Math.Abs(units) > Quantity.TotalLimit / cost) return Math.Sign(units) * Quantity.TotalLimit;
        return units * cost;
    }

    /// <summary>The units that credits pay for; the quotient need not end, so nothing is rounded here.</summary>
    public static decimal ToUnits(decimal credits, decimal cost) => cost == 1m ? credits : credits / cost;
}
