using Dapper;
using Microsoft.Data.Sqlite;
using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class SqliteGathering() : StoreSuite(new SqliteHost(Often))
{
    private static readonly GatheringLimits Often = new(Rows: 700, Behind: 2_000, OfOne: 60, Features: 25);
    private const int Customers = 60;
    private static readonly string[] Features = ["messages", "images", .. Enumerable.Range(0, 60).Select(static no => $"rare{no}")];
    private const int Events = 12_000;

    // SQLite brings usage and heads to where they are read behind the commits, in rounds, and a busy customer's before: whoever
    // reads must not notice, in this process or another, whatever loses, fails or is deleted meanwhile.
    [Fact]
    public async Task Usage_is_listed_summed_and_scanned_the_same_at_every_moment_of_being_gathered()
    {
        var random = new Random(Seed.Print());
        var actors = Enumerable.Range(1, Customers).Select(key => Joined(key)).ToList();
        await using var onlooker = await OpenAgain();
        var told = actors.ToDictionary(static actor => actor.Key, static _ => new List<(Instant At, long Version, string Feature, decimal Value)>());
        Host.Tamper("create trigger refuse before insert on journal when new.value = '666' begin select raise(abort, 'refused'); end; update scope set name = name");
        for (int written = 0, checks = 0; written < Events;)
        {
            var units = new List<TestUnit>();
            var late = actors[random.Next(actors.Count)].Twin();
            for (var size = random.Next(1, 200); units.Count < size; written++)
            {
                var actor = random.Next(3) == 0 ? actors[0] : actors[random.Next(actors.Count)];
                if (units.Count == 0) actor = actors.Single(one => one.Key == late.Key);
                var (usedAt, feature, value) = (Now.Plus(TimeSpan.FromMinutes(written - random.Next(3_000))), Features[random.Next(40) == 0 ? random.Next(Features.Length) : random.Next(2)], random.Next(1, 400) / 100m);
                units.Add(TestUnit.Of(actor.Use(value, usedAt, feature)));
                told[actor.Key].Add((usedAt, actor.State!.Version, feature, value));
            }

            var loses = random.Next(3) == 0;
            Assert.Equal(
                [.. Enumerable.Repeat(FateKind.Committed, units.Count), .. loses ? [FateKind.Moved] : Array.Empty<FateKind>()],
                Commit([.. units, .. loses ? [TestUnit.Of(late.Use(9_999))] : Array.Empty<TestUnit>()]));
            if (random.Next(20) == 0) Assert.Throws<SqliteException>(() => Commit(TestUnit.Of(actors[^1].Twin().Use(1)), TestUnit.Of(actors[1].Twin().Use(666))));
            if (random.Next(30) == 0)
            {
                var gone = actors[random.Next(1, actors.Count)];
                Committed(gone.Use(1), gone.Do(Now, new CustomerEvent.Deleted()));
                actors.Remove(gone);
                told[gone.Key].Clear();
            }

            if (written / 600 > checks)
            {
                checks = written / 600;
                if (random.Next(6) == 0) await Restart();
                await Check();
            }
        }

        await Restart();
        await Check();

        async Task Check()
        {
            foreach (var actor in (Actor[])[actors[0], actors[random.Next(actors.Count)], actors[random.Next(actors.Count)]])
            {
                var expected = told[actor.Key].OrderByDescending(static one => one.At).ThenByDescending(static one => one.Version).Select(static one => one.Version);
                Assert.Equal(expected, (await Store.ListEvents(new UsageQuery(Scope, Events, actor.Key))).Select(static one => one.Version));
                Assert.Equal(await Sums(actor.Key), await Scanned(actor.Key));
                Assert.Equal(Told(actor.Key), await Sums(actor.Key));
                await MustBeStored(actor);
                Assert.Equal(actor.Hash, (await onlooker.Load(Scope, actor.Key, Sample.Terms))!.Hash);
                Assert.Equal(actor.State!.Version, (await ((IAuditStore)onlooker).ReadFile(Scope, actor.Key))!.Version);
                var file = await ((IAuditStore)Store).ReadFile(Scope, actor.Key);
                Assert.Empty(await CustomerAudit.Check((IAuditStore)Store, file!, Sample.Terms));
            }

            Assert.Equal(Told(null), await Sums(null));
            Assert.Equal(Told(null), await Scanned(null));
        }

        List<string> Told(CustomerKey? key) => Lines(told.Where(pair => key is null || pair.Key == key).SelectMany(static pair => pair.Value.Select(one => (Day.Of(one.At), pair.Key, one.Feature, 1L, one.Value))));
    }

    [Fact]
    public async Task Usage_of_a_customer_that_is_deleted_before_it_was_gathered_never_comes()
    {
        var (gone, others) = (Joined(1), Enumerable.Range(2, 40).Select(key => Joined(key)).ToArray());
        for (var use = 0; use < 5; use++) Committed(gone.Use(1));
        Committed(gone.Do(Now, new CustomerEvent.Deleted()));
        for (var use = 0; use < 40; use++) Assert.All(Commit([.. others.Select(static actor => TestUnit.Of(actor.Use(1)))]), static fate => Assert.Equal(FateKind.Committed, fate));
        Assert.Empty(await Sums(gone.Key));
        Assert.Equal(others.Select(static actor => $"{Day.Of(Now)} {actor.Key} messages 40x 40").Order(StringComparer.Ordinal), await Sums(null));
    }

    // Else the first who looks goes through the rows of everyone who ever came.
    [Fact]
    public async Task The_mark_moves_on_where_nearly_nothing_waits()
    {
        var busy = Joined(1);
        Committed(busy.Use(3));
        for (var key = 2; key < 6_000; key += 100) Assert.All(Commit([.. Enumerable.Range(key, 100).Select(static no => TestUnit.Of(Actor.Number(no).Join()))]), static fate => Assert.Equal(FateKind.Committed, fate));
        await using var connection = new SqliteConnection($"Data Source={((SqliteHost)Host).File};Pooling=False");
        Assert.InRange(await connection.ExecuteScalarAsync<long>("select next from counter where name = 'gathered'"), 6_000 - Often.Behind, long.MaxValue);
        Assert.Equal([$"{Day.Of(Now)} {busy.Key} messages 1x 3"], await Sums(busy.Key));
        await MustBeStored(busy);
    }

    [Fact]
    public async Task Who_only_looks_on_leaves_what_waits_alone()
    {
        var actors = Enumerable.Range(1, 40).Select(key => Joined(key)).ToArray();
        for (var use = 0; use < 40; use++)
        {
            Assert.All(Commit([.. actors.Select(static actor => TestUnit.Of(actor.Use(1)))]), static fate => Assert.Equal(FateKind.Committed, fate));
            if (use % 5 == 0) await (await OpenAgain()).DisposeAsync();
        }

        Assert.Equal(actors.Select(static actor => $"{Day.Of(Now)} {actor.Key} messages 40x 40").Order(StringComparer.Ordinal), await Sums(null));
    }

    [Fact]
    public async Task A_commit_that_cannot_tell_what_waits_fails_and_the_next_one_can()
    {
        var actor = Joined(1);
        Committed(actor.Use(5));
        Host.Tamper("create trigger refuse before insert on journal when new.value = '666' begin select raise(abort, 'refused'); end; update scope set name = name");
        Assert.Throws<SqliteException>(() => Commit(TestUnit.Of(actor.Twin().Use(666))));
        Host.Tamper("update journal set value = 'five' where value = '5'");
        Assert.Throws<FormatException>(() => Commit(TestUnit.Of(actor.Twin().Use(1))));
        Host.Tamper("update journal set value = '5' where value = 'five'");
        Committed(actor.Use(2));
        Assert.Equal([$"{Day.Of(Now)} {actor.Key} messages 2x 7"], await Sums(actor.Key));
        await MustBeStored(actor);
    }

    [Fact]
    public async Task Whoever_reads_while_others_commit_sees_one_moment()
    {
        await using var onlooker = await OpenAgain();
        var actors = Enumerable.Range(1, 3).Select(key => Joined(key)).ToArray();
        var committed = actors.Select(static actor => actor.State!.Version).ToArray();
        var commits = Task.Run(() =>
        {
            for (var no = 0; no < 4_000; no++)
            {
                var at = no % actors.Length;
                Committed(actors[at].Use(1), actors[at].Do(Now, new CustomerEvent.ProfileChanged(actors[at].State!.Profile with { Name = $"Name {no}" })));
                Volatile.Write(ref committed[at], actors[at].State!.Version);
            }
        });
        for (var reads = 0; !commits.IsCompleted || reads < 100; reads++)
        {
            var (at, store) = (reads % actors.Length, reads % 2 == 0 ? Store : onlooker);
            var atLeast = Volatile.Read(ref committed[at]);
            Assert.InRange((await store.Load(Scope, actors[at].Key, Sample.Terms))!.Customer.Version, atLeast, long.MaxValue);
            var file = await ((IAuditStore)store).ReadFile(Scope, actors[at].Key);
            Assert.InRange(file!.Version, atLeast, long.MaxValue);
            Assert.Empty(await CustomerAudit.Check((IAuditStore)store, file, Sample.Terms));
        }

        await commits;
        foreach (var actor in actors) await MustBeStored(actor);
    }

    [Fact]
    public async Task After_a_crash_everybody_goes_on_from_the_last_row()
    {
        var random = new Random(Seed.Print());
        var actors = await Live(random);
        await using var host = Image();
        await using (var store = (SqliteStore)await host.Open())
        {
            await MustBe(store, actors);
            var late = actors[0].Twin();
            foreach (var actor in actors) Assert.True(store.Commit([TestUnit.Of(actor.Use(2))])[0].IsCommitted);
            Assert.Equal(FateKind.Moved, store.Commit([TestUnit.Of(late.Use(2))])[0].Kind);
            await MustBe(store, actors);
        }

        await using var again = (SqliteStore)await host.Open();
        await MustBe(again, actors);
    }

    // The database as the release before this left it when it was killed: customer_version went with each commit, and told how far it was gathered.
    [Fact]
    public async Task A_database_whose_heads_moved_with_each_commit_is_brought_along()
    {
        var actors = await Live(new Random(Seed.Print()));
        await using var host = Image();
        host.Tamper("""
            alter table customer_version add column prev_no integer not null default 0;
            alter table customer_version add column gathered integer not null default 0;
            update customer_version set gathered = last_no;
            update customer_version set (version, last_no, prev_no) = (select j.version, j.no, j.prev from journal j where j.scope = customer_version.scope and j.customer = customer_version.key order by j.no desc limit 1);
            delete from schema_migration where name = '012_ends.sql'
            """);
        await using (var store = (SqliteStore)await host.Open())
        {
            await MustBe(store, actors);
            foreach (var actor in actors) Assert.True(store.Commit([TestUnit.Of(actor.Use(2))])[0].IsCommitted);
        }

        await using var again = (SqliteStore)await host.Open();
        await MustBe(again, actors);
    }

    // Customers of whom some are gathered, some not, and some in part.
    private async Task<Actor[]> Live(Random random)
    {
        var actors = Enumerable.Range(1, 40).Select(key => Joined(key)).ToArray();
        for (var batch = 0; batch < 40; batch++)
            Assert.All(Commit([.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => TestUnit.Of(actors[random.Next(random.Next(1, actors.Length))].Use(1)))]), static fate => Assert.Equal(FateKind.Committed, fate));
        return actors;
    }

    // What a kill at this moment would leave.
    private SqliteHost Image()
    {
        var image = new SqliteHost(Often);
        foreach (var file in Directory.GetFiles(((SqliteHost)Host).Directory, $"{SqliteStore.FileName}*").Where(static file => !file.EndsWith("-shm", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(image.Directory, Path.GetFileName(file)));
        return image;
    }

    private static async Task MustBe(SqliteStore store, IEnumerable<Actor> actors)
    {
        foreach (var actor in actors)
        {
            Assert.Equal(actor.Hash, (await store.Load(Scope, actor.Key, Sample.Terms))!.Hash);
            var file = await store.ReadFile(Scope, actor.Key);
            Assert.Equal(actor.State!.Version, file!.Version);
            Assert.Empty(await CustomerAudit.Check(store, file, Sample.Terms));
        }
    }

    private async Task<List<string>> Sums(CustomerKey? key)
    {
        var days = await Store.SumUsageByDay(new UsageDayQuery(Scope, key, [.. Features], Day.Of(Now) - 100, Day.Of(Now) + 100));
        Assert.Equal(days.Count, days.Select(static day => (day.Day, day.Customer, day.Feature)).Distinct().Count());
        return Lines(days.Select(static day => (day.Day, day.Customer, day.Feature, day.Count, day.Sum)));
    }

    private async Task<List<string>> Scanned(CustomerKey? key)
    {
        var seen = new List<(long, CustomerKey, string, long, decimal)>();
        await Store.ScanUsage(
            new UsageScan(Scope, key, [], Now.Plus(TimeSpan.FromDays(-100)), Now.Plus(TimeSpan.FromDays(100)), WithDraws: false),
            (scoped in UsageSeen usage) => seen.Add((Day.Of(usage.UsedAt), usage.Customer, usage.Feature, 1, usage.Value)));
        return Lines(seen);
    }

    private static List<string> Lines(IEnumerable<(long Day, CustomerKey Customer, string Feature, long Count, decimal Sum)> rows) =>
        [.. rows.GroupBy(static row => (row.Day, row.Customer, row.Feature), static (of, those) => FormattableString.Invariant(
            $"{of.Day} {of.Customer} {of.Feature} {those.Sum(static row => row.Count)}x {those.Sum(static row => row.Sum):0.##}")).Order(StringComparer.Ordinal)];
}
