using System.Collections.Concurrent;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Tests.Driving;

/// <summary>A real store whose commits and loads the test can hold, let go and let fail.</summary>
internal sealed class SteeredStore(IStore inner) : ForwardingStore(inner)
{
    private readonly ConcurrentQueue<HeldCommit> _holds = new();
    private readonly ConcurrentQueue<HeldLoad> _loads = new();

    /// <summary>Gets every customer that a commit is about, where somebody wants to know.</summary>
    public ConcurrentQueue<(ScopeId Scope, CustomerKey Key)>? Moved { get; set; }

    /// <summary>The next commit stops before it is written. Call it once for each commit to hold, in their order.</summary>
    public HeldCommit HoldCommit()
    {
        var held = new HeldCommit();
        _holds.Enqueue(held);
        return held;
    }

    /// <summary>The next load of a customer stops after it has read.</summary>
    public HeldLoad HoldLoad()
    {
        var held = new HeldLoad();
        _loads.Enqueue(held);
        return held;
    }

    public override IReadOnlyList<Fate> Commit(IReadOnlyList<Unit> batch)
    {
        foreach (var change in batch.SelectMany(static unit => unit.Changes)) Moved?.Enqueue((change.Scope, change.After.Key));
        if (!_holds.TryDequeue(out var held)) return base.Commit(batch);
        switch (held.Wait())
        {
            case HeldCommit.Then.Write:
                return base.Commit(batch);
            case HeldCommit.Then.WriteAndFail:
                base.Commit(batch);
                break;
        }

        throw new IOException("the disk is gone");
    }

    public override async ValueTask<StoredCustomer?> Load(ScopeId scope, CustomerKey key, Terms terms)
    {
        var loaded = await base.Load(scope, key, terms);
        if (_loads.TryDequeue(out var held)) await held.Wait();
        return loaded;
    }

    /// <summary>One commit in the test's hands.</summary>
    internal sealed class HeldCommit
    {
        private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<Then> _then = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal enum Then
        {
            Write,
            Fail,
            WriteAndFail,
        }

        /// <summary>Completed when a batch has come to it: decided, in the queue, not written.</summary>
        public Task Arrived => _arrived.Task.InTime("a commit to hold");

        public void Write() => _then.TrySetResult(Then.Write);

        public void Fail() => _then.TrySetResult(Then.Fail);

        /// <summary>It is written, and the store says it failed: a commit of unknown fate.</summary>
        public void WriteAndFail() => _then.TrySetResult(Then.WriteAndFail);

        internal Then Wait()
        {
            _arrived.TrySetResult();
            return _then.Task.WaitAsync(TimeSpan.FromMinutes(1)).GetAwaiter().GetResult();
        }
    }

    /// <summary>One load in the test's hands.</summary>
    internal sealed class HeldLoad
    {
        private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _let = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Arrived => _arrived.Task.InTime("a load to hold");

        public void Let() => _let.TrySetResult();

        internal Task Wait()
        {
            _arrived.TrySetResult();
            return _let.Task;
        }
    }
}
