using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;
using Sluice.Core;
using Customer = (int Scope, long Key);

namespace Sluice.Storage;

/// <summary>
/// Puts what the journal has where it is read: listed usage into the table that is ordered by customer, the sums of its days, and
/// the customer's version and last row. A commit only appends to the journal; a customer's rows come here together, later, since
/// each by itself would touch pages of its own. Until then they are found by going back along the customer's rows. Each commit
/// gathers a little, so that none stands still.
/// </summary>
internal sealed class Gatherer : IDisposable
{
    // Rows that a commit of a round gathers for each one it appended, those of newcomers among them.
    private const int Pace = 2;

    // Rows that are gathered in a transaction of their own: as many as commits can wait for.
    private const int Part = 2_048;

    private const string AddExactly = "add_exactly";

    private readonly SqliteConnection _connection;
    private readonly GatheringLimits _limits;
    private readonly Statement _copy;
    private readonly Statement _put;
    private readonly Statement _sum;
    private readonly Statement _reach;
    private readonly Statement _mark;

    private readonly WaitingRows _waiting = new();

    // Of the open transaction.
    private readonly List<(Customer Of, WaitingRow Row)> _appended = [];
    private readonly List<Customer> _erased = [];
    private readonly Dictionary<Customer, JournalEnd> _moved = [];
    private readonly Dictionary<string, int> _places = [];
    private readonly List<string> _features = [];
    private readonly Dictionary<(long Day, int Feature), (long Count, decimal Sum)> _sums = [];
    private readonly StringBuilder _list = new();
    private readonly List<WaitingRow> _taken = [];
    private bool _known;

    // Customers of whom many rows wait.
    private readonly Queue<Customer> _busy = [];

    // The customers of the round that is under way; it ends with all rows up to a number gathered.
    private readonly InOrder _round = new();
    private long _upTo;
    private long _marked;

    public Gatherer(SqliteConnection connection, GatheringLimits limits)
    {
        (_connection, _limits) = (connection, limits);
        connection.CreateFunction<string, string, string>(AddExactly, static (a, b) => Text(Number(a) + Number(b)), isDeterministic: true);
        var database = connection.Handle ?? throw new InvariantViolation("the writer's connection is closed");
        _copy = new Statement(database, """
            insert into usage (scope, customer, used_at, version, no, feature, value, properties, entity)
            select j.scope, j.customer, j.used_at, j.version, j.no, j.feature, j.value, j.properties, j.entity
            from json_each(?) wanted cross join journal j on j.no = wanted.value where j.listed = 1
            """);
        _put = new Statement(database, "insert into usage (scope, customer, used_at, version, no, feature, value) values (?, ?, ?, ?, ?, ?, ?)");
        _sum = new Statement(database, $"""
            insert into usage_day (scope, customer, day, feature, count, sum) values (?, ?, ?, ?, ?, ?)
            on conflict (scope, day, customer, feature) do update set count = count + excluded.count, sum = {AddExactly}(sum, excluded.sum)
            """);
        _reach = new Statement(database, "update customer_version set version = ?, last_no = ? where scope = ? and key = ?");
        _mark = new Statement(database, "update counter set next = max(next, ?) where name = 'gathered'");
    }

    /// <summary>A customer's journal rows that are not gathered yet, newest first, as a table "recent".</summary>
    /// <param name="last">With <paramref name="seen"/> as <see cref="JournalEnds"/> gives it.</param>
    public static string Recent(string scope, string customer, string last, string seen) => $"""
        with recursive recent (no, prev, gathered) as (
            select j.no, j.prev, v.last_no from customer_version v cross join {JournalEnds.LastRow(JournalEnds.LastNo(last, seen))}
            where v.scope = {scope} and v.key = {customer} and j.no > v.last_no
            union all
            select j.no, j.prev, r.gathered from recent r cross join journal j on j.no = r.prev and j.no > r.gathered)
        """;

