using System.Collections.Immutable;
using System.Text;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>What is committed whole or not at all: changes of one or more customers, claims, a change of the catalog.</summary>
public abstract class Unit
{
    private readonly TaskCompletionSource<Fate> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ImmutableArray<CustomerChange> Changes { get; init; } = [];

    public ImmutableArray<Claim> Takes { get; init; } = [];

    public ImmutableArray<ClaimKey> Frees { get; init; } = [];

    /// <summary>Codes that are used with it, each at most as often as it may be; what is given back comes first.</summary>
    public ImmutableArray<CodeUse> Uses { get; init; } = [];

    public CatalogChange? Catalog { get; init; }

    /// <summary>The version of their scope's catalog that the changes were decided on; the store fences on it. Null = any.</summary>
    public long? CatalogVersion { get; init; }

    /// <summary>What is told of it to the user's servers, in order.</summary>
    public ImmutableArray<WebhookMessage> Messages { get; init; } = [];

    /// <summary>Snapshots to put in place; they are caches and take part in no fence.</summary>
    public ImmutableArray<SnapshotWrite> Snapshots { get; init; } = [];

    /// <summary>Completed after the batch's transaction has ended, and after <see cref="OnSettled"/>.</summary>
    public Task<Fate> Settled => _settled.Task;

    /// <summary>
    /// Asked by the committer before it writes: false when a unit that this one builds on has failed meanwhile. Then
    /// it is not written and its fate is <see cref="FateKind.Overtaken"/>.
    /// </summary>
    protected internal abstract bool Stands();

    /// <summary>Told on the committer's thread, before anyone who waits: publish what is committed, or drop it.</summary>
    protected internal abstract void OnSettled(Fate fate);

    internal void Settle(Fate fate)
    {
        try
        {
            OnSettled(fate);
        }
        finally
        {
            _settled.SetResult(fate);
        }
    }
}

public enum FateKind
{
    Committed,

    /// <summary>A customer or the catalog was changed by someone else: load it again and decide again.</summary>
    Moved,

    /// <summary>Someone else holds a claim.</summary>
    ClaimLost,

    /// <summary>A code was used as often as it may be.</summary>
    UsedUp,

    /// <summary>A unit before it failed: decide again.</summary>
    Overtaken,

    /// <summary>The store failed; whether it was written is not known.</summary>
    Unknown,
}

/// <param name="Lost">The claim that was lost.</param>
/// <param name="Contended">Another node wants one of its customers, too.</param>
/// <param name="UsedUp">The code that was.</param>
public sealed record Fate(FateKind Kind, ClaimKey? Lost = null, bool Contended = false, CodeKey? UsedUp = null)
{
    public static readonly Fate Committed = new(FateKind.Committed);

    public static readonly Fate Overtaken = new(FateKind.Overtaken);

    public bool IsCommitted => Kind == FateKind.Committed;
}

/// <summary>One customer's part of a unit: journal entries to append, and the head row after them.</summary>
/// <param name="ExpectedVersion">The version decided on; 0 = the customer is new. The store fences on it.</param>
/// <param name="After">The state after the last entry.</param>
/// <param name="Erase">The customer was deleted: drop its journal and keep only its last state.</param>
/// <param name="HeadMoved">False when neither the profile nor the next due moment changed: then only the version moves.</param>
public sealed record CustomerChange(
    ScopeId Scope, long ExpectedVersion, Customer After, ImmutableArray<JournalEntry> Entries, bool Erase = false, bool HeadMoved = true)
{
    /// <summary>By our own clock, which the customer's may be ahead of: what others are asked for is due from then on. Null = by the customer's.</summary>
    public Instant? WrittenAt { get; init; }
}

/// <summary>One command's events as stored.</summary>
/// <param name="Body">The events as JSON (UTF-8).</param>
/// <param name="Hash">SHA-256 over the previous entry's hash, Body and the usage's properties.</param>
/// <param name="Plans">Plan versions whose holders change.</param>
/// <param name="GrantedAlone">Features granted without a plan.</param>
public sealed record JournalEntry(
    long Version,
    Instant At,
    byte[] Body,
    byte[] Hash,
    UsageColumns? Usage,
    ImmutableArray<HolderChange> Plans,
    ImmutableArray<FeatureId> GrantedAlone)
{
    /// <summary>Invoices that were issued, changed or settled.</summary>
    public ImmutableArray<InvoiceChange> Invoices { get; init; } = [];

    public ImmutableArray<RefundChange> Refunds { get; init; } = [];

    /// <summary>By whom the customer was brought.</summary>
    public ImmutableArray<ReferralChange> Referrals { get; init; } = [];

    /// <summary>Licences that were handed out or ended.</summary>
    public ImmutableArray<LicenseChange> Licenses { get; init; } = [];

    /// <summary>Entities that came, changed or went.</summary>
    public ImmutableArray<EntityChange> Entities { get; init; } = [];

    /// <summary>What it adds to the customer's tail.</summary>
    public int Bytes => Body.Length + (Usage?.Properties is { } properties ? Encoding.UTF8.GetByteCount(properties.Value) : 0);
}

/// <summary>What lists and analytics need of a usage event, in columns of its own.</summary>
/// <param name="Entity">The id of the entity it was recorded for.</param>
public sealed record UsageColumns(string Feature, Quantity Value, Instant UsedAt, JsonText? Properties, bool Listed, string? Entity = null);

/// <param name="Entity">The holder; null = the customer.</param>
/// <param name="Delta">+1 attached, −1 ended.</param>
public readonly record struct HolderChange(PlanId Plan, int Version, EntityNo? Entity, int Delta);

/// <param name="Row">What lists know of it; null when it is gone.</param>
public readonly record struct EntityChange(EntityNo No, EntityColumns? Row);

/// <param name="Invoice">As it stands after the event.</param>
/// <param name="EntityId">The entity it is for, where all its lines are of one.</param>
public sealed record InvoiceChange(Invoice Invoice, string? EntityId, bool ByHand = false);

/// <param name="No">Of the refund.</param>
public readonly record struct RefundChange(InvoiceNo Invoice, int No, Money Amount);

/// <param name="Earned">Somebody is to be rewarded for it from now on.</param>
public readonly record struct ReferralChange(string Program, CustomerKey Referrer, bool Earned);

/// <param name="EndedAt">Null: it was handed out just now.</param>
public readonly record struct LicenseChange(SubscriptionNo No, string? EntityId, PlanId Plan, Instant? EndedAt);

public sealed record EntityColumns(string? Id, string? Name, Instant CreatedAt);

/// <summary>A change of a scope's catalog; the store fences on the version.</summary>
public sealed record CatalogChange(
    ScopeId Scope,
    long ExpectedVersion,
    ImmutableArray<Feature> PutFeatures,
    ImmutableArray<FeatureId> DropFeatures,
    ImmutableArray<Plan> PutPlans,
    ImmutableArray<(PlanId Plan, int Version)> DropPlans,
    ImmutableArray<ItemTerms> NewTerms)
{
    public ImmutableArray<Reward> PutRewards { get; init; } = [];

    public ImmutableArray<string> DropRewards { get; init; } = [];

    public ImmutableArray<ReferralProgram> PutPrograms { get; init; } = [];

    public ImmutableArray<string> DropPrograms { get; init; } = [];
}

/// <param name="At">The moment of the entry that led to it.</param>
public sealed record SnapshotWrite(ScopeId Scope, CustomerKey Key, long Version, Instant At, byte[] Hash, byte[] Body);
