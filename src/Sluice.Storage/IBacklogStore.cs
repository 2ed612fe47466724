using Sluice.Core;

namespace Sluice.Storage;

/// <summary>What has not been done yet, over all scopes.</summary>
public interface IBacklogStore
{
    ValueTask<Backlog> Backlog(Instant now);

    /// <summary>
    /// Whatever waits for a moment after <paramref name="now"/> to be tried, or is leased until far beyond it, waits no longer: a clock
    /// that was ahead may have said so. What falls due by a customer's own time is left as it is.
    /// </summary>
    ValueTask PullIn(Instant now);
}

/// <param name="Customers">With something due.</param>
/// <param name="CustomersSince">The longest due; null when nothing is.</param>
/// <param name="PaymentTasks">Questions to the payment provider without an answer yet, due or not.</param>
/// <param name="PaymentsSince">The longest due; null when none is.</param>
/// <param name="WebhookLanes">Customers at an endpoint with messages that wait.</param>
/// <param name="WebhookLanesDue">Of these, with a message that could be sent now; where an endpoint is disabled, none.</param>
/// <param name="Referrals">Rewards that were earned and could be given now.</param>
public sealed record Backlog(long Customers, Instant? CustomersSince, long PaymentTasks, Instant? PaymentsSince, long WebhookLanes, long WebhookLanesDue, long Referrals);
