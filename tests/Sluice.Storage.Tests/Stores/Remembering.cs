using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class SqliteRemembering() : Remembering(new SqliteHost());

public sealed class PostgresRemembering() : Remembering(new PostgresHost());

public abstract class Remembering(StoreHost host) : StoreSuite(host)
{
    [Fact]
    public async Task A_life_with_every_kind_of_event_loads_as_it_was_decided()
    {
        var actor = Actor.Number(42);
        foreach (var (at, events) in Sample.Life())
        {
            Committed(actor.Do(at, [.. events]));
            await MustBeStored(actor);
        }

        await Restart();
        await MustBeStored(actor);
    }

    [Fact]
    public async Task A_random_life_with_snapshots_at_any_moment_loads_as_it_was_decided()
    {
        var random = new Random(Seed.Print());
        var actor = Joined(1);
        for (var round = 0; round < 200; round++)
        {
            Committed(Something(actor, random));
            if (random.Next(10) == 0) Snapshot(actor);
            if (random.Next(10) == 0) await MustBeStored(actor);
        }

        await Restart();
        await MustBeStored(actor);
    }

    [Fact]
    public async Task A_customer_that_is_not_there_loads_as_nothing() =>
        Assert.Null(await Store.Load(Scope, new CustomerKey(5), Sample.Terms));

    [Fact]
    public async Task Many_load_in_the_order_asked_for_and_absent_ones_are_left_out()
    {
        for (var key = 1; key <= 300; key++) Joined(key);
        var keys = Enumerable.Range(1, 400).Reverse().Select(key => new CustomerKey(key)).ToList();
        var loaded = await Store.LoadMany(Scope, keys, Sample.Terms);
        Assert.Equal(Enumerable.Range(1, 300).Reverse().Select(key => (long)key), loaded.Select(stored => stored.Customer.Key.Value));
    }

    [Fact]
    public async Task Scopes_never_meet()
    {
        var other = await Store.AddScope("acme", "live", "main", Now);
        var (here, there) = (Joined(1, "same"), new Actor(other.Id, 1));
        Committed(there.Join("same"));
        Committed(there.Use(5));
        Assert.Equal(1, (await Load(here)).Customer.Version);
        Assert.Equal(2, (await Store.Load(other.Id, there.Key, Sample.Terms))!.Customer.Version);
        Assert.Empty(await Store.ListEvents(new UsageQuery(Scope, 10)));
    }

    [Fact]
    public async Task The_tail_counts_body_and_properties_since_the_last_snapshot()
    {
        var actor = Joined(1);
        Snapshot(actor);
        var (first, second) = (actor.Use(1, properties: """{"é":1}"""), actor.Use());
        Committed(first);
        Committed(second);
        var stored = await Load(actor);
        Assert.Equal(first.Entries[0].Body.Length + "{\"é\":1}"u8.Length + second.Entries[0].Body.Length, stored.TailBytes);
        Assert.Equal(first.Entries[0].Bytes + second.Entries[0].Bytes, stored.TailBytes);
        Assert.True(stored.SnapshotBytes > 0);
    }

    [Fact]
    public async Task A_snapshot_that_comes_late_does_not_replace_a_newer_one()
    {
        var actor = Joined(1);
        var old = Snapshotter.Of(Scope, actor.State!, actor.Hash);
        Committed(actor.Use());
        Snapshot(actor);
        Commit(new SnapshotUnit([old]));
        Assert.Equal(0, (await Load(actor)).TailBytes);
    }

    [Fact]
    public async Task A_deleted_customer_leaves_its_last_state_and_no_journal()
    {
        var actor = Joined(1);
        Committed(actor.Use(3, properties: """{"secret":1}"""));
        var late = Snapshotter.Of(Scope, actor.State!, actor.Hash);
        Committed(actor.Do(Now, new CustomerEvent.Deleted()));
        Commit(new SnapshotUnit([late]));
        await MustBeStored(actor);
        Assert.True((await Load(actor)).Customer.Deleted);
        Assert.Empty(await Store.ListEvents(new UsageQuery(Scope, 10)));
        Assert.Empty(await Store.ListCustomers(new CustomerQuery(Scope, 10)));
    }

    [Fact]
    public async Task Text_of_every_kind_survives()
    {
        var actor = Actor.Number(1);
        Committed(actor.Do(Now, new CustomerEvent.Created(actor.Key, new Profile("a\0b", "", "Zoë '; drop table customer; -- 🙂", Metadata: new JsonText("{\n\t\"a\" : [ ]\n}")))));
        await MustBeStored(actor);
    }

    private static CustomerChange Something(Actor actor, Random random) => random.Next(6) switch
    {
        0 => actor.Do(Now, new CustomerEvent.GrantReset(new GrantNo(2), Quantity.Of(random.Next(1000)), Sample.NextMonth)),
        1 => actor.Do(Now, new CustomerEvent.BalanceSet([Sample.Draw(2, random.Next(1000) / 7m)])),
        2 => actor.Do(Now, new CustomerEvent.GrantAdjusted(new GrantNo(2), Quantity.Of(random.Next(100)))),
        _ => actor.Use(random.Next(-1000, 1000) / 13m, Now.Plus(TimeSpan.FromMilliseconds(random.Next(1_000_000))), properties: random.Next(2) == 0 ? null : """{"n":0.10}"""),
    };

    private void Snapshot(Actor actor) => Assert.Equal([FateKind.Committed], Commit(new SnapshotUnit([Snapshotter.Of(Scope, actor.State!, actor.Hash)])));
}
