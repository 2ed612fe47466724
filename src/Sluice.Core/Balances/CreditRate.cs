namespace Sluice.Core;

/// <summary>
/// From units of a metered feature to credits of a pool and back, on bare decimals: what lies between two roundings
/// is no <see cref="Quantity"/> yet. Either one cost for each unit, or a curve over the units of one usage, told from
/// its start. Giving back mirrors taking: −n units are worth what n units cost, negative.
/// </summary>
internal sealed class CreditRate
{
    /// <summary>What a feature's own balances take: a unit for a unit.</summary>
    public static readonly CreditRate One = new([new Step(decimal.MaxValue, 1m)], 1m);

    // Far below where a decimal ends, so that a sum of two still fits.
    private const decimal Most = 10_000_000_000_000_000_000_000_000_000m;

    private readonly Step[] _steps;
    private readonly decimal _per;

    // What the first units cost is asked for most: kept beside the steps.
    private readonly decimal _cost;

    private CreditRate(Step[] steps, decimal per) => (_steps, _per, _cost) = (steps, per, steps[0].Cost);

    /// <summary>Not one cost for every unit: where on the curve a usage stands matters.</summary>
    public bool IsCurve => _steps.Length > 1;

    /// <summary>Costs nothing, however much is used.</summary>
    public bool IsFree => _cost == 0m && !IsCurve;

    /// <param name="cost">For <paramref name="per"/> units; 0 or less = free.</param>
    /// <param name="tiers">In ascending order; the last has no end. Empty = one cost.</param>
    public static CreditRate Of(decimal cost, ReadOnlySpan<(decimal? To, decimal Cost)> tiers, decimal per)
    {
        if (per <= 0m) per = 1m;
        if (tiers.IsEmpty) return cost == 1m && per == 1m ? One : new CreditRate([new Step(decimal.MaxValue, Math.Max(0m, cost))], per);
        var steps = new List<Step>(tiers.Length);
        var reached = 0m;
        for (var at = 0; at < tiers.Length; at++)
        {
            var to = at == tiers.Length - 1 ? decimal.MaxValue : tiers[at].To ?? decimal.MaxValue;
            if (to <= reached) continue;
            steps.Add(new Step(to, Math.Max(0m, tiers[at].Cost)));
            reached = to;
        }

        return new CreditRate([.. steps], per);
    }

    /// <summary>The rest of the curve, once so many units were used.</summary>
    public CreditRate After(decimal units)
    {
        units = Math.Abs(units);
        if (!IsCurve || units == 0m) return this;
        var rest = _steps.Where(step => step.To > units).Select(step => step.To == decimal.MaxValue ? step : step with { To = step.To - units });
        return new CreditRate([.. rest], _per);
    }

    /// <summary>What the units cost, held at ±<see cref="Quantity.TotalLimit"/>: more than any balance can hold.</summary>
    public decimal Credits(decimal units)
    {
        if (ReferenceEquals(this, One)) return units;
        if (!IsCurve) return units < 0m ? -Scaled(-units, _cost, _per) : Scaled(units, _cost, _per);
        var credits = 0m;
        foreach (var part in Split(units)) credits += part.Credits;
        return Math.Clamp(credits, -Quantity.TotalLimit, Quantity.TotalLimit);
    }

    /// <summary>The most units that credits pay for; a quotient need not end, so nothing is rounded here.</summary>
    public decimal Units(decimal credits)
    {
        if (ReferenceEquals(this, One)) return credits;
        if (credits < 0m) return -Units(-credits);
        var (units, left) = (0m, credits);
        foreach (var (to, cost) in _steps)
        {
            if (cost == 0m)
            {
                units = to;
                continue;
            }

            var whole = to == decimal.MaxValue ? Quantity.TotalLimit : Scaled(to - units, cost, _per);
            if (left < whole) return units + Scaled(left, _per, cost);
            (units, left) = (to, left - whole);
        }

        return Math.Min(units, Quantity.TotalLimit);
    }

    /// <summary>Parts of the units that each have one cost; within a part, half the units are worth half the credits.</summary>
    public IEnumerable<(decimal Units, decimal Credits)> Split(decimal units)
    {
        var (sign, left, from) = (Math.Sign(units), Math.Abs(units), 0m);
        foreach (var (to, cost) in _steps)
        {
            var part = Math.Min(left, to - from);
            if (part <= 0m) yield break;
            yield return (sign * part, sign * Scaled(part, cost, _per));
            (left, from) = (left - part, to);
        }
    }

    /// <summary><paramref name="amount"/> × <paramref name="by"/> ÷ <paramref name="over"/>, none negative, held at <see cref="Quantity.TotalLimit"/>.</summary>
    public static decimal Scaled(decimal amount, decimal by, decimal over)
    {
        if (by > 1m && amount > Most / by)
        {
            if (over == 1m) return Quantity.TotalLimit;
            (amount, over) = (amount / over, 1m);
            if (amount > Most / by) return Quantity.TotalLimit;
        }

        var product = amount * by;
        if (over == 1m) return Math.Min(product, Quantity.TotalLimit);
        return over < 1m && product > Quantity.TotalLimit * over ? Quantity.TotalLimit : Math.Min(product / over, Quantity.TotalLimit);
    }

    /// <param name="To">Units from the start of the curve.</param>
    private readonly record struct Step(decimal To, decimal Cost);
}
