using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Balances that come with no plan, and changes made to any balance by hand.</summary>
internal static class BalancesByHand
{
    public static Outcome Update(Subject subject, Catalog catalog, Command.UpdateBalance command, Instant now)
    {
        var (select, change, included, nextReset, expires) = command;
        if (select.Feature is not { } id) return Invalid("feature_id is missing.");
        if (catalog.Feature(id) is not { } feature) return UnknownFeature(id);
        if (Select(subject, feature, select) is not { Count: > 0 } selected) return NothingSelected(select);
        if (feature.IsBoolean && (change is not null || included is not null || nextReset is not null))
            return Invalid($"Feature {id} is boolean: it has no balance to change.");

        // Each change sees what the ones before did; all of them are stored together or not at all.
        var edit = new Edit(subject, now);
        List<Source> Selected() => Select(edit.Current, feature, select);
        if (change is BalanceChange.SetRemainingByGrant { Remaining: var left })
        {
            if (GrantFor(selected, left) is not { } enough) return Invalid("The balance is unlimited: it has nothing to set.");

            // Where more was saved than may remain no grant makes up for it: then what was saved goes.
            (included, change) = (enough < 0m ? null : Quantity.Total(enough), new BalanceChange.SetRemaining(left));
        }

        if (included is { } total && edit.Add(SetGrant(Selected(), total)) is { } grantRefused) return grantRefused;
        if (change is not null && edit.Add(SetBalance(edit.Current, catalog, feature, Selected(), change, included is null ? DrawMode.Set : DrawMode.SetOwn, now)) is { } balanceRefused) return balanceRefused;
        if (expires is { } end && edit.Add(Expire(Selected(), end, now)) is { } expiryRefused) return expiryRefused;
        if (nextReset is { } next && edit.Add(ResetNext(Selected(), next)) is { } resetRefused) return resetRefused;
        return new Outcome(edit.Events.DrainToImmutable());
    }

    public static Outcome Delete(Subject subject, Catalog catalog, Command.DeleteBalance command, Instant now)
    {
        var select = command.Select;
        if (select is { Feature: null, BalanceId: null, Row: null, Interval: null })
            return Invalid("Say which balances to delete: feature_id, balance_id or interval.");
        if (command.Recalculate && select.Feature is null) return Invalid("recalculate_balances needs a feature_id.");
        if (select.Feature is { } id && catalog.Feature(id) is null) return UnknownFeature(id);
        var own = subject.Customer.HeldBy(subject.Entity?.No);
        var doomed = own.Grants.RemoveAll(grant => !IsSelected(subject.Customer, grant, select));
        if (doomed.IsEmpty) return NothingSelected(select);
        if (doomed.FirstOrDefault(grant => IsPaid(own, catalog, grant)) is { } paid)
            return new Refusal(RefusalCode.Conflict, $"A balance of {paid.Feature} belongs to the paid plan {paid.Plan}: change or cancel the plan instead.");
        if (doomed.FirstOrDefault(static grant => grant.IsPool || grant.Parent is not null) is { } shared)
            return new Refusal(RefusalCode.Conflict, $"A balance of {shared.Feature} is shared by entities: change or cancel the plan that grants it instead.");

        var edit = new Edit(subject, now);
        edit.Add(new Outcome([.. doomed.Select(grant => new CustomerEvent.GrantClosed(grant.No, GrantEnd.Deleted, grant.Entity))]));
        return command.Recalculate ? Recalculation.AfterDelete(edit, catalog.Feature(select.Feature!.Value)!, doomed, now) : new Outcome(edit.Events.DrainToImmutable());
    }

    public static Outcome Recalculate(Subject subject, Catalog catalog, Command.RecalculateBalance command) =>
        catalog.Feature(command.Feature) is { } feature ? Recalculation.Of(subject, feature) : UnknownFeature(command.Feature);

    // The included units of all grants together with which so much would remain of what was used so far.
    private static decimal? GrantFor(List<Source> sources, Quantity remaining)
    {
        if (sources.Exists(static source => source.Grant.Terms.Unlimited)) return null;
        return sources.Sum(static source => source.Grant.IncludedNow.Value - source.Grant.Balance.Value - source.Grant.Saved) + remaining.Value;
    }

    // The total of the included units becomes what was asked; the first grant makes up the whole difference, even below zero.
    private static Outcome SetGrant(List<Source> sources, Quantity total)
    {
        if (total.IsNegative) return Invalid("included_grant must not be negative.");
        var counted = sources.FindAll(static source => !source.Grant.Terms.Unlimited);
        if (counted.Count == 0) return Invalid("The balance is unlimited: it has no included_grant to set.");
        var first = counted[0].Grant;
        var difference = total.Value;
        foreach (var source in counted) difference -= source.Grant.IncludedNow.Value;
        if (difference == 0m) return new Outcome([]);
        if (!Quantity.TryOf(first.Adjustment.Value + difference, out var adjustment) || !Quantity.TryOf(first.Granted.Value + difference, out _)) return BeyondLimit();
        return new CustomerEvent.GrantAdjusted(first.No, adjustment, first.Entity);
    }

