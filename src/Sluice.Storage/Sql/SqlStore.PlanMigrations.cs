using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Bulk moves between versions of a plan.</summary>
public abstract partial class SqlStore
{
    private const string PlanMigrationColumns =
        "scope, id, plan, body, status, created_at as CreatedAt, started_at as StartedAt, ended_at as EndedAt, total, after_created as AfterCreated, after_key as AfterKey";

    public ValueTask<bool> AddPlanMigration(PlanMigration migration) => InOne(async write => await write.Execute(
        "insert into plan_migration (scope, id, plan, body, status, created_at) values (@scope, @Id, @plan, @body, @status, @at) on conflict do nothing",
        new { scope = migration.Scope.Value, migration.Id, plan = migration.Plan.Value, body = PlanMigrationFormat.Body(migration), status = (int)migration.Status, at = migration.CreatedAt.Milliseconds }) == 1);

    public async ValueTask<PlanMigration?> FindPlanMigration(ScopeId scope, string id)
    {
        await using var read = await Read();
        return (await read.One<PlanMigrationRow>($"select {PlanMigrationColumns} from plan_migration where scope = @scope and id = @id", new { scope = scope.Value, id }))?.ToMigration();
    }

    public async ValueTask<IReadOnlyList<PlanMigration>> ListPlanMigrations(ScopeId scope, int limit)
    {
        await using var read = await Read();
        return [.. (await read.Query<PlanMigrationRow>(
            $"select {PlanMigrationColumns} from plan_migration where scope = @scope order by created_at desc, id limit @limit", new { scope = scope.Value, limit })).Select(static row => row.ToMigration())];
    }

    public ValueTask<bool> ChangePlanMigration(PlanMigration changed, PlanMigrationStatus was) => InOne(async write => await write.Execute(
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

    public ValueTask<PlanMigration?> LeasePlanMigration(Instant now, Instant until) => InOne(async write => (await write.One<PlanMigrationRow>(
        $"""
        update plan_migration set leased_until = @until
        where (scope, id) in (select scope, id from plan_migration where status = 2 and leased_until <= @now order by leased_until limit 1 {Sql.SkipLocked})
        returning {PlanMigrationColumns}
        """,
        new { now = now.Milliseconds, until = until.Milliseconds }))?.ToMigration());

    // One that was paused meanwhile stays paused, and knows what was done.
    public ValueTask AdvancePlanMigration(PlanMigration migration, IReadOnlyList<PlanMigrationItem> items, CustomerListed? after, Instant now) => InOne(async write =>
    {
        var (scope, id) = (migration.Scope.Value, migration.Id);
        await write.Execute(
            """
            insert into plan_migration_item (scope, id, customer, outcome, reason, at) values (@scope, @id, @customer, @outcome, @Reason, @at)
            on conflict (scope, id, customer) do update set outcome = excluded.outcome, reason = excluded.reason, at = excluded.at
            """,
            items.Select(item => new { scope, id, customer = item.Customer.Value, outcome = (int)item.Outcome, item.Reason, at = item.At.Milliseconds }));
        await write.Execute(
            after is null
                ? "update plan_migration set status = 4, ended_at = @now, after_created = null, after_key = null, leased_until = 0 where scope = @scope and id = @id"
                : "update plan_migration set after_created = @created, after_key = @key, leased_until = 0 where scope = @scope and id = @id",
            new { scope, id, now = now.Milliseconds, created = after?.CreatedAt.Milliseconds, key = after?.Key.Value });
    });

    public async ValueTask<PlanMigrationProgress> ProgressOf(ScopeId scope, string id)
    {
        await using var read = await Read();
        var counts = (await read.Query<(long Outcome, long Count)>("select outcome, count(*) from plan_migration_item where scope = @scope and id = @id group by outcome", new { scope = scope.Value, id }))
            .ToDictionary(static row => (PlanMigrationOutcome)row.Outcome, static row => row.Count);
        return new PlanMigrationProgress(
            counts.GetValueOrDefault(PlanMigrationOutcome.Moved), counts.GetValueOrDefault(PlanMigrationOutcome.Skipped), counts.GetValueOrDefault(PlanMigrationOutcome.Refused));
    }

    public async ValueTask<IReadOnlyList<PlanMigrationItem>> ListPlanMigrationItems(ScopeId scope, string id, PlanMigrationOutcome? outcome, CustomerKey? after, int limit)
    {
        var sql = new Filters("select customer, outcome, reason, at from plan_migration_item where scope = @scope", scope);
        sql.And($"id = {sql.Value(id)} and customer > {sql.Value(after?.Value ?? 0)}");
        if (outcome is { } wanted) sql.And($"outcome = {sql.Value((int)wanted)}");
        sql.Text("order by customer");
        sql.Page(limit, 0);
        await using var read = await Read();
        var rows = await read.Query<(long Customer, long Outcome, string? Reason, long At)>(sql.ToString(), sql.Parameters);
        return [.. rows.Select(static row => new PlanMigrationItem(new CustomerKey(row.Customer), (PlanMigrationOutcome)row.Outcome, row.Reason, new Instant(row.At)))];
    }

    private sealed record PlanMigrationRow(
        long Scope, string Id, string Plan, string Body, long Status, long CreatedAt, long? StartedAt, long? EndedAt, long Total, long? AfterCreated, long? AfterKey)
    {
        public PlanMigration ToMigration() => PlanMigrationFormat.Read(
            new PlanMigration(
                new ScopeId(checked((int)Scope)), Id, new PlanId(Plan), [], 0, new PlanMigrationFilter([], null, null, null), (PlanMigrationStatus)Status, new Instant(CreatedAt),
                Moment(StartedAt), Moment(EndedAt), Total, (AfterCreated, AfterKey) is ({ } created, { } key) ? new CustomerListed(new CustomerKey(key), new Instant(created)) : null),
            Body);
    }
}
