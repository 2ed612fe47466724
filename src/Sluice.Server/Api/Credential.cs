using Microsoft.AspNetCore.Connections.Features;
using Sluice.Server.Tenants;

namespace Sluice.Server.Api;

/// <summary>What a request proves itself with: what follows the scheme in its Authorization header, and the hash it is looked up by.</summary>
/// <param name="Header">As it was sent.</param>
internal sealed record Credential(string Header, string Key, byte[] Hash)
{
    private const string Scheme = "Bearer ";

    // By which a connection keeps it.
    private static readonly object Place = new();

    /// <summary>
    /// Null when there is none. A client sends the same with each request on a connection, and Kestrel gives the very same string
    /// then: it is hashed once.
    /// </summary>
    public static Credential? Of(HttpContext http)
    {
        string? header = http.Request.Headers.Authorization;
        if (header is null || !header.StartsWith(Scheme, StringComparison.Ordinal) || header.Length == Scheme.Length) return null;

        // Requests of one connection come one after the other before HTTP/2.
        var kept = HttpProtocol.IsHttp11(http.Request.Protocol) ? http.Features.Get<IConnectionItemsFeature>()?.Items : null;
        if (kept?.TryGetValue(Place, out var last) == true && last is Credential same && ReferenceEquals(same.Header, header)) return same;
        var key = header[Scheme.Length..];
        var credential = new Credential(header, key, ApiKeys.Hash(key));
        if (kept is not null) kept[Place] = credential;
        return credential;
    }
}
