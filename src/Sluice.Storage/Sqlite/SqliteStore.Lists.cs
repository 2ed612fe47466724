using System.Globalization;
using System.Text;
using Dapper;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Lists and counts. Values always travel as parameters; only the shape of the query is put together here.</summary>
public sealed partial class SqliteStore
{
    public ValueTask<IReadOnlyList<CustomerListed>> ListCustomers(CustomerQuery query)
    {
        var (direction, beyond) = query.OldestFirst ? ("asc", ">") : ("desc", "<");
        var sql = Filtered("c.key, c.created_at", query);
        if (query.After is { } after)
            sql.And($"(c.created_at, c.key) {beyond} ({sql.Value(after.CreatedAt.Milliseconds)}, {sql.Value(after.Key.Value)})");
        sql.Text($"order by c.created_at {direction}, c.key {direction}");
        sql.Page(query.Limit, query.Offset);

        using var connection = Read();
        IReadOnlyList<CustomerListed> rows =
        [
            .. connection.Query<(long Key, long CreatedAt)>(sql.ToString(), sql.Parameters)
                .Select(row => new CustomerListed(new CustomerKey(row.Key), new Instant(row.CreatedAt))),
        ];
        return ValueTask.FromResult(rows);
    }

    public ValueTask<long> CountCustomers(CustomerQuery query)
    {
        var sql = Filtered("count(*)", query);
        using var connection = Read();
        return ValueTask.FromResult(connection.ExecuteScalar<long>(sql.ToString(), sql.Parameters));
    }

    public ValueTask<IReadOnlyList<UsageEvent>> ListEvents(UsageQuery query)
    {
        var sql = new Filters("", query.Scope);
        if (query.Customer is { } customer)
        {
            // What is gathered lies in order; the newest is found along the customer's journal rows.
            sql.Text(Recent(sql.Value(customer.Value)));
            sql.Text("select * from (");
            Usage(sql, query, "usage u cross join journal j on j.no = u.no", "u");
            sql.Text(") union all select * from (");
            Usage(sql, query, "recent r cross join journal j on j.no = r.no", "j");
            sql.Text(")");
        }
        else
        {
            sql.Text("select * from (");
            Usage(sql, query, "journal j", "j");
            sql.Text(")");
        }

        sql.Text("order by UsedAt desc, customer desc, version desc");
        sql.Page(query.Limit, query.Offset);
        using var connection = Read();
        IReadOnlyList<UsageEvent> events = [.. connection.Query<UsageRow>(sql.ToString(), sql.Parameters).Select(Event)];
        return ValueTask.FromResult(events);
    }

    /// <summary>The customer's journal rows that are not gathered yet, as a table "recent".</summary>
    private static string Recent(string customer) => $"""
        with recursive recent (no, prev) as (
            select j.no, j.prev from customer_version v cross join journal j on j.no = v.last_no
            where v.scope = @scope and v.key = {customer} and j.no > (select next from counter where name = 'gathered')
            union all
            select j.no, j.prev from recent r cross join journal j on j.no = r.prev and j.no > (select next from counter where name = 'gathered'))
        """;

    /// <param name="from">Tables, journal as j among them.</param>
    /// <param name="u">The table that has the usage columns.</param>
    private static void Usage(Filters sql, UsageQuery query, string from, string u)
    {
        sql.Text($"""
            select {u}.customer, c.external_id as CustomerId, {u}.version, {u}.used_at as UsedAt, {u}.feature, {u}.value, {u}.properties, {u}.entity, j.schema, j.body
            from {from} cross join customer c on c.scope = {u}.scope and c.key = {u}.customer
            where {u}.scope = @scope
            """);
        if (u == "j") sql.And("j.listed = 1");
        if (query.Customer is { } customer) sql.And($"{u}.customer = {sql.Value(customer.Value)}");
        if (query.Entity is { } entity) sql.And($"{u}.entity = {sql.Value(entity)}");
        if (!query.Features.IsDefaultOrEmpty) sql.And($"{u}.feature in ({string.Join(", ", query.Features.Select(sql.Value))})");
        if (query.From is { } since) sql.And($"{u}.used_at >= {sql.Value(since.Milliseconds)}");
        if (query.To is { } to) sql.And($"{u}.used_at < {sql.Value(to.Milliseconds)}");
        if (query.After is { } after)
        {
            sql.And($"{u}.used_at <= {sql.Value(after.UsedAt.Milliseconds)}");
            sql.And($"({u}.used_at, {u}.customer, {u}.version) < ({sql.Value(after.UsedAt.Milliseconds)}, {sql.Value(after.Customer.Value)}, {sql.Value(after.Version)})");
        }

        foreach (var (name, value) in query.Properties.IsDefault ? [] : query.Properties) sql.And(HasProperty(sql, u, name, value));
        sql.Text($"order by {u}.used_at desc, {u}.customer desc, {u}.version desc");
        sql.Page((long)query.Offset + query.Limit, 0);
    }

