using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Sluice.Core;

namespace Sluice.Server.Api.Versions;

/// <summary>What one request stands on while it is carried up to the newest version and its answer back down. Nothing in it changes.</summary>
/// <param name="Catalog">For names and types that an older answer holds and the newest does not.</param>
/// <param name="Request">As the newest version understands it; on the way up, as it was sent.</param>
internal sealed record Passage(Catalog Catalog, Instant Now, JsonObject Request);

/// <summary>
/// One change that a version of the API made, told from the older side. <c>Up</c> gives the newer request, <c>Down</c>
/// the older answer; both are pure. Null: that way nothing changed.
/// </summary>
/// <param name="Says">In words, for the list of changes.</param>
/// <param name="Of">The operations it concerns ("balances.check", on every route), or single routes ("GET /v1/products/{plan_id}").</param>
internal sealed record Change(string Says, ImmutableArray<string> Of)
{
    public Func<JsonObject, Passage, JsonObject>? Up { get; init; }

    public Func<JsonObject, Passage, JsonObject>? Down { get; init; }

    public bool Concerns(Endpoint endpoint) => Of.Contains(endpoint.Operation) || Of.Contains($"{endpoint.Method} {endpoint.Path}");
}

/// <summary>An older version: what the next newer one changed.</summary>
/// <param name="ChangedOn">The date of the newer version.</param>
internal sealed record OlderVersion(ApiVersion Version, ApiVersion ChangedBy, DateOnly ChangedOn, ImmutableArray<Change> Changes);
