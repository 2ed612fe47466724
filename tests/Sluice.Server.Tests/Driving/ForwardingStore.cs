using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Tests.Driving;

/// <summary>A store that hands everything on to a real one; who derives from it steps in where it likes.</summary>
internal abstract class ForwardingStore(IStore inner) : IStore
{
    public virtual IReadOnlyList<Fate> Commit(IReadOnlyList<Unit> batch) => inner.Commit(batch);

    public virtual ValueTask<StoredCustomer?> Load(ScopeId scope, CustomerKey key, Terms terms) => inner.Load(scope, key, terms);

    public virtual Task Migrate() => inner.Migrate();

    public virtual ValueTask<ClaimFound?> FindClaim(ClaimKey key, Instant now) => inner.FindClaim(key, now);

    public virtual ValueTask<IReadOnlyList<StoredCustomer>> LoadMany(ScopeId scope, IReadOnlyList<CustomerKey> keys, Terms terms) => inner.LoadMany(scope, keys, terms);

    public virtual ValueTask<IReadOnlyList<CustomerListed>> ListCustomers(CustomerQuery query) => inner.ListCustomers(query);

    public virtual ValueTask<IReadOnlyList<UsageDay>> SumUsageByDay(UsageDayQuery query) => inner.SumUsageByDay(query);

    public virtual ValueTask ScanUsage(UsageScan scan, UsageVisitor visit) => inner.ScanUsage(scan, visit);

    public virtual ValueTask<long> CountCustomers(CustomerQuery query) => inner.CountCustomers(query);

    public virtual ValueTask<IReadOnlyList<EntityListed>> ListEntities(EntityQuery query) => inner.ListEntities(query);

    public virtual ValueTask<long> CountEntities(EntityQuery query) => inner.CountEntities(query);

    public virtual ValueTask<IReadOnlyList<CustomerKey>> CustomersWithEntity(ScopeId scope, string id, int limit) => inner.CustomersWithEntity(scope, id, limit);

    public virtual ValueTask<IReadOnlyList<LicenseAssignment>> ListLicenseAssignments(ScopeId scope, CustomerKey customer, bool ended) => inner.ListLicenseAssignments(scope, customer, ended);

    public virtual ValueTask<IReadOnlyList<UsageEvent>> ListEvents(UsageQuery query) => inner.ListEvents(query);

    public virtual ValueTask<IReadOnlyList<(ScopeId Scope, CustomerKey Key)>> DueCustomers(Instant now, int limit) => inner.DueCustomers(now, limit);

    public virtual ValueTask<IReadOnlyList<(ScopeId Scope, CustomerKey Key)>> LeaseDueCustomers(Instant now, Instant until, int limit) => inner.LeaseDueCustomers(now, until, limit);

    public virtual ValueTask<PlanHolders> CountHolders(ScopeId scope, PlanId plan, int? version) => inner.CountHolders(scope, plan, version);

    public virtual ValueTask<bool> EverGrantedAlone(ScopeId scope, FeatureId feature) => inner.EverGrantedAlone(scope, feature);

    public virtual ValueTask<int> DropExpiredClaims(Instant now, int limit) => inner.DropExpiredClaims(now, limit);

    public virtual ValueTask<IReadOnlyList<ScopeRow>> Scopes() => inner.Scopes();

    public virtual ValueTask<StoredCatalog> LoadCatalog(ScopeId scope) => inner.LoadCatalog(scope);

    public virtual ValueTask<ScopeRow> AddScope(string tenant, string environment, string name, Instant now) => inner.AddScope(tenant, environment, name, now);

    public virtual ValueTask AddKey(KeyRow key) => inner.AddKey(key);

    public virtual ValueTask<KeyRow?> FindKey(byte[] hash) => inner.FindKey(hash);

    public virtual ValueTask<IReadOnlyList<KeyRow>> Keys() => inner.Keys();

    public virtual ValueTask<long> ReserveCustomerKeys(int count) => inner.ReserveCustomerKeys(count);

    public virtual ValueTask DisposeAsync() => inner.DisposeAsync();
}
