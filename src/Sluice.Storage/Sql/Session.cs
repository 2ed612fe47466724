using System.Data.Common;
using Dapper;

namespace Sluice.Storage;

/// <summary>A connection while something is read or written through it; within a transaction, when it was given one.</summary>
/// <param name="reconnect">How to come by another connection, when this one turns out to be broken and nothing but reads go through it.</param>
/// <param name="seconds">What each question is given, see <see cref="InTime"/>; 0 = no end, null = what the connection says, and no end beyond that.</param>
internal sealed class Session(DbConnection connection, DbTransaction? transaction = null, Func<Task<DbConnection>>? reconnect = null, int? seconds = null) : IAsyncDisposable
{
    private DbConnection _connection = connection;
    private Task? _asked;

    public Task<int> Execute(string sql, object? values = null) => _connection.ExecuteAsync(sql, values, transaction, seconds);

    public Task<List<T>> Query<T>(string sql, object? values = null) => Ask(async () => (await _connection.QueryAsync<T>(sql, values, transaction, seconds)).AsList());

    /// <summary>The only row, or none.</summary>
    public Task<T?> One<T>(string sql, object? values = null) => Ask(() => _connection.QuerySingleOrDefaultAsync<T>(sql, values, transaction, seconds));

    /// <summary>The first column of the first row.</summary>
    public Task<T?> Scalar<T>(string sql, object? values = null) => Ask(() => _connection.ExecuteScalarAsync<T>(sql, values, transaction, seconds));

    /// <summary>A connection on which something is still under way is closed when that has ended.</summary>
    public ValueTask DisposeAsync()
    {
        if (_asked is null or { IsCompleted: true }) return _connection.DisposeAsync();
        _ = _asked.ContinueWith(_ => _connection.DisposeAsync().AsTask(), TaskScheduler.Default);
        return default;
    }

    private async Task<T> Ask<T>(Func<Task<T>> ask)
    {
        try
        {
            return await Asked(ask());
        }
        catch (DbException failure) when (reconnect is not null && _connection.State != System.Data.ConnectionState.Open && failure.InnerException is not TimeoutException)
        {
            await _connection.DisposeAsync();
            _connection = await reconnect();
            return await Asked(ask());
        }
    }

    private Task<T> Asked<T>(Task<T> asked)
    {
        _asked = asked;
        return InTime.Of(asked, seconds ?? 0);
    }
}
