using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Lists of entities over all customers of a scope.</summary>
public abstract partial class SqlStore
{
    public async ValueTask<IReadOnlyList<EntityListed>> ListEntities(EntityQuery query)
    {
        var sql = Filtered("e.customer, e.no, e.created_at as CreatedAt", query);
        if (query.After is { } after)
            sql.And($"(e.created_at, e.customer, e.no) < ({sql.Value(after.CreatedAt.Milliseconds)}, {sql.Value(after.Customer.Value)}, {sql.Value(after.No.Value)})");
        sql.Text("order by e.created_at desc, e.customer desc, e.no desc");
        sql.Page(query.Limit, query.Offset);
        await using var read = await Read();
        var rows = await read.Query<(long Customer, long No, long CreatedAt)>(sql.ToString(), sql.Parameters);
        return [.. rows.Select(row => new EntityListed(new CustomerKey(row.Customer), new EntityNo(checked((int)row.No)), new Instant(row.CreatedAt)))];
    }

    public async ValueTask<long> CountEntities(EntityQuery query)
    {
        var sql = Filtered("count(*)", query);
        await using var read = await Read();
        return await read.Scalar<long>(sql.ToString(), sql.Parameters);
    }

    public async ValueTask<IReadOnlyList<CustomerKey>> CustomersWithEntity(ScopeId scope, string id, int limit)
    {
        await using var read = await Read();
        var keys = await read.Query<long>("select customer from entity where scope = @scope and external_id = @id order by customer limit @limit", new { scope = scope.Value, id, limit });
        return [.. keys.Select(static key => new CustomerKey(key))];
    }

    public async ValueTask<IReadOnlyList<LicenseAssignment>> ListLicenseAssignments(ScopeId scope, CustomerKey customer, bool ended)
    {
        await using var read = await Read();
        var rows = await read.Query<(long No, string? EntityId, string Plan, long StartedAt, long? EndedAt)>(
            $"""
            select no, entity_id as EntityId, plan, started_at as StartedAt, ended_at as EndedAt from license_assignment
            where scope = @scope and customer = @customer and ended_at is {(ended ? "not null" : "null")} order by no
            """,
            new { scope = scope.Value, customer = customer.Value });
        return [.. rows.Select(static row => new LicenseAssignment(
            new SubscriptionNo(checked((int)row.No)), row.EntityId, new PlanId(row.Plan), new Instant(row.StartedAt), Moment(row.EndedAt)))];
    }

    private Filters Filtered(string columns, EntityQuery query)
    {
        var sql = new Filters($"select {columns} from entity e where e.scope = @scope", query.Scope);
        if (query.Customer is { } customer) sql.And($"e.customer = {sql.Value(customer.Value)}");
        if (!string.IsNullOrEmpty(query.Search)) sql.And($"{Sql.Position}(e.search, {sql.Value(SearchText.Fold(query.Search))}) > 0");
        const string holder = "p.scope = e.scope and p.customer = e.customer and p.entity = e.no";
        if (!query.Plans.IsDefaultOrEmpty) sql.And($"({string.Join(" or ", query.Plans.Select(plan => HoldsPlan(sql, holder, plan.Plan, plan.Versions)))})");
        if (query.HoldsPlan) sql.And(HoldsAnyPlan(holder));
        return sql;
    }
}
