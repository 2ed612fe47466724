using System.Net;
using System.Net.Sockets;

namespace Sluice.Server.Webhooks;

/// <summary>Which addresses of a network are everybody's: anything else may be a machine of the operator's that trusts who is near.</summary>
internal static class Addresses
{
    // Private, shared by carriers, loopback, link-local (cloud metadata among them), documentation, benchmarks, multicast, reserved.
    private static readonly IPNetwork[] ClosedV4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
            "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    // Of IPv6 only what is given out for the whole world is open, but for what in it is set apart (tunnels, documentation).
    private static readonly IPNetwork OpenV6 = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] ClosedV6 = [.. new[] { "2001::/23", "2001:db8::/32", "3fff::/20" }.Select(IPNetwork.Parse)];

    // Addresses that stand for an IPv4 one, at this byte.
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork) return !Array.Exists(ClosedV4, network => network.Contains(address));
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return false;
        if (Translated.Contains(address)) return IsPublic(Embedded(address, 12));
        if (SixToFour.Contains(address)) return IsPublic(Embedded(address, 2));
        return OpenV6.Contains(address) && !Array.Exists(ClosedV6, network => network.Contains(address));
    }

    /// <summary>Why an endpoint may not be at this URL, as far as it can be told without asking anyone; null = it may.</summary>
    public static string? Fault(string text, bool allowPrivate)
    {
        if (text.Length > 2_000 || !Uri.TryCreate(text, UriKind.Absolute, out var url) || url is not { Scheme: "http" or "https", Host.Length: > 0 }) return "expected an http:// or https:// URL of at most 2000 characters";
        if (url.UserInfo.Length > 0 || url.Fragment.Length > 0) return "must hold neither a user nor a fragment";
        if (allowPrivate) return null;
        return IsClosed(url) ? "leads into a private network: take an address that the whole Internet can reach, or start Sluice with SLUICE_WEBHOOKS_ALLOW_PRIVATE=true" : null;
    }

    private static bool IsClosed(Uri url)
    {
        var host = url.IdnHost.TrimEnd('.');
        if (IPAddress.TryParse(host, out var address)) return !IsPublic(address);
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    private static IPAddress Embedded(IPAddress address, int at) => new(address.GetAddressBytes().AsSpan(at, 4));
}
