using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// The one who commits: a thread of its own takes whatever arrived during the last commit, writes it in one
/// transaction and settles every unit, in the order they were queued. A lone unit is written at once; where others are on
/// their way it waits for them a moment, as what a commit costs is nearly the same for many.
/// </summary>
public sealed class Committer
{
    // What is not worth waiting for any more of, and for how long the others are waited for.
    private const int Enough = 48;
    private static readonly TimeSpan Moment = TimeSpan.FromMicroseconds(200);

    private readonly IStore _store;
    private readonly CommitterLimits _limits;
    private readonly Action<Exception> _onFault;
    private readonly Action<int, TimeSpan>? _onCommit;
    private readonly TimeProvider _time;
    private readonly object _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<Unit> _queue = [];
    private List<Unit> _spare = [];
    private bool _idle;
    private bool _stopping;
    private bool _closed;
    private int _places;
    private long _writingSince;

    /// <param name="onFault">Told of every failure of the store and of every exception in a unit's own code.</param>
    /// <param name="onCommit">Told, on the committer's thread, how many units a batch had and how long its commit took. It must not throw.</param>
    /// <param name="time">By which <see cref="Writing"/> is told.</param>
    public Committer(IStore store, CommitterLimits limits, Action<Exception> onFault, Action<int, TimeSpan>? onCommit = null, TimeProvider? time = null)
    {
        (_store, _limits, _onFault, _onCommit, _time) = (store, limits, onFault, onCommit, time ?? TimeProvider.System);
        new Thread(Loop) { IsBackground = true, Name = "sluice committer" }.Start();
    }

    /// <summary>Batches written since the start.</summary>
    public long Batches { get; private set; }

    /// <summary>Units settled since the start, whatever their fate.</summary>
    public long Units { get; private set; }

    /// <summary>Batches whose commit failed.</summary>
    public long Faults { get; private set; }

    public int LastBatchSize { get; private set; }

    public TimeSpan LastCommit { get; private set; }

    /// <summary>How long the commit that is under way has taken so far; zero when none is.</summary>
    public TimeSpan Writing => Volatile.Read(ref _writingSince) is not 0 and var since ? _time.GetElapsedTime(since) : TimeSpan.Zero;

    public int PlacesTaken => Volatile.Read(ref _places);

    /// <summary>
    /// Asked before anything is decided: false = too much is waiting already, refuse the request. A place is held until
    /// the request is answered; it is given back by disposing it.
    /// </summary>
    public bool TryReserve([NotNullWhen(true)] out Place? place)
    {
        place = null;
        if (Volatile.Read(ref _stopping)) return false;
        if (Interlocked.Increment(ref _places) > _limits.Places)
        {
            Interlocked.Decrement(ref _places);
            return false;
        }

        place = new Place(this);
        return true;
    }

