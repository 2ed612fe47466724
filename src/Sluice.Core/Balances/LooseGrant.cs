namespace Sluice.Core;

/// <summary>A grant that comes with no plan.</summary>
internal static class LooseGrant
{
    public static Outcome Open(Subject subject, Catalog catalog, Command.CreateBalance command, Instant now)
    {
        var (customer, entity) = subject;
        if (catalog.Feature(command.Feature) is not { } feature)
            return new Refusal(RefusalCode.FeatureNotFound, $"Feature {command.Feature} does not exist.");
        var reset = Reset(feature, command);
        if ((Refuse(subject, feature, command) ?? RefuseTimes(command, reset, now) ?? PlanItems.CheckRollover(command.Rollover, feature) ?? RefuseRollover(command, reset, now)) is { } refusal) return refusal;

        var nextReset = command.NextResetAt ?? (command.ExpiresAt is null ? reset?.NextAfter(now, now) : null);
        var included = command.Included ?? Quantity.Zero;
        return new CustomerEvent.GrantOpened(new Grant(
            new GrantNo(customer.LastNo + 1), command.BalanceId, Subscription: null, Plan: null, AddOn: false,
            new ItemTerms(TermsId.None, feature.Id, included, command.Unlimited, reset, Rollover: command.Rollover?.ToRollover()),
            included, Prepaid: Quantity.Zero, Adjustment: Quantity.Zero, Balance: included,
            Anchor: command.NextResetAt ?? now, nextReset, command.ExpiresAt, CreatedAt: now) { Entity = entity?.No });
    }

    private static Refusal? Refuse(Subject subject, Feature feature, Command.CreateBalance command)
    {
        if (subject.Entity?.Feature == feature.Id)
            return Invalid($"Entity {subject.Entity.Id} is one of {feature.Id} itself: give it a balance of another feature.");
        if (feature.IsBoolean)
        {
            if (command.Included is not null || command.Unlimited || command.Reset is not null || command.NextResetAt is not null)
                return Invalid($"Feature {feature.Id} is boolean: it takes no grant and no reset.");
            if (Flags.Of(subject, feature) is not null)
                return new Refusal(RefusalCode.Conflict, $"The customer has {feature.Id} already.");
        }
        else
        {
            if (command.Included is null == !command.Unlimited) return Invalid("Give either included_grant or unlimited.");
            if (command.Included is { IsNegative: true }) return Invalid("included_grant must not be negative.");
            if (command.Unlimited && command.Reset is not null) return Invalid("An unlimited balance takes no reset.");
        }

        return command.BalanceId is { } id && subject.Customer.Grants.Concat(subject.Customer.Entities.SelectMany(static entity => entity.Own.Grants)).Any(grant => grant.BalanceId == id)
            ? new Refusal(RefusalCode.Conflict, $"The customer has a balance {id} already.")
            : null;
    }

    private static Refusal? RefuseTimes(Command.CreateBalance command, Interval? reset, Instant now)
    {
        if (command.ExpiresAt is { } expiry && (expiry <= now || !expiry.IsInCalendar))
            return new Refusal(RefusalCode.InvalidRequest, "expires_at must lie in the future.");
        if (command.NextResetAt is not { } next) return null;
        if (reset is not { Recurs: true })
            return new Refusal(RefusalCode.InvalidRequest, "next_reset_at needs a reset that recurs.");
        if (next <= now || !next.IsInCalendar)
            return new Refusal(RefusalCode.InvalidRequest, "next_reset_at must lie in the future.");
        return next >= command.ExpiresAt ? new Refusal(RefusalCode.InvalidRequest, "next_reset_at must lie before expires_at.") : null;
    }

    private static Refusal? RefuseRollover(Command.CreateBalance command, Interval? reset, Instant now)
    {
        if (command.Rollover is null) return null;
        if (reset is not { Recurs: true } every) return Invalid("A rollover needs a reset that recurs: without one nothing is left over.");
        return command.ExpiresAt <= (command.NextResetAt ?? every.NextAfter(now, now))
            ? new Refusal(RefusalCode.InvalidRequest, "With a rollover, expires_at must lie after the next reset.")
            : null;
    }

    // Seats are held, so a reset that is sent for them has no meaning and is dropped, as it is from a plan's item.
    private static Interval? Reset(Feature feature, Command.CreateBalance command)
    {
        if (feature.IsBoolean || command.Unlimited || feature is { Type: FeatureType.Metered, Consumable: false }) return null;
        return command.Reset ?? Interval.OneOff;
    }

    private static Refusal Invalid(string message) => new(RefusalCode.InvalidInputs, message);
}
