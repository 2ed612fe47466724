using System.Globalization;
using System.Text;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>What both stores ask of a list of usage events.</summary>
public abstract partial class SqlStore
{
    /// <param name="from">Tables, journal as j and customer as c among them.</param>
    /// <param name="u">The table that has the usage columns.</param>
    private protected void Usage(Filters sql, UsageQuery query, string from, string u)
    {
        sql.Text($"""
            select {u}.customer, c.external_id as CustomerId, {u}.version, {u}.used_at as UsedAt, {u}.feature, {u}.value{Sql.AsText} as Value, {u}.properties, {u}.entity, j.schema, j.body
            from {from}
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
    }

    private protected static UsageEvent Event(UsageRow row) => new(
        new CustomerKey(row.Customer),
        row.CustomerId,
        row.Version,
        new Instant(row.UsedAt),
        row.Feature,
        Quantity.Of(decimal.Parse(row.Value, CultureInfo.InvariantCulture)),
        row.Properties is null ? null : new JsonText(row.Properties),
        JournalFormat.ReadDraws((int)row.Schema, Encoding.UTF8.GetBytes(row.Body)),
        row.Entity);

    private protected sealed record UsageRow(long Customer, string? CustomerId, long Version, long UsedAt, string Feature, string Value, string? Properties, string? Entity, long Schema, string Body);
}
