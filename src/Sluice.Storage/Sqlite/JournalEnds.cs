using Microsoft.Data.Sqlite;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// Where customers' journals end. A commit appends rows and leaves customer_version alone until they are gathered, so whoever reads a
/// customer asks here first. In the process that commits, the writer tells it after each commit; elsewhere, and where a commit's fate is
/// not known, rows that came since the last question are looked at, once.
/// </summary>
internal sealed class JournalEnds(string connectionString) : IDisposable
{
    /// <summary>The last journal row of customer_version v in the moment of a reader, who got what is bound here before that moment.</summary>
    public static string LastNo(string last, string seen) =>
        $"max(v.last_no, {last}, coalesce((select max(n.no) from journal n not indexed where n.no > {seen} and n.scope = v.scope and n.customer = v.key), 0))";

    /// <summary>That row as j, if it is there. Numbers of rows that were erased may be given again, so it is looked at whose it is.</summary>
    public static string LastRow(string lastNo) => $"journal j on j.no = {lastNo} and j.scope = v.scope and j.customer = v.key";

    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection = new(connectionString);
    private SqliteCommand? _gathered;
    private SqliteCommand? _rows;

    // Of rows up to a number, and of later ones: so what was gathered is forgotten at once, and not row by row.
    private Dictionary<(int Scope, long Key), long> _older = [];
    private Dictionary<(int Scope, long Key), long> _newer = [];
    private long _olderUpTo;
    private long _gatheredUpTo;
    private long _seen;
    private bool _isTold;

    /// <summary>A row of the customer, 0 when customer_version says more, and the row up to which the customer has no later one.</summary>
    public (long Last, long Seen) Of(ScopeId scope, CustomerKey key)
    {
        lock (_gate)
        {
            if (!_isTold) Look();
            return (End(scope, key), _seen);
        }
    }

    /// <summary>Of several, all as far as the same row.</summary>
    public (IReadOnlyList<long> Last, long Seen) Of(ScopeId scope, IReadOnlyList<CustomerKey> keys)
    {
        lock (_gate)
        {
            if (!_isTold) Look();
            return ([.. keys.Select(key => End(scope, key))], _seen);
        }
    }

    /// <summary>Told by the one who commits, after a commit.</summary>
    /// <param name="moved">Whom it moved, and where their journals end.</param>
    /// <param name="lastNo">The last number given to a row.</param>
    /// <param name="gathered">customer_version knows the rows up to this one.</param>
    public void Committed(Dictionary<(int Scope, long Key), JournalEnd> moved, long lastNo, long gathered)
    {
        lock (_gate)
        {
            if (!_isTold)
            {
                Look();
                _isTold = true;
                return;
            }

            foreach (var (of, end) in moved) _newer[of] = end.No;
            _seen = lastNo;
            Forget(gathered);
        }
    }

    /// <summary>A commit failed, and it is not known whether its rows are there: whoever asks next looks.</summary>
    public void Doubt()
    {
        lock (_gate) _isTold = false;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _gathered?.Dispose();
            _rows?.Dispose();
            _connection.Dispose();
        }
    }

    private long End(ScopeId scope, CustomerKey key) =>
        _newer.TryGetValue((scope.Value, key.Value), out var end) ? end : _older.GetValueOrDefault((scope.Value, key.Value));

    private void Look()
    {
        if (_rows is null) Open();
        var gathered = (long)_gathered!.ExecuteScalar()!;
        _seen = Math.Max(_seen, gathered);
        _rows!.Parameters[0].Value = _seen;
        using (var row = _rows.ExecuteReader())
        {
            while (row.Read()) _newer[(row.GetInt32(1), row.GetInt64(2))] = _seen = row.GetInt64(0);
        }

        Forget(gathered);
    }

    private void Open()
    {
        _connection.Open();
        _gathered = new SqliteCommand("select next from counter where name = 'gathered'", _connection);
        _rows = new SqliteCommand("select no, scope, customer from journal where no > @seen order by no", _connection);
        _rows.Parameters.AddWithValue("@seen", 0L);
    }

    // What customer_version knows: not all of it, but always some when the mark has moved twice.
    private void Forget(long gathered)
    {
        if (gathered == _gatheredUpTo) return;
        _gatheredUpTo = gathered;
        if (_olderUpTo > gathered) return;
        _older.Clear();
        (_older, _newer, _olderUpTo) = (_newer, _older, _seen);
    }
}
