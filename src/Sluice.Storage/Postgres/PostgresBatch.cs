using Npgsql;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// Writes a batch in one transaction and two round trips: the first locks and reads what the units are fenced on, in one
/// order on every node; then it is known who lost, and the second writes the others and commits. Used by one thread at a time.
/// </summary>
internal sealed class PostgresBatch(NpgsqlDataSource source, long node) : IDisposable
{
    private const int Again = 10;

    private readonly PostgresStatements _statements = new();
    private NpgsqlConnection? _connection;
    private bool _isSent;

    /// <summary>Undone by the database because of someone else, and worth another try.</summary>
    public static bool IsCollision(PostgresException failure) =>
        failure.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation || IsMonthMade(failure);

    public IReadOnlyList<Fate> Write(IReadOnlyList<Unit> batch)
    {
        if (batch.Count == 0) return [];
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return WriteOnce(batch);
            }
            catch (PostgresException collided) when (IsCollision(collided) && attempt < Again)
            {
                // A claim that was free when it was looked for has been taken since: looked at again, it is lost.
                Rollback();
            }
            catch (PostgresException wrong) when (IsOfOne(wrong) && batch.Count > 1)
            {
                // Something in it cannot be stored. It must not take the others with it, so each goes by itself.
                Rollback();
                return Alone(batch);
            }
            catch (NpgsqlException broken) when (!_isSent && PostgresStore.IsGone(broken) && attempt == 1)
            {
                // The connection was from before the server was restarted; nothing was written.
                Forget();
            }
            catch
            {
                Forget();
                throw;
            }
        }
    }

    public void Dispose() => Forget();

    // A row was on its way to the rest of the journal when its month was made; next time it goes there.
    private static bool IsMonthMade(PostgresException failure) => failure is { SqlState: PostgresErrorCodes.CheckViolation, ConstraintName: null };

    // Data that the database does not take: too long for an index, a character it has not, a number out of range.
    private static bool IsOfOne(PostgresException failure) => failure.SqlState[..2] is "22" or "23" or "54";

    private Fate[] Alone(IReadOnlyList<Unit> batch)
    {
        var fates = new Fate[batch.Count];
        var leftOut = new LeftOut();
        for (var at = 0; at < fates.Length; at++)
        {
            try
            {
                fates[at] = leftOut.IsUnder(batch[at]) ? Fate.Overtaken : Write([batch[at]])[0];
            }
            catch (PostgresException wrong) when (IsOfOne(wrong))
            {
                fates[at] = new Fate(FateKind.Unknown);
            }

            if (!fates[at].IsCommitted) leftOut.Add(batch[at]);
        }

        return fates;
    }

    private Fate[] WriteOnce(IReadOnlyList<Unit> batch)
    {
        _isSent = false;
        var connection = _connection ??= Connect();
        var verdicts = new Fences(batch).Take(connection, node);
        var fates = verdicts.Of(batch);
        var rows = new PostgresRows();
        for (var at = 0; at < fates.Length; at++)
        {
            if (fates[at].IsCommitted) rows.Add(batch[at]);
        }

        rows.WriteTo(_statements, verdicts.Claims, verdicts.Codes);
        _statements.Add("commit");
        using var write = new NpgsqlBatch(connection) { Timeout = PostgresStore.CommitSeconds };
        _statements.MoveTo(write);
        _isSent = true;
        write.ExecuteNonQuery();
        return fates;
    }

    // All statements of a commit go by keys; without statistics a plan might read whole tables. And a node that stands still in
    // the middle of a commit must not hold up the others for longer than this.
    private NpgsqlConnection Connect()
    {
        var connection = source.OpenConnection();
        using var command = new NpgsqlCommand($"""
            set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off;
            set idle_in_transaction_session_timeout = '{PostgresStore.StandsStill}'
            """, connection);
        command.ExecuteNonQuery();
        return connection;
    }

    private void Rollback()
    {
        try
        {
            using var command = new NpgsqlCommand("rollback", _connection);
            command.ExecuteNonQuery();
        }
        catch (NpgsqlException)
        {
            Forget();
        }
    }

    // Whatever was open on it ends with it.
    private void Forget()
    {
        if (_connection is null) return;
        var connection = _connection;
        _connection = null;
        NpgsqlConnection.ClearPool(connection);
        connection.Dispose();
    }
}
