using System.Runtime.InteropServices;

namespace Sluice.Core;

// Which grants an amount can come to, so that a customer with thousands of entities is not looked through for each track.
internal sealed partial class Deduction
{
    /// <summary>
    /// The grants of a subject that an amount may reach, in order. Entities' parts are gone through only when what stands
    /// before them does not serve: a track of a customer with ten thousand of them costs no more than with one.
    /// </summary>
    public List<Source> Reached(Subject subject, Catalog catalog, Feature feature, Quantity amount, DrawMode mode, Func<string, string?>? property)
    {
        var sources = DrawOrder.BeforeParts(subject, catalog, feature, property, out var parents);
        return parents is null || Serve(sources, parents, subject.Customer.Entities, amount.Value, mode) ? sources : DrawOrder.Of(subject, catalog, feature, property);
    }

    // True when no step would reach the parts that are left out: the sources, with as many parts as it takes put behind
    // them, serve the amount whole, or the others are used up and may not go below zero. False: look at all of them.
    private bool Serve(List<Source> sources, List<Source> parents, EntityBook entities, decimal units, DrawMode mode)
    {
        foreach (var parent in parents)
        {
            var totals = entities.Shares(parent.Grant.No);
            if (parent.Grant.Terms.Unlimited || (units > 0m ? totals.Saved + totals.SavedUsed : totals.Overage) != 0m) return false;
        }

        if (sources is [{ Grant.Terms.Unlimited: true }, ..]) return true;
        if (_slots.Exists(static slot => slot.Grant.Parent is not null)) return false;
        var served = 0m;
        foreach (var source in sources)
        {
            if (!IsPlain(source)) return false;
            var (left, granted) = (Left(source), source.Grant.Granted.Value);
            served += units > 0m ? source.Rate.Units(Math.Max(0m, left)) : source.Rate.IsFree ? 0m : source.Rate.Units(Math.Max(0m, granted - left));
            if (served >= Math.Abs(units)) return true;
        }

        // Parts of one grant follow one another by the ids of their entities, unless some of them end.
        if (units < 0m || parents is not [var only] || !IsPlain(only) || entities.Shares(only.Grant.No).Ending > 0) return false;
        foreach (var (entity, share) in entities.SharesLeft(only.Grant.No))
        {
            sources.Add(only with { Grant = share, EntityId = entity.Id });
            served += only.Rate.Units(share.Balance.Value);
            if (served >= units) return true;
        }

        return mode is DrawMode.Cap or DrawMode.Reject && Forbidden(_bounds, CollectionsMarshal.AsSpan(sources), only, mode) is not null;
    }

    // A limit on credits holds one pool back and not what comes after it; a curve has to be gone along.
    private bool IsPlain(Source source) => !source.Rate.IsCurve && !(source.IsPool && _bounds?.Windows(source.Grant.Feature).Count > 0);
}
