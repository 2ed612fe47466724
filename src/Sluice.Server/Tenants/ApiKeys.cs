using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Tenants;

/// <summary>Who a request comes from.</summary>
public sealed record Caller(Scope Scope, KeyKind Kind);

/// <summary>
/// API keys: <c>am_sk_test_…</c> and <c>am_sk_live_…</c> are secret, <c>am_pk_…</c> may be published. Only their SHA-256
/// is stored; a key has over 200 random bits, so a plain hash is enough and can be looked up.
/// </summary>
public sealed class ApiKeys(IStore store, ScopeDirectory scopes)
{
    public const string SecretPrefix = "am_sk_";
    public const string PublishablePrefix = "am_pk_";
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int ShownCharacters = 14;

    private readonly ConcurrentDictionary<UInt128Pair, Caller> _known = new();

    /// <summary>A fresh key, not stored yet.</summary>
    public static string Make(KeyKind kind, string environment)
    {
        var prefix = kind == KeyKind.Secret ? SecretPrefix : PublishablePrefix;
        return prefix + (environment == ScopeDirectory.Sandbox ? "test_" : "live_") + RandomNumberGenerator.GetString(Alphabet, kind == KeyKind.Secret ? 42 : 27);
    }

    /// <summary>The environment a key is for by its own words; null when it is no key of this kind.</summary>
    public static string? EnvironmentOf(string key, KeyKind kind)
    {
        var prefix = kind == KeyKind.Secret ? SecretPrefix : PublishablePrefix;
        return key.StartsWith(prefix + "test_", StringComparison.Ordinal) ? ScopeDirectory.Sandbox
            : key.StartsWith(prefix + "live_", StringComparison.Ordinal) ? ScopeDirectory.Live
            : null;
    }

    public async ValueTask Add(string key, KeyKind kind, ScopeId scope, Instant now)
    {
        var hash = Hash(key);
        if (await store.FindKey(hash) is null) await store.AddKey(new KeyRow(hash, scope, kind, key[..Math.Min(key.Length, ShownCharacters)], now));
    }

    /// <summary>Null: no such key. A key made while this process runs is found in the store.</summary>
    public ValueTask<Caller?> Find(string key)
    {
        var hash = Hash(key);
        return _known.TryGetValue(UInt128Pair.Of(hash), out var caller) ? new(caller) : new(Look(hash));
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private async Task<Caller?> Look(byte[] hash)
    {
        if (await store.FindKey(hash) is not { } row || scopes.Find(row.Scope) is not { } scope) return null;
        return _known.GetOrAdd(UInt128Pair.Of(hash), new Caller(scope, row.Kind));
    }

    private readonly record struct UInt128Pair(UInt128 High, UInt128 Low)
    {
        public static UInt128Pair Of(ReadOnlySpan<byte> hash) => new(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash), System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }
}
