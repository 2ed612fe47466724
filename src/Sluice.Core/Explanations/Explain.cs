using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Sluice.Core;

/// <summary>
/// Runs the engine on a question and words what it tells. Changes nothing, and decides nothing by itself: the order, the
/// arithmetic and the rules are those of <see cref="DrawOrder"/>, <see cref="Deduction"/> and <see cref="Access"/>.
/// </summary>
public static class Explain
{
    /// <param name="stored">The customer before what is due was applied, to name what has just ended; null = not asked.</param>
    public static Explanation Check(
        Subject subject, Catalog catalog, Feature feature, Quantity required, Instant now, Func<string, string?>? property = null, Customer? stored = null)
    {
        var (told, bounds) = (new List<Evaluated>(), new Bounds(subject, catalog, now, property));
        var answer = Access.Check(subject, catalog, feature, required, bounds, property, told);
        var features = Serving(catalog, [feature]);
        var (leftOut, inAll) = NotCounted.Of(subject, features, stored, now);
        return new Explanation(
            answer.Allowed,
            now,
            subject.Entity,
            [.. told.Select(each => new Consideration(
                each.Answer.Evaluated!.Value, each.Answer.Evaluated == answer.Evaluated, each.Answer.Allowed, each.Answer.Rule, null, each.Compared,
                Rows(subject, catalog, bounds, feature, each.Answer, property)))],
            Controls(bounds, features),
            leftOut,
            inAll);
    }

    /// <returns>The explanation, or why the track is refused for another reason than its balances.</returns>
    public static (Explanation? Explanation, Refusal? Refusal) Track(Subject subject, Catalog catalog, Command.Track command, Instant now, Customer? stored = null)
    {
        var takings = new List<Taking>();
        var refusal = Tracking.Track(subject, catalog, command, now, takings).Refusal;
        if (refusal is { Code: not RefusalCode.InsufficientBalance }) return (null, refusal);
        var counted = takings.ConvertAll(static taking => taking.Feature);
        var tracked = counted.Count > 0 ? counted : command.Feature is { } id ? [catalog.Feature(id)!] : [.. catalog.Listeners(command.EventName!)];
        var features = Serving(catalog, tracked);
        var (leftOut, inAll) = NotCounted.Of(subject, features, stored, now);
        return (new Explanation(
            refusal is null,
            now,
            subject.Entity,
            counted.Count > 0
                ? [.. takings.Select(taking => Taken(subject, command, taking))]
                : [.. tracked.Select(flag => new Consideration(flag.Id, true, true, null, TrackRule.Flag, new Comparison(flag.Id, command.Value, null), []))],
            takings.Count == 0 ? [] : Controls(takings[0].Bounds, features),
            leftOut,
            inAll), null);
    }

    // The features, and the credit systems that may serve them.
    private static ImmutableArray<FeatureId> Serving(Catalog catalog, IEnumerable<Feature> features) =>
        [.. features.SelectMany(feature => DrawOrder.Pools(catalog, feature).ToArray().Select(static pool => pool.Feature.Id).Prepend(feature.Id)).Distinct()];

    private static ImmutableArray<ConsideredBalance> Rows(Subject subject, Catalog catalog, Bounds bounds, Feature asked, CheckAnswer answer, Func<string, string?>? property)
    {
        if (answer.Flag is { } flag) return [Considered(subject, new Source(flag, CreditRate.One, false, false), null, OrderKey.First, CreditRate.One) with { Left = null, Stop = DrawStop.NoEnd }];
        var evaluated = catalog.Feature(answer.Evaluated!.Value)!;
        var rows = Balance.Portions(subject, evaluated).ToList();
        var order = rows.ConvertAll(static row => row.Source);
        var rate = evaluated.Id == asked.Id ? CreditRate.One : DrawOrder.Pools(catalog, asked).ToArray().First(pool => pool.Feature.Id == evaluated.Id).RateFor(property);
        var spend = bounds.Spend(evaluated.Id);
        return Listed(subject, order, withSaved: true, (source, saved, key) =>
        {
            var balance = Considered(subject, source, saved, key, rate);
            if (saved is not null) return balance with { Overage = Quantity.Zero, Stop = DrawStop.Empty };
            var portion = rows[order.IndexOf(source)].Portion;
            var (overage, stop) = BelowZero(bounds, order, source, portion, spend);
            return balance with { Left = source.Grant.Terms.Unlimited ? null : Quantity.Total(portion.Left), Overage = overage, Stop = stop };
        });
    }

    private static (Quantity? Units, DrawStop Stop) BelowZero(Bounds bounds, List<Source> order, Source source, Portion portion, SpendCap? spend)
    {
        if (source.Grant.Terms.Unlimited) return (null, DrawStop.NoEnd);
        if (Deduction.Forbidden(bounds, CollectionsMarshal.AsSpan(order), source, DrawMode.Reject) is { } why) return (Quantity.Zero, why);
        if (spend is { } cap) return (Quantity.Total(cap.Left), DrawStop.SpendLimit);
        return source.Grant.Terms.IsUsageBased && portion.BelowZero is { } units ? (Quantity.Total(units), DrawStop.MaxPurchase) : (null, DrawStop.NoEnd);
    }

