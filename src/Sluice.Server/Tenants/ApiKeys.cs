using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Tenants;

/// <summary>Who a request comes from.</summary>
/// <param name="Scopes">What it may do; null = everything.</param>
/// <param name="Customer">The one customer it speaks for, when it is a customer's token.</param>
/// <param name="EndsAt">From this moment on it is worth nothing.</param>
/// <param name="Id">The same for every request with this key, and for every token of one customer.</param>
public sealed record Caller(Scope Scope, KeyKind Kind, string Id, KeyScopes? Scopes = null, CustomerKey? Customer = null, Instant? EndsAt = null);

/// <summary>
/// API keys: <c>am_sk_test_…</c> and <c>am_sk_live_…</c> are secret, <c>am_pk_…</c> may be published. Only their SHA-256
/// is stored; a key has over 200 random bits, so a plain hash is enough and can be looked up. A key that another process
/// takes back is refused here within a second.
/// </summary>
public sealed class ApiKeys(IStore store, ITenantStore tenants, ScopeDirectory scopes, CustomerTokens tokens, TimeProvider time)
{
    public const string SecretPrefix = "am_sk_";
    public const string PublishablePrefix = "am_pk_";
    public const int ShownCharacters = 14;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int MostKnown = 100_000;

    private readonly ConcurrentDictionary<UInt128Pair, Caller> _known = new();
    private long _lookedAt = LongAgo(time);
    private long _revision = -1;

    /// <summary>A fresh key, not stored yet.</summary>
    public static string Make(KeyKind kind, string environment)
    {
        var prefix = kind == KeyKind.Secret ? SecretPrefix : PublishablePrefix;
        return prefix + (environment == ScopeDirectory.Sandbox ? "test_" : "live_") + RandomNumberGenerator.GetString(Alphabet, kind == KeyKind.Secret ? 42 : 27);
    }

    public ValueTask Add(string key, KeyKind kind, ScopeId scope, Instant now) => Add(key, kind, scope, now, null, null, null);

    /// <param name="name">For people, to know the key by.</param>
    public async ValueTask Add(string key, KeyKind kind, ScopeId scope, Instant now, string? name, string? keyScopes, Instant? endsAt)
    {
        var hash = Hash(key);
        if (await store.FindKey(hash) is null) await store.AddKey(new KeyRow(hash, scope, kind, key[..Math.Min(key.Length, ShownCharacters)], now, name, keyScopes, endsAt));
    }

    /// <summary>Null: no such key or token, or it has ended. One made while this process runs is found in the store.</summary>
    /// <param name="hash">Its <see cref="Hash"/>.</param>
    public ValueTask<Caller?> Find(string key, byte[] hash)
    {
        if (time.GetTimestamp() - Volatile.Read(ref _lookedAt) < time.TimestampFrequency && _known.TryGetValue(UInt128Pair.Of(hash), out var caller)) return new(Lasting(caller));
        return new(Look(key, hash));
    }

    /// <summary>What is remembered is forgotten: something was taken away.</summary>
    public void Forget() => Volatile.Write(ref _lookedAt, LongAgo(time));

    /// <summary>The revision as another look at the database has it.</summary>
    public void Follow(long revision)
    {
        if (Interlocked.Exchange(ref _revision, revision) != revision) _known.Clear();
    }

    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static long LongAgo(TimeProvider time) => time.GetTimestamp() - (2 * time.TimestampFrequency);

    private Caller? Lasting(Caller caller) => caller.EndsAt is { } end && end <= Instant.Of(time.GetUtcNow()) ? null : caller;

    private async Task<Caller?> Look(string key, byte[] hash)
    {
        var lookedAt = time.GetTimestamp();
        var revision = await tenants.KeyRevision();
        if (Interlocked.Exchange(ref _revision, revision) != revision) _known.Clear();
        Volatile.Write(ref _lookedAt, lookedAt);
        if (_known.TryGetValue(UInt128Pair.Of(hash), out var known)) return Lasting(known);

        var caller = CustomerTokens.IsToken(key) ? await tokens.Find(hash, TokenKind.Access) : await Key(hash);
        if (caller is null) return null;
        if (_known.Count >= MostKnown) _known.Clear();
        caller = _known.GetOrAdd(UInt128Pair.Of(hash), caller);

        // Something was taken away since it was looked for: it may have been this.
        if (Interlocked.Read(ref _revision) != revision) _known.Clear();
        return Lasting(caller);
    }

    private async ValueTask<Caller?> Key(byte[] hash) => await store.FindKey(hash) is { } row && scopes.Find(row.Scope) is { } scope
        ? new Caller(scope, row.Kind, Convert.ToHexStringLower(hash), KeyScopes.Parse(row.Scopes).Scopes, Customer: null, row.EndsAt)
        : null;

    private readonly record struct UInt128Pair(UInt128 High, UInt128 Low)
    {
        public static UInt128Pair Of(ReadOnlySpan<byte> hash) => new(
            System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash), System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }
}
