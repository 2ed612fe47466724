using System.Collections.Concurrent;

namespace Sluice.Server.Tests.Crash;

/// <summary>What the clients wrote down: every request that was answered, and every one that was not.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentQueue<Operation> _acknowledged = new();
    private readonly ConcurrentQueue<Operation> _unanswered = new();
    private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _killAfter;
    private int _answers;

    public Ledger(int killAfter) => _killAfter = killAfter;

    /// <summary>Completed in the middle of the load, at the answer chosen by chance.</summary>
    public Task Enough => _enough.Task;

    public IReadOnlyCollection<Operation> Acknowledged => _acknowledged;

    public IReadOnlyCollection<Operation> Unanswered => _unanswered;

    public void Answered(Operation operation)
    {
        _acknowledged.Enqueue(operation);
        if (Interlocked.Increment(ref _answers) == _killAfter) _enough.TrySetResult();
    }

    public void NotAnswered(Operation operation) => _unanswered.Enqueue(operation);

    /// <summary>A client met what may not be; the round must end and say so.</summary>
    public void Broke(Exception failure) => _enough.TrySetException(failure);
}
