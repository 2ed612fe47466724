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

    /// <summary>As set, beside a grant set by hand: units saved from earlier cycles stay as they are.</summary>
    SetOwn,
}

/// <summary>
/// Takes amounts from grants, or gives them back. Several amounts may follow one another; each sees what the ones
/// before took. Nothing is stored: the draws are what comes of it.
/// </summary>
/// <param name="bounds">What billing controls allow; null = none are asked, as when a balance is set by hand.</param>
/// <param name="keepsMoves">Every step is kept, for a hold.</param>
internal sealed partial class Deduction(Bounds? bounds = null, bool keepsMoves = false)
{
    private readonly Bounds? _bounds = bounds is { IsNone: false } ? bounds : null;
    private readonly List<Slot> _slots = new(1);
    private readonly List<HeldMove>? _moves = keepsMoves ? [] : null;

    // Units of the amount being taken that each pool with a curve has served so far.
    private Dictionary<FeatureId, decimal>? _onCurves;

    /// <summary>Where every visit to a grant is told; null when nobody asks.</summary>
    public List<DrawStep>? Told { private get; set; }

    /// <summary>Every step taken, in order, where they are kept.</summary>
    public ImmutableArray<HeldMove> Moves => [.. _moves ?? []];

    /// <summary>Takes <paramref name="amount"/> units (negative: gives back); returns the units that found no place.</summary>
    /// <param name="held">Steps of a hold that go before: where a pool has a curve, it goes on from them.</param>
    public Quantity Take(List<Source> sources, Feature feature, Quantity amount, DrawMode mode, IEnumerable<HeldMove>? held = null)
    {
        var order = CollectionsMarshal.AsSpan(sources);
        if (order.IsEmpty || amount.IsZero) return amount;
        _onCurves = held is null ? null : ServedBy(order, held);
        var units = amount.Value;
        if (order[0].Grant.Terms.Unlimited)
        {
            var credits = order[0].Rate.Credits(units);
            Move(order[0], null, units, credits);
            Told?.Add(new DrawStep(order[0], null, units, credits, DrawStop.Served));
            return Quantity.Zero;
        }

        var isSet = mode is DrawMode.Set or DrawMode.SetOwn;
        var gate = isSet ? Gate.Open : Gate.Of(_bounds, feature, isBypassed: mode == DrawMode.Overflow);
        if (units > 0m)
        {
            if (mode != DrawMode.SetOwn) units = DrainSaved(order, units, gate);
            units = DrainToZero(order, units, gate);
        }
        else
        {
            units = Raise(order, units, onlyToZero: true);
        }

        if (IsDust(units)) return Quantity.Zero;
        if (isSet || (mode == DrawMode.Overflow && units > 0m)) return Quantity.Total(units - Overflow(order, units, mode, gate));
        units = units > 0m ? GoBelowZero(order, units, mode, gate) : Raise(order, units, onlyToZero: false);
        return IsDust(units) ? Quantity.Zero : Quantity.Total(units);
    }

    /// <summary>Undoes a step of an earlier deduction in part or whole: gives back to the grant it was taken from, never above what that was granted.</summary>
    /// <param name="units">Of the step's own sign, at most its units.</param>
    public void Undo(Source source, HeldMove step, decimal units)
    {
        var amount = units == step.Units ? step.Amount : step.Amount * units / step.Units;
        var left = Left(source, step.Rollover);
        if (amount > 0m && step.Rollover is null && !source.Grant.Terms.Unlimited) amount = Math.Clamp(amount, 0m, Math.Max(0m, source.Grant.Granted.Value - left));
        if (amount < 0m && !source.Grant.Terms.Unlimited) amount = -Math.Min(-amount, Math.Max(0m, left));
        Move(source, step.Rollover, -units, -amount);
    }

    /// <summary>False when a balance would go beyond what can be kept: then none of this may be stored.</summary>
    public bool IsWithinLimits
    {
        get
        {
            foreach (var slot in _slots)
            {
                if (!Quantity.TryOf(slot.Taken, out _) || !Quantity.TryOf(slot.Grant.Balance.Value - slot.Taken, out _)) return false;
            }

            return true;
        }
    }

    /// <summary>One for each grant (and each of its saved amounts) that changed; those of one holder together, in the order they were first touched.</summary>
    public ImmutableArray<Draw> Draws()
    {
        var draws = ImmutableArray.CreateBuilder<Draw>(_slots.Count);
        foreach (var slot in _slots)
        {
            var grant = slot.Grant;
            var amount = Quantity.Of(slot.Taken);
            if (!amount.IsZero)
                draws.Add(new Draw(grant.No, grant.BalanceId, grant.Feature, grant.Plan, grant.ResetOfDraw, grant.NextResetAt, amount, grant.Entity, slot.Rollover, grant.Parent));
        }

        return draws.DrainToImmutable();
    }

