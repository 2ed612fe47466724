using Dapper;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// What the stores have in common: lists, counts and the few writes of the shell, written once in the SQL that both
/// databases speak. How a batch is committed and how a customer is loaded is each database's own.
/// </summary>
public abstract partial class SqlStore : IStore, IShellStore
{
    // Columns are named_so, members NamedSo.
    static SqlStore() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    private protected SqlStore(Dialect dialect) => Sql = dialect;

    private protected Dialect Sql { get; }

    public abstract Task Migrate();

    /// <summary>What <see cref="Migrate"/> would apply, by name; it is not done.</summary>
    public abstract Task<IReadOnlyList<string>> PendingMigrations();

    public abstract IReadOnlyList<Fate> Commit(IReadOnlyList<Unit> batch);

    public abstract ValueTask<IReadOnlyList<StoredCustomer>> LoadMany(ScopeId scope, IReadOnlyList<CustomerKey> keys, Terms terms);

    public abstract ValueTask<IReadOnlyList<UsageEvent>> ListEvents(UsageQuery query);

    public abstract ValueTask<IReadOnlyList<UsageDay>> SumUsageByDay(UsageDayQuery query);

    public abstract ValueTask ScanUsage(UsageScan scan, UsageVisitor visit);

    public abstract ValueTask DisposeAsync();

    public async ValueTask<StoredCustomer?> Load(ScopeId scope, CustomerKey key, Terms terms)
    {
        var loaded = await LoadMany(scope, [key], terms);
        return loaded.Count == 0 ? null : loaded[0];
    }

    public virtual async ValueTask<ClaimFound?> FindClaim(ClaimKey key, Instant now)
    {
        await using var read = await Read();
        var row = await read.One<ClaimRow>(
            "select customer, expires_at as ExpiresAt from claim where scope = @scope and kind = @kind and key = @key and (expires_at is null or expires_at > @now)",
            new { scope = key.Scope.Value, kind = (int)key.Kind, key = Stored(key), now = now.Milliseconds });
        return row is null ? null : new ClaimFound(row.Customer is { } customer ? new CustomerKey(customer) : null, Moment(row.ExpiresAt));
    }

    public ValueTask<int> DropExpiredClaims(Instant now, int limit) => InOne(write => write.Execute(
        $"delete from claim where (scope, kind, key) in (select scope, kind, key from claim where expires_at <= @now order by expires_at limit @limit {Sql.SkipLocked})",
        new { now = now.Milliseconds, limit }));

    public async ValueTask<IReadOnlyList<(ScopeId Scope, CustomerKey Key)>> DueCustomers(Instant now, int limit)
    {
        await using var read = await Read();
        var due = await read.Query<(int Scope, long Key)>(DueFirst, new { now = now.Milliseconds, limit });
        return [.. due.Select(row => (new ScopeId(row.Scope), new CustomerKey(row.Key)))];
    }

    public virtual ValueTask<IReadOnlyList<(ScopeId Scope, CustomerKey Key)>> LeaseDueCustomers(Instant now, Instant until, int limit) => DueCustomers(now, limit);

    /// <summary>A connection that sees the last commit.</summary>
    private protected abstract ValueTask<Session> Read();

    /// <summary>The same, and everything read through it is of one moment.</summary>
    private protected abstract ValueTask<T> OneMoment<T>(Func<Session, Task<T>> read);

    /// <summary>One transaction, durable when it returns. It may be begun again, so it changes nothing but the database.</summary>
    private protected abstract ValueTask<T> InOne<T>(Func<Session, Task<T>> write);

    private protected async ValueTask InOne(Func<Session, Task> write) => await InOne(async session =>
    {
        await write(session);
        return true;
    });

    private protected ValueTask Write(string sql, object values) => InOne(async write => { await write.Execute(sql, values); });

    /// <summary>A claim's key as the database can hold it.</summary>
    private protected virtual string Stored(ClaimKey key) => key.Key;

    /// <summary>A condition: the properties of the usage in table <paramref name="u"/> have this value under this name.</summary>
    private protected abstract string HasProperty(Filters sql, string u, string name, string value);

    /// <summary>Removes a customer's journal and what was copied from it.</summary>
    private protected abstract Task EraseJournal(Session write, long scope, long customer);

    private protected static Instant? Moment(long? milliseconds) => milliseconds is { } value ? new Instant(value) : null;

    private sealed record ClaimRow(long? Customer, long? ExpiresAt);
}
