using Sluice.Core;

namespace Sluice.Storage.Tests;

/// <summary>A real store that a test can hold up, look into, or break before or after the commit.</summary>
internal sealed class WatchedStore(IStore store) : IStore
{
    private readonly Lock _gate = new();
    private readonly List<IReadOnlyList<Unit>> _batches = [];

    public Action? BeforeCommit { get; set; }

    public Action? AfterCommit { get; set; }

    public IReadOnlyList<IReadOnlyList<Unit>> Batches
    {
        get
        {
            lock (_gate) return [.. _batches];
        }
    }

    public IReadOnlyList<Fate> Commit(IReadOnlyList<Unit> batch)
    {
        lock (_gate) _batches.Add([.. batch]);
        BeforeCommit?.Invoke();
        var fates = store.Commit(batch);
        AfterCommit?.Invoke();
        return fates;
    }

    public Task Migrate() => store.Migrate();

    public ValueTask<ClaimFound?> FindClaim(ClaimKey key, Instant now) => store.FindClaim(key, now);

    public ValueTask<StoredCustomer?> Load(ScopeId scope, CustomerKey key, Terms terms) => store.Load(scope, key, terms);

    public ValueTask<IReadOnlyList<StoredCustomer>> LoadMany(ScopeId scope, IReadOnlyList<CustomerKey> keys, Terms terms) => store.LoadMany(scope, keys, terms);

    public ValueTask<IReadOnlyList<CustomerListed>> ListCustomers(CustomerQuery query) => store.ListCustomers(query);

    public ValueTask<long> CountCustomers(CustomerQuery query) => store.CountCustomers(query);

    public ValueTask<IReadOnlyList<UsageDay>> SumUsageByDay(UsageDayQuery query) => store.SumUsageByDay(query);

    public ValueTask ScanUsage(UsageScan scan, UsageVisitor visit) => store.ScanUsage(scan, visit);

    public ValueTask<IReadOnlyList<EntityListed>> ListEntities(EntityQuery query) => store.ListEntities(query);

    public ValueTask<long> CountEntities(EntityQuery query) => store.CountEntities(query);

    public ValueTask<IReadOnlyList<CustomerKey>> CustomersWithEntity(ScopeId scope, string id, int limit) => store.CustomersWithEntity(scope, id, limit);

    public ValueTask<IReadOnlyList<LicenseAssignment>> ListLicenseAssignments(ScopeId scope, CustomerKey customer, bool ended) => store.ListLicenseAssignments(scope, customer, ended);

    public ValueTask<IReadOnlyList<UsageEvent>> ListEvents(UsageQuery query) => store.ListEvents(query);

    public ValueTask<IReadOnlyList<(ScopeId Scope, CustomerKey Key)>> DueCustomers(Instant now, int limit) => store.DueCustomers(now, limit);

    public ValueTask<IReadOnlyList<(ScopeId Scope, CustomerKey Key)>> LeaseDueCustomers(Instant now, Instant until, int limit) => store.LeaseDueCustomers(now, until, limit);

    public ValueTask<PlanHolders> CountHolders(ScopeId scope, PlanId plan, int? version) => store.CountHolders(scope, plan, version);

    public ValueTask<bool> EverGrantedAlone(ScopeId scope, FeatureId feature) => store.EverGrantedAlone(scope, feature);

    public ValueTask<int> DropExpiredClaims(Instant now, int limit) => store.DropExpiredClaims(now, limit);

    public ValueTask<IReadOnlyList<ScopeRow>> Scopes() => store.Scopes();

    public ValueTask<StoredCatalog> LoadCatalog(ScopeId scope) => store.LoadCatalog(scope);

    public ValueTask<ScopeRow> AddScope(string tenant, string environment, string name, Instant now) => store.AddScope(tenant, environment, name, now);

    public ValueTask AddKey(KeyRow key) => store.AddKey(key);

    public ValueTask<KeyRow?> FindKey(byte[] hash) => store.FindKey(hash);

    public ValueTask<IReadOnlyList<KeyRow>> Keys() => store.Keys();

    public ValueTask<long> ReserveCustomerKeys(int count) => store.ReserveCustomerKeys(count);

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
