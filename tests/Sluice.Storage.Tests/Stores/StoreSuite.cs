using Sluice.Core;

namespace Sluice.Storage.Tests;

/// <summary>A database that is there for one test, and how to open it.</summary>
public abstract class StoreHost : IAsyncDisposable
{
    /// <summary>Opens the same database, as another node or after a restart.</summary>
    public abstract Task<IStore> Open();

    /// <summary>Changes the database as nobody should.</summary>
    public abstract void Tamper(string sql);

    public abstract ValueTask DisposeAsync();
}

/// <summary>What every store must do. Each test has a database of its own with one scope in it.</summary>
public abstract class StoreSuite(StoreHost host) : IAsyncLifetime
{
    private protected static readonly ScopeId Scope = Actor.Scope;
    private protected static readonly Instant Now = Sample.Start;

    private protected StoreHost Host => host;

    private protected IStore Store { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Store = await host.Open();
        Assert.Equal(Scope, (await Store.AddScope("acme", "sandbox", "main", Now)).Id);
    }

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        await host.DisposeAsync();
    }

    private protected async Task Restart()
    {
        await Store.DisposeAsync();
        Store = await host.Open();
    }

    private protected Task<IStore> OpenAgain() => host.Open();

    /// <summary>One batch; the kinds of fate in order.</summary>
    private protected FateKind[] Commit(params Unit[] batch) => [.. Store.Commit(batch).Select(fate => fate.Kind)];

    private protected void Committed(params CustomerChange[] changes) => Assert.Equal([FateKind.Committed], Commit(TestUnit.Of(changes)));

    private protected Actor Joined(long key, string? id = null, Instant? at = null)
    {
        var actor = Actor.Number(key);
        Committed(actor.Join(id, at));
        return actor;
    }

    private protected async Task<StoredCustomer> Load(Actor actor)
    {
        var stored = await Store.Load(Scope, actor.Key, Sample.Terms);
        return stored ?? throw new InvalidOperationException($"{actor.Key} is not stored");
    }

    /// <summary>What is stored is what the customer was decided to be.</summary>
    private protected async Task MustBeStored(Actor actor)
    {
        var stored = await Load(actor);
        Assert.Equal(actor.StateText, Actor.Text(stored.Customer));
        Assert.Equal(actor.State!.NextDue, stored.Customer.NextDue);
        Assert.Equal(actor.Hash, stored.Hash);
    }
}
