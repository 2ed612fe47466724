using Sluice.Core;

namespace Sluice.Storage;

/// <summary>
/// Claims that requests of this process are working on: one request at a time per key, the others wait their turn.
/// It spares lost commits; what decides is the claim in the store.
/// </summary>
/// <param name="limits">As many may wait as may wait for a commit.</param>
public sealed class ClaimsInFlight(CommitterLimits limits)
{
    private readonly Lock _gate = new();
    private int _waiting;

    // A key is here while it is held; its queue is made when the first one waits.
    private readonly Dictionary<ClaimKey, Queue<TaskCompletionSource<Reservation>>?> _held = [];

    /// <summary>Waits while someone else holds the key, first come first served.</summary>
    /// <exception cref="OverloadedException">Too many wait already.</exception>
    public ValueTask<Reservation> Reserve(ClaimKey key, CancellationToken cancelled = default)
    {
        TaskCompletionSource<Reservation> turn;
        lock (_gate)
        {
            if (_held.TryAdd(key, null)) return ValueTask.FromResult(new Reservation(this, key));
            if (_waiting >= limits.Places) throw new OverloadedException();
            _waiting++;
            turn = new TaskCompletionSource<Reservation>(TaskCreationOptions.RunContinuationsAsynchronously);
            (_held[key] ??= new Queue<TaskCompletionSource<Reservation>>()).Enqueue(turn);
        }

        return cancelled.CanBeCanceled ? new ValueTask<Reservation>(WaitFor(turn, cancelled)) : new ValueTask<Reservation>(turn.Task);
    }

    /// <summary>Several at once, taken in one order by everyone so that no two requests wait for each other.</summary>
    public async ValueTask<IDisposable> ReserveAll(IEnumerable<ClaimKey> keys, CancellationToken cancelled = default)
    {
        var taken = new Reservations();
        try
        {
            foreach (var key in keys.Distinct().OrderBy(key => key.Scope.Value).ThenBy(key => key.Kind).ThenBy(key => key.Key, StringComparer.Ordinal))
                taken.Add(await Reserve(key, cancelled));
        }
        catch
        {
            taken.Dispose();
            throw;
        }

        return taken;
    }

    private static async Task<Reservation> WaitFor(TaskCompletionSource<Reservation> turn, CancellationToken cancelled)
    {
        // Who gave up stays in the queue with a cancelled turn and is passed over.
        await using var _ = cancelled.Register(() => turn.TrySetCanceled(cancelled));
        return await turn.Task;
    }

    private void Release(ClaimKey key)
    {
        lock (_gate)
        {
            while (_held[key] is { Count: > 0 } waiting)
            {
                _waiting--;
                if (waiting.Dequeue().TrySetResult(new Reservation(this, key))) return;
            }

            _held.Remove(key);
        }
    }

    /// <summary>The key is this request's until it is disposed.</summary>
    public sealed class Reservation : IDisposable
    {
        private readonly ClaimKey _key;
        private ClaimsInFlight? _owner;

        internal Reservation(ClaimsInFlight owner, ClaimKey key) => (_owner, _key) = (owner, key);

        public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Release(_key);
    }

    private sealed class Reservations : IDisposable
    {
        private readonly List<Reservation> _all = [];

        public void Add(Reservation one) => _all.Add(one);

        public void Dispose()
        {
            foreach (var one in _all) one.Dispose();
        }
    }
}

/// <summary>More requests wait than may; nothing was done for this one.</summary>
public sealed class OverloadedException() : Exception("More requests wait than may.");
