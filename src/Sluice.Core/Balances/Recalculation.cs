using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Usage is put where there is something left for it.</summary>
internal static class Recalculation
{
    /// <summary>
    /// Overage of balances moves onto balances of the same holder that have something left. Nothing happens unless both
    /// are there, so doing it again changes nothing.
    /// </summary>
    public static Outcome Of(Subject subject, Feature feature)
    {
        var sources = DrawOrder.Of(subject, feature).FindAll(source => source.Grant.Entity == subject.Entity?.No && !source.Grant.Terms.Unlimited);
        var overage = Quantity.Total(sources.Sum(static source => source.Grant.Overage.Value));
        var left = Quantity.Total(sources.Sum(static source => source.Grant.Remaining.Value));
        var moved = Quantity.Min(overage, left);
        if (!moved.IsPositive) return new Outcome([]);
        var deduction = new Deduction();
        deduction.Take(sources, feature, -moved, DrawMode.Cap);
        deduction.Take(sources.FindAll(static source => source.Grant.Balance.IsPositive), feature, moved, DrawMode.Cap);
        return new CustomerEvent.BalanceSet(deduction.Draws());
    }

    /// <summary>What was used of balances that were deleted is taken from those that remain, without a floor; without any it stays as overage of its own.</summary>
    public static Outcome AfterDelete(Edit edit, Feature feature, ImmutableArray<Grant> deleted, Instant now)
    {
        var usage = Quantity.Total(deleted.Where(grant => grant.Feature == feature.Id && !grant.Terms.Unlimited).Sum(static grant => grant.Usage.Value));
        var survivors = DrawOrder.Of(edit.Current, feature).FindAll(source => source.Grant.Entity == edit.Current.Entity?.No);
        if (!usage.IsPositive) return new Outcome(edit.Events.DrainToImmutable());
        if (survivors.Count == 0)
        {
            edit.Add(new CustomerEvent.GrantOpened(new Grant(
                new GrantNo(edit.Current.Customer.LastNo + 1), BalanceId: null, Subscription: null, Plan: null, AddOn: false,
                new ItemTerms(TermsId.None, feature.Id, Quantity.Zero, Unlimited: false, Reset: null),
                Included: Quantity.Zero, Prepaid: Quantity.Zero, Adjustment: Quantity.Zero, Balance: -usage, Anchor: now, NextResetAt: null, ExpiresAt: null, CreatedAt: now)
            {
                Entity = edit.Current.Entity?.No,
            }));
        }
        else
        {
            var deduction = new Deduction();
            deduction.Take(survivors, feature, usage, DrawMode.Overflow);
            if (!deduction.IsWithinLimits) return new Refusal(RefusalCode.InvalidInputs, $"A balance would go beyond {Quantity.Limit}: nothing was changed.");
            edit.Add(new CustomerEvent.BalanceSet(deduction.Draws()));
        }

        return new Outcome(edit.Events.DrainToImmutable());
    }
}
