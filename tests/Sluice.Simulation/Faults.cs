using Sluice.Server.Tests.Driving;
using Sluice.Storage;

namespace Sluice.Simulation;

/// <summary>What is wrong with the machine: which commit fails, and whether the process is dead.</summary>
internal sealed class Faults(Tally tally)
{
    private readonly Queue<(StoreFault How, int At)> _armed = new();
    private readonly ManualResetEventSlim _gate = new(initialState: true);
    private volatile bool _isHolding;
    private int _commits;

    /// <summary>The process was killed: nothing reaches the store any more.</summary>
    public bool IsDead { get; set; }

    /// <summary>A fault of the engine put in on purpose: so manieth commit is told as done and never written; null = none.</summary>
    public int? LosesCommit { get; set; }

    /// <summary>A commit has come and is held up.</summary>
    public bool IsHolding => _isHolding;

    /// <summary>The next commit waits until it is let go.</summary>
    public void Hold()
    {
        _isHolding = false;
        _gate.Reset();
    }

    public void LetGo() => _gate.Set();

    public void Arm(StoreFault how, int after) => _armed.Enqueue((how, _commits + after + 1));

    public void Disarm() => _armed.Clear();

    public IReadOnlyList<Fate> Commit(IReadOnlyList<Unit> batch, Func<IReadOnlyList<Unit>, IReadOnlyList<Fate>> write)
    {
        _isHolding = !_gate.IsSet;
        _gate.Wait();
        MustLive();
        _commits++;
        if (_commits == LosesCommit) return [.. batch.Select(static _ => Fate.Committed)];
        if (!_armed.TryPeek(out var next) || next.At > _commits) return write(batch);
        _armed.Dequeue();
        tally.Fault(next.How.ToString());
        if (next.How is StoreFault.AfterCommit or StoreFault.KillAfterCommit) write(batch);
        if (next.How is StoreFault.KillBeforeCommit or StoreFault.KillAfterCommit) IsDead = true;
        throw new IOException("the simulated disk failed");
    }

    public void MustLive()
    {
        if (IsDead) throw new IOException("the simulated process is dead");
    }
}

/// <summary>The real store, whose commits fail when told to.</summary>
internal sealed class FaultyStore(IStore inner, Faults faults) : ForwardingStore(inner)
{
    public override IReadOnlyList<Fate> Commit(IReadOnlyList<Unit> batch) => faults.Commit(batch, base.Commit);

    public override ValueTask<StoredCustomer?> Load(ScopeId scope, CustomerKey key, Terms terms)
    {
        faults.MustLive();
        return base.Load(scope, key, terms);
    }
}

/// <summary>The real rows of payments; a killed process writes none.</summary>
internal sealed class FaultyBilling(IBillingStore inner, Faults faults) : IBillingStore
{
    public ValueTask<IReadOnlyList<StoredInvoice>> ListInvoices(InvoiceQuery query) => inner.ListInvoices(query);

    public ValueTask<StoredInvoice?> FindInvoice(ScopeId scope, CustomerKey customer, InvoiceNo no) => inner.FindInvoice(scope, customer, no);

    public ValueTask<IReadOnlyList<PaymentTask>> LeasePaymentTasks(Instant now, Instant until, int limit)
    {
        faults.MustLive();
        return inner.LeasePaymentTasks(now, until, limit);
    }

    public ValueTask<IReadOnlyList<PaymentTask>> PaymentTasks(ScopeId scope, CustomerKey customer)
    {
        faults.MustLive();
        return inner.PaymentTasks(scope, customer);
    }

    public ValueTask DropPaymentTask(PaymentTask task)
    {
        faults.MustLive();
        return inner.DropPaymentTask(task);
    }

    public ValueTask PutOffPaymentTask(PaymentTask task, Instant dueAt)
    {
        faults.MustLive();
        return inner.PutOffPaymentTask(task, dueAt);
    }

    public ValueTask<byte[]> ServerSecret(string name, Func<byte[]> make) => inner.ServerSecret(name, make);
}
