using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// What remembers: the journal, the heads of the customers, claims, catalogs and keys. Everything read here is
/// committed. Failures of the store itself are exceptions.
/// </summary>
public interface IStore : IAsyncDisposable
{
    /// <summary>Brings the schema up to date. Called once, before anything else.</summary>
    Task Migrate();

    /// <summary>
    /// Writes a batch in one transaction, on the committer's own thread. Units that lost (a customer moved, a claim or
    /// the catalog was taken by someone else) are left out together with every later unit of the batch that shares a
    /// customer with them; the rest commits. Returns one fate for each unit, in order. An exception = the fate of the
    /// whole batch is unknown.
    /// </summary>
    IReadOnlyList<Fate> Commit(IReadOnlyList<Unit> batch);

    /// <summary>A claim that still stands at <paramref name="now"/>.</summary>
    ValueTask<ClaimFound?> FindClaim(ClaimKey key, Instant now);

    /// <summary>The customer's state: last snapshot and the journal's tail. Null when there is none.</summary>
    ValueTask<StoredCustomer?> Load(ScopeId scope, CustomerKey key, Terms terms);

    /// <summary>Many at once, in the order asked for; absent ones are left out.</summary>
    ValueTask<IReadOnlyList<StoredCustomer>> LoadMany(ScopeId scope, IReadOnlyList<CustomerKey> keys, Terms terms);

    ValueTask<IReadOnlyList<CustomerListed>> ListCustomers(CustomerQuery query);

    /// <summary>How many customers the filters of a query let through; its page does not matter.</summary>
    ValueTask<long> CountCustomers(CustomerQuery query);

    /// <summary>Newest first by (CreatedAt, Customer, No).</summary>
    ValueTask<IReadOnlyList<EntityListed>> ListEntities(EntityQuery query);

    /// <summary>How many entities the filters of a query let through; its page does not matter.</summary>
    ValueTask<long> CountEntities(EntityQuery query);

    /// <summary>Customers that have an entity of this id.</summary>
    ValueTask<IReadOnlyList<CustomerKey>> CustomersWithEntity(ScopeId scope, string id, int limit);

    /// <summary>Licences that a customer's entities have, or had, in the order they were handed out.</summary>
    ValueTask<IReadOnlyList<LicenseAssignment>> ListLicenseAssignments(ScopeId scope, CustomerKey customer, bool ended);

    ValueTask<IReadOnlyList<UsageEvent>> ListEvents(UsageQuery query);

    /// <summary>Exact sums of whole UTC days.</summary>
    ValueTask<IReadOnlyList<UsageDay>> SumUsageByDay(UsageDayQuery query);

    /// <summary>Shows every usage event of a range, in no order that may be relied on.</summary>
    ValueTask ScanUsage(UsageScan scan, UsageVisitor visit);

    /// <summary>Customers with something due at or before <paramref name="now"/>, the longest due first.</summary>
    ValueTask<IReadOnlyList<(ScopeId Scope, CustomerKey Key)>> DueCustomers(Instant now, int limit);

    /// <summary>The same, for nobody else until <paramref name="until"/> where several nodes share the store.</summary>
    ValueTask<IReadOnlyList<(ScopeId Scope, CustomerKey Key)>> LeaseDueCustomers(Instant now, Instant until, int limit);

    /// <summary>How many customers hold a version of a plan (null = any version), and how many ever did; who was deleted counts no more.</summary>
    ValueTask<PlanHolders> CountHolders(ScopeId scope, PlanId plan, int? version);

    /// <summary>True when a customer that is still there ever had a balance of the feature that came with no plan.</summary>
    ValueTask<bool> EverGrantedAlone(ScopeId scope, FeatureId feature);

    /// <summary>Deletes claims that have run out; returns how many.</summary>
    ValueTask<int> DropExpiredClaims(Instant now, int limit);

