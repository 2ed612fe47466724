using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Something that happened, as it is told to the user's servers. Written in the unit of what it tells.</summary>
/// <param name="Id">The same on every repeat.</param>
/// <param name="Customer">Null = of no customer.</param>
/// <param name="CustomerId">The caller's id of it then.</param>
/// <param name="Body">JSON as it is sent.</param>
/// <param name="At">When it happened, by the customer's clock.</param>
/// <param name="WrittenAt">By our own clock.</param>
public sealed record WebhookMessage(string Id, ScopeId Scope, CustomerKey? Customer, string? CustomerId, string Type, string Body, Instant At, Instant WrittenAt)
{
    /// <summary>The type that an endpoint gets only when it names it: the older telling of what <c>billing.updated</c> tells too.</summary>
    public const string OnlyByName = "customer.products.updated";
}

/// <summary>Where messages go.</summary>
/// <param name="No">Given by the store; 0 before.</param>
/// <param name="Id">Unique in its scope.</param>
/// <param name="Events">Types it wants; empty = all but <see cref="WebhookMessage.OnlyByName"/>.</param>
/// <param name="Secret">Signs; kept in the clear, as it must be used.</param>
/// <param name="OldSecret">Signs too until its end.</param>
/// <param name="Preset">It comes from the settings.</param>
public sealed record WebhookEndpoint(
    long No,
    ScopeId Scope,
    string Id,
    string Url,
    string? Description,
    ImmutableArray<string> Events,
    bool Enabled,
    string Secret,
    string? OldSecret,
    Instant? OldSecretEndsAt,
    bool Preset,
    Instant CreatedAt);

/// <summary>What became of a message at an endpoint. The numbers are stored: never change one.</summary>
public enum DeliveryStatus
{
    /// <summary>On its way, or waiting for its turn or its next attempt.</summary>
    Pending = 1,
    Delivered = 2,

    /// <summary>Given up; only a replay sends it again.</summary>
    Parked = 3,
}

/// <summary>The first pending message of a customer at an endpoint, taken to be sent.</summary>
/// <param name="Lane">The customer, or a lane of its own for a message of no customer.</param>
/// <param name="Attempts">Made since it was written or replayed.</param>
/// <param name="Until">Its lease: whoever took it has it to themselves until then.</param>
public sealed record LeasedMessage(long Endpoint, Lane Lane, long Message, string Id, string Body, int Attempts, Instant Until);

/// <summary>What waits in one order: the messages of a customer, or a single message of none. The numbers are stored.</summary>
public readonly record struct Lane(long Value)
{
    /// <summary>It holds one message, which tells of no customer.</summary>
    public bool IsSingle => Value < 0;

    /// <param name="customer">0 = none.</param>
    public static Lane Of(long customer, long message) => new(customer == 0 ? -message : customer);
}

/// <summary>One attempt.</summary>
/// <param name="StatusCode">Null = there was no answer.</param>
/// <param name="Error">Why it failed, when the status does not tell.</param>
public sealed record DeliveryAttempt(Instant At, int? StatusCode, string? Error, int Milliseconds);

/// <summary>An attempt and what follows from it.</summary>
/// <param name="NextAt">When to try again; set when it stays <see cref="DeliveryStatus.Pending"/>.</param>
public sealed record AttemptEnded(LeasedMessage Leased, DeliveryAttempt Attempt, DeliveryStatus Status, Instant? NextAt);

/// <summary>A message at an endpoint, for the log.</summary>
/// <param name="NextAt">When the next attempt is due; null when it is settled or waits behind another message.</param>
public sealed record DeliveryListed(
    long No,
    long Endpoint,
    string EndpointId,
    string MessageId,
    string Type,
    string? CustomerId,
    string Body,
    Instant At,
    DeliveryStatus Status,
    Instant? SettledAt,
    Instant? NextAt,
    ImmutableArray<DeliveryAttempt> Attempts);

/// <summary>Newest message first; filters are joined by "and".</summary>
/// <param name="After">The last row of the page before: message, endpoint.</param>
public sealed record DeliveryQuery(ScopeId Scope, int Limit, string? EndpointId = null, DeliveryStatus? Status = null, string? CustomerId = null, (long No, long Endpoint)? After = null);

/// <summary>Messages to be sent again, with their own ids and bodies, in their order.</summary>
/// <param name="MessageId">This one.</param>
/// <param name="Since">Those that happened at or after this moment, of the types the endpoint wants.</param>
/// <param name="ParkedOnly">Those that were given up.</param>
/// <param name="AfterNo">Goes on behind this message.</param>
public sealed record ReplayQuery(string? MessageId = null, Instant? Since = null, bool ParkedOnly = false, long AfterNo = 0);

/// <param name="LastNo">The last message of this part; null = there was none left.</param>
public readonly record struct Replayed(int Count, long? LastNo);

/// <summary>
/// Endpoints, and messages on their way to them. Messages themselves are written by <see cref="IStore.Commit"/>. Every
/// write is durable when its task completes.
/// </summary>
public interface IWebhookStore
{
    ValueTask<WebhookEndpoint> AddEndpoint(WebhookEndpoint endpoint);

    /// <summary>The first made first.</summary>
    ValueTask<IReadOnlyList<WebhookEndpoint>> Endpoints(ScopeId scope);

    ValueTask<WebhookEndpoint?> FindEndpoint(ScopeId scope, string id);

    /// <summary>
    /// Changes what is there then (not its number, scope and id), so that of two changes at once none is lost, and lets
    /// what waits be tried at once. Null when it is gone.
    /// </summary>
    ValueTask<WebhookEndpoint?> ChangeEndpoint(ScopeId scope, string id, Func<WebhookEndpoint, WebhookEndpoint> change);

    /// <summary>With all its deliveries. False when it is not there.</summary>
    ValueTask<bool> RemoveEndpoint(ScopeId scope, string id);

    /// <summary>A message for one endpoint alone.</summary>
    ValueTask AddMessage(WebhookMessage message, WebhookEndpoint endpoint);

    /// <summary>Called at the start, before any lease: those of this node's earlier life are void. A store that several nodes share lets them run out.</summary>
    ValueTask ForgetLeases();

    /// <summary>Enabled endpoints for which something may be sent now.</summary>
    ValueTask<IReadOnlyList<WebhookEndpoint>> DueEndpoints(Instant now);

    /// <summary>
    /// Takes what is due at an endpoint, at most one message of each customer, for nobody else until
    /// <paramref name="until"/>. What is neither settled nor put off by then may be taken again.
    /// </summary>
    ValueTask<IReadOnlyList<LeasedMessage>> Lease(long endpoint, Instant now, Instant until, int limit);

    /// <summary>Records attempts and gives the leases back. What was leased anew meanwhile stays with who has it.</summary>
    ValueTask Settle(IReadOnlyList<AttemptEnded> ended, Instant now);

    ValueTask<IReadOnlyList<DeliveryListed>> Deliveries(DeliveryQuery query);

    /// <summary>At most <paramref name="limit"/> of them; the caller goes on behind <see cref="Replayed.LastNo"/>.</summary>
    ValueTask<Replayed> Replay(WebhookEndpoint endpoint, ReplayQuery query, int limit, Instant now);

    /// <summary>The scope's endpoints that a message was for.</summary>
    ValueTask<(bool Exists, IReadOnlyList<WebhookEndpoint> Endpoints)> EndpointsOf(ScopeId scope, string messageId);

    /// <summary>Drops messages written before a moment that wait nowhere, with their deliveries; returns how many.</summary>
    ValueTask<int> SweepMessages(Instant before, int limit);
}
