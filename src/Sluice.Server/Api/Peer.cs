using System.Net;

namespace Sluice.Server.Api;

/// <summary>Where a request comes from.</summary>
internal static class Peer
{
    /// <summary>From this machine, and no proxy left a trace of having passed it on.</summary>
    public static bool IsThisMachine(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer)
        && !http.Request.Headers.Keys.Any(static name => name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase) || name.Equals("Forwarded", StringComparison.OrdinalIgnoreCase) || name.Equals("Via", StringComparison.OrdinalIgnoreCase));
}
