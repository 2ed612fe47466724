using Dapper;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>Writes a batch in one transaction and finds who lost. Used by one thread at a time.</summary>
internal sealed class BatchWriter : IDisposable
{
    private readonly Checkpointer _checkpoints;
    private readonly sqlite3 _database;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly Gatherer _gatherer;
    private readonly UnitWriter _units;
    private readonly JournalEnds _ends;

    /// <param name="another">For a connection beside this one.</param>
    /// <param name="ends">Told of every commit.</param>
    public BatchWriter(SqliteConnection connection, string another, GatheringLimits limits, JournalEnds ends)
    {
        _ends = ends;
        _database = connection.Handle ?? throw new InvariantViolation("the writer's connection is closed");
        _begin = new Statement(_database, "begin immediate");
        _commit = new Statement(_database, "commit");
        _rollback = new Statement(_database, "rollback");
        _gatherer = new Gatherer(connection, limits);

        // Never below what was gathered: the rows of customers deleted since are gone, their numbers are not free.
        var lastNo = connection.ExecuteScalar<long>("select max((select coalesce(max(no), 0) from journal), (select next from counter where name = 'gathered'))");
        _units = new UnitWriter(_database, _gatherer, lastNo);
        _checkpoints = new Checkpointer(another, _database);
    }

    /// <summary>The last number given to a journal row.</summary>
    public long LastNo => _units.LastNo;

    /// <summary>Puts some of what waits where it is read. False: all rows up to this one are there.</summary>
    public bool TryGatherPart(long upTo)
    {
        _begin.Run();
        try
        {
            _gatherer.Begin();
            var some = _gatherer.TryGatherPart(upTo, LastNo);
            _commit.Run();
            return some;
        }
        catch
        {
            Failed();
            throw;
        }
    }

    /// <summary>Losers are left out and the rest is written again without them, until a pass has none.</summary>
    public IReadOnlyList<Fate> Write(IReadOnlyList<Unit> batch)
    {
        var (fates, lastNo) = (new Fate?[batch.Count], LastNo);
        while (!TryWrite(batch, fates))
        {
        }

        _checkpoints.Committed(LastNo - lastNo);
        return fates!;
    }

    /// <summary>Nothing waits when it is opened again, if that can be.</summary>
    public void Dispose()
    {
        try
        {
            while (_gatherer.IsInUse && TryGatherPart(LastNo))
            {
            }
        }
        catch (SqliteException)
        {
            // The journal has it: it comes along after the next start.
        }

        _checkpoints.Dispose();
        _begin.Dispose();
        _commit.Dispose();
        _rollback.Dispose();
        _units.Dispose();
        _gatherer.Dispose();
    }

    private bool TryWrite(IReadOnlyList<Unit> batch, Fate?[] fates)
    {
        if (Array.TrueForAll(fates, fate => fate is not null)) return true;
        _begin.Run();
        try
        {
            _units.Begin();
            if (!Pass(batch, fates))
            {
                _rollback.Run();
                return false;
            }

            _gatherer.GatherSome(LastNo);
            _commit.Run();
        }
        catch
        {
            Failed();
            throw;
        }

        for (var at = 0; at < fates.Length; at++) fates[at] ??= Fate.Committed;
        Tell();
        return true;
    }

    private void Tell()
    {
        try
        {
            _ends.Committed(_gatherer.MovedOn, LastNo, _gatherer.Marked);
        }
        catch (SqliteException)
        {
            // It is committed all the same: whoever asks looks.
        }
    }

    // False: someone lost, so what this pass wrote must not stay. A loser may have written a part of itself, so a unit
    // that asks for a claim the loser touched gets its verdict in the next pass, and so does who builds on that unit.
    private bool Pass(IReadOnlyList<Unit> batch, Fate?[] fates)
    {
        var leftOut = new LeftOut();
        var undecided = new LeftOut();
        var clean = true;
        for (var at = 0; at < batch.Count; at++)
        {
            var unit = batch[at];
            if (fates[at] is null && leftOut.IsUnder(unit)) fates[at] = Fate.Overtaken;
            if (fates[at] is not null)
            {
                leftOut.Add(unit);
                continue;
            }

            if (!clean && (leftOut.SharesClaim(unit) || undecided.SharesClaim(unit) || undecided.IsUnder(unit)))
            {
                undecided.Add(unit);
                continue;
            }

            var fate = _units.Write(unit);
            if (fate.IsCommitted) continue;
            fates[at] = fate;
            leftOut.Add(unit);
            clean = false;
        }

        return clean;
    }

    /// <summary>Somebody else changed what waits to be gathered.</summary>
    public void Forget() => _gatherer.Forget();

    private void Failed()
    {
        _gatherer.Forget();
        _ends.Doubt();

        // The statement that failed may have ended the transaction itself.
        if (raw.sqlite3_get_autocommit(_database) != 0) return;
        try
        {
            _rollback.Run();
        }
        catch (SqliteException)
        {
            // What is thrown already says more; the next begin fails if this transaction is still open.
        }
    }
}
