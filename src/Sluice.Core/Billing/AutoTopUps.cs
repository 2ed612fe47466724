using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>More units bought by itself when what is left falls to a threshold.</summary>
internal static class AutoTopUps
{
    private const int MostAttempts = 2;
    private const int FailuresUntilSuspended = 3;

    private static readonly TimeSpan AttemptTime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FailureTime = TimeSpan.FromHours(1);

    /// <summary>What a change of balances or controls sets off, added to it.</summary>
    public static Outcome After(Subject subject, Catalog catalog, Outcome outcome, Instant now)
    {
        if (outcome.Refusal is not null || outcome.Events.IsEmpty || !catalog.Policy.HasProvider) return outcome;
        if (!outcome.Events.Any(static happened => happened is CustomerEvent.ControlsChanged) && !EffectiveControls.Of(subject, catalog).TopUps().Any()) return outcome;
        var story = new EventList(subject.Customer, now);
        story.AddRange(outcome.Events);
        var after = subject.Entity is { } entity ? new Subject(story.Customer, story.Customer.Entities.Find(entity.No)) : new Subject(story.Customer);
        foreach (var wanted in EffectiveControls.Of(after, catalog).TopUps())
        {
            if (Due(new Subject(story.Customer, after.Entity is { } one ? story.Customer.Entities.Find(one.No) : null), wanted, now) is { } grant) story.AddRange(Buy(story.Customer, catalog, grant, wanted, now));
        }

        return story.Events.Length == outcome.Events.Length ? outcome : new Outcome(story.Events);
    }

    /// <summary>A charge failed: it is not tried again by itself, and after three in a row none are until another card is saved.</summary>
    public static CustomerEvent Failed(Customer customer, EntityNo? entity, FeatureId feature, Instant now)
    {
        var tally = TopUpTally.Of(customer, feature, entity);
        return new CustomerEvent.TopUpTallied(tally with { FailedAt = now, Failures = tally.Failures + 1 });
    }

    // The grant to buy for; null when nothing is to be bought, or nothing can be.
    private static Grant? Due(Subject subject, AutoTopUp wanted, Instant now)
    {
        var (customer, own) = (subject.Customer, subject.Customer.HeldBy(subject.Entity?.No));
        var held = own.Grants.Where(grant => grant.Feature == wanted.Feature && !grant.IsShared).ToList();
        if (held.Exists(static grant => grant.Terms.Unlimited) || Left(held) > wanted.Threshold.Value) return null;
        var grant = held.LastOrDefault(row => row.Subscription is not null && row.Terms is { IsPrepaid: true, Price: { Interval.Recurs: false, TierBehavior: not TierBehavior.Volume } });
        if (grant is null || customer.Billing.Changes.Any(change => change.TopUp?.Item == grant.No)) return null;
        var tally = TopUpTally.Of(customer, wanted.Feature, subject.Entity?.No);
        if (tally.Attempts.Count(at => at > now.Plus(-AttemptTime)) >= MostAttempts) return null;
        if (tally.FailedAt > now.Plus(-FailureTime) || tally.Failures >= FailuresUntilSuspended) return null;
        return wanted.Limit is { } limit && tally.Purchased(limit, now) >= limit.Limit.Value ? null : grant;
    }

    // Signed: what is below zero counts against what is left elsewhere.
    private static decimal Left(List<Grant> held) => held.Sum(static grant => grant.Balance.Value + grant.Rollovers.Sum(static saved => saved.Balance.Value));

    private static ImmutableArray<CustomerEvent> Buy(Customer customer, Catalog catalog, Grant grant, AutoTopUp wanted, Instant now)
    {
        var tally = TopUpTally.Of(customer, wanted.Feature, grant.Entity).Tried(wanted.Limit, now);
        if (customer.Billing.Method is null && wanted.InvoiceMode != true)
        {
            return [new CustomerEvent.TopUpTallied(tally with { FailedAt = now, Failures = tally.Failures + 1, Purchases = tally.Purchases - 1 }), new CustomerEvent.TopUpFailed(wanted.Feature, grant.Entity, PaymentProblem.NoPaymentMethod)];
        }

        var held = customer.HeldBy(grant.Entity).Held(grant.Subscription!.Value)!;
        var mode = wanted.InvoiceMode == true ? new InvoiceMode(EnablesAtOnce: false) : null;
        return [new CustomerEvent.TopUpTallied(tally), .. TopUps.Bought(customer, catalog, held, grant, TopUps.Packs(grant, wanted.Amount), mode, isAuto: true, now).Plan!.Events];
    }
}

/// <summary>What was bought by itself lately, of one feature for one holder.</summary>
/// <param name="Attempts">When, the last ones.</param>
/// <param name="Failures">In a row.</param>
/// <param name="Purchases">Since <paramref name="Since"/>, for a limit on them.</param>
public sealed record TopUpTally(FeatureId Feature, EntityNo? Entity, ImmutableArray<Instant> Attempts, Instant? FailedAt, int Failures, Instant? Since, int Purchases)
{
    internal static TopUpTally Of(Customer customer, FeatureId feature, EntityNo? entity) =>
        customer.Billing.TopUps.FirstOrDefault(tally => tally.Feature == feature && tally.Entity == entity) ?? new TopUpTally(feature, entity, [], null, 0, null, 0);

    internal decimal Purchased(PurchaseLimit limit, Instant now) => Since is { } since && limit.Interval.NextAfter(since, since) > now ? Purchases : 0m;

    internal TopUpTally Tried(PurchaseLimit? limit, Instant now)
    {
        var isSame = limit is { } one && Purchased(one, now) > 0m;
        return this with { Attempts = [.. Attempts.TakeLast(1), now], Since = isSame ? Since : now, Purchases = isSame ? Purchases + 1 : 1 };
    }
}
