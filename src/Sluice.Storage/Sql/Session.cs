using System.Data.Common;
using Dapper;

namespace Sluice.Storage;

/// <summary>A connection while something is read or written through it; within a transaction, when it was given one.</summary>
internal sealed class Session(DbConnection connection, DbTransaction? transaction = null) : IAsyncDisposable
{
    public Task<int> Execute(string sql, object? values = null) => connection.ExecuteAsync(sql, values, transaction);

    public async Task<List<T>> Query<T>(string sql, object? values = null) => (await connection.QueryAsync<T>(sql, values, transaction)).AsList();

    /// <summary>The only row, or none.</summary>
    public Task<T?> One<T>(string sql, object? values = null) => connection.QuerySingleOrDefaultAsync<T>(sql, values, transaction);

    /// <summary>The first column of the first row.</summary>
    public Task<T?> Scalar<T>(string sql, object? values = null) => connection.ExecuteScalarAsync<T>(sql, values, transaction);

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
