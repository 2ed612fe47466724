using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What a look at one feature says. Neither member set: nothing is due.</summary>
/// <param name="Blocked">It is due and cannot be.</param>
public readonly record struct TopUpDecision(TopUpOrder? Order, TopUpFailure? Blocked);

/// <summary>
/// When more is bought by itself, and what of it is written down. Buys nothing: who carries an order out says
/// <see cref="Started"/> with it, and <see cref="Ended"/> when the answer is there.
/// </summary>
public static class AutoTopUps
{
    private const int MostAttempts = 2;
    private const int MostFailuresInARow = 3;
    private static readonly TimeSpan FailureCountsFor = TimeSpan.FromHours(1);

    /// <summary>The features to look at after a use of one: its own balances, and those of the credit systems that may have paid.</summary>
    public static ImmutableArray<FeatureId> Touched(Catalog catalog, Feature used) =>
        [used.Id, .. DrawOrder.Pools(catalog, used).ToArray().Select(static pool => pool.Feature.Id)];

    /// <summary>The feature to look at when controls changed: the first that is switched on now and was not.</summary>
    public static FeatureId? NewlyEnabled(BillingControls before, BillingControls after)
    {
        foreach (var entry in after.TopUps.IsDefault ? [] : after.TopUps)
        {
            if (entry.Enabled && (before.TopUps.IsDefault || !before.TopUps.Any(was => was.Feature == entry.Feature && was.Enabled))) return entry.Feature;
        }

        return null;
    }

    /// <param name="customer">As of now, after the use.</param>
    /// <param name="canCharge">A payment method is there.</param>
    public static TopUpDecision Decide(Customer customer, Catalog catalog, FeatureId feature, bool canCharge, Instant now)
    {
        if (Configured(customer, catalog, feature) is not var (entry, plan) || !entry.Enabled) return default;
        if (!IsBelow(customer, catalog, entry)) return default;
        var book = Book(customer, feature);
        if (book.Pending is not null) return default;
        if (book.FailuresInARow >= MostFailuresInARow) return Blocked(TopUpFailure.Suspended);
        if (Sold(customer, feature, plan) is not { } grant) return Blocked(TopUpFailure.NoPlan);
        if (!canCharge && entry.InvoiceMode != true) return Blocked(TopUpFailure.NoPaymentMethod);
        if (Units(grant, entry) is not var (packs, units)) return Blocked(TopUpFailure.InvalidAmount);
        if (entry.Limit is { } limit && book.Window is { } window && window.Holds(now) && book.Purchases >= limit.Limit.Value) return Blocked(TopUpFailure.PurchaseLimit);
        if (book.Attempts.Count(attempt => attempt.Plus(TopUpBook.AttemptsCountFor) > now) >= MostAttempts) return Blocked(TopUpFailure.AttemptLimit);
        if (book.FailedAt is { } failed && failed.Plus(FailureCountsFor) > now) return Blocked(TopUpFailure.FailedAttemptLimit);
        return new TopUpDecision(new TopUpOrder(feature, grant.No, grant.Subscription!.Value, grant.Plan!.Value, packs, units, entry.InvoiceMode == true), null);
    }

    /// <summary>Written down with the order: from here on it is in flight, and no second one is due.</summary>
    public static CustomerEvent Started(TopUpOrder order) => new CustomerEvent.TopUpStarted(order);

    /// <summary>Written down with the answer, beside the units and the invoice it led to.</summary>
    /// <param name="failure">Null: it was bought.</param>
    public static CustomerEvent Ended(Customer customer, Catalog catalog, FeatureId feature, TopUpFailure? failure, Instant now) => new CustomerEvent.TopUpEnded(
        feature, failure, failure is null && Configured(customer, catalog, feature)?.Entry.Limit is { } limit ? Window(Book(customer, feature), limit, now) : null);

    private static TopUpBook Book(Customer customer, FeatureId feature) => customer.TopUps.FirstOrDefault(book => book.Feature == feature) ?? TopUpBook.Empty(feature);

    // The customer's own entry, also one that is switched off; else that of the plan attached last that has one.
    private static (AutoTopUp Entry, Subscription? Plan)? Configured(Customer customer, Catalog catalog, FeatureId feature)
    {
        if (Of(customer.Own.Controls) is { } own) return (own, null);
        foreach (var held in customer.Subscriptions.Reverse())
        {
            if (catalog.Plan(held.Plan, held.Version)?.Controls is { } controls && Of(controls) is { } entry) return (entry, held);
        }

        return null;

        AutoTopUp? Of(BillingControls controls) => controls.TopUps.IsDefault ? null : controls.TopUps.FirstOrDefault(entry => entry.Feature == feature);
    }

    // Signed: what is below zero counts against what is left elsewhere.
    private static bool IsBelow(Customer customer, Catalog catalog, AutoTopUp entry)
    {
        if (catalog.Feature(entry.Feature) is not { IsBoolean: false } feature) return false;
        var total = 0m;
        foreach (var (source, _) in Balance.Portions(customer, feature))
        {
            if (source.Grant.Terms.Unlimited) return false;
            total += source.Grant.Balance.Value;
            foreach (var saved in source.Grant.Rollovers) total += saved.Balance.Value;
        }

        return total <= entry.Threshold.Value;
    }

    // Sold once and in advance by a plan that is held: the one attached last, or the plan whose entry it is.
    private static Grant? Sold(Customer customer, FeatureId feature, Subscription? plan) => customer.Grants
        .Where(grant => grant.Feature == feature && !grant.IsShared && grant.Terms is { IsPrepaid: true, Price: { Interval.Recurs: false, TierBehavior: not TierBehavior.Volume } })
        .Where(grant => grant.Subscription is { } from && (plan is null || plan.No == from))
        .MaxBy(static grant => grant.Subscription!.Value.Value);

    private static (Quantity Packs, Quantity Units)? Units(Grant grant, AutoTopUp entry)
    {
        var perPack = grant.Terms.Price!.BillingUnits.Value;
        var packs = decimal.Ceiling(entry.Amount.Value / perPack);
        return packs >= 1m && Quantity.TryOf(packs * perPack, out var units) && Quantity.TryOf(grant.Granted.Value + units.Value, out _) ? (Quantity.Of(packs), units) : null;
    }

    // A window begins with the first purchase after the one before has ended.
    private static BillingPeriod? Window(TopUpBook book, PurchaseLimit limit, Instant now) =>
        book.Window is { } window && window.Holds(now) ? window : limit.Interval.Boundary(now, 1) is { } end ? new BillingPeriod(now, end) : null;

    private static TopUpDecision Blocked(TopUpFailure why) => new(null, why);
}
