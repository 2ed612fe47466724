using System.Collections.Concurrent;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Tests.Driving;

/// <summary>A real store whose commits and loads the test can hold, let go and let fail.</summary>
internal sealed class SteeredStore(IStore inner) : IStore
{
    private readonly ConcurrentQueue<HeldCommit> _holds = new();
    private readonly ConcurrentQueue<HeldLoad> _loads = new();

    /// <summary>The next commit stops before it is written. Call it once for each commit to hold, in their order.</summary>
    public HeldCommit HoldCommit()
    {
        var held = new HeldCommit();
        _holds.Enqueue(held);
        return held;
    }

    /// <summary>The next load of a customer stops after it has read.</summary>
    public HeldLoad HoldLoad()
    {
        var held = new HeldLoad();
        _loads.Enqueue(held);
        return held;
    }

    public IReadOnlyList<Fate> Commit(IReadOnlyList<Unit> batch)
    {
        if (!_holds.TryDequeue(out var held)) return inner.Commit(batch);
        switch (held.Wait())
        {
            case HeldCommit.Then.Write:
                return inner.Commit(batch);
            case HeldCommit.Then.WriteAndFail:
                inner.Commit(batch);
                break;
        }

        throw new IOException("the disk is gone");
    }

    public async ValueTask<StoredCustomer?> Load(ScopeId scope, CustomerKey key, Terms terms)
    {
        var loaded = await inner.Load(scope, key, terms);
        if (_loads.TryDequeue(out var held)) await held.Wait();
        return loaded;
    }

    public Task Migrate() => inner.Migrate();

    public ValueTask<ClaimFound?> FindClaim(ClaimKey key, Instant now) => inner.FindClaim(key, now);

    public ValueTask<IReadOnlyList<StoredCustomer>> LoadMany(ScopeId scope, IReadOnlyList<CustomerKey> keys, Terms terms) => inner.LoadMany(scope, keys, terms);

    public ValueTask<IReadOnlyList<CustomerListed>> ListCustomers(CustomerQuery query) => inner.ListCustomers(query);

    public ValueTask<IReadOnlyList<UsageDay>> SumUsageByDay(UsageDayQuery query) => inner.SumUsageByDay(query);

    public ValueTask ScanUsage(UsageScan scan, UsageVisitor visit) => inner.ScanUsage(scan, visit);

    public ValueTask<long> CountCustomers(CustomerQuery query) => inner.CountCustomers(query);

    public ValueTask<IReadOnlyList<EntityListed>> ListEntities(EntityQuery query) => inner.ListEntities(query);

    public ValueTask<long> CountEntities(EntityQuery query) => inner.CountEntities(query);

    public ValueTask<IReadOnlyList<CustomerKey>> CustomersWithEntity(ScopeId scope, string id, int limit) => inner.CustomersWithEntity(scope, id, limit);

    public ValueTask<IReadOnlyList<LicenseAssignment>> ListLicenseAssignments(ScopeId scope, CustomerKey customer, bool ended) => inner.ListLicenseAssignments(scope, customer, ended);

    public ValueTask<IReadOnlyList<UsageEvent>> ListEvents(UsageQuery query) => inner.ListEvents(query);

    public ValueTask<IReadOnlyList<(ScopeId Scope, CustomerKey Key)>> DueCustomers(Instant now, int limit) => inner.DueCustomers(now, limit);

    public ValueTask<IReadOnlyList<(ScopeId Scope, CustomerKey Key)>> LeaseDueCustomers(Instant now, Instant until, int limit) => inner.LeaseDueCustomers(now, until, limit);

    public ValueTask<PlanHolders> CountHolders(ScopeId scope, PlanId plan, int? version) => inner.CountHolders(scope, plan, version);

    public ValueTask<bool> EverGrantedAlone(ScopeId scope, FeatureId feature) => inner.EverGrantedAlone(scope, feature);

    public ValueTask<int> DropExpiredClaims(Instant now, int limit) => inner.DropExpiredClaims(now, limit);

    public ValueTask<IReadOnlyList<ScopeRow>> Scopes() => inner.Scopes();

    public ValueTask<StoredCatalog> LoadCatalog(ScopeId scope) => inner.LoadCatalog(scope);

    public ValueTask<ScopeRow> AddScope(string tenant, string environment, string name, Instant now) => inner.AddScope(tenant, environment, name, now);

    public ValueTask AddKey(KeyRow key) => inner.AddKey(key);

    public ValueTask<KeyRow?> FindKey(byte[] hash) => inner.FindKey(hash);

    public ValueTask<IReadOnlyList<KeyRow>> Keys() => inner.Keys();

    public ValueTask<long> ReserveCustomerKeys(int count) => inner.ReserveCustomerKeys(count);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <summary>One commit in the test's hands.</summary>
    internal sealed class HeldCommit
    {
        private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<Then> _then = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal enum Then
        {
            Write,
            Fail,
            WriteAndFail,
        }

        /// <summary>Completed when a batch has come to it: decided, in the queue, not written.</summary>
        public Task Arrived => _arrived.Task.InTime("a commit to hold");

        public void Write() => _then.TrySetResult(Then.Write);

        public void Fail() => _then.TrySetResult(Then.Fail);

        /// <summary>It is written, and the store says it failed: a commit of unknown fate.</summary>
        public void WriteAndFail() => _then.TrySetResult(Then.WriteAndFail);

        internal Then Wait()
        {
            _arrived.TrySetResult();
            return _then.Task.WaitAsync(TimeSpan.FromMinutes(1)).GetAwaiter().GetResult();
        }
    }

    /// <summary>One load in the test's hands.</summary>
    internal sealed class HeldLoad
    {
        private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _let = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Arrived => _arrived.Task.InTime("a load to hold");

        public void Let() => _let.TrySetResult();

        internal Task Wait()
        {
            _arrived.TrySetResult();
            return _let.Task;
        }
    }
}