    private static Consideration Taken(Subject subject, Command.Track command, Taking taking)
    {
        var (sources, value) = (taking.Sources, command.Value);
        var rule = command.Overage == OverageBehavior.Reject && taking.Left.IsPositive ? TrackRule.Rejected
            : sources.Count == 0 ? TrackRule.NotGranted
            : sources[0].Grant.Terms.Unlimited ? TrackRule.Unlimited
            : value.IsNegative ? TrackRule.GivesBack
            : taking.Left.IsPositive ? TrackRule.Capped : TrackRule.Served;
        var compared = new Comparison(taking.Feature.Id, value, rule == TrackRule.Unlimited ? null : value - taking.Left);
        return new Consideration(
            taking.Feature.Id, true, rule != TrackRule.Rejected, null, rule, compared, Listed(subject, sources, withSaved: value.IsPositive, (source, saved, key) => Visited(subject, taking, source, saved, key)));
    }

    private static ConsideredBalance Visited(Subject subject, Taking taking, Source source, RolledOver? saved, OrderKey key)
    {
        var (units, amount, stop) = (0m, 0m, DrawStop.NotReached);
        foreach (var step in taking.Steps)
        {
            if (step.Source.Grant.No != source.Grant.No || step.Rollover != saved?.No) continue;

            // What a window held back before zero was reached is not for want of overage.
            if (stop != DrawStop.UsageLimit || step.Units != 0m) stop = step.Stop;
            (units, amount) = (units + step.Units, amount + step.Amount);
        }

        return Considered(subject, source, saved, key, source.Rate) with { Units = Quantity.Total(units), Amount = Quantity.Total(amount), Stop = stop };
    }

    // Saved units first, then the balances, each with the key that put it there. An unlimited balance takes everything
    // before saved units are looked at.
    private static ImmutableArray<ConsideredBalance> Listed(Subject subject, List<Source> order, bool withSaved, Func<Source, RolledOver?, OrderKey, ConsideredBalance> word)
    {
        var list = ImmutableArray.CreateBuilder<ConsideredBalance>(order.Count);
        if (withSaved && order.Count > 0 && !order[0].Grant.Terms.Unlimited)
        {
            foreach (var (source, saved) in Deduction.SavedInOrder(CollectionsMarshal.AsSpan(order)))
                list.Add(word(source, saved, list.Count == 0 ? OrderKey.First : OrderKey.SavedUnitsExpiry));
        }

        var anySaved = list.Count > 0;
        for (var at = 0; at < order.Count; at++)
            list.Add(word(order[at], null, at == 0 && anySaved ? OrderKey.SavedUnits : DrawOrder.PlacedBy(order, at, entitiesFirst: subject.Entity is not null)));
        return list.DrainToImmutable();
    }

    private static ConsideredBalance Considered(Subject subject, Source source, RolledOver? saved, OrderKey key, CreditRate rate)
    {
        var grant = source.Grant;
        var holds = saved?.Balance ?? grant.Balance;
        return new ConsideredBalance(
            grant,
            NotCounted.PlanVersion(subject.Customer, grant),
            grant.Entity is { } no ? subject.Customer.Entities.Find(no)?.Id : null,
            saved,
            key,
            Quantity.Total(rate.Credits(1m)),
            holds,
            grant.Terms.Unlimited ? null : Quantity.Max(Quantity.Zero, holds),
            Overage: null,
            Units: Quantity.Zero,
            Amount: Quantity.Zero,
            DrawStop.NotReached);
    }

    private static ImmutableArray<ControlInForce> Controls(Bounds bounds, ImmutableArray<FeatureId> features)
    {
        var controls = ImmutableArray.CreateBuilder<ControlInForce>();
        foreach (var feature in features)
        {
            if (bounds.Switched(feature) is var (isOn, source)) controls.Add(new ControlInForce(ControlKind.OverageAllowed, feature, source, isOn, null, null, null, null, null, null));
            if (bounds.Spend(feature) is { } cap)
            {
                controls.Add(new ControlInForce(
                    ControlKind.SpendLimit, feature, cap.Source, null, Quantity.Total(cap.Limit), Quantity.Total(cap.Standing), Quantity.Total(cap.Left), null, null, null));
            }

            foreach (var window in bounds.Windows(feature))
            {
                controls.Add(new ControlInForce(
                    ControlKind.UsageLimit, feature, window.Source, null, window.Limit.Limit, Quantity.Total(window.Used), Quantity.Total(window.LeftBefore), Quantity.Total(window.Counted),
                    window.Limit, new BillingPeriod(window.Start, window.End)));
            }
        }

        return controls.DrainToImmutable();
    }
}
