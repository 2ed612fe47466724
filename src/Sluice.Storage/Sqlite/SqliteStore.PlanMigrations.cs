using Dapper;
using Microsoft.Data.Sqlite;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Bulk moves between versions of a plan.</summary>
public sealed partial class SqliteStore
{
    private const string PlanMigrationColumns =
        "scope, id, plan, body, status, created_at as CreatedAt, started_at as StartedAt, ended_at as EndedAt, total, after_created as AfterCreated, after_key as AfterKey";

    public ValueTask<bool> AddPlanMigration(PlanMigration migration)
    {
        lock (_writing)
        {
            return ValueTask.FromResult(Opened.Execute(
                "insert into plan_migration (scope, id, plan, body, status, created_at) values (@scope, @Id, @plan, @body, @status, @at) on conflict do nothing",
                new { scope = migration.Scope.Value, migration.Id, plan = migration.Plan.Value, body = PlanMigrationFormat.Body(migration), status = (int)migration.Status, at = migration.CreatedAt.Milliseconds }) == 1);
        }
    }

    public ValueTask<PlanMigration?> FindPlanMigration(ScopeId scope, string id)
    {
        using var connection = Read();
        return ValueTask.FromResult(connection.QuerySingleOrDefault<PlanMigrationRow>(
            $"select {PlanMigrationColumns} from plan_migration where scope = @scope and id = @id", new { scope = scope.Value, id })?.ToMigration());
    }

    public ValueTask<IReadOnlyList<PlanMigration>> ListPlanMigrations(ScopeId scope, int limit)
    {
        using var connection = Read();
        IReadOnlyList<PlanMigration> rows =
        [
            .. connection.Query<PlanMigrationRow>(
                $"select {PlanMigrationColumns} from plan_migration where scope = @scope order by created_at desc, id limit @limit", new { scope = scope.Value, limit }).Select(static row => row.ToMigration()),
        ];
        return ValueTask.FromResult(rows);
    }

    public ValueTask<bool> ChangePlanMigration(PlanMigration changed, PlanMigrationStatus was)
    {
        lock (_writing)
        {
            return ValueTask.FromResult(Opened.Execute(
                """
                update plan_migration
                set status = @status, started_at = @started, ended_at = @ended, total = @Total, after_created = @afterCreated, after_key = @afterKey, leased_until = 0
                where scope = @scope and id = @Id and status = @was
                """,
                new
                {
                    status = (int)changed.Status, started = changed.StartedAt?.Milliseconds, ended = changed.EndedAt?.Milliseconds, changed.Total, afterCreated = changed.After?.CreatedAt.Milliseconds,
                    afterKey = changed.After?.Key.Value, scope = changed.Scope.Value, changed.Id, was = (int)was,
                }) == 1);
        }
    }

    public ValueTask<PlanMigration?> LeasePlanMigration(Instant now, Instant until)
    {
        lock (_writing)
        {
            return ValueTask.FromResult(Opened.QueryFirstOrDefault<PlanMigrationRow>(
                $"""
                update plan_migration set leased_until = @until
                where (scope, id) in (select scope, id from plan_migration where status = 2 and leased_until <= @now order by leased_until limit 1)
                returning {PlanMigrationColumns}
                """,
                new { now = now.Milliseconds, until = until.Milliseconds })?.ToMigration());
        }
    }

    // One that was paused meanwhile stays paused, and knows what was done.
    public ValueTask AdvancePlanMigration(PlanMigration migration, IReadOnlyList<PlanMigrationItem> items, CustomerListed? after, Instant now) => InOne(transaction =>
    {
        var (scope, id) = (migration.Scope.Value, migration.Id);
        Opened.Execute(
            """
            insert into plan_migration_item (scope, id, customer, outcome, reason, at) values (@scope, @id, @customer, @outcome, @Reason, @at)
            on conflict (scope, id, customer) do update set outcome = excluded.outcome, reason = excluded.reason, at = excluded.at
            """,
            items.Select(item => new { scope, id, customer = item.Customer.Value, outcome = (int)item.Outcome, item.Reason, at = item.At.Milliseconds }),
            transaction);
        Opened.Execute(
            after is null
                ? "update plan_migration set status = 4, ended_at = @now, after_created = null, after_key = null, leased_until = 0 where scope = @scope and id = @id"
                : "update plan_migration set after_created = @created, after_key = @key, leased_until = 0 where scope = @scope and id = @id",
            new { scope, id, now = now.Milliseconds, created = after?.CreatedAt.Milliseconds, key = after?.Key.Value },
            transaction);
    });

    public ValueTask<PlanMigrationProgress> ProgressOf(ScopeId scope, string id)
    {
        using var connection = Read();
        var counts = connection.Query<(long Outcome, long Count)>(
            "select outcome, count(*) from plan_migration_item where scope = @scope and id = @id group by outcome", new { scope = scope.Value, id }).ToDictionary(static row => (PlanMigrationOutcome)row.Outcome, static row => row.Count);
        return ValueTask.FromResult(new PlanMigrationProgress(
            counts.GetValueOrDefault(PlanMigrationOutcome.Moved), counts.GetValueOrDefault(PlanMigrationOutcome.Skipped), counts.GetValueOrDefault(PlanMigrationOutcome.Refused)));
    }

    public ValueTask<IReadOnlyList<PlanMigrationItem>> ListPlanMigrationItems(ScopeId scope, string id, PlanMigrationOutcome? outcome, CustomerKey? after, int limit)
    {
        using var connection = Read();
        IReadOnlyList<PlanMigrationItem> items =
        [
            .. connection.Query<(long Customer, long Outcome, string? Reason, long At)>(
                """
                select customer, outcome, reason, at from plan_migration_item
                where scope = @scope and id = @id and customer > @after and (@outcome is null or outcome = @outcome) order by customer limit @limit
                """,
                new { scope = scope.Value, id, after = after?.Value ?? 0, outcome = (int?)outcome, limit })
                .Select(static row => new PlanMigrationItem(new CustomerKey(row.Customer), (PlanMigrationOutcome)row.Outcome, row.Reason, new Instant(row.At))),
        ];
        return ValueTask.FromResult(items);
    }

    private sealed record PlanMigrationRow(
        long Scope, string Id, string Plan, string Body, long Status, long CreatedAt, long? StartedAt, long? EndedAt, long Total, long? AfterCreated, long? AfterKey)
    {
        public PlanMigration ToMigration() => PlanMigrationFormat.Read(
            new PlanMigration(
                new ScopeId(checked((int)Scope)), Id, new PlanId(Plan), [], 0, new PlanMigrationFilter([], null, null, null), (PlanMigrationStatus)Status, new Instant(CreatedAt),
                StartedAt is { } started ? new Instant(started) : null, EndedAt is { } ended ? new Instant(ended) : null, Total,
                (AfterCreated, AfterKey) is ({ } created, { } key) ? new CustomerListed(new CustomerKey(key), new Instant(created)) : null),
            Body);
    }
}
