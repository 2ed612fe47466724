using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class SqliteFencing() : Fencing(new SqliteHost());

public sealed class PostgresFencing() : Fencing(new PostgresHost())
{
    [Fact]
    public async Task Two_nodes_see_each_other_s_commits()
    {
        var here = Joined(1);
        await using var node = await OpenAgain();
        var there = here.Twin();
        Assert.True(node.Commit([TestUnit.Of(there.Use())])[0].IsCommitted);
        Assert.Equal([FateKind.Moved], Commit(TestUnit.Of(here.Use())));
        await MustBeStored(there);
    }
}

public abstract class Fencing(StoreHost host) : StoreSuite(host)
{
    [Fact]
    public async Task Units_of_one_customer_chain_within_a_batch()
    {
        var actor = Actor.Number(1);
        var batch = new[] { TestUnit.Of(actor.Join()), TestUnit.Of(actor.Use()), TestUnit.Of(actor.Use()) };
        Assert.All(Commit(batch), kind => Assert.Equal(FateKind.Committed, kind));
        await MustBeStored(actor);
    }

    [Fact]
    public async Task A_customer_that_moved_is_left_out_with_all_its_units_and_the_rest_commits()
    {
        var (moved, other) = (Joined(1), Joined(2));
        var elsewhere = moved.Twin();
        Committed(elsewhere.Use(100));

        var kinds = Commit(TestUnit.Of(other.Use()), TestUnit.Of(moved.Use()), TestUnit.Of(other.Use()), TestUnit.Of(moved.Use()), TestUnit.Of(other.Use()));

        Assert.Equal([FateKind.Committed, FateKind.Moved, FateKind.Committed, FateKind.Overtaken, FateKind.Committed], kinds);
        await MustBeStored(elsewhere);
        await MustBeStored(other);
    }

    [Fact]
    public async Task A_snapshot_of_a_state_that_did_not_come_to_be_is_left_out_with_it()
    {
        var moved = Joined(1);
        var elsewhere = moved.Twin();
        Committed(elsewhere.Use(100));
        var lost = TestUnit.Of(moved.Use(1));
        Assert.Equal([FateKind.Moved, FateKind.Overtaken], Commit(lost, new SnapshotUnit([Snapshotter.Of(Scope, moved.State!, moved.Hash)])));
        await MustBeStored(elsewhere);
    }

    [Fact]
    public async Task And_with_one_that_lost_a_claim()
    {
        var (holder, actor) = (Joined(1), Joined(2));
        var claim = new Claim(new ClaimKey(Scope, ClaimKind.BodyKey, "h"), holder.Key, Now, null);
        Assert.Equal([FateKind.Committed], Commit(new TestUnit { Changes = [holder.Use()], Takes = [claim] }));
        var before = actor.StateText;
        var lost = new TestUnit { Changes = [actor.Use()], Takes = [claim] };
        Assert.Equal([FateKind.ClaimLost, FateKind.Overtaken], Commit(lost, new SnapshotUnit([Snapshotter.Of(Scope, actor.State!, actor.Hash)])));
        Assert.Equal(before, Actor.Text((await Load(actor)).Customer));
    }

    [Fact]
    public void A_customer_created_twice_is_created_once() =>
        Assert.Equal([FateKind.Committed, FateKind.Moved], Commit(TestUnit.Of(Actor.Number(1).Join("a")), TestUnit.Of(Actor.Number(1).Join("b"))));

    [Fact]
    public async Task A_unit_of_several_customers_is_written_whole_or_not_at_all()
    {
        var (a, b, c) = (Joined(1), Joined(2), Joined(3));
        Committed(b.Twin().Use());
        var untouched = a.StateText;

        Assert.Equal([FateKind.Moved, FateKind.Committed], Commit(TestUnit.Of(a.Use(), b.Use()), TestUnit.Of(c.Use())));

        Assert.Equal(untouched, Actor.Text((await Load(a)).Customer));
        await MustBeStored(c);
    }