    // Signed balances are summed, so overage of one grant counts against what is left of another; what was saved counts too.
    private static Outcome SetBalance(Subject subject, Catalog catalog, Feature feature, List<Source> sources, BalanceChange change, DrawMode mode, Instant now)
    {
        if (sources[0].Grant.Terms.Unlimited) sources.RemoveAll(static source => !source.Grant.Terms.Unlimited);
        var (balance, usage) = (0m, 0m);
        foreach (var source in sources)
        {
            balance += source.Grant.Balance.Value + source.Grant.Saved;
            usage += source.Grant.Usage.Value + source.Grant.SavedUsed;
        }

        var amount = change switch
        {
            BalanceChange.SetRemaining set => balance - set.Remaining.Value,
            BalanceChange.SetUsage set => set.Usage.Value - usage,
            BalanceChange.Add add => -add.Amount.Value,
            _ => throw new InvariantViolation($"unknown change {change.GetType().Name}"),
        };
        var deduction = new Deduction();
        deduction.Take(sources, feature, Quantity.Total(amount), mode);
        if (!deduction.IsWithinLimits) return BeyondLimit();
        var draws = deduction.Draws();
        return draws.IsEmpty ? new Outcome([]) : Watching.After(subject, catalog, new CustomerEvent.BalanceSet(draws), [feature], null, now);
    }

    // Meant for the grant that would expire first; when none would, for the first in order.
    private static Outcome Expire(List<Source> sources, Instant at, Instant now)
    {
        if (at <= now || !at.IsInCalendar) return Invalid("expires_at must lie in the future.");
        var grant = Soonest(sources, static grant => grant.ExpiresAt);
        if (grant.Terms.Price is { Interval.Recurs: true }) return Invalid("A balance with a recurring price cannot be given an expiry.");
        return new CustomerEvent.GrantRescheduled(grant.No, grant.Anchor, grant.NextResetAt, at, grant.Entity);
    }

    // Meant for the grant that resets first. A moment that has passed is due at once.
    private static Outcome ResetNext(List<Source> sources, Instant at)
    {
        if (!at.IsInCalendar) return Invalid("next_reset_at is no moment of the calendar.");
        var resetting = sources.FindAll(static source => source.Grant.Terms.Reset is { Recurs: true });
        if (resetting.Count == 0) return Invalid("The balance never resets: next_reset_at cannot be set.");
        var grant = Soonest(resetting, static grant => grant.NextResetAt);
        if (at >= grant.ExpiresAt) return Invalid("next_reset_at must lie before the balance expires.");
        return new CustomerEvent.GrantRescheduled(grant.No, Anchor: at, at, grant.ExpiresAt, grant.Entity);
    }

    private static Grant Soonest(List<Source> sources, Func<Grant, Instant?> moment)
    {
        var soonest = sources[0].Grant;
        foreach (var source in sources)
        {
            if (moment(source.Grant) is { } at && !(moment(soonest) <= at)) soonest = source.Grant;
        }

        return soonest;
    }

    private static List<Source> Select(Subject subject, Feature feature, GrantSelector select)
    {
        var sources = DrawOrder.Of(subject, feature);
        sources.RemoveAll(source => !IsSelected(subject.Customer, source.Grant, select));
        return sources;
    }

    // What has no reset counts as granted once.
    private static bool IsSelected(Customer customer, Grant grant, GrantSelector select) =>
        (select.Feature is not { } feature || grant.Feature == feature)
        && (select.BalanceId is not { } id || grant.BalanceId == id)
        && (select.Row is not { } row || row == new GrantName(customer.Key, grant.Shown))
        && (select.Interval is not { } unit || (grant.Terms.Reset ?? Interval.OneOff).Unit == unit);

    private static bool IsPaid(Holdings own, Catalog catalog, Grant grant)
    {
        if (grant.Terms.Price is not null) return true;
        if (grant.Subscription is not { } no) return false;
        foreach (var held in own.Subscriptions)
        {
            if (held.No == no) return catalog.Plan(held.Plan, held.Version) is { IsFree: false };
        }

        return false;
    }

    private static Refusal Invalid(string message) => new(RefusalCode.InvalidRequest, message);

    private static Refusal UnknownFeature(FeatureId feature) => new(RefusalCode.FeatureNotFound, $"Feature {feature} does not exist.");

    private static Refusal BeyondLimit() => new(RefusalCode.InvalidInputs, $"A balance would go beyond {Quantity.Limit}: nothing was changed.");

    private static Refusal NothingSelected(GrantSelector select) =>
        new(RefusalCode.NotFound, select.Feature is { } feature ? $"The customer has no such balance of {feature}." : "The customer has no such balance.");
}
