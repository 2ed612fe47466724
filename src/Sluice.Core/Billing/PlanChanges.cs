using System.Collections.Immutable;

namespace Sluice.Core;

public enum PlanAction
{
    Scheduled,
    Activated,
    Updated,
    Expired,
}

/// <summary>What became of one plan of a customer.</summary>
/// <param name="Now">As it is afterwards; as it was last, when it expired.</param>
/// <param name="Before">As it was, when it was updated.</param>
public sealed record PlanNews(PlanAction Action, Subscription Now, Subscription? Before);

/// <summary>What a change of a customer did to its plans, seen from outside: found by looking at it before and after.</summary>
/// <param name="TrialEnded">A plan is not tried any more and goes on.</param>
/// <param name="PhaseChanged">A plan began that was scheduled.</param>
public sealed record PlanChanges(ImmutableArray<PlanNews> News, bool TrialEnded, bool PhaseChanged)
{
    /// <summary>Of plans that wait for a payment nothing is told: whoever waits for them knows. A period that is merely renewed is no change.</summary>
    /// <param name="before">Null: the customer is new.</param>
    public static PlanChanges Between(Customer? before, Customer after)
    {
        var (old, held) = (Of(before), Of(after));
        var news = ImmutableArray.CreateBuilder<PlanNews>();
        foreach (var (no, was) in old.OrderBy(static pair => pair.Key))
        {
            if (!held.TryGetValue(no, out var now)) news.Add(new PlanNews(PlanAction.Expired, was, null));
            else if (was.Incoming is null && IsSeen(was, now)) news.Add(new PlanNews(PlanAction.Updated, now, was));
        }

        foreach (var (no, now) in held.OrderBy(static pair => pair.Key))
        {
            var isNew = !old.TryGetValue(no, out var was);
            if (now.Incoming is not null && isNew) news.Add(new PlanNews(PlanAction.Scheduled, now, null));
            else if (now.Incoming is null && (isNew || was!.Incoming is not null)) news.Add(new PlanNews(PlanAction.Activated, now, null));
        }

        return new PlanChanges(
            news.DrainToImmutable(),
            TrialEnded: held.Any(pair => pair.Value.TrialEnd is null && old.TryGetValue(pair.Key, out var was) && was is { TrialEnd: not null, Incoming: null }),
            PhaseChanged: held.Any(pair => pair.Value.Incoming is null && old.TryGetValue(pair.Key, out var was) && was.Incoming is not null));
    }

    /// <summary>False for use, resets and the like, which no plan comes or goes by: most of what happens is not looked at.</summary>
    public static bool MayCome(ImmutableArray<CustomerEvent> events)
    {
        foreach (var happened in events)
        {
            if (happened is CustomerEvent.PlanAttached or CustomerEvent.PlanEnded or CustomerEvent.PlanPlanned or CustomerEvent.PlanDropped or CustomerEvent.PlanCanceled or CustomerEvent.PlanPaused
                or CustomerEvent.PlanBilled or CustomerEvent.InvoicePaid or CustomerEvent.InvoiceVoided or CustomerEvent.PaymentFailed or CustomerEvent.EntityDeleted)
                return true;
        }

        return false;
    }

    private static Dictionary<int, Subscription> Of(Customer? customer) => customer is null ? []
        : Cycles.Held(customer).Concat(Cycles.Planned(customer).Where(static planned => planned.Incoming!.StartsAt is not null)).ToDictionary(static one => one.No.Value);

    private static bool IsSeen(Subscription was, Subscription now) =>
        was.PastDue != now.PastDue || was.CanceledAt != now.CanceledAt || was.EndsAt != now.EndsAt || was.TrialEnd != now.TrialEnd || was.IsPaused != now.IsPaused;
}