    ValueTask<IReadOnlyList<ScopeRow>> Scopes();

    ValueTask<StoredCatalog> LoadCatalog(ScopeId scope);

    ValueTask<ScopeRow> AddScope(string tenant, string environment, string name, Instant now);

    ValueTask AddKey(KeyRow key);

    /// <summary>By the SHA-256 of the whole key.</summary>
    ValueTask<KeyRow?> FindKey(byte[] hash);

    ValueTask<IReadOnlyList<KeyRow>> Keys();

    /// <summary>Numbers for new customers, <paramref name="count"/> in a row from the one returned, never handed out twice.</summary>
    ValueTask<long> ReserveCustomerKeys(int count);
}

/// <summary>The immutable terms that the grants of a scope refer to, by id.</summary>
public delegate ItemTerms Terms(TermsId id);

/// <summary>A customer as loaded.</summary>
/// <param name="Hash">Of the last journal entry; the next one is chained to it.</param>
/// <param name="TailBytes">Bytes of journal since the last snapshot.</param>
/// <param name="SnapshotBytes">Size of that snapshot; 0 when there is none.</param>
public sealed record StoredCustomer(Customer Customer, byte[] Hash, long TailBytes, long SnapshotBytes);

/// <summary>A row of a list of customers.</summary>
public sealed record CustomerListed(CustomerKey Key, Instant CreatedAt);

/// <summary>Filters are joined by "and"; a page goes on after <c>After</c>.</summary>
/// <param name="Plans">Holds one of these plans (no versions = any).</param>
/// <param name="Search">Part of id, name or email, case ignored.</param>
/// <param name="CreatedFrom">Inclusive.</param>
/// <param name="CreatedTo">Exclusive.</param>
/// <param name="HoldsPlan">Holds any plan.</param>
public sealed record CustomerQuery(
    ScopeId Scope,
    int Limit,
    CustomerListed? After = null,
    int Offset = 0,
    bool OldestFirst = false,
    ImmutableArray<(PlanId Plan, ImmutableArray<int> Versions)> Plans = default,
    string? Search = null,
    Instant? CreatedFrom = null,
    Instant? CreatedTo = null,
    bool HoldsPlan = false);

/// <param name="EntityId">The id the entity had when the licence was handed out.</param>
public sealed record LicenseAssignment(SubscriptionNo No, string? EntityId, PlanId Plan, Instant StartedAt, Instant? EndedAt);

/// <summary>A row of a list of entities.</summary>
public sealed record EntityListed(CustomerKey Customer, EntityNo No, Instant CreatedAt);

/// <summary>Filters are joined by "and"; a page goes on after <c>After</c>.</summary>
/// <param name="Plans">Holds one of these plans itself (no versions = any).</param>
/// <param name="Search">Part of id or name, case ignored.</param>
/// <param name="HoldsPlan">Holds any plan itself.</param>
public sealed record EntityQuery(
    ScopeId Scope,
    int Limit,
    EntityListed? After = null,
    int Offset = 0,
    CustomerKey? Customer = null,
    ImmutableArray<(PlanId Plan, ImmutableArray<int> Versions)> Plans = default,
    string? Search = null,
    bool HoldsPlan = false);

/// <summary>Usage events, newest first by (UsedAt, Key, Version).</summary>
/// <param name="Features">Tracked feature ids or event names; empty = all.</param>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="Properties">Each must equal the event's property, compared as text.</param>
/// <param name="Entity">Recorded for the entity of this id.</param>
public sealed record UsageQuery(
    ScopeId Scope,
    int Limit,
    CustomerKey? Customer = null,
    ImmutableArray<string> Features = default,
    Instant? From = null,
    Instant? To = null,
    UsagePosition? After = null,
    int Offset = 0,
    ImmutableArray<(string Name, string Value)> Properties = default,
    string? Entity = null);

public sealed record UsagePosition(Instant UsedAt, CustomerKey Customer, long Version);