    /// <summary>Cheap enough to be called under a customer's gate. Never refuses: what bounds the queue are the places.</summary>
    public void Enqueue(Unit unit)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _queue.Add(unit);
                if (_idle) Monitor.Pulse(_gate);
                return;
            }
        }

        // Settling here would run the unit's code under the caller's locks.
        ThreadPool.QueueUserWorkItem(late => Settle(late, new Fate(FateKind.Unknown)), unit, preferLocal: false);
    }

    /// <summary>Completed when everything that was queued before is settled.</summary>
    public Task Drain()
    {
        var barrier = new Barrier();
        Enqueue(barrier);
        return barrier.Settled;
    }

    /// <summary>Settles what was accepted, then ends the thread.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            Volatile.Write(ref _stopping, true);
            Monitor.Pulse(_gate);
        }

        return _ended.Task;
    }

    private void Loop()
    {
        var writing = new List<Unit>();
        while (Next() is { } batch)
        {
            var fates = Write(batch, writing);
            Units += batch.Count;
            for (var at = 0; at < batch.Count; at++) Settle(batch[at], fates[at]);
            GiveBack(batch);
        }

        _ended.SetResult();
    }

    // Null = stopped, and nothing is left.
    private List<Unit>? Next()
    {
        if (!Comes()) return null;
        LetOthersCome();
        lock (_gate)
        {
            if (_queue.Count > _limits.Batch)
            {
                var first = _queue.GetRange(0, _limits.Batch);
                _queue.RemoveRange(0, _limits.Batch);
                return first;
            }

            (var whole, _queue) = (_queue, _spare);
            _spare = [];
            return whole;
        }
    }

    // False: stopped, and nothing is left.
    private bool Comes()
    {
        lock (_gate)
        {
            while (_queue.Count == 0)
            {
                if (_stopping)
                {
                    _closed = true;
                    return false;
                }

                _idle = true;
                Monitor.Wait(_gate);
                _idle = false;
            }

            return true;
        }
    }

    // Whoever has a place and is not in the queue is about to come, or about to be answered and may come again. The count may be
    // behind by some: nothing but the wait depends on it.
    private void LetOthersCome()
    {
        var since = Stopwatch.GetTimestamp();
        while (_queue.Count < Math.Min(Enough, PlacesTaken) && Stopwatch.GetElapsedTime(since) < Moment) Thread.Yield();
    }

    private void GiveBack(List<Unit> batch)
    {
        batch.Clear();
        lock (_gate) _spare = batch;
    }

    private Fate[] Write(List<Unit> batch, List<Unit> writing)
    {
        writing.Clear();
        var fates = new Fate[batch.Count];
        var leftOut = new LeftOut();
        for (var at = 0; at < batch.Count; at++)
        {
            fates[at] = batch[at] is Barrier ? Fate.Committed : Fate.Overtaken;
            if (batch[at] is Barrier) continue;
            if (!leftOut.IsUnder(batch[at]) && Stands(batch[at])) writing.Add(batch[at]);
            else leftOut.Add(batch[at]);
        }

        if (writing.Count == 0) return fates;
        try
        {
            var written = Commit(writing);
            if (written.Count != writing.Count) throw new InvariantViolation($"{written.Count} fates for {writing.Count} units");
            for (int at = 0, next = 0; next < written.Count; at++)
            {
                if (ReferenceEquals(batch[at], writing[next])) fates[at] = written[next++];
            }
        }
        catch (Exception fault)
        {
            Faults++;
            Report(fault);
            DropQueue(batch);
            fates = new Fate[batch.Count];
            Array.Fill(fates, new Fate(FateKind.Unknown));
        }

        return fates;
    }

    private IReadOnlyList<Fate> Commit(List<Unit> writing)
    {
        var started = Stopwatch.GetTimestamp();
        Volatile.Write(ref _writingSince, _time.GetTimestamp());
        IReadOnlyList<Fate> fates;
        try
        {
            fates = _store.Commit(writing);
        }
        finally
        {
            Volatile.Write(ref _writingSince, 0);
        }

        LastCommit = Stopwatch.GetElapsedTime(started);
        LastBatchSize = writing.Count;
        Batches++;
        _onCommit?.Invoke(LastBatchSize, LastCommit);
        return fates;
    }

    // What was queued meanwhile was decided on what this batch may or may not have written.
    private void DropQueue(List<Unit> batch)
    {
        lock (_gate)
        {
            batch.AddRange(_queue);
            _queue.Clear();
        }
    }

    private bool Stands(Unit unit)
    {
        try
        {
            return unit.Stands();
        }
        catch (Exception fault)
        {
            Report(fault);
            return false;
        }
    }

    private void Settle(Unit unit, Fate fate)
    {
        try
        {
            unit.Settle(fate);
        }
        catch (Exception fault)
        {
            Report(fault);
        }
    }

    private void Report(Exception fault)
    {
        try
        {
            _onFault(fault);
        }
        catch (Exception)
        {
            // A log that cannot be written must not end the committer.
        }
    }

    /// <summary>A place in the queue, held by one request.</summary>
    public sealed class Place : IDisposable
    {
        private Committer? _owner;

        internal Place(Committer owner) => _owner = owner;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _owner, null) is { } owner) Interlocked.Decrement(ref owner._places);
        }
    }

    private sealed class Barrier : Unit
    {
        protected internal override bool Stands() => true;

        protected internal override void OnSettled(Fate fate)
        {
        }
    }
}

/// <param name="Places">Requests that may wait at one time; more are refused.</param>
/// <param name="Batch">Units in one transaction at most.</param>
public sealed record CommitterLimits(int Places = 16_384, int Batch = 4_096);
