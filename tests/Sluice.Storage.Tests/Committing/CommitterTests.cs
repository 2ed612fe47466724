using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class CommitterTests : IAsyncLifetime
{
    private readonly SqliteHost _host = new();
    private readonly List<Exception> _faults = [];
    private readonly SemaphoreSlim _reached = new(0);
    private readonly SemaphoreSlim _proceed = new(0);
    private WatchedStore _store = null!;

    public async Task InitializeAsync()
    {
        _store = new WatchedStore(await _host.Open());
        await _store.AddScope("acme", "sandbox", "main", Sample.Start);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_lone_unit_is_committed_at_once_and_told_before_who_waits()
    {
        var committer = Start();
        var unit = TestUnit.Of(Actor.Number(1).Join());
        committer.Enqueue(unit);
        Assert.True((await unit.Settled).IsCommitted);
        Assert.Equal([Fate.Committed], unit.Told);
        Assert.Equal((1L, 1L), (committer.Batches, committer.Units));
        await committer.StopAsync();
    }

    [Fact]
    public async Task A_batch_is_whatever_arrived_during_the_last_commit()
    {
        var committer = Start(held: true);
        var actor = Actor.Number(1);
        var first = Send(committer, actor.Join());
        await _reached.WaitAsync();
        var rest = Enumerable.Range(0, 5).Select(_ => Send(committer, actor.Use())).ToArray();
        _proceed.Release(2);
        await Task.WhenAll(rest.Select(unit => unit.Settled));
        Assert.Equal([1, 5], _store.Batches.Select(batch => batch.Count));
        Assert.Equal([first, .. rest], _store.Batches.SelectMany(batch => batch));
        await committer.StopAsync();
    }

    [Fact]
    public async Task A_batch_has_a_largest_size_and_order_is_kept()
    {
        var committer = Start(new CommitterLimits(Batch: 3), held: true);
        var actor = Actor.Number(1);
        var settled = new List<int>();
        committer.Enqueue(TestUnit.Of(actor.Join()));
        await _reached.WaitAsync();
        foreach (var number in Enumerable.Range(1, 7))
            committer.Enqueue(new TestUnit { Changes = [actor.Use()], WhenSettled = _ => settled.Add(number) });
        _proceed.Release(4);
        await committer.Drain();
        Assert.Equal([1, 3, 3, 1], _store.Batches.Select(batch => batch.Count));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], settled);
        await committer.StopAsync();
    }

    [Fact]
    public async Task A_unit_that_no_longer_stands_is_not_written()
    {
        var committer = Start();
        var (fallen, other) = (TestUnit.Of(Actor.Number(1).Join()), TestUnit.Of(Actor.Number(2).Join()));
        fallen.StillStands = false;
        committer.Enqueue(fallen);
        committer.Enqueue(other);
        await committer.Drain();
        Assert.Equal([new Fate(FateKind.Overtaken)], fallen.Told);
        Assert.Equal([Fate.Committed], other.Told);
        Assert.Null(await _store.Load(Actor.Scope, new CustomerKey(1), Sample.Terms));
        await committer.StopAsync();
    }

    [Fact]
    public async Task Nor_is_what_was_built_on_it()
    {
        var committer = Start(held: true);
        var (a, b) = (Actor.Number(1), Actor.Number(2));
        Send(committer, Actor.Number(3).Join());
        await _reached.WaitAsync();
        var units = new[] { TestUnit.Of(a.Join(), b.Join()), TestUnit.Of(b.Use()), new TestUnit { Snapshots = [Snapshotter.Of(Actor.Scope, b.State!, b.Hash)] } };
        units[0].StillStands = false;
        foreach (var unit in units) committer.Enqueue(unit);
        _proceed.Release();
        await committer.Drain();
        Assert.All(units, unit => Assert.Equal([new Fate(FateKind.Overtaken)], unit.Told));
        Assert.Single(_store.Batches);
        await committer.StopAsync();
    }

    [Fact]
    public async Task Fates_reach_the_right_units()
    {
        var committer = Start(held: true);
        var (a, b) = (Actor.Number(1), Actor.Number(2));
        Send(committer, a.Join());
        await _reached.WaitAsync();
        var twin = a.Twin();
        var (wins, fallen, loses, fine) = (TestUnit.Of(a.Use()), TestUnit.Of(Actor.Number(3).Join()), TestUnit.Of(twin.Use()), TestUnit.Of(b.Join()));
        fallen.StillStands = false;
        foreach (var unit in new[] { wins, fallen, loses, fine }) committer.Enqueue(unit);
        _proceed.Release(2);
        await committer.Drain();
        Assert.Equal([FateKind.Committed, FateKind.Overtaken, FateKind.Moved, FateKind.Committed], new[] { wins, fallen, loses, fine }.Select(unit => unit.Told[0].Kind));
        await committer.StopAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task When_the_store_fails_the_batch_and_everything_queued_meanwhile_is_of_unknown_fate(bool afterCommit)
    {
        var committer = Start(held: true);
        var actor = Actor.Number(1);
        if (afterCommit)
            _store.AfterCommit = () => throw new IOException("the disk is gone");
        else
            _store.BeforeCommit += () => throw new IOException("the disk is gone");
        var first = Send(committer, actor.Join());
        await _reached.WaitAsync();
        var queued = Enumerable.Range(0, 3).Select(_ => Send(committer, actor.Use())).ToArray();
        _proceed.Release(100);
        await Task.WhenAll(queued.Append(first).Select(unit => unit.Settled));
        Assert.All(queued.Append(first), unit => Assert.Equal([new Fate(FateKind.Unknown)], unit.Told));
        Assert.Single(_store.Batches);
        Assert.IsType<IOException>(Assert.Single(_faults));

        (_store.BeforeCommit, _store.AfterCommit) = (null, null);
        var stored = await _store.Load(Actor.Scope, actor.Key, Sample.Terms);
        Assert.Equal(afterCommit, stored is not null);
        var next = Send(committer, Actor.Number(2).Join());
        Assert.True((await next.Settled).IsCommitted);
        Assert.Equal(1, committer.Faults);
        await committer.StopAsync();
    }

    [Fact]
    public async Task A_unit_whose_own_code_throws_harms_nobody_else()
    {
        var committer = Start();
        var bad = new TestUnit { Changes = [Actor.Number(1).Join()], WhenSettled = _ => throw new InvalidOperationException("a bug") };
        committer.Enqueue(bad);
        var good = Send(committer, Actor.Number(2).Join());
        Assert.True((await bad.Settled).IsCommitted);
        Assert.True((await good.Settled).IsCommitted);
        Assert.Equal("a bug", Assert.Single(_faults).Message);
        await committer.StopAsync();
    }

    [Fact]
    public async Task Places_run_out_and_come_back()
    {
        var committer = Start(new CommitterLimits(Places: 2));
        Assert.True(committer.TryReserve(out var first));
        Assert.True(committer.TryReserve(out var second));
        Assert.False(committer.TryReserve(out _));
        first.Dispose();
        first.Dispose();
        Assert.Equal(1, committer.PlacesTaken);
        Assert.True(committer.TryReserve(out var third));
        Assert.False(committer.TryReserve(out _));
        second.Dispose();
        third.Dispose();
        Assert.Equal(0, committer.PlacesTaken);
        await committer.StopAsync();
        Assert.False(committer.TryReserve(out _));
    }

    [Fact]
    public async Task Draining_waits_for_what_was_queued_before()
    {
        var committer = Start(held: true);
        var unit = Send(committer, Actor.Number(1).Join());
        await _reached.WaitAsync();
        var drained = committer.Drain();
        Assert.False(drained.IsCompleted);
        _proceed.Release(1);
        await drained;
        Assert.Single(unit.Told);
        await committer.StopAsync();
    }

    [Fact]
    public async Task Stopping_answers_what_was_accepted_and_nothing_after()
    {
        var committer = Start(held: true);
        var actor = Actor.Number(1);
        var units = new List<TestUnit> { Send(committer, actor.Join()) };
        await _reached.WaitAsync();
        units.AddRange(Enumerable.Range(0, 3).Select(_ => Send(committer, actor.Use())));
        var stopped = committer.StopAsync();
        _proceed.Release(10);
        await stopped;
        Assert.All(units, unit => Assert.Equal([Fate.Committed], unit.Told));
        Assert.Equal(FateKind.Unknown, (await Send(committer, actor.Use()).Settled).Kind);
        await committer.Drain();
    }

    [Fact]
    public async Task Many_producers_on_few_customers_lose_nothing()
    {
        var committer = Start();
        var actors = Enumerable.Range(1, 5).Select(key => Actor.Number(key)).ToArray();
        foreach (var actor in actors) Send(committer, actor.Join());
        await Task.WhenAll(Enumerable.Range(0, 16).Select(producer => Task.Run(async () =>
        {
            foreach (var round in Enumerable.Range(0, 50))
            {
                var actor = actors[(producer + round) % actors.Length];
                TestUnit unit;
                lock (actor) unit = Send(committer, actor.Use(0.1m));
                Assert.True((await unit.Settled).IsCommitted);
            }
        })));
        await committer.StopAsync();
        foreach (var actor in actors)
            Assert.Equal(actor.StateText, Actor.Text((await _store.Load(Actor.Scope, actor.Key, Sample.Terms))!.Customer));
        Assert.Equal(805, committer.Units);
    }

    // Held: every commit says that it was reached and waits to be let through.
    private Committer Start(CommitterLimits? limits = null, bool held = false)
    {
        if (held)
        {
            _store.BeforeCommit = () =>
            {
                _reached.Release();
                _proceed.Wait();
            };
        }

        return new Committer(_store, limits ?? new CommitterLimits(), fault =>
        {
            lock (_faults) _faults.Add(fault);
        });
    }

    private static TestUnit Send(Committer committer, CustomerChange change)
    {
        var unit = TestUnit.Of(change);
        committer.Enqueue(unit);
        return unit;
    }
}
