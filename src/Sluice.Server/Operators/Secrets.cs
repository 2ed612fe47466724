using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Operators;

/// <summary>Random secrets of 256 bits; only their SHA-256 is stored, so a copy of the database opens nothing.</summary>
internal static class Secrets
{
    public static string Fresh() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Makes one that stands for <paramref name="body"/>.</summary>
    public static async ValueTask<string> Issue(this IOperatorStore store, SecretKind kind, string body, Instant now, TimeSpan lasts, byte[]? origin = null)
    {
        var secret = Fresh();
        await store.PutSecret(new SecretRow(kind, Hash(secret), body, origin, now, now.Plus(lasts)));
        return secret;
    }

    /// <summary>Text that only who knows the secret can make: what a page's form gives back.</summary>
    public static string Derived(string secret, string purpose) => Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(purpose)));

    public static bool Equal(string a, string b) => CryptographicOperations.FixedTimeEquals(Hash(a), Hash(b));
}
