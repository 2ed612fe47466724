using System.Collections.Immutable;

namespace Sluice.Server.Tests.Crash;

/// <summary>One request of a client, and what the world must look like once it was carried out.</summary>
/// <param name="Key">Its idempotency key, in the header; null = it carries none or carries them in its items.</param>
/// <param name="Repeatable">Sent again it takes effect at most once.</param>
internal sealed record Operation(string Path, object Body, string? Key, bool Repeatable, ImmutableArray<Effect> Effects)
{
    public Task<Reply> Send(ApiClient api) => Key is null ? api.Post(Path, Body) : api.Post(Path, Body, ("Idempotency-Key", Key));
}

internal abstract record Effect(string Customer)
{
    /// <summary>The balance of messages moved by this much; a usage event with this tag was recorded when there is one.</summary>
    internal sealed record Moved(string Customer, decimal By, string? Tag) : Effect(Customer);

    internal sealed record Exists(string Customer) : Effect(Customer);

    internal sealed record HoldsPro(string Customer) : Effect(Customer);

    internal sealed record Gone(string Customer) : Effect(Customer);

    internal sealed record HasEntity(string Customer, string Id) : Effect(Customer);

    /// <summary>Usage is held under this id until it is settled.</summary>
    internal sealed record Held(string Customer, string Id, decimal Value) : Effect(Customer);

    internal sealed record Settled(string Customer, string Id) : Effect(Customer);

    /// <summary>Held, and given back by itself: two usage events with this tag that come to nothing.</summary>
    internal sealed record CameAndWent(string Customer, string Tag, decimal Value) : Effect(Customer);
}
