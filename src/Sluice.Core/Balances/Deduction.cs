using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Sluice.Core;

/// <summary>What bounds a deduction.</summary>
internal enum DrawMode
{
    /// <summary>Take what fits.</summary>
    Cap,

    /// <summary>As cap, but held units may not go below zero; whoever asks drops the whole when something is left.</summary>
    Reject,

    /// <summary>What is left lands on the first grant, however far below zero. Giving back stays bounded.</summary>
    Overflow,

    /// <summary>A balance set by hand: no floor and no ceiling.</summary>
    Set,
}

/// <summary>
/// Takes amounts from a customer's grants, or gives them back. Several amounts may follow one another; each sees what
/// the ones before took. Nothing is stored: the draws are what comes of it.
/// </summary>
internal sealed class Deduction(ImmutableArray<Grant> grants)
{
    // Per grant, in its own unit. Differences smaller than 10 decimals stay in here until the draws are read.
    private readonly decimal[] _taken = new decimal[grants.Length];
    private readonly List<int> _touched = new(4);

    /// <summary>Takes <paramref name="amount"/> units (negative: gives back); returns the units that found no place.</summary>
    public Quantity Take(List<Source> sources, Quantity amount, DrawMode mode)
    {
        var order = CollectionsMarshal.AsSpan(sources);
        if (order.IsEmpty || amount.IsZero) return amount;
        var units = amount.Value;
        if (order[0].Grant.Terms.Unlimited)
        {
            Move(order[0], Credits.Of(units, order[0].Cost));
            return Quantity.Zero;
        }

        // Step 0, units saved from an earlier cycle, will come here: only for taking, before every grant's own balance.
        units = units > 0m ? DrainToZero(order, units) : Raise(order, units, onlyToZero: true);
        if (IsDust(units)) return Quantity.Zero;
        if (mode == DrawMode.Set || (mode == DrawMode.Overflow && units > 0m))
        {
            Move(order[0], Credits.Of(units, order[0].Cost));
            return Quantity.Zero;
        }

        units = units > 0m ? GoBelowZero(order, units, mode) : Raise(order, units, onlyToZero: false);
        return Quantity.Total(units);
    }

    /// <summary>False when a balance would go beyond what can be kept: then none of this may be stored.</summary>
    public bool IsWithinLimits
    {
        get
        {
            foreach (var at in _touched)
            {
                if (!Quantity.TryOf(_taken[at], out _) || !Quantity.TryOf(grants[at].Balance.Value - _taken[at], out _)) return false;
            }

            return true;
        }
    }

    /// <summary>One for each grant that changed, in the order they were first touched.</summary>
    public ImmutableArray<Draw> Draws()
    {
        var draws = ImmutableArray.CreateBuilder<Draw>(_touched.Count);
        foreach (var at in _touched)
        {
            var grant = grants[at];
            var amount = Quantity.Of(_taken[at]);
            if (!amount.IsZero)
                draws.Add(new Draw(grant.No, grant.BalanceId, grant.Feature, grant.Plan, grant.ResetOfDraw, grant.NextResetAt, amount));
        }

        return draws.DrainToImmutable();
    }

    private decimal DrainToZero(ReadOnlySpan<Source> order, decimal units)
    {
        foreach (var source in order)
        {
            if (source.Cost <= 0m) return 0m;
            units = TakeFrom(source, units, Math.Max(0m, Balance(source)));
            if (units == 0m) break;
        }

        return units;
    }

    private decimal GoBelowZero(ReadOnlySpan<Source> order, decimal units, DrawMode mode)
    {
        foreach (var source in order)
        {
            if (!MayGoBelowZero(source, mode)) continue;
            var room = source.Grant.Terms.Price?.MaxPurchase is { } most ? Math.Max(0m, most.Value + Balance(source)) : decimal.MaxValue;
            units = TakeFrom(source, units, room);
            if (units == 0m) break;
        }

        return units;
    }

    // Up to zero, or up to what was granted; a grant lowered below zero by hand ends there.
    private decimal Raise(ReadOnlySpan<Source> order, decimal units, bool onlyToZero)
    {
        foreach (var source in order)
        {
            if (source.Cost <= 0m) continue;
            var granted = source.Grant.Granted.Value;
            units = GiveTo(source, units, onlyToZero ? Math.Min(0m, granted) : granted);
            if (units == 0m) break;
        }

        return units;
    }

    // Overage is allowed by a price, or to seats without a price that are tracked after the fact. What a billing
    // control allows or forbids will be asked here.
    private static bool MayGoBelowZero(Source source, DrawMode mode) =>
        source.Grant.Terms.IsUsageBased || (source.IsHeld && source.Grant.Terms.Price is null && mode != DrawMode.Reject);

    // Work in credits, so that whatever one grant can serve whole is never divided.
    private decimal TakeFrom(Source source, decimal units, decimal room)
    {
        if (room <= 0m) return units;
        var needed = Credits.Of(units, source.Cost);
        if (needed <= room)
        {
            Move(source, needed);
            return 0m;
        }

        Move(source, room);
        return units - Credits.ToUnits(room, source.Cost);
    }

    // Units are negative here, as everything given back is.
    private decimal GiveTo(Source source, decimal units, decimal ceiling)
    {
        var room = Balance(source) - ceiling;
        if (room >= 0m) return units;
        var offered = Credits.Of(units, source.Cost);
        if (offered >= room)
        {
            Move(source, offered);
            return 0m;
        }

        Move(source, room);
        return units - Credits.ToUnits(room, source.Cost);
    }

    private decimal Balance(Source source) => source.Grant.Balance.Value - _taken[source.At];

    private void Move(Source source, decimal amount)
    {
        if (!_touched.Contains(source.At)) _touched.Add(source.At);
        _taken[source.At] += amount;
    }

    private static bool IsDust(decimal units) => decimal.Round(units, Quantity.Decimals) == 0m;
}
