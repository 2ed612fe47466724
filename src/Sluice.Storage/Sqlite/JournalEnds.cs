using Microsoft.Data.Sqlite;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// Where customers' journals end. A commit appends rows and leaves customer_version alone until they are gathered, so whoever reads a
/// customer asks here first: rows that came since the last question are looked at once, whichever process wrote them.
/// </summary>
internal sealed class JournalEnds(string connectionString) : IDisposable
{
    /// <summary>The last journal row of customer_version v in the moment of a reader, who got what is bound here before that moment.</summary>
    public static string LastNo(string last, string seen) =>
        $"max(v.last_no, {last}, coalesce((select max(n.no) from journal n not indexed where n.no > {seen} and n.scope = v.scope and n.customer = v.key), 0))";

    /// <summary>That row as j, if it is there. Numbers of rows that were erased may be given again, so it is looked at whose it is.</summary>
    public static string LastRow(string lastNo) => $"journal j on j.no = {lastNo} and j.scope = v.scope and j.customer = v.key";

    private readonly Lock _gate = new();
    private readonly Dictionary<(int Scope, long Key), long> _ends = [];
    private readonly SqliteConnection _connection = new(connectionString);
    private SqliteCommand? _gathered;
    private SqliteCommand? _rows;
    private long _upTo;
    private long _seen;

    /// <summary>A row of the customer, 0 when customer_version says more, and the row up to which the customer has no later one.</summary>
    public (long Last, long Seen) Of(ScopeId scope, CustomerKey key)
    {
        lock (_gate)
        {
            Look();
            return (End(scope, key), _seen);
        }
    }

    /// <summary>Of several, all as far as the same row.</summary>
    public (IReadOnlyList<long> Last, long Seen) Of(ScopeId scope, IReadOnlyList<CustomerKey> keys)
    {
        lock (_gate)
        {
            Look();
            return ([.. keys.Select(key => End(scope, key))], _seen);
        }
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

    private long End(ScopeId scope, CustomerKey key) => _ends.GetValueOrDefault((scope.Value, key.Value));

    private void Look()
    {
        if (_rows is null) Open();
        var gathered = (long)_gathered!.ExecuteScalar()!;
        if (gathered > _upTo) Forget(gathered);
        _rows!.Parameters[0].Value = _seen;
        using var row = _rows.ExecuteReader();
        while (row.Read()) _ends[(row.GetInt32(1), row.GetInt64(2))] = _seen = row.GetInt64(0);
    }

    private void Open()
    {
        _connection.Open();
        _gathered = new SqliteCommand("select next from counter where name = 'gathered'", _connection);
        _rows = new SqliteCommand("select no, scope, customer from journal where no > @seen order by no", _connection);
        _rows.Parameters.AddWithValue("@seen", 0L);
    }

    // What customer_version knows.
    private void Forget(long gathered)
    {
        foreach (var (of, end) in _ends)
        {
            if (end <= gathered) _ends.Remove(of);
        }

        (_upTo, _seen) = (gathered, Math.Max(_seen, gathered));
    }
}
