using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Data.Sqlite;
using Sluice.Core;
using SQLitePCL;

namespace Sluice.Storage;

/// <summary>Usage: lists, sums and scans. Scans are read by hand: one may pass a hundred thousand rows.</summary>
public sealed partial class SqliteStore
{
    public override async ValueTask<IReadOnlyList<UsageEvent>> ListEvents(UsageQuery query)
    {
        var sql = new Filters("", query.Scope);
        if (query.Customer is { } customer)
        {
            // What is gathered lies in order; the newest is found along the customer's journal rows.
            var (last, seen) = _ends.Of(query.Scope, customer);
            sql.Text(Gatherer.Recent("@scope", sql.Value(customer.Value), sql.Value(last), sql.Value(seen)));
            sql.Text("select * from (");
            Part("usage u cross join journal j on j.no = u.no", "u");
            sql.Text(") union all select * from (");
            Part("recent r cross join journal j on j.no = r.no", "j");
            sql.Text(")");
        }
        else
        {
            sql.Text("select * from (");
            Part("journal j", "j");
            sql.Text(")");
        }

        sql.Text("order by UsedAt desc, customer desc, version desc");
        sql.Page(query.Limit, query.Offset);
        await using var read = await Read();
        return [.. (await read.Query<UsageRow>(sql.ToString(), sql.Parameters)).Select(Event)];

        void Part(string from, string u)
        {
            Usage(sql, query, $"{from} cross join customer c on c.scope = {u}.scope and c.key = {u}.customer", u);
            sql.Page((long)query.Offset + query.Limit, 0);
        }
    }

    // Anything but text is compared as it was written in the JSON: 1.50 is not 1.5, and no number becomes floating point.
    private protected override string HasProperty(Filters sql, string u, string name, string value) => $"""
        exists (select 1 from json_each({u}.properties) p where p.key = {sql.Value(name)}
        and case p.type when 'text' then p.value else {u}.properties -> p.fullkey end = {sql.Value(value)})
        """;

    public override ValueTask<IReadOnlyList<UsageDay>> SumUsageByDay(UsageDayQuery query)
    {
        // The stored sums, and each event that is not gathered yet.
        var customer = query.Customer?.Value.ToString(CultureInfo.InvariantCulture);
        var recent = query.Customer is { } one ? Recent(query.Scope, one) : "";
        var features = string.Join(", ", Enumerable.Range(4, query.Features.Length).Select(static number => $"?{number}"));
        using var connection = Connect();
        using var rows = new Rows(connection, $"""
            {recent}
            select day, customer, feature, count, sum from usage_day
            where scope = ?1 and day >= ?2 and day < ?3 and feature in ({features}){(customer is null ? "" : $" and customer = {customer}")}
            union all
            select {Gatherer.DayOf("j.used_at")} as day, j.customer, j.feature, 1, j.value
            from {(customer is null ? Gatherer.NotGathered : "recent r cross join journal j on j.no = r.no")}
            where j.scope = ?1 and j.listed = 1 and day >= ?2 and day < ?3 and j.feature in ({features})
            """);
        rows.Bind(query.Scope.Value).Bind(query.FromDay).Bind(query.ToDay);
        foreach (var feature in query.Features) rows.Bind(feature);
        var days = new Dictionary<(long Day, long Customer, string Feature), (long Count, decimal Sum)>();
        while (rows.Next())
        {
            ref var day = ref CollectionsMarshal.GetValueRefOrAddDefault(days, (rows.Long(0), rows.Long(1), rows.Text(2)), out _);
            day = (day.Count + rows.Long(3), day.Sum + rows.Number(4));
        }

        return ValueTask.FromResult<IReadOnlyList<UsageDay>>([.. days.Select(static pair => new UsageDay(pair.Key.Day, new CustomerKey(pair.Key.Customer), pair.Key.Feature, pair.Value.Count, pair.Value.Sum))]);
    }

    public override ValueTask ScanUsage(UsageScan scan, UsageVisitor visit)
    {
        using var connection = Connect();
        if (scan.Customer is not { } customer)
        {
            Scan(connection, scan, "", "journal j", "j", visit);
            return ValueTask.CompletedTask;
        }

        // One read transaction: what is gathered meanwhile must not be seen twice, or not at all.
        var recent = Recent(scan.Scope, customer);
        using var transaction = connection.BeginTransaction(deferred: true);
        Scan(connection, scan, "", scan.WithDraws ? "usage u cross join journal j on j.no = u.no" : "usage u", "u", visit);
        Scan(connection, scan, recent, "recent r cross join journal j on j.no = r.no", "j", visit);
        return ValueTask.CompletedTask;
    }

