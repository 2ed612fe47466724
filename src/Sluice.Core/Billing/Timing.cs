namespace Sluice.Core;

/// <summary>Which billing cycle a plan joins, where its periods are counted from, and whether it starts with a trial.</summary>
internal static class Timing
{
    /// <param name="Current">The held plan it takes the place of.</param>
    /// <param name="KeepsTrial">It is the same plan on other terms: a running trial goes on.</param>
    public readonly record struct Standing(Customer Customer, BillingPolicy Policy, Subscription? Current, Instant Now, bool KeepsTrial = false);

    /// <summary>No cycle in the result: it gets one of its own.</summary>
    public static Subscription Settle(Subscription planned, PlanOffer offer, AttachOptions options, Standing standing)
    {
        var (customer, _, current, now, keepsTrial) = standing;
        var billed = current is { Cycle: not null, Runs.IsEmpty: false } ? current : null;
        var joined = options.OwnCycle == true ? null : billed ?? Cycles.Of(customer);
        if (TrialEnd(offer, standing, joined) is { } trialEnd)
            return planned with { Cycle = billed?.Cycle, Anchor = trialEnd, TrialEnd = trialEnd };
        if (joined is { TrialEnd: { } running } && running > now)
        {
            // Beside a plan that is tried it is free as long; in its place it ends the trial.
            return billed is null || keepsTrial ? planned with { Cycle = joined.Cycle, Anchor = joined.Anchor, TrialEnd = running } : planned with { Cycle = joined.Cycle, Anchor = now };
        }

        var anchor = options.AnchorsNow ? now : options.AnchorsAt ?? (options.StartsAt < now ? options.StartsAt : null) ?? joined?.Anchor ?? now;
        return planned with { Cycle = joined?.Cycle, Anchor = anchor };
    }

    /// <summary>Its end; a trial that outlasts the calendar ends with it.</summary>
    public static Instant After(FreeTrial trial, Instant from) => trial.Unit switch
    {
        TrialUnit.Day => new Interval(IntervalUnit.Day).Boundary(from, trial.Length) ?? Instant.Latest,
        TrialUnit.Month => new Interval(IntervalUnit.Month).Boundary(from, trial.Length) ?? Instant.Latest,
        TrialUnit.Year => new Interval(IntervalUnit.Year).Boundary(from, trial.Length) ?? Instant.Latest,
        _ => throw new InvariantViolation($"trial unit {trial.Unit}"),
    };

    /// <summary>Each plan is tried once; one that was asked for by name counts again.</summary>
    public static bool MayTry(Customer? customer, BillingPolicy policy, PlanId plan, EntityNo? entity, bool isAsked) =>
        isAsked || policy.RepeatTrials || customer is null || !customer.Billing.Trials.Contains(new UsedTrial(plan, entity));

    // What comes beside a plan in its cycle has no trial of its own.
    private static Instant? TrialEnd(PlanOffer offer, Standing standing, Subscription? joined)
    {
        var (customer, policy, current, now, _) = standing;
        if (offer.Trial is not { } trial || !MayTry(customer, policy, offer.Plan, offer.Entity, offer.TrialIsAsked)) return null;
        return current is not null || joined is null ? After(trial, now) : null;
    }
}
