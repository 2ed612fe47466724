using Npgsql;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// The store in a PostgreSQL database, which several nodes may share. The committer has a connection of its own; reads and
/// the writes of the shell take theirs from a pool. A connection that broke is replaced by the next call.
/// </summary>
public sealed partial class PostgresStore : SqlStore
{
    /// <summary>A node that does nothing for so long has lost its locks.</summary>
    internal const string StandsStill = "10s";

    /// <summary>For how many seconds a commit is waited for: longer than another node may keep it waiting.</summary>
    internal const int CommitSeconds = 15;

    /// <summary>For how many seconds a look at what others did is waited for, which no lock holds up.</summary>
    private const int LookSeconds = 5;

    // For so long a payment provider may be asked.
    private const string Collects = "60s";
    private const int MostBilling = 8;

    /// <summary>For how many seconds a turn is waited for that others have.</summary>
    private const int LockSeconds = 30;

    /// <summary>For how many seconds a read is waited for.</summary>
    private const int ReadSeconds = 15;

    private const string Forever = "0";
    private const int Again = 10;

    private readonly NpgsqlDataSource _source;

    // Who waits for a call of billing must not take the connections that the call itself needs.
    private readonly NpgsqlDataSource _billing;
    private readonly PostgresCommits _commits;

    // Tells this node from the others on the same database; no more is known of them.
    private readonly long _node = BitConverter.ToInt64(System.Security.Cryptography.RandomNumberGenerator.GetBytes(sizeof(long)));

    /// <param name="url">See <see cref="DatabaseUrl"/>.</param>
    public PostgresStore(string url)
        : base(Dialect.Postgres)
    {
        var address = DatabaseUrl.Read(url);
        _source = NpgsqlDataSource.Create(address);
        address.MaxPoolSize = MostBilling;
        _billing = NpgsqlDataSource.Create(address);
        _commits = new PostgresCommits(_source, _node);
    }

    // Nodes that start at once take turns.
    public override async Task Migrate()
    {
        await using var turn = await Lock(Locks.Space, Locks.Migration, Forever, seconds: 0);
        await using var connection = await _source.OpenConnectionAsync();
        var session = new Session(connection, seconds: 0);
        await session.Execute(Migrations.Table);
        foreach (var migration in Migrations.Missing("Postgres", await session.Scalar<int?>(Migrations.Applied) ?? 0))
        {
            await using var transaction = await connection.BeginTransactionAsync();
            var step = new Session(connection, transaction, seconds: 0);
            await step.Execute(migration.Sql());
            await step.Execute(Migrations.Note, migration);
            await transaction.CommitAsync();
        }

        await KeepMonths(new Instant(await session.Scalar<long>("select (extract(epoch from clock_timestamp()) * 1000)::bigint")));
    }

    public override async Task<IReadOnlyList<string>> PendingMigrations()
    {
        await using var read = await Read();
        var isNew = await read.Scalar<bool>("select to_regclass('schema_migration') is null");
        return [.. Migrations.Missing("Postgres", isNew ? 0 : await read.Scalar<int?>(Migrations.Applied) ?? 0).Select(static migration => migration.Name)];
    }

    /// <summary>Held while a node starts, so that of several none finds the database half prepared.</summary>
    public ValueTask<IAsyncDisposable> StartAlone() => Lock(Locks.Space, Locks.Start, Forever, seconds: 0);

    public override IReadOnlyList<Fate> Commit(IReadOnlyList<Unit> batch) => _commits.Write(batch);

    // Other nodes may still be sending: leases run out by themselves.
    public override ValueTask ForgetLeases() => ValueTask.CompletedTask;

    public override async ValueTask DisposeAsync()
    {
        _commits.Dispose();
        await _source.DisposeAsync();
        await _billing.DisposeAsync();
    }

    private protected override async ValueTask<Session> Read() => new(await _source.OpenConnectionAsync(), reconnect: async () => await _source.OpenConnectionAsync(), seconds: ReadSeconds);

    private protected override ValueTask<T> OneMoment<T>(Func<Session, Task<T>> read) => Twice(async () =>
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        return await read(new Session(connection, transaction));
    });

    private protected override async ValueTask<T> InOne<T>(Func<Session, Task<T>> write)
    {
        for (var attempt = 1; ; attempt++)
        {
            var committing = false;
            try
            {
                await using var connection = await _source.OpenConnectionAsync();
                await using var transaction = await connection.BeginTransactionAsync();
                var written = await write(new Session(connection, transaction));
                committing = true;
                await transaction.CommitAsync();
                return written;
            }
            catch (PostgresException collided) when (PostgresBatch.IsCollision(collided) && attempt < Again)
            {
                // Two transactions waited for each other, and this one was undone.
            }
            catch (NpgsqlException broken) when (!committing && IsGone(broken) && attempt == 1)
            {
                // The connection was from before the server was restarted; nothing was written.
            }
        }
    }

    // What writes nothing may be done again: the connection may be one from before the server was restarted.
    private static async ValueTask<T> Twice<T>(Func<Task<T>> act, int seconds = 0)
    {
        try
        {
            return await InTime.Of(act(), seconds);
        }
        catch (NpgsqlException broken) when (IsGone(broken))
        {
            return await InTime.Of(act(), seconds);
        }
    }

    /// <summary>
    /// The connection is of no use any more: what was not committed on it is not there, and another one may do. A server that does
    /// not answer in time would not answer on another one, either.
    /// </summary>
    internal static bool IsGone(NpgsqlException failure) =>
        failure is not PostgresException ? failure.InnerException is not TimeoutException : failure.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.ReadOnlySqlTransaction;

    private protected override string Stored(ClaimKey key) => ClaimText.Of(key);

    /// <summary>Kept until disposed, or until its connection breaks.</summary>
    /// <param name="patience">For how long whoever holds it may do nothing with its connection.</param>
    /// <param name="source">Where its connection comes from.</param>
    /// <param name="seconds">For how long it is waited for; 0 = without end.</param>
    private ValueTask<IAsyncDisposable> Lock(int space, int which, string patience, int seconds = LockSeconds, NpgsqlDataSource? source = null) => Twice<IAsyncDisposable>(async () =>
    {
        var connection = await (source ?? _source).OpenConnectionAsync();
        try
        {
            var transaction = await connection.BeginTransactionAsync();
            await using var command = new NpgsqlCommand(
                $"set local idle_in_transaction_session_timeout = '{patience}'; select pg_advisory_xact_lock({space}, {which})", connection, transaction) { CommandTimeout = seconds };
            await command.ExecuteNonQueryAsync();
            return new Held(connection, transaction);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }, seconds);

    private sealed class Held(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            try
            {
                await InTime.Of(Release(), LookSeconds);
            }
            catch (IOException)
            {
                // It is given back as soon as the database listens.
            }
        }

        private async Task<bool> Release()
        {
            try
            {
                await transaction.DisposeAsync();
            }
            catch (NpgsqlException)
            {
                // The lock ended with the connection.
            }

            await connection.DisposeAsync();
            return true;
        }
    }
}
