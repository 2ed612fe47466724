using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Threading.Channels;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Webhooks;

/// <summary>The messages of what happened, and the bell that tells the dispatcher that some were committed.</summary>
internal sealed class Outbox(TimeProvider time)
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int Characters = 27;

    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>What is told of the events of one entry; most entries tell nothing and cost nothing.</summary>
    /// <param name="before">The customer before the entry; null when it is new.</param>
    /// <param name="after">The customer after it.</param>
    /// <param name="at">The moment of the command.</param>
    public void Tell(ScopeId scope, Customer? before, Customer after, ImmutableArray<CustomerEvent> events, Instant at, ref List<WebhookMessage>? messages)
    {
        foreach (var happened in events)
        {
            if (Told.Of(before, after, happened) is { } told) (messages ??= []).Add(Message(scope, after, told, at));
        }

        if (Told.Plans(before, after, events) is { } plans) (messages ??= []).Add(Message(scope, after, plans, at));
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
