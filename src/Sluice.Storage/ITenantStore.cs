using Sluice.Core;

namespace Sluice.Storage;

/// <summary>How a sandbox is shown.</summary>
/// <param name="Color">A word of the API.</param>
public sealed record SandboxLook(string Label, string Color, string Icon);

/// <summary>What a customer's token may be used for. The numbers are stored: never change one.</summary>
public enum TokenKind
{
    Access = 1,
    Refresh = 2,
}

/// <summary>A token made for one customer.</summary>
/// <param name="Generation">Of its family: refreshing makes the next one.</param>
/// <param name="Current">The family's generation now.</param>
/// <param name="ExpiresAt">Null = never.</param>
public sealed record CustomerToken(ScopeId Scope, CustomerKey Customer, long Family, TokenKind Kind, int Generation, int Current, Instant? ExpiresAt);

/// <summary>A token to be stored, by its SHA-256.</summary>
public sealed record NewToken(byte[] Hash, TokenKind Kind, Instant? ExpiresAt);

/// <summary>Keys, sandboxes and customers' tokens: the few writes of the shell. Every write is durable when its task completes.</summary>
public interface ITenantStore
{
    /// <summary>Grows with every change that takes something away from a key or token.</summary>
    ValueTask<long> KeyRevision();

    /// <summary>Lets a key end; an earlier end stays.</summary>
    ValueTask EndKey(byte[] hash, Instant at);

    /// <summary>A further sandbox; <paramref name="id"/> is its public id.</summary>
    ValueTask<ScopeRow> AddSandbox(string tenant, string id, SandboxLook look, Instant now);

    /// <summary>A scope ends with its keys and tokens; its rows are erased later.</summary>
    ValueTask EndScope(ScopeId scope, Instant now);

    /// <summary>A scope ends and an empty one with its name, look and keys takes its place, in one step. Null: it has ended before.</summary>
    ValueTask<ScopeRow?> ReplaceScope(ScopeId scope, Instant now);

    /// <summary>Erases some customers of scopes that ended, and what is left of a scope without customers. False when nothing is left to erase.</summary>
    ValueTask<bool> EraseSomeEnded(int customers, Instant now);

    ValueTask<long> AddTokenFamily(ScopeId scope, CustomerKey customer, IReadOnlyList<NewToken> tokens, Instant now);

    ValueTask<CustomerToken?> FindToken(byte[] hash);

    /// <summary>Moves a family on to <paramref name="generation"/> (when it is not there already) and adds its tokens. False when the family is gone.</summary>
    ValueTask<bool> AddGeneration(long family, int generation, IReadOnlyList<NewToken> tokens, Instant now);

    ValueTask EndTokenFamily(long family);

    /// <summary>Ends every token of a customer.</summary>
    ValueTask EndTokens(ScopeId scope, CustomerKey customer);
}

/// <summary>All that the shell keeps beside customers and catalogs.</summary>
public interface IShellStore : IOperatorStore, ITenantStore, IBillingStore, IRewardStore, IWebhookStore, IPlanMigrationStore, IAuditStore, IRetentionStore, IBacklogStore;