    /// <summary>Units saved from earlier cycles go before every balance, those that end first first.</summary>
    public static IEnumerable<(Source Source, RolledOver Saved)> SavedInOrder(ReadOnlySpan<Source> order)
    {
        List<(Source Source, RolledOver Saved)>? saved = null;
        foreach (var source in order)
        {
            foreach (var rollover in source.Grant.Rollovers) (saved ??= []).Add((source, rollover));
        }

        return saved is null ? [] : saved.OrderBy(static pair => pair.Saved.ExpiresAt?.Milliseconds ?? long.MaxValue);
    }

    private decimal DrainSaved(ReadOnlySpan<Source> order, decimal units, Gate gate)
    {
        foreach (var (source, rollover) in SavedInOrder(order))
        {
            units = TakeFrom(source, rollover.No, units, (Math.Max(0m, Left(source, rollover.No)), DrawStop.Empty), gate);
            if (units == 0m) break;
        }

        return units;
    }

    private decimal DrainToZero(ReadOnlySpan<Source> order, decimal units, Gate gate)
    {
        foreach (var source in order)
        {
            units = TakeFrom(source, null, units, (Math.Max(0m, Left(source)), DrawStop.Empty), gate);
            if (units == 0m) break;
        }

        return units;
    }

    private decimal GoBelowZero(ReadOnlySpan<Source> order, decimal units, DrawMode mode, Gate gate)
    {
        foreach (var source in order)
        {
            if (Forbidden(_bounds, order, source, mode) is { } why)
            {
                Told?.Add(new DrawStep(source, null, 0m, 0m, why));
                continue;
            }

            units = TakeFrom(source, null, units, RoomBelowZero(source), gate);
            if (units == 0m) break;
        }

        return units;
    }

    // All of it on the first grant, but for what a spend limit forbids.
    private decimal Overflow(ReadOnlySpan<Source> order, decimal units, DrawMode mode, Gate gate)
    {
        var first = order[0];
        if (mode == DrawMode.Overflow && SpendLeft(first) is { } left) return units - TakeFrom(first, null, units, (left, DrawStop.SpendLimit), gate);
        first = Onward(first);
        var amount = first.Rate.Credits(units);
        gate.Count(first, isSaved: false, units, amount);
        Move(first, null, units, amount);
        Told?.Add(new DrawStep(first, null, units, amount, DrawStop.Served));
        return units;
    }

    // Up to zero, or up to what was granted; a grant lowered below zero by hand ends there.
    private decimal Raise(ReadOnlySpan<Source> order, decimal units, bool onlyToZero)
    {
        foreach (var source in order)
        {
            if (source.Rate.IsFree)
            {
                Told?.Add(new DrawStep(source, null, 0m, 0m, DrawStop.Free));
                continue;
            }

            var granted = source.Grant.Granted.Value;
            units = GiveTo(source, units, onlyToZero ? Math.Min(0m, granted) : granted);
            if (units == 0m) break;
        }

        return units;
    }

    /// <summary>
    /// Why a grant may not go below zero; null when it may. Overage is allowed by a price, by a switch where no price allows
    /// it, or to seats without a price that are tracked after the fact; a switch can forbid it altogether.
    /// </summary>
    public static DrawStop? Forbidden(Bounds? bounds, ReadOnlySpan<Source> order, Source source, DrawMode mode)
    {
        var isPriced = source.Grant.Terms.IsUsageBased;
        return bounds?.Overage(source.Grant.Feature) switch
        {
            false => DrawStop.OverageOff,
            true => isPriced || !AnyUsageBased(order, source.Grant.Feature) ? null : DrawStop.NoOverage,
            null => isPriced || (source.IsHeld && source.Grant.Terms.Price is null && mode != DrawMode.Reject) ? null : DrawStop.NoOverage,
        };
    }

    private static bool AnyUsageBased(ReadOnlySpan<Source> order, FeatureId feature)
    {
        foreach (var source in order)
        {
            if (source.Grant.Feature == feature && source.Grant.Terms.IsUsageBased) return true;
        }

        return false;
    }

    // A spend limit replaces the limits of the prices.
    private (decimal Units, DrawStop Stop) RoomBelowZero(Source source)
    {
        if (SpendLeft(source) is { } left) return (left, DrawStop.SpendLimit);
        return source.Grant.Terms.Price?.MaxPurchase is { } most && source.Grant.Terms.IsUsageBased
            ? (Math.Max(0m, most.Value + Left(source)), DrawStop.MaxPurchase)
            : (decimal.MaxValue, DrawStop.NoEnd);
    }

    private decimal? SpendLeft(Source source)
    {
        if (_bounds?.Spend(source.Grant.Feature) is not { } cap) return null;
        var left = cap.Left;
        foreach (var slot in _slots)
        {
            if (slot.Rollover is not null || slot.Grant.Feature != source.Grant.Feature || slot.Grant.Terms.Unlimited) continue;
            var before = slot.Grant.Balance.Value;
            left += Math.Max(0m, -before) - Math.Max(0m, -(before - slot.Taken));
        }

        return Math.Max(0m, left);
    }