    public ValueTask<PlanHolders> CountHolders(ScopeId scope, PlanId plan, int? version)
    {
        using var connection = Read();
        var (holding, ever) = connection.QuerySingle<(long, long)>(
            """
            select count(distinct case when h.held > 0 then h.customer end), count(distinct h.customer) from plan_holder h
            join customer c on c.scope = h.scope and c.key = h.customer and c.deleted = 0
            where h.scope = @scope and h.plan = @plan and (@version is null or h.version = @version)
            """,
            new { scope = scope.Value, plan = plan.Value, version });
        return ValueTask.FromResult(new PlanHolders(holding, ever));
    }

    public ValueTask<bool> EverGrantedAlone(ScopeId scope, FeatureId feature)
    {
        using var connection = Read();
        return ValueTask.FromResult(connection.ExecuteScalar<bool>(
            """
            select exists (select 1 from loose_grant g join customer c on c.scope = g.scope and c.key = g.customer and c.deleted = 0
            where g.scope = @scope and g.feature = @feature)
            """,
            new { scope = scope.Value, feature = feature.Value }));
    }

    private static Filters Filtered(string columns, CustomerQuery query)
    {
        var sql = new Filters($"select {columns} from customer c where c.scope = @scope and c.deleted = 0", query.Scope);
        if (query.CreatedFrom is { } from) sql.And($"c.created_at >= {sql.Value(from.Milliseconds)}");
        if (query.CreatedTo is { } to) sql.And($"c.created_at < {sql.Value(to.Milliseconds)}");
        if (!string.IsNullOrEmpty(query.Search)) sql.And($"instr(c.search, {sql.Value(SearchText.Fold(query.Search))}) > 0");
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

    // Anything but text is compared as it was written in the JSON: 1.50 is not 1.5, and no number becomes floating point.
    private static string HasProperty(Filters sql, string u, string name, string value) => $"""
        exists (select 1 from json_each({u}.properties) p where p.key = {sql.Value(name)}
        and case p.type when 'text' then p.value else {u}.properties -> p.fullkey end = {sql.Value(value)})
        """;

    private static UsageEvent Event(UsageRow row) => new(
        new CustomerKey(row.Customer),
        row.CustomerId,
        row.Version,
        new Instant(row.UsedAt),
        row.Feature,
        Quantity.Of(decimal.Parse(row.Value, CultureInfo.InvariantCulture)),
        Json(row.Properties),
        JournalFormat.ReadDraws((int)row.Schema, Encoding.UTF8.GetBytes(row.Body)),
        row.Entity);

    private sealed record UsageRow(long Customer, string? CustomerId, long Version, long UsedAt, string Feature, string Value, string? Properties, string? Entity, long Schema, string Body);

    /// <summary>A query that grows by conditions.</summary>
    private sealed class Filters(string start, ScopeId scope)
    {
        private readonly StringBuilder _text = new(start);

        public DynamicParameters Parameters { get; } = new(new { scope = scope.Value });

        public override string ToString() => _text.ToString();

        public void Text(string sql) => _text.Append('\n').Append(sql);

        public void And(string condition) => Text($"and {condition}");

        public string Value(object value)
        {
            var name = $"p{Parameters.ParameterNames.Count()}";
            Parameters.Add(name, value);
            return $"@{name}";
        }

        public void Page(long limit, int offset) => Text($"limit {Value(limit)} offset {Value(offset)}");
    }
}