public sealed record UsageEvent(
    CustomerKey Customer,
    string? CustomerId,
    long Version,
    Instant UsedAt,
    string Feature,
    Quantity Value,
    JsonText? Properties,
    ImmutableArray<Draw> Draws,
    string? Entity = null);

/// <param name="Holding">Customers that hold it now.</param>
/// <param name="Ever">Customers that hold or held it.</param>
public readonly record struct PlanHolders(long Holding, long Ever);

/// <param name="Environment">"sandbox" or "live".</param>
/// <param name="Name">"sandbox" or "live" for the two main ones, the public id of a further sandbox.</param>
/// <param name="Look">Of a further sandbox.</param>
public sealed record ScopeRow(ScopeId Id, string Tenant, string Environment, string Name, Instant CreatedAt, SandboxLook? Look = null);

/// <param name="Terms">All terms ever written, also those that no plan carries any more.</param>
public sealed record StoredCatalog(Catalog Catalog, ImmutableDictionary<TermsId, ItemTerms> Terms)
{
    /// <summary>What a rule is told of the catalog; new terms get ids that were never used.</summary>
    public CatalogContext At(Instant now) => new(Catalog, new TermsId(Terms.Keys.Select(id => id.Value).DefaultIfEmpty(0).Max() + 1), now);
}

public enum KeyKind
{
    Secret,
    Publishable,
}

/// <param name="Hash">SHA-256 of the whole key; the key itself is never stored.</param>
/// <param name="Prefix">Its first characters, to recognise it by.</param>
/// <param name="Scopes">Words joined by spaces; null = it may do everything.</param>
/// <param name="EndsAt">From this moment on it is worth nothing; null = never.</param>
public sealed record KeyRow(byte[] Hash, ScopeId Scope, KeyKind Kind, string Prefix, Instant CreatedAt, string? Name = null, string? Scopes = null, Instant? EndsAt = null);

/// <param name="FromDay">Inclusive; days since 1970.</param>
/// <param name="ToDay">Exclusive.</param>
/// <param name="Features">Tracked feature ids or event names.</param>
public sealed record UsageDayQuery(ScopeId Scope, CustomerKey? Customer, ImmutableArray<string> Features, long FromDay, long ToDay);

public readonly record struct UsageDay(long Day, CustomerKey Customer, string Feature, long Count, decimal Sum);

/// <param name="Features">Tracked feature ids or event names; empty = all.</param>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="WithDraws">Also what was taken from which balance; costs a look at every row.</param>
/// <param name="Entity">Recorded for the entity of this id.</param>
public sealed record UsageScan(ScopeId Scope, CustomerKey? Customer, ImmutableArray<string> Features, Instant From, Instant To, bool WithDraws, string? Entity = null);

/// <summary>One usage event while it is being scanned; the spans are gone after the visit.</summary>
/// <param name="properties">UTF-8 JSON, empty when there are none.</param>
/// <param name="body">The journal entry, for <see cref="JournalFormat.ReadDraws"/>; empty unless asked for.</param>
public readonly ref struct UsageSeen(
    Instant usedAt, CustomerKey customer, string feature, decimal value, ReadOnlySpan<byte> properties, string? entity, int schema, ReadOnlySpan<byte> body)
{
    public Instant UsedAt { get; } = usedAt;

    public CustomerKey Customer { get; } = customer;

    public string Feature { get; } = feature;

    public decimal Value { get; } = value;

    public ReadOnlySpan<byte> Properties { get; } = properties;

    /// <summary>The id of the entity it was recorded for.</summary>
    public string? Entity { get; } = entity;

    public ImmutableArray<Draw> Draws => JournalFormat.ReadDraws(_schema, _body.ToArray());

    private readonly int _schema = schema;
    private readonly ReadOnlySpan<byte> _body = body;
}

public delegate void UsageVisitor(scoped in UsageSeen seen);
