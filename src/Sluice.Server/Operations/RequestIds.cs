using System.Buffers;
using System.Security.Cryptography;

namespace Sluice.Server.Operations;

/// <summary>
/// Gives every request an id and every answer the header that says it. The caller's own is kept when it is short and plain
/// and no key has gone astray into it.
/// </summary>
internal static class RequestIds
{
    public const string Header = "X-Request-Id";
    private const int Longest = 64;

    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:");

    // Each process has a beginning of its own, so that no two nodes make the same id.
    private static readonly string Beginning = RandomNumberGenerator.GetHexString(12, lowercase: true) + "-";
    private static long _made;

    public static Task Give(HttpContext http, RequestDelegate next)
    {
        string? sent = http.Request.Headers[Header];
        var id = IsSane(sent) ? sent! : $"{Beginning}{Interlocked.Increment(ref _made):x8}";
        http.TraceIdentifier = id;
        http.Response.Headers[Header] = id;
        return next(http);
    }

    public static bool IsSane(string? id) =>
        id is { Length: > 0 and <= Longest } && !id.AsSpan().ContainsAnyExcept(Plain) && !id.Contains("am_", StringComparison.OrdinalIgnoreCase) && !id.Contains("whsec_", StringComparison.OrdinalIgnoreCase);
}
