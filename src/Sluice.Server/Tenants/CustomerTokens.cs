using System.Collections.Frozen;
using Sluice.Core;
using Sluice.Server.Operators;
using Sluice.Storage;

namespace Sluice.Server.Tenants;

/// <summary>
/// Tokens for one customer, to be used where a customer can see them: they reach a few routes and speak for that customer
/// only, also after it was given another id. Random and stored by their hash, so that taking them back is at once.
/// </summary>
public sealed class CustomerTokens(ITenantStore store, ScopeDirectory scopes)
{
    public const string Prefix = "am_jwt_";
    public static readonly TimeSpan AccessLasts = TimeSpan.FromHours(1);
    public static readonly TimeSpan RefreshLasts = TimeSpan.FromHours(24);

    private static readonly FrozenSet<string> Open =
        new[] { "balances.check", "balances.track", "customers.get", "entities.get", "events.list", "events.aggregate" }.ToFrozenSet();

    public static bool IsToken(string key) => key.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>True for what a customer's token may call: by POST only, so that its customer can be put into the body.</summary>
    public static bool MayCall(string method, string operation) => method == "POST" && Open.Contains(operation);

    /// <summary>Null: no such token of this kind, or its customer's scope is gone.</summary>
    public async ValueTask<Caller?> Find(byte[] hash, TokenKind kind) => await store.FindToken(hash) is { } token && token.Kind == kind && scopes.Find(token.Scope) is { } scope
        ? new Caller(scope, KeyKind.Secret, $"token {token.Customer}", Scopes: null, token.Customer, token.ExpiresAt)
        : null;

    /// <param name="indefinite">An access token without an end, and none to refresh with.</param>
    public async ValueTask<Minted> Mint(ScopeId scope, CustomerKey customer, bool indefinite, Instant now)
    {
        var minted = indefinite ? new Minted(Fresh(), null, null, null) : Pair(now);
        await store.AddTokenFamily(scope, customer, minted.ToStore(), now);
        return minted;
    }

    /// <summary>
    /// The next pair. A token of the generation before still works once more, for an answer that was lost on the way; an
    /// older one was stolen or copied, and ends the family. Null: refused.
    /// </summary>
    public async ValueTask<Minted?> Refresh(string refresh, Instant now)
    {
        if (await store.FindToken(ApiKeys.Hash(refresh)) is not { Kind: TokenKind.Refresh } token || token.ExpiresAt <= now) return null;
        if (token.Generation < token.Current - 1)
        {
            await store.EndTokenFamily(token.Family);
            return null;
        }

        var minted = Pair(now);
        return await store.AddGeneration(token.Family, token.Generation + 1, minted.ToStore(), now) ? minted : null;
    }

    private static Minted Pair(Instant now) => new(Fresh(), Fresh(), now.Plus(AccessLasts), now.Plus(RefreshLasts));

    private static string Fresh() => Prefix + Secrets.Fresh();
}

/// <summary>A fresh pair of tokens; without an end there is none to refresh with.</summary>
public sealed record Minted(string Access, string? Refresh, Instant? ExpiresAt, Instant? RefreshExpiresAt)
{
    internal IReadOnlyList<NewToken> ToStore() => Refresh is { } refresh
        ? [new NewToken(ApiKeys.Hash(Access), TokenKind.Access, ExpiresAt), new NewToken(ApiKeys.Hash(refresh), TokenKind.Refresh, RefreshExpiresAt)]
        : [new NewToken(ApiKeys.Hash(Access), TokenKind.Access, ExpiresAt)];
}