    /// <summary>Of all customers, as the table j; to be narrowed.</summary>
    public const string NotGathered = """
        journal j not indexed
        cross join customer_version v on v.scope = j.scope and v.key = j.customer and j.no > v.last_no and j.no > (select next from counter where name = 'gathered')
        """;

    /// <summary>The UTC day of a moment, as <see cref="Day.Of"/>.</summary>
    public static string DayOf(string moment) => $"(iif({moment} < 0, {moment} - {Day.Milliseconds - 1}, {moment}) / {Day.Milliseconds})";

    /// <summary>A transaction has begun.</summary>
    public void Begin()
    {
        _appended.Clear();
        _erased.Clear();
        _moved.Clear();
        if (!_known) Recount();
    }

    /// <summary>Where the customer's journal ends in the open transaction; null when customer_version says it.</summary>
    public JournalEnd? EndOf(Customer of) => _moved.TryGetValue(of, out var end) ? end : _waiting.EndOf(of);

    /// <summary>The open transaction moves a customer on.</summary>
    public void Moved(Customer of, JournalEnd end) => _moved[of] = end;

    /// <summary>The open transaction takes all of a customer's rows away, and customer_version says so.</summary>
    public void Erased(Customer of, long version)
    {
        Moved(of, new JournalEnd(version, 0));
        _erased.Add(of);
    }

    /// <summary>The open transaction appended a row.</summary>
    public void Appended(ScopeId scope, CustomerKey customer, long no, JournalEntry entry)
    {
        var end = new JournalEnd(entry.Version, no);
        _appended.Add(((scope.Value, customer.Value), entry.Usage is { Listed: true } usage
            ? new WaitingRow(end, usage.UsedAt.Milliseconds, Place(usage.Feature), usage.Value.Value, HasMore: usage.Properties is not null || usage.Entity is not null)
            : new WaitingRow(end)));
    }

    /// <summary>In the open transaction, after its rows.</summary>
    /// <param name="lastNo">The last number given to a row.</param>
    public void GatherSome(long lastNo)
    {
        foreach (var (of, row) in _appended) Wait(of, row);
        foreach (var of in _erased) _waiting.Take(of, _taken);
        if (_features.Count >= _limits.Features)
        {
            BeginRound(lastNo);
            GoOn(int.MaxValue);
            _places.Clear();
            _features.Clear();
            return;
        }

        if (_round.IsEmpty && (_waiting.Count >= _limits.Rows || lastNo - _marked >= _limits.Behind)) BeginRound(lastNo);
        GoOn(Pace * Math.Max(_appended.Count, _moved.Count));
    }

    /// <summary>In an open transaction without rows of its own: some of what waits. False: all rows up to this one are gathered.</summary>
    public bool TryGatherPart(long upTo, long lastNo)
    {
        if (_marked >= upTo) return false;
        if (_round.IsEmpty) BeginRound(lastNo);
        GoOn(Part);
        return true;
    }

    /// <summary>The transaction came to nothing, so what it gathered still waits.</summary>
    public void Forget() => _known = false;

    /// <summary>Whom the open transaction moves, or the last one moved, and where their journals end.</summary>
    public Dictionary<Customer, JournalEnd> MovedOn => _moved;

    /// <summary>All rows up to this one are gathered.</summary>
    public long Marked => _marked;

    /// <summary>Whether units were committed here, by the only one who commits: nobody else may gather.</summary>
    public bool IsInUse => _known;

    public void Dispose()
    {
        _copy.Dispose();
        _put.Dispose();
        _sum.Dispose();
        _reach.Dispose();
        _mark.Dispose();
    }

