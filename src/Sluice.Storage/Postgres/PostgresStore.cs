using Npgsql;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// The store in a PostgreSQL database, which several nodes may share. The committer has a connection of its own; reads and
/// the writes of the shell take theirs from a pool. A connection that broke is replaced by the next call.
/// </summary>
public sealed partial class PostgresStore : SqlStore
{
    private const int Again = 10;

    private readonly NpgsqlDataSource _source;
    private readonly PostgresBatch _batch;

    /// <param name="url">See <see cref="DatabaseUrl"/>.</param>
    public PostgresStore(string url)
        : base(Dialect.Postgres)
    {
        _source = new NpgsqlDataSourceBuilder(DatabaseUrl.Read(url).ToString()).Build();
        _batch = new PostgresBatch(_source);
    }

    // Nodes that start at once take turns.
    public override async Task Migrate()
    {
        await using var turn = await Lock(Locks.Migration);
        await using var connection = await _source.OpenConnectionAsync();
        var session = new Session(connection);
        await session.Execute(Migrations.Table);
        foreach (var migration in Migrations.Missing("Postgres", await session.Scalar<int?>(Migrations.Applied) ?? 0))
        {
            await using var transaction = await connection.BeginTransactionAsync();
            var step = new Session(connection, transaction);
            await step.Execute(migration.Sql());
            await step.Execute(Migrations.Note, migration);
            await transaction.CommitAsync();
        }
    }

    /// <summary>Held while a node starts, so that of several none finds the database half prepared.</summary>
    public ValueTask<IAsyncDisposable> StartAlone() => Lock(Locks.Start);

    public override IReadOnlyList<Fate> Commit(IReadOnlyList<Unit> batch) => _batch.Write(batch);

    // Other nodes may still be sending: leases run out by themselves.
    public override ValueTask ForgetLeases() => ValueTask.CompletedTask;

    public override async ValueTask DisposeAsync()
    {
        _batch.Dispose();
        await _source.DisposeAsync();
    }

    private protected override async ValueTask<Session> Read() => new(await _source.OpenConnectionAsync());

    private protected override async ValueTask<T> OneMoment<T>(Func<Session, Task<T>> read)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        return await read(new Session(connection, transaction));
    }

    private protected override async ValueTask<T> InOne<T>(Func<Session, Task<T>> write)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await _source.OpenConnectionAsync();
                await using var transaction = await connection.BeginTransactionAsync();
                var written = await write(new Session(connection, transaction));
                await transaction.CommitAsync();
                return written;
            }
            catch (PostgresException collided) when (PostgresBatch.IsCollision(collided) && attempt < Again)
            {
                // Two transactions waited for each other, and this one was undone.
            }
        }
    }

    private protected override string Stored(ClaimKey key) => ClaimText.Of(key);

    /// <summary>Kept until disposed, or until its connection breaks.</summary>
    private async ValueTask<IAsyncDisposable> Lock(int which)
    {
        var connection = await _source.OpenConnectionAsync();
        try
        {
            await new Session(connection).Execute("select pg_advisory_lock(@Space, @which)", new { Locks.Space, which });
            return new Held(connection, which);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private sealed class Held(NpgsqlConnection connection, int which) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await using var _ = connection;
            await new Session(connection).Execute("select pg_advisory_unlock(@Space, @which)", new { Locks.Space, which });
        }
    }
}