    [Fact]
    public async Task A_loser_takes_along_whoever_builds_on_it_through_any_number_of_customers()
    {
        var (a, b, c, d) = (Joined(1), Joined(2), Joined(3), Joined(4));
        Committed(a.Twin().Use());

        var kinds = Commit(TestUnit.Of(a.Use()), TestUnit.Of(a.Use(), b.Use()), TestUnit.Of(d.Use()), TestUnit.Of(b.Use(), c.Use()), TestUnit.Of(c.Use()));

        Assert.Equal([FateKind.Moved, FateKind.Overtaken, FateKind.Committed, FateKind.Overtaken, FateKind.Overtaken], kinds);
        await MustBeStored(d);
    }

    [Fact]
    public void What_came_before_the_loser_of_the_same_customer_commits()
    {
        var (a, b) = (Joined(1), Joined(2));
        Committed(b.Twin().Use());
        Assert.Equal([FateKind.Committed, FateKind.Moved, FateKind.Overtaken], Commit(TestUnit.Of(a.Use()), TestUnit.Of(a.Use(), b.Use()), TestUnit.Of(a.Use())));
    }

    [Fact]
    public void A_batch_of_losers_only_writes_nothing()
    {
        var a = Joined(1);
        Committed(a.Twin().Use());
        Assert.Equal([FateKind.Moved, FateKind.Overtaken], Commit(TestUnit.Of(a.Use()), TestUnit.Of(a.Use())));
        Assert.Empty(Commit());
    }

    [Fact]
    public async Task Any_mix_of_losers_leaves_exactly_what_was_reported_as_committed()
    {
        var random = new Random(Seed.Print());
        for (var round = 0; round < 30; round++)
        {
            var actors = Enumerable.Range(1, 8).Select(number => Joined((round * 8) + number)).ToArray();
            foreach (var moved in actors.Where(_ => random.Next(4) == 0).ToArray()) Committed(moved.Twin().Use());
            var versions = actors.ToDictionary(actor => actor.Key, actor => Load(actor).GetAwaiter().GetResult().Customer.Version);
            var batch = Enumerable.Range(0, 20).Select(_ => TestUnit.Of([.. actors.Where(_ => random.Next(6) == 0).Select(actor => actor.Use())])).ToArray();

            var fates = Store.Commit(batch);

            foreach (var actor in actors)
            {
                var written = batch.Zip(fates).Where(pair => pair.Second.IsCommitted).Sum(pair => pair.First.Changes.Count(change => change.After.Key == actor.Key));
                Assert.Equal(versions[actor.Key] + written, (await Load(actor)).Customer.Version);
            }
        }
    }

    [Fact]
    public async Task What_was_decided_on_an_older_catalog_is_left_out_and_decided_anew()
    {
        var (a, b, c) = (Joined(1), Joined(2), Joined(3));
        var on = await CatalogVersion();
        var edit = new TestUnit { Catalog = new CatalogChange(Scope, on, [], [], [], [], []) };
        var before = new TestUnit { Changes = [a.Use()], CatalogVersion = on };
        var late = new TestUnit { Changes = [b.Use()], CatalogVersion = on };
        var onNew = new TestUnit { Changes = [c.Use()], CatalogVersion = on + 1 };

        Assert.Equal([FateKind.Committed, FateKind.Committed, FateKind.Moved, FateKind.Committed, FateKind.Moved], Commit(before, edit, late, onNew, edit));
        Assert.Equal(on + 1, await CatalogVersion());
        await MustBeStored(a);
        await MustBeStored(c);
        Assert.Equal([FateKind.Moved], Commit(new TestUnit { Changes = [c.Twin().Use()], CatalogVersion = on }));
    }

    private async Task<long> CatalogVersion() => (await Store.LoadCatalog(Scope)).Catalog.Version;
}
