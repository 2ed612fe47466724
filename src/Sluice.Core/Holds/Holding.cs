using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Usage is held in advance, and settled, released or ended by itself.</summary>
public static class Holding
{
    /// <summary>A refusal when the hold cannot be placed.</summary>
    internal static Refusal? Unfit(Customer customer, Feature feature, HoldTerms terms, Instant now)
    {
        if (customer.Holds.Find(terms.Id) is not null)
            return new Refusal(RefusalCode.HoldExists, $"A hold {terms.Id} is pending: finalize it, or take another lock_id.");
        if (feature is { Type: FeatureType.Metered, Consumable: false })
            return new Refusal(RefusalCode.InvalidRequest, $"Feature {feature.Id} is not consumable: its units are held anyway, so they take no lock.");
        if (terms.ReleasesAt is not { } at) return null;
        if (at <= now) return new Refusal(RefusalCode.InvalidRequest, "lock.expires_at must lie in the future.");
        return at > now.Plus(Hold.Kept) ? new Refusal(RefusalCode.InvalidRequest, "lock.expires_at must lie within the next 24 hours.") : null;
    }

    /// <summary>Ends a hold at what was really used.</summary>
    internal static Outcome Settle(Customer customer, Catalog catalog, Command.Settle command, Instant now)
    {
        if (customer.Holds.Find(command.HoldId) is not { } hold) return NoSuchHold(command.HoldId);
        var final = command.Value ?? hold.Value;
        var ended = new CustomerEvent.HoldEnded(hold.Id, command.Released ? HoldEnd.Released : HoldEnd.Settled);
        if (final == hold.Value) return ended;
        return Adjusted(customer, catalog, hold, final, command.Properties ?? hold.Properties, command.Property, now) is { } used
            ? new Outcome([used, ended])
            : new Refusal(RefusalCode.InvalidInputs, $"A balance would go beyond {Quantity.Limit}: the hold stays as it is.");
    }

    /// <summary>Nobody settled it in time: what it holds is given back at the moment that was named for that, or stays used.</summary>
    internal static ImmutableArray<CustomerEvent> EndByItself(Customer customer, Catalog catalog, Hold hold) => hold.ReleasesAt is null
        ? [new CustomerEvent.HoldEnded(hold.Id, HoldEnd.Lapsed)]
        : [Adjusted(customer, catalog, hold, Quantity.Zero, hold.Properties, property: null, hold.EndsAt)!, new CustomerEvent.HoldEnded(hold.Id, HoldEnd.Expired)];

    /// <summary>What is said of an id that no pending hold has.</summary>
    public static Refusal NoSuchHold(string id) =>
        new(RefusalCode.InvalidRequest, $"There is no pending hold {id}: it was finalized or released already, or never taken.");

    // The difference as one usage: what is too much is undone from the last step on, what is missing is taken anew.
    private static CustomerEvent.Used? Adjusted(Customer customer, Catalog catalog, Hold hold, Quantity final, JsonText? properties, Func<string, string?>? property, Instant now)
    {
        var subject = new Subject(customer, hold.Entity is { } no ? customer.Entities.Find(no) : null);
        var bounds = new Bounds(subject, catalog, now, property: null);
        var deduction = new Deduction(bounds);
        var (held, target) = (hold.Applied, final.Value);
        var isTurned = target != 0m && Math.Sign(target) != Math.Sign(hold.Value.Value) && !hold.Value.IsZero;
        var kept = isTurned ? 0m : held >= 0m ? Math.Min(held, Math.Max(target, 0m)) : Math.Max(held, Math.Min(target, 0m));
        var lost = UndoTo(customer, hold, kept, deduction);
        var missing = target - kept;
        if (catalog.Feature(hold.Feature) is { } feature)
        {
            void Take(Quantity amount, IEnumerable<HeldMove>? held) =>
                deduction.Take(deduction.Reached(subject, catalog, feature, amount, DrawMode.Cap, property), feature, amount, DrawMode.Cap, held);
            if (lost != 0m) Take(Quantity.Total(-lost), null);
            if (missing != 0m) Take(Quantity.Total(missing), kept == 0m ? null : hold.Moves);
        }

        if (!deduction.IsWithinLimits) return null;
        return new CustomerEvent.Used(hold.Feature.Value, final - hold.Value, now, properties, deduction.Draws(), Listed: true)
        {
            Entity = hold.Entity,
            EntityId = subject.Entity?.Id,
            Windows = [.. GivenBack(customer, hold, held, kept), .. bounds.Counts()],
        };
    }

    // From the last step on; returns the units whose grants are gone.
    private static decimal UndoTo(Customer customer, Hold hold, decimal kept, Deduction deduction)
    {
        var (over, lost) = (hold.Applied - kept, 0m);
        for (var at = hold.Moves.Length - 1; at >= 0 && over != 0m; at--)
        {
            var step = hold.Moves[at];
            if (step.Units == 0m) continue;
            var units = Math.Abs(step.Units) <= Math.Abs(over) ? step.Units : over;
            over -= units;
            var holder = step.Entity is { } no ? customer.Entities.Find(no)?.Own : customer.Own;
            if (holder?.Grants.FirstOrDefault(grant => grant.No == step.Grant) is { } grant && (step.Rollover is not { } saved || grant.Rollovers.Any(rollover => rollover.No == saved)))
                deduction.Undo(new Source(grant, CreditRate.One, IsPool: false, IsHeld: false), step, units);
            else
                lost += units;
        }

        return lost;
    }

    // Headroom comes back in the windows it was taken from, while they last.
    private static IEnumerable<WindowCount> GivenBack(Customer customer, Hold hold, decimal held, decimal kept)
    {
        if (held == 0m || held == kept) yield break;
        foreach (var count in hold.Windows)
        {
            var standing = (count.Holder is { } no ? customer.Entities.Find(no)?.Own : customer.Own)?.Windows
                .Any(window => window.Feature == count.Feature && window.Interval == count.Interval && Equals(window.Filter, count.Filter) && window.Start == count.Start);
            if (standing == true) yield return count with { Amount = Quantity.Total(-count.Amount.Value * (held - kept) / held) };
        }
    }
}