    private string Recent(ScopeId scope, CustomerKey customer)
    {
        var (last, seen) = _ends.Of(scope, customer);
        return Gatherer.Recent(Text(scope.Value), Text(customer.Value), Text(last), Text(seen));

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }

    /// <param name="u">The table that has the usage columns.</param>
    private static void Scan(SqliteConnection connection, UsageScan scan, string with, string from, string u, UsageVisitor visit)
    {
        using var rows = new Rows(connection, $"""
            {with}
            select {u}.used_at, {u}.customer, {u}.feature, {u}.value, {u}.properties, {u}.entity{(scan.WithDraws ? ", j.schema, j.body" : "")} from {from}
            where {u}.scope = ? and {u}.used_at >= ? and {u}.used_at < ?{(u == "j" ? " and j.listed = 1" : "")}{(scan.Customer is null ? "" : $" and {u}.customer = ?")}
            {(scan.Features.IsDefaultOrEmpty ? "" : $"and {u}.feature in ({Marks(scan.Features.Length)})")}
            {(scan.Entity is null ? "" : $"and {u}.entity = ?")}
            """);
        rows.Bind(scan.Scope.Value).Bind(scan.From.Milliseconds).Bind(scan.To.Milliseconds);
        if (scan.Customer is { } customer) rows.Bind(customer.Value);
        foreach (var feature in scan.Features.IsDefault ? [] : scan.Features) rows.Bind(feature);
        if (scan.Entity is { } entity) rows.Bind(entity);
        while (rows.Next())
        {
            visit(new UsageSeen(
                new Instant(rows.Long(0)), new CustomerKey(rows.Long(1)), rows.Text(2), rows.Number(3), rows.Bytes(4), rows.TextOrNone(5),
                scan.WithDraws ? (int)rows.Long(6) : 0, scan.WithDraws ? rows.Bytes(7) : default));
        }
    }

    private static string Marks(int count) => string.Join(", ", Enumerable.Repeat("?", count));

    /// <summary>A query read row by row without a copy of what is not needed.</summary>
    private sealed class Rows : IDisposable
    {
        private readonly sqlite3 _database;
        private readonly sqlite3_stmt _statement;
        private readonly (byte[] Bytes, string Text)[] _last = Enumerable.Repeat((Array.Empty<byte>(), ""), 8).ToArray();
        private int _bound;

        public Rows(SqliteConnection connection, string sql)
        {
            _database = connection.Handle!;
            Check(raw.sqlite3_prepare_v2(_database, sql, out _statement));
        }

        public Rows Bind(long value)
        {
            Check(raw.sqlite3_bind_int64(_statement, ++_bound, value));
            return this;
        }

        public Rows Bind(string value)
        {
            Check(raw.sqlite3_bind_text(_statement, ++_bound, value));
            return this;
        }

        public bool Next()
        {
            var code = raw.sqlite3_step(_statement);
            if (code == raw.SQLITE_ROW) return true;
            if (code != raw.SQLITE_DONE) SqliteException.ThrowExceptionForRC(code, _database);
            return false;
        }

        public long Long(int column) => raw.sqlite3_column_int64(_statement, column);

        // Few different texts come again and again: the last one of each column is kept.
        public string Text(int column)
        {
            var bytes = Bytes(column);
            if (!bytes.SequenceEqual(_last[column].Bytes)) _last[column] = (bytes.ToArray(), Encoding.UTF8.GetString(bytes));
            return _last[column].Text;
        }

        public string? TextOrNone(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL ? null : Text(column);

        public decimal Number(int column) => Utf8Parser.TryParse(Bytes(column), out decimal number, out _)
            ? number
            : throw new InvariantViolation("a stored amount is no number");

        public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_statement, column);

        public void Dispose() => _statement.Dispose();

        private void Check(int code)
        {
            if (code != raw.SQLITE_OK) SqliteException.ThrowExceptionForRC(code, _database);
        }
    }
}
