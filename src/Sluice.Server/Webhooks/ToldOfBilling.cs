using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api;

namespace Sluice.Server.Webhooks;

/// <summary>What became of plans, all that one call did in one message.</summary>
/// <param name="EntityId">Set when all of it is about one entity.</param>
/// <param name="Tags">trial_ended, phase_changed.</param>
internal sealed record BillingUpdatedData(
    string Object,
    string CustomerId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EntityId,
    IReadOnlyList<PlanChangeData> PlanChanges,
    IReadOnlyList<string> Tags)
{
    public static BillingUpdatedData Of(Customer after, PlanChanges changes)
    {
        var holders = changes.News.Select(static news => news.Now.Entity).Distinct().ToList();
        return new BillingUpdatedData(
            Told.BillingUpdated,
            Told.IdOf(after),
            holders is [{ } entity] ? after.Entities.Find(entity)?.Id : null,
            [.. changes.News.Select(PlanChangeData.Of)],
            [.. changes.TrialEnded ? ["trial_ended"] : Array.Empty<string>(), .. changes.PhaseChanged ? ["phase_changed"] : Array.Empty<string>()]);
    }
}

/// <param name="PreviousAttributes">Those that changed, as they were; null unless the plan was updated.</param>
internal sealed record PlanChangeData(
    string Action,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PlanChangeSubscription? Subscription,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PlanChangePurchase? Purchase,
    IReadOnlyDictionary<string, object?>? PreviousAttributes,
    IReadOnlyList<string> ItemChanges)
{
    public static PlanChangeData Of(PlanNews news)
    {
        var (now, status) = (news.Now, news.Action switch { PlanAction.Scheduled => "scheduled", PlanAction.Expired => "expired", _ => "active" });
        return new PlanChangeData(
            news.Action.ToString().ToLowerInvariant(),
            now.OneOff ? null : new PlanChangeSubscription(
                now.Plan, status, now.PastDue, now.Incoming?.StartsAt ?? now.StartedAt, now.CanceledAt, now.EndsAt, now.TrialEnd, now.CurrentPeriod?.Start, now.CurrentPeriod?.End),
            now.OneOff ? new PlanChangePurchase(now.Plan, status, now.EndsAt) : null,
            news.Before is { } before ? Previous(before, now) : null,
            []);
    }

    private static Dictionary<string, object?> Previous(Subscription before, Subscription now)
    {
        var previous = new Dictionary<string, object?>();
        if (before.PastDue != now.PastDue) previous["past_due"] = before.PastDue;
        if (before.CanceledAt != now.CanceledAt) previous["canceled_at"] = before.CanceledAt?.Milliseconds;
        if (before.EndsAt != now.EndsAt) previous["expires_at"] = before.EndsAt?.Milliseconds;
        if (before.TrialEnd != now.TrialEnd) previous["trial_ends_at"] = before.TrialEnd?.Milliseconds;
        return previous;
    }
}

internal sealed record PlanChangeSubscription(
    PlanId PlanId, string Status, bool PastDue, Instant? StartedAt, Instant? CanceledAt, Instant? ExpiresAt, Instant? TrialEndsAt, Instant? CurrentPeriodStart, Instant? CurrentPeriodEnd);

internal sealed record PlanChangePurchase(PlanId PlanId, string Status, Instant? ExpiresAt);

/// <summary>More was bought by itself and is paid.</summary>
/// <param name="BalanceAfter">What is left of the feature then.</param>
internal sealed record ToppedUpData(string CustomerId, FeatureId FeatureId, Quantity QuantityGranted, Quantity Threshold, Quantity BalanceAfter, bool InvoiceMode, ToppedUpInvoice Invoice)
{
    /// <summary>Null when the invoice is about something else.</summary>
    public static ToppedUpData? Of(Customer? before, Customer after, InvoiceNo no)
    {
        if (before?.Billing.Changes.FirstOrDefault(change => change.Invoice == no) is not { TopUp: { IsAuto: true } bought } change) return null;
        var invoice = before.Billing.Find(no)!;
        var left = after.HeldBy(change.Entity).Grants.Where(grant => grant.Feature == bought.Feature).Sum(static grant => Math.Max(0m, grant.Balance.Value));
        var entry = after.Own.Controls.TopUps.IsDefault ? null : after.Own.Controls.TopUps.FirstOrDefault(wanted => wanted.Feature == bought.Feature);
        return new ToppedUpData(
            Told.IdOf(after), bought.Feature, bought.Units, entry?.Threshold ?? Quantity.Zero, Quantity.Total(left), invoice.Send,
            new ToppedUpInvoice(PublicIds.Of(after.Key, no), "paid", invoice.Total.Minor, invoice.Currency.Code, null));
    }
}

/// <param name="Total">In minor units, unlike everywhere else: as callers of this event know it.</param>
internal sealed record ToppedUpInvoice(string StripeId, string Status, long Total, string Currency, string? HostedInvoiceUrl);

/// <param name="Reason">charge_failed or missing_payment_method.</param>
internal sealed record NotToppedUpData(string CustomerId, FeatureId FeatureId, string Reason);
