using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Lists and counts.</summary>
public abstract partial class SqlStore
{
    public async ValueTask<IReadOnlyList<CustomerListed>> ListCustomers(CustomerQuery query)
    {
        var (direction, beyond) = query.OldestFirst ? ("asc", ">") : ("desc", "<");
        var sql = Filtered("c.key, c.created_at", query);
        if (query.After is { } after)
            sql.And($"(c.created_at, c.key) {beyond} ({sql.Value(after.CreatedAt.Milliseconds)}, {sql.Value(after.Key.Value)})");
        sql.Text($"order by c.created_at {direction}, c.key {direction}");
        sql.Page(query.Limit, query.Offset);

        await using var read = await Read();
        var rows = await read.Query<(long Key, long CreatedAt)>(sql.ToString(), sql.Parameters);
        return [.. rows.Select(static row => new CustomerListed(new CustomerKey(row.Key), new Instant(row.CreatedAt)))];
    }

    public async ValueTask<long> CountCustomers(CustomerQuery query)
    {
        var sql = Filtered("count(*)", query);
        await using var read = await Read();
        return await read.Scalar<long>(sql.ToString(), sql.Parameters);
    }

    public async ValueTask<PlanHolders> CountHolders(ScopeId scope, PlanId plan, int? version)
    {
        await using var read = await Read();
        var (holding, ever) = await read.One<(long, long)>(
            """
            select count(distinct case when h.held > 0 then h.customer end), count(distinct h.customer) from plan_holder h
            join customer c on c.scope = h.scope and c.key = h.customer and c.deleted = 0
            where h.scope = @scope and h.plan = @plan and (@version is null or h.version = @version)
            """,
            new { scope = scope.Value, plan = plan.Value, version });
        return new PlanHolders(holding, ever);
    }

    public async ValueTask<bool> EverGrantedAlone(ScopeId scope, FeatureId feature)
    {
        await using var read = await Read();
        return await read.Scalar<bool>(
            """
            select exists (select 1 from loose_grant g join customer c on c.scope = g.scope and c.key = g.customer and c.deleted = 0
            where g.scope = @scope and g.feature = @feature)
            """,
            new { scope = scope.Value, feature = feature.Value });
    }

    private Filters Filtered(string columns, CustomerQuery query)
    {
        var sql = new Filters($"select {columns} from customer c where c.scope = @scope and c.deleted = 0", query.Scope);
        if (query.CreatedFrom is { } from) sql.And($"c.created_at >= {sql.Value(from.Milliseconds)}");
        if (query.CreatedTo is { } to) sql.And($"c.created_at < {sql.Value(to.Milliseconds)}");
        if (!string.IsNullOrEmpty(query.Search)) sql.And($"{Sql.Position}(c.search, {sql.Value(SearchText.Fold(query.Search))}) > 0");
        const string holder = "p.scope = c.scope and p.customer = c.key";
        if (!query.Plans.IsDefaultOrEmpty) sql.And($"({string.Join(" or ", query.Plans.Select(plan => HoldsPlan(sql, holder, plan.Plan, plan.Versions)))})");
        if (query.HoldsPlan) sql.And(HoldsAnyPlan(holder));
        return sql;
    }

    private static string HoldsAnyPlan(string holder) => $"exists (select 1 from plan_holder p where {holder} and p.held > 0)";

    /// <param name="holder">Which rows of plan_holder p are meant.</param>
    private static string HoldsPlan(Filters sql, string holder, PlanId plan, IEnumerable<int> versions)
    {
        var some = string.Join(", ", versions.Select(version => sql.Value(version)));
        return $"""
            exists (select 1 from plan_holder p where {holder} and p.held > 0
            and p.plan = {sql.Value(plan.Value)}{(some.Length == 0 ? "" : $" and p.version in ({some})")})
            """;
    }
}
