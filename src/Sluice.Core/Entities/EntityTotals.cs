namespace Sluice.Core;

/// <summary>Grants of several entities added up: what a customer sees of them. Balances are signed; unlimited grants are counted and not added.</summary>
/// <param name="Overage">Units below zero, each grant by itself.</param>
/// <param name="Room">Units that priced grants with a limit may still go below zero, each by itself.</param>
/// <param name="Saved">Units rolled over that are left, and <paramref name="SavedUsed"/> of those that were used.</param>
/// <param name="Ending">How many of them end at some moment.</param>
/// <param name="Recurring">Included units of main plans that come round again: what a spend limit in percent is of.</param>
public readonly record struct EntityTotals(
    int Count, int Unlimited, int UsageBased, int Ending, decimal Included, decimal Prepaid, decimal Adjustment, decimal Balance, decimal Overage, decimal Room, decimal Saved, decimal SavedUsed, decimal Recurring)
{
    internal EntityTotals Plus(Grant grant, int sign)
    {
        if (grant.Terms.Unlimited) return this with { Count = Count + sign, Unlimited = Unlimited + sign };
        var (saved, used) = (0m, 0m);
        foreach (var rollover in grant.Rollovers)
        {
            saved += rollover.Balance.Value;
            used += rollover.Used.Value;
        }

        return new EntityTotals(
            Count + sign,
            Unlimited,
            UsageBased + (grant.Terms.IsUsageBased ? sign : 0),
            Ending + (grant.ExpiresAt is null ? 0 : sign),
            Included + (sign * grant.Included.Value),
            Prepaid + (sign * grant.Prepaid.Value),
            Adjustment + (sign * grant.Adjustment.Value),
            Balance + (sign * grant.Balance.Value),
            Overage + (sign * grant.Overage.Value),
            Room + (sign * (grant.RoomBelowZero ?? 0m)),
            Saved + (sign * saved),
            SavedUsed + (sign * used),
            Recurring + (sign * grant.RecurringBase.Value));
    }
}
