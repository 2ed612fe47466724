using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Threading.Channels;
using Sluice.Core;
using Sluice.Server.Api;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Webhooks;

/// <summary>The messages of what happened, and the bell that tells the dispatcher that some were committed.</summary>
internal sealed class Outbox(TimeProvider time, Settings settings)
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int Characters = 27;

    // Once somebody asked for it, until the next start: what nobody wants then is stored and sent to nobody. Where other nodes
    // may have been asked, always.
    private readonly ConcurrentDictionary<ScopeId, bool> _olderWords = new();
    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>What is told of the events of one entry; most entries tell nothing and cost nothing.</summary>
    /// <param name="before">The customer before the entry; null when it is new.</param>
    /// <param name="after">The customer after it.</param>
    /// <param name="at">The moment of the command.</param>
    public void Tell(Scope scope, Customer? before, Customer after, ImmutableArray<CustomerEvent> events, Instant at, ref List<WebhookMessage>? messages)
    {
        foreach (var happened in events)
        {
            if (Told.Of(before, after, happened) is { } told) (messages ??= []).Add(Message(scope.Id, after, told, at));
        }

        if (!PlanChanges.MayCome(events)) return;
        foreach (var plans in Told.Plans(new View(scope, at), before, after, events, settings.Database is not null || _olderWords.ContainsKey(scope.Id))) (messages ??= []).Add(Message(scope.Id, after, plans, at));
    }

    /// <summary>An endpoint wants these types: what is told in older words is told only where it is asked for.</summary>
    public void Heed(WebhookEndpoint endpoint)
    {
        if (endpoint.Events.Contains(Told.ProductsUpdated)) _olderWords[endpoint.Scope] = true;
    }

    /// <summary>A message that stands for nothing that happened, to try an endpoint with.</summary>
    public WebhookMessage Test(WebhookEndpoint endpoint, Instant at) => Message(endpoint.Scope, null, Told.Test(endpoint.Id), at);

    /// <summary>Something may be due.</summary>
    public void Ring() => _bell.Writer.TryWrite(true);

    public ValueTask<bool> Rung(CancellationToken stopping) => _bell.Reader.ReadAsync(stopping);

    private WebhookMessage Message(ScopeId scope, Customer? customer, Told told, Instant at)
    {
        var id = "msg_" + RandomNumberGenerator.GetString(Alphabet, Characters);
        return new WebhookMessage(id, scope, customer?.Key, customer is null ? null : Told.IdOf(customer), told.Type, told.Body(id, at), at, Instant.Of(time.GetUtcNow()));
    }
}
