using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;
using Sluice.Core;
using Customer = (int Scope, long Key);

namespace Sluice.Storage;

/// <summary>
/// Puts usage where it is read: listed usage into the table that is ordered by customer, and the sums of its days. A commit
/// only appends to the journal; a customer's rows come here together, later, since each by itself would touch pages of its
/// own. Until then they are found by going back along the customer's rows. Each commit gathers a little, so that none stands still.
/// </summary>
internal sealed class UsageGatherer : IDisposable
{
    // More rows of one customer than this are gathered at once: whoever reads the customer walks what is not.
    private const int EnoughOfOne = 1_024;

    // So many rows of all customers begin a round, in which each customer's turn comes. The more, the more rows share a page.
    private const int Enough = 16_384;

    // Rows that a commit of a round gathers for each one it appended.
    private const int Pace = 2;

    private const string AddExactly = "add_exactly";
    private const string SumExactly = "sum_exactly";

    private readonly SqliteConnection _connection;
    private readonly Statement _copy;
    private readonly Statement _sum;
    private readonly Statement _gathered;
    private readonly Statement _mark;

    // The numbers of the rows that wait, by customer. Those of units that lost are of no row.
    private readonly Dictionary<Customer, List<long>> _waiting = [];
    private readonly List<Customer> _full = [];
    private readonly StringBuilder _list = new();
    private int _rows;
    private int _appended;
    private bool _known;

    // The round that is under way, in the order of the table; it ends with all rows up to a number gathered.
    private Customer[] _round = [];
    private int _next;
    private long _upTo;

    public UsageGatherer(SqliteConnection connection)
    {
        _connection = connection;
        connection.CreateFunction<string, string, string>(AddExactly, static (a, b) => Text(Number(a) + Number(b)), isDeterministic: true);
        connection.CreateAggregate<string, decimal, string>(SumExactly, 0m, static (sum, value) => sum + Number(value), static sum => Text(sum), isDeterministic: true);
        var database = connection.Handle ?? throw new InvariantViolation("the writer's connection is closed");
        _copy = new Statement(database, """
            insert into usage (scope, customer, used_at, version, no, feature, value, properties, entity)
            select j.scope, j.customer, j.used_at, j.version, j.no, j.feature, j.value, j.properties, j.entity
            from json_each(?) wanted cross join journal j on j.no = wanted.value where j.listed = 1
            """);
        _sum = new Statement(database, $"""
            insert into usage_day (scope, day, customer, feature, count, sum)
            select j.scope, {DayOf("j.used_at")} as day, j.customer, j.feature, count(*), {SumExactly}(j.value)
            from json_each(?) wanted cross join journal j on j.no = wanted.value where j.listed = 1 group by day, j.feature
            on conflict (scope, day, customer, feature) do update set count = count + excluded.count, sum = {AddExactly}(sum, excluded.sum)
            """);
        _gathered = new Statement(database, "update customer_version set gathered = last_no where scope = ? and key = ?");
        _mark = new Statement(database, "update counter set next = max(next, ?) where name = 'gathered'");
    }

    /// <summary>A customer's journal rows that are not gathered yet, newest first, as a table "recent".</summary>
    public static string Recent(string scope, string customer) => $"""
        with recursive recent (no, prev, gathered) as (
            select j.no, j.prev, v.gathered from customer_version v cross join journal j on j.no = v.last_no
            where v.scope = {scope} and v.key = {customer} and j.no > v.gathered
            union all
            select j.no, j.prev, r.gathered from recent r cross join journal j on j.no = r.prev and j.no > r.gathered)
        """;

    /// <summary>Of all customers, as the table j; to be narrowed.</summary>
    public const string NotGathered = """
        journal j not indexed
        cross join customer_version v on v.scope = j.scope and v.key = j.customer and j.no > v.gathered and j.no > (select next from counter where name = 'gathered')
        """;

    /// <summary>The UTC day of a moment, as <see cref="Day.Of"/>.</summary>
    public static string DayOf(string moment) => $"(iif({moment} < 0, {moment} - {Day.Milliseconds - 1}, {moment}) / {Day.Milliseconds})";

    /// <summary>A row was appended in the open transaction.</summary>
    public void Appended(ScopeId scope, CustomerKey customer, long no)
    {
        _appended++;
        var of = (scope.Value, customer.Value);
        if (Wait(of, no) == EnoughOfOne) _full.Add(of);
    }

    /// <summary>In the open transaction, after its rows.</summary>
    /// <param name="lastNo">The last number given to a row.</param>
    public void GatherSome(long lastNo)
    {
        if (!_known) Recount();
        foreach (var of in _full) Gather(of);
        _full.Clear();
        if (_next == _round.Length && _rows >= Enough) BeginRound(lastNo);
        for (var rows = Pace * _appended; rows > 0 && _next < _round.Length;)
        {
            rows -= Gather(_round[_next]);
            if (++_next == _round.Length) _mark.Bind(_upTo).Run();
        }

        _appended = 0;
    }

    /// <summary>In an open transaction: everything.</summary>
    public void Gather(long lastNo)
    {
        Recount();
        BeginRound(lastNo);
        while (_next < _round.Length) Gather(_round[_next++]);
        _mark.Bind(_upTo).Run();
    }

    /// <summary>The transaction came to nothing, so what it gathered still waits.</summary>
    public void Forget() => _known = false;

    public void Dispose()
    {
        _copy.Dispose();
        _sum.Dispose();
        _gathered.Dispose();
        _mark.Dispose();
    }

    private static decimal Number(string text) => decimal.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture);

    private static string Text(decimal sum) => sum.ToString("0.##########", CultureInfo.InvariantCulture);

    private void BeginRound(long lastNo) => (_round, _next, _upTo) = ([.. _waiting.Keys.Order()], 0, lastNo);

    private int Wait(Customer of, long no)
    {
        ref var rows = ref CollectionsMarshal.GetValueRefOrAddDefault(_waiting, of, out _);
        (rows ??= []).Add(no);
        _rows++;
        return rows.Count;
    }

    // Gives how many rows waited.
    private int Gather(Customer of)
    {
        if (!_waiting.Remove(of, out var rows)) return 0;
        _rows -= rows.Count;
        var list = _list.Clear().Append('[').AppendJoin(',', rows).Append(']').ToString();
        _copy.Bind(list).Run();
        _sum.Bind(list).Run();
        _gathered.Bind(of.Scope).Bind(of.Key).Run();
        return rows.Count;
    }

    private void Recount()
    {
        _waiting.Clear();
        _full.Clear();
        (_rows, _round, _next, _known) = (0, [], 0, true);
        foreach (var (scope, key, no) in _connection.Query<(int, long, long)>($"select j.scope, j.customer, j.no from {NotGathered} order by j.no", buffered: false))
        {
            if (Wait((scope, key), no) == EnoughOfOne) _full.Add((scope, key));
        }
    }
}
