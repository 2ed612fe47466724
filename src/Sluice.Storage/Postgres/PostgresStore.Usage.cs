using Npgsql;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Usage: lists, sums and scans, all from the journal's own indexes.</summary>
public sealed partial class PostgresStore
{
    public override async ValueTask<IReadOnlyList<UsageEvent>> ListEvents(UsageQuery query)
    {
        var sql = new Filters("", query.Scope);
        Usage(sql, query, "journal j join customer c on c.scope = j.scope and c.key = j.customer", "j");
        sql.Page(query.Limit, query.Offset);
        await using var read = await Read();
        return [.. (await read.Query<UsageRow>(sql.ToString(), sql.Parameters)).Select(Event)];
    }

    public override async ValueTask<IReadOnlyList<UsageDay>> SumUsageByDay(UsageDayQuery query)
    {
        await using var command = _source.CreateCommand($"""
            select day, customer, feature, count, sum from usage_day
            where scope = $1 and day >= $2 and day < $3 and feature = any($4){(query.Customer is null ? "" : " and customer = $5")}
            """);
        foreach (var value in (long[])[query.Scope.Value, query.FromDay, query.ToDay]) command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. query.Features] });
        if (query.Customer is { } customer) command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = customer.Value });
        var days = new List<UsageDay>();
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync()) days.Add(new UsageDay(rows.GetInt64(0), new CustomerKey(rows.GetInt64(1)), rows.GetString(2), rows.GetInt64(3), rows.GetDecimal(4)));
        return days;
    }

    public override async ValueTask ScanUsage(UsageScan scan, UsageVisitor visit)
    {
        await using var command = _source.CreateCommand($"""
            select used_at, customer, feature, value, properties, entity{(scan.WithDraws ? ", schema, body" : "")} from journal
            where scope = $1 and used_at >= $2 and used_at < $3 and listed = 1{(scan.Customer is null ? "" : " and customer = $4")}
            {(scan.Features.IsDefaultOrEmpty ? "" : $"and feature = any(${(scan.Customer is null ? 4 : 5)})")}
            {(scan.Entity is null ? "" : $"and entity = ${4 + (scan.Customer is null ? 0 : 1) + (scan.Features.IsDefaultOrEmpty ? 0 : 1)}")}
            """);
        foreach (var value in (long[])[scan.Scope.Value, scan.From.Milliseconds, scan.To.Milliseconds]) command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
        if (scan.Customer is { } customer) command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = customer.Value });
        if (!scan.Features.IsDefaultOrEmpty) command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. scan.Features] });
        if (scan.Entity is { } entity) command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = entity });
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync()) Visit(rows, scan.WithDraws, visit);
    }

    private static void Visit(NpgsqlDataReader row, bool withDraws, UsageVisitor visit) => visit(new UsageSeen(
        new Instant(row.GetInt64(0)), new CustomerKey(row.GetInt64(1)), row.GetString(2), row.GetDecimal(3),
        row.IsDBNull(4) ? default : row.GetFieldValue<byte[]>(4), row.IsDBNull(5) ? null : row.GetString(5),
        withDraws ? (int)row.GetInt64(6) : 0, withDraws ? row.GetFieldValue<byte[]>(7) : default));

    // Anything but text is compared as it was written in the JSON: 1.50 is not 1.5, and no number becomes floating point.
    // An escaped zero character, which no text of PostgreSQL may hold, is looked past.
    private protected override string HasProperty(Filters sql, string u, string name, string value) => $"""
        exists (select 1 from json_each(replace({u}.properties, '\u0000', '\ufffd')::json) p where p.key = {sql.Value(name)}
        and case json_typeof(p.value) when 'string' then p.value #>> array[]::text[] else p.value::text end = {sql.Value(value)})
        """;
}
