using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Api.Webhooks;

/// <param name="Events">Types it wants; empty = all.</param>
/// <param name="Secret">Shown when it is made, rotated or got.</param>
/// <param name="PreviousSecretEndsAt">Until then messages carry a second signature, by the secret before.</param>
public sealed record WebhookBody(
    string Id,
    string Url,
    string? Description,
    IReadOnlyList<string> Events,
    bool Enabled,
    Instant CreatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Instant? PreviousSecretEndsAt)
{
    internal static WebhookBody Of(WebhookEndpoint endpoint, bool withSecret) => new(
        endpoint.Id, endpoint.Url, endpoint.Description, endpoint.Events, endpoint.Enabled, endpoint.CreatedAt, withSecret ? endpoint.Secret : null, endpoint.OldSecretEndsAt);
}

/// <param name="CustomerId">As it was when it happened; null for a test.</param>
/// <param name="NextAttemptAt">Null when it is settled, on its way or waits behind another message of the customer.</param>
/// <param name="Body">As it is sent.</param>
public sealed record DeliveryBody(
    string MessageId,
    string WebhookId,
    string Type,
    string? CustomerId,
    string Status,
    Instant OccurredAt,
    Instant? SettledAt,
    Instant? NextAttemptAt,
    IReadOnlyList<AttemptBody> Attempts,
    JsonText Body)
{
    internal static DeliveryBody Of(DeliveryListed row) => new(
        row.MessageId, row.EndpointId, row.Type, row.CustomerId, DeliveryCalls.Statuses.First(pair => pair.Value == row.Status).Key,
        row.At, row.SettledAt, row.NextAt, [.. row.Attempts.Select(static one => new AttemptBody(one.At, one.StatusCode, one.Error, one.Milliseconds))], new JsonText(row.Body));
}

/// <param name="StatusCode">Null = there was no answer, and the error says why.</param>
public sealed record AttemptBody(Instant At, int? StatusCode, string? Error, int DurationMs);

/// <summary>A message on its way.</summary>
public sealed record SentBody(string MessageId);

/// <param name="Messages">How many are sent again; one to two endpoints counts twice.</param>
public sealed record ReplayedBody(int Messages);
