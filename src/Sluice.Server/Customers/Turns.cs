using System.Collections.Concurrent;
using Sluice.Core;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Customers;

/// <summary>
/// Customers that several nodes change at once. Fences alone keep them right, but the node that is a little slower would lose
/// again and again. So nodes that meet on a customer take turns on it for as long as they meet: a turn is a lock in the
/// database, given in the order it was asked for, and lasts some commits. Nothing but speed depends on it.
/// </summary>
internal sealed class Turns(PostgresStore? shared, Freshness freshness, TimeProvider time)
{
    // A turn takes a connection; where nodes meet on more customers than this, fences must do.
    private const int Most = 8;
    private const int LostBefore = 2;
    private static readonly TimeSpan Lasts = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan Meeting = TimeSpan.FromSeconds(1);

    private readonly PostgresStore? _shared = shared;
    private readonly Freshness _freshness = freshness;
    private readonly TimeProvider _time = time;
    private readonly ConcurrentDictionary<(ScopeId, CustomerKey), Contended> _contended = new();

    /// <summary>On the committer's thread: a change of the customer lost to another node, or met one that waits.</summary>
    public void Met(Scope scope, CustomerKey key, Fate fate)
    {
        if (_shared is null) return;
        if (!_contended.TryGetValue((scope.Id, key), out var contended))
        {
            Forget();
            if (_contended.Count >= Most) return;
            contended = _contended.GetOrAdd((scope.Id, key), _ => new Contended(this, scope, key));
        }

        contended.Met(fate.Contended);
    }

    /// <summary>Null at once for a customer that no other node changes; else when it is this node's turn, which lasts at least until it is disposed.</summary>
    public ValueTask<IDisposable?> Take(Scope scope, Cell[] cells)
    {
        if (_contended.IsEmpty || cells.Length != 1 || !_contended.TryGetValue((scope.Id, cells[0].Key), out var contended) || !contended.IsOn) return default;
        return contended.Take();
    }

    private void Forget()
    {
        foreach (var (key, contended) in _contended)
        {
            if (contended.IsOver) _contended.TryRemove(KeyValuePair.Create(key, contended));
        }
    }

    private sealed class Contended(Turns turns, Scope scope, CustomerKey key)
    {
        private readonly Lock _gate = new();
        private readonly Queue<TaskCompletionSource<IDisposable?>> _waiting = [];
        private TaskCompletionSource? _left;
        private long _metAt = turns._time.GetTimestamp();
        private int _lost;
        private int _users;
        private bool _isOpen;
        private bool _isRunning;

        /// <summary>Nobody met here for a while.</summary>
        public bool IsOver => turns._time.GetElapsedTime(Volatile.Read(ref _metAt)) > Meeting && !Volatile.Read(ref _isRunning);

        /// <summary>Turns are taken. Who lost once may just have been somebody's last guest.</summary>
        public bool IsOn => Volatile.Read(ref _lost) >= LostBefore && !IsOver;

        public void Met(bool wanted)
        {
            if (turns._time.GetElapsedTime(Volatile.Read(ref _metAt)) > Meeting) _lost = 0;
            Volatile.Write(ref _lost, wanted ? LostBefore : Math.Min(LostBefore, _lost + 1));
            Volatile.Write(ref _metAt, turns._time.GetTimestamp());
        }

        public ValueTask<IDisposable?> Take()
        {
            lock (_gate)
            {
                if (_isOpen) return new(Enter());
                var turn = new TaskCompletionSource<IDisposable?>(TaskCreationOptions.RunContinuationsAsynchronously);
                _waiting.Enqueue(turn);
                if (!_isRunning)
                {
                    _isRunning = true;
                    _ = Task.Run(Run);
                }

                return new(turn.Task);
            }
        }

        // One turn after the other, for as long as somebody waits for one.
        private async Task Run()
        {
            while (true)
            {
                try
                {
                    await One();
                }
                catch (Exception failure)
                {
                    Fail(failure);
                }

                lock (_gate)
                {
                    if (_waiting.Count > 0) continue;
                    _isRunning = false;
                    return;
                }
            }
        }

        private async Task One()
        {
            var (turn, wanted) = await turns._shared!.TakeTurn(scope.Id, key);
            await using var held = turn;
            if (wanted) Met(true);

            // What is remembered is from before the others' turns.
            if (scope.Cells.TryGetValue(key, out var cell)) await turns._freshness.IsCurrent(scope, cell);
            Open();
            await Task.Delay(Lasts, turns._time);
            await Close();
        }

        private void Open()
        {
            lock (_gate)
            {
                _isOpen = true;
                while (_waiting.TryDequeue(out var next)) next.SetResult(Enter());
            }
        }

        private Task Close()
        {
            lock (_gate)
            {
                _isOpen = false;
                if (_users == 0) return Task.CompletedTask;
                _left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return _left.Task;
            }
        }

        private void Fail(Exception failure)
        {
            lock (_gate)
            {
                while (_waiting.TryDequeue(out var next)) next.SetException(failure);
            }
        }

        private Pass Enter()
        {
            _users++;
            return new Pass(this);
        }

        private void Leave()
        {
            lock (_gate)
            {
                if (--_users > 0) return;
                _left?.TrySetResult();
                _left = null;
            }
        }

        private sealed class Pass(Contended owner) : IDisposable
        {
            private Contended? _owner = owner;

            public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Leave();
        }
    }
}