    // Work in credits, so that whatever one grant can serve whole is never divided.
    private decimal TakeFrom(Source source, int? rollover, decimal units, (decimal Units, DrawStop Stop) room, Gate gate)
    {
        source = Onward(source);
        var offered = gate.Offer(source, rollover is not null, units);
        var stop = offered < units ? DrawStop.UsageLimit : DrawStop.Served;
        var (served, amount) = offered <= 0m ? (0m, 0m) : (offered, source.Rate.Credits(offered));
        if (amount > room.Units) (served, amount, stop) = (source.Rate.Units(room.Units), room.Units, room.Stop);
        if (served <= 0m) (served, amount) = (0m, 0m);
        Told?.Add(new DrawStep(source, rollover, served, amount, stop));
        if (served == 0m) return units;
        gate.Count(source, rollover is not null, served, amount);
        Move(source, rollover, served, amount);
        return served == units ? 0m : units - served;
    }

    // Units are negative here, as everything given back is.
    private decimal GiveTo(Source source, decimal units, decimal ceiling)
    {
        var room = Left(source) - ceiling;
        if (room >= 0m)
        {
            Told?.Add(new DrawStep(source, null, 0m, 0m, DrawStop.Full));
            return units;
        }

        source = Onward(source);
        var (served, amount, stop) = (units, source.Rate.Credits(units), DrawStop.Served);
        if (amount < room) (served, amount, stop) = (source.Rate.Units(room), room, DrawStop.Full);
        Told?.Add(new DrawStep(source, null, served, amount, stop));
        Move(source, null, served, amount);
        return units - served;
    }

    private decimal Left(Source source, int? rollover = null)
    {
        var left = source.Grant.Balance.Value;
        if (rollover is { } no)
        {
            left = 0m;
            foreach (var saved in source.Grant.Rollovers)
            {
                if (saved.No == no) left = saved.Balance.Value;
            }
        }

        return Find(source, rollover) is { } slot ? left - slot.Taken : left;
    }

    private void Move(Source source, int? rollover, decimal units, decimal amount)
    {
        var slot = Find(source, rollover);
        if (slot is null)
        {
            slot = new Slot(source.Grant, rollover);

            // Draws of one holder stand together.
            var at = _slots.Count;
            while (at > 0 && _slots[at - 1].Grant.Entity != source.Grant.Entity) at--;
            _slots.Insert(at == 0 ? _slots.Count : at, slot);
        }

        slot.Taken += amount;
        if (source.Rate.IsCurve)
            MoveOnCurve(source, rollover, units, amount);
        else
            _moves?.Add(new HeldMove(source.Grant.No, source.Grant.Entity, rollover, units, amount));
    }

    // A step for each tier, so that part of a step is worth its part: what was held can be undone from its end.
    private void MoveOnCurve(Source source, int? rollover, decimal units, decimal amount)
    {
        if (_moves is { } moves)
        {
            foreach (var part in source.Rate.Split(units))
            {
                moves.Add(new HeldMove(source.Grant.No, source.Grant.Entity, rollover, part.Units, part.Credits));
                amount -= part.Credits;
            }

            if (amount != 0m) moves[^1] = moves[^1] with { Amount = moves[^1].Amount + amount };
        }

        CollectionsMarshal.GetValueRefOrAddDefault(_onCurves ??= [], source.Grant.Feature, out _) += units;
    }

    private static Dictionary<FeatureId, decimal> ServedBy(ReadOnlySpan<Source> order, IEnumerable<HeldMove> held)
    {
        var served = new Dictionary<FeatureId, decimal>();
        foreach (var move in held)
        {
            foreach (var source in order)
            {
                if (source.Grant.No == move.Grant && source.Grant.Entity == move.Entity) CollectionsMarshal.GetValueRefOrAddDefault(served, source.Grant.Feature, out _) += move.Units;
            }
        }

        return served;
    }

    // All balances of a pool share one curve: where one ends the next goes on.
    private Source Onward(Source source) =>
        source.Rate.IsCurve && _onCurves is { } served && served.TryGetValue(source.Grant.Feature, out var units) ? source with { Rate = source.Rate.After(units) } : source;

    private Slot? Find(Source source, int? rollover)
    {
        foreach (var slot in _slots)
        {
            if (slot.Grant.No == source.Grant.No && slot.Rollover == rollover) return slot;
        }

        return null;
    }

    private static bool IsDust(decimal units) => decimal.Round(units, Quantity.Decimals) == 0m;

    /// <summary>What was taken from one balance so far, in its own unit. Less than 10 decimals stay in here until the draws are read.</summary>
    private sealed class Slot(Grant grant, int? rollover)
    {
        public Grant Grant => grant;

        public int? Rollover => rollover;

        public decimal Taken { get; set; }
    }
}