    private static decimal Number(string text) => decimal.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture);

    private static string Text(decimal sum) => sum.ToString("0.##########", CultureInfo.InvariantCulture);

    private void BeginRound(long lastNo)
    {
        _round.Begin(_waiting.Customers);
        _upTo = lastNo;
    }

    private void GoOn(int rows)
    {
        while (rows > 0 && _busy.TryDequeue(out var busy)) rows -= Gather(busy);
        while (rows > 0 && !_round.IsEmpty) rows -= Gather(_round.Next());
        if (!_round.IsEmpty || _upTo == _marked) return;
        _mark.Bind(_upTo).Run();
        _marked = _upTo;
    }

    private void Wait(Customer of, WaitingRow row)
    {
        if (_waiting.Add(of, row) == _limits.OfOne) _busy.Enqueue(of);
    }

    // Gives how many rows waited.
    private int Gather(Customer of)
    {
        _waiting.Take(of, _taken);
        if (_taken.Count > 0) Write(of, _taken);
        return _taken.Count;
    }

    private void Write(Customer of, List<WaitingRow> rows)
    {
        var end = rows[^1].End;
        if (_reach.Bind(end.Version).Bind(end.No).Bind(of.Scope).Bind(of.Key).Run() == 0) return; // Deleted since, with all that was of it.
        _list.Clear();
        foreach (var row in rows)
        {
            if (row.HasMore) _list.Append(_list.Length == 0 ? '[' : ',').Append(row.End.No);
            else if (row.IsUsage) Put(of, row);
        }

        if (_list.Length > 0) _copy.Bind(_list.Append(']').ToString()).Run();
        Sum(of, rows);
    }

    private void Put(Customer of, WaitingRow row) => _put
        .Bind(of.Scope).Bind(of.Key).Bind(row.UsedAt).Bind(row.End.Version).Bind(row.End.No).Bind(_features[row.Feature]).Bind(Text(row.Value))
        .Run();

    private void Sum(Customer of, List<WaitingRow> rows)
    {
        _sums.Clear();
        foreach (var row in rows)
        {
            if (!row.IsUsage) continue;
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, (Day.Of(new Instant(row.UsedAt)), row.Feature), out _);
            sum = (sum.Count + 1, sum.Sum + row.Value);
        }

        foreach (var ((day, feature), (count, sum)) in _sums) _sum.Bind(of.Scope).Bind(of.Key).Bind(day).Bind(_features[feature]).Bind(count).Bind(Text(sum)).Run();
    }

    private void Recount()
    {
        _waiting.Clear();
        _busy.Clear();
        _round.Begin([]);
        _known = false;
        _upTo = _marked = _connection.ExecuteScalar<long>("select next from counter where name = 'gathered'");
        var rows = _connection.Query<(int Scope, long Customer, long Version, long No, long? UsedAt, string? Feature, string? Value, long Listed, long HasMore)>(
            $"select j.scope, j.customer, j.version, j.no, j.used_at, j.feature, j.value, j.listed, j.properties is not null or j.entity is not null from {NotGathered} order by j.no", buffered: false);
        foreach (var row in rows)
        {
            var end = new JournalEnd(row.Version, row.No);
            Wait((row.Scope, row.Customer), row.Listed == 1 ? new WaitingRow(end, row.UsedAt!.Value, Place(row.Feature!), Number(row.Value!), row.HasMore == 1) : new WaitingRow(end));
        }

        _known = true;
    }

    private int Place(string feature)
    {
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, feature, out var known);
        if (known) return place;
        _features.Add(feature);
        return place = _features.Count - 1;
    }
}

/// <param name="Rows">Rows of all customers that begin a round, in which each customer's turn comes. The more, the more of them share a page.</param>
/// <param name="Behind">Rows of the journal since the last round that begin one even where fewer wait: who looks for those that wait goes through them.</param>
/// <param name="OfOne">Rows of one customer that bring its turn before the round: whoever reads the customer walks them, and a commit gathers all that wait of one.</param>
/// <param name="Features">Names of features that are remembered until all is gathered.</param>
internal sealed record GatheringLimits(int Rows = 131_072, int Behind = 262_144, int OfOne = 32, int Features = 100_000);
