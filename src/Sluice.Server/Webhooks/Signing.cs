using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Webhooks;

/// <summary>Signatures as Standard Webhooks has them: HMAC-SHA256 over <c>id.timestamp.body</c> with the secret behind <c>whsec_</c>.</summary>
internal static class Signing
{
    public const string Prefix = "whsec_";
    private const int LeastBytes = 24;
    private const int MostBytes = 64;
    private const int FreshBytes = 32;

    public static string NewSecret() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(FreshBytes));

    /// <summary>True for <c>whsec_</c> and the base64 of 24 to 64 bytes.</summary>
    public static bool IsSecret(string text)
    {
        Span<byte> key = stackalloc byte[MostBytes + 1];
        return text.StartsWith(Prefix, StringComparison.Ordinal) && text.Length <= 100 && Convert.TryFromBase64String(text[Prefix.Length..], key, out var bytes) && bytes is >= LeastBytes and <= MostBytes;
    }

    /// <summary>Of both secrets while the old one is valid, joined by a space; the newer first.</summary>
    /// <param name="seconds">Of the attempt, since 1970.</param>
    public static string Signatures(WebhookEndpoint endpoint, string id, long seconds, string body, Instant now)
    {
        var signed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{seconds}.{body}"));
        var signature = Signature(endpoint.Secret, signed);
        return endpoint.OldSecret is { } old && endpoint.OldSecretEndsAt > now ? $"{signature} {Signature(old, signed)}" : signature;
    }

    private static string Signature(string secret, byte[] signed) => "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret[Prefix.Length..]), signed));
}
