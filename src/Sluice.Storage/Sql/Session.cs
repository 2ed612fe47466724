using System.Data.Common;
using Dapper;

namespace Sluice.Storage;

/// <summary>A connection while something is read or written through it; within a transaction, when it was given one.</summary>
/// <param name="reconnect">How to come by another connection, when this one turns out to be broken and nothing but reads go through it.</param>
internal sealed class Session(DbConnection connection, DbTransaction? transaction = null, Func<Task<DbConnection>>? reconnect = null) : IAsyncDisposable
{
    private DbConnection _connection = connection;

    public Task<int> Execute(string sql, object? values = null) => _connection.ExecuteAsync(sql, values, transaction);

    public Task<List<T>> Query<T>(string sql, object? values = null) => Ask(async () => (await _connection.QueryAsync<T>(sql, values, transaction)).AsList());

    /// <summary>The only row, or none.</summary>
    public Task<T?> One<T>(string sql, object? values = null) => Ask(() => _connection.QuerySingleOrDefaultAsync<T>(sql, values, transaction));

    /// <summary>The first column of the first row.</summary>
    public Task<T?> Scalar<T>(string sql, object? values = null) => Ask(() => _connection.ExecuteScalarAsync<T>(sql, values, transaction));

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task<T> Ask<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (DbException failure) when (reconnect is not null && _connection.State != System.Data.ConnectionState.Open && failure.InnerException is not TimeoutException)
        {
            await _connection.DisposeAsync();
            _connection = await reconnect();
            return await ask();
        }
    }
}
