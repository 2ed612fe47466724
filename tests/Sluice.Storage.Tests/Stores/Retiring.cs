using System.Globalization;
using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class SqliteRetiring() : Retiring(new SqliteHost());

public sealed class PostgresRetiring() : Retiring(new PostgresHost());

/// <summary>Old entries go and a checkpoint takes their place; everything else stays as it was.</summary>
public abstract class Retiring(StoreHost host) : StoreSuite(host)
{
    private static readonly long FirstDay = Day.Of(Now);

    private IRetentionStore Retention => (IRetentionStore)Store;

    private IAuditStore Audit => (IAuditStore)Store;

    [Theory]
    [InlineData("joined on day 0, used on 1 2 3", "before 2", "begins at 2, keeps 3 4")]
    [InlineData("joined on day 0, used on 1 2 3", "before 0", "begins at 0, keeps 1 2 3 4")]
    [InlineData("joined on day 0, used on 1 2 3", "before 1", "begins at 1, keeps 2 3 4")]
    [InlineData("joined on day 0, used on 1 1 1", "before 2", "begins at 4, keeps nothing")]
    [InlineData("joined on day 5", "before 5", "begins at 0, keeps 1")]
    [InlineData("joined on day 5", "before 9", "begins at 1, keeps nothing")]
    [InlineData("joined on day 0, used on 3 3 7", "before 3, before 7", "begins at 3, keeps 4")]
    [InlineData("joined on day 0, used on 3 3 7", "before 7, before 3", "begins at 3, keeps 4")]
    public async Task What_is_older_goes(string life, string retentions, string left)
    {
        var (actor, bystander) = (Actor.Number(1), Joined(2, at: OfDay(100)));
        var days = Numbers(life);
        Committed(actor.Join(at: OfDay(days[0])));
        foreach (var day in days[1..]) Committed(actor.Use(2, OfDay(day)));
        foreach (var day in Numbers(retentions)) await Retire(day);

        Assert.Equal(left, await Left(actor));
        Assert.Equal("begins at 0, keeps 1", await Left(bystander));
        await MustBeRight(actor);
        Committed(actor.Use(1, OfDay(20)));
        await Restart();
        await MustBeRight(actor);
        await MustBeRight(bystander);
    }

    [Fact]
    public async Task Lists_are_shorter_and_sums_stay()
    {
        var actor = Joined(1);
        for (var day = 0; day < 10; day++) Committed(actor.Use(day + 1, OfDay(day), properties: """{"a":1}"""));
        var sums = await Sums(actor);
        Assert.Equal(10, sums.Count);
        await Retire(7);
        foreach (var customer in (CustomerKey?[])[null, actor.Key])
        {
            Assert.Equal([10m, 9, 8], (await Store.ListEvents(new UsageQuery(Scope, 100, customer))).Select(static used => used.Value.Value));
            Assert.Equal([9m, 8], (await Store.ListEvents(new UsageQuery(Scope, 100, customer, After: new UsagePosition(OfDay(9), actor.Key, 11)))).Select(static used => used.Value.Value));
            Assert.Empty(await Store.ListEvents(new UsageQuery(Scope, 100, customer, After: new UsagePosition(OfDay(3), actor.Key, 5))));
            var scanned = 0m;
            await Store.ScanUsage(new UsageScan(Scope, customer, [], OfDay(0), OfDay(100), WithDraws: true), (scoped in UsageSeen seen) => scanned += seen.Value);
            Assert.Equal(27, scanned);
        }

        Assert.Equal(sums, await Sums(actor));
    }

    [Theory]
    [InlineData("no snapshot")]
    [InlineData("an older snapshot")]
    [InlineData("a snapshot at the checkpoint")]
    [InlineData("a newer snapshot")]
    [InlineData("an older snapshot that comes late")]
    [InlineData("a newer snapshot that is lost")]
    public async Task A_customer_loads_from_whatever_is_newest(string with)
    {
        var actor = Joined(1);
        var snapshots = new List<SnapshotWrite>();
        for (var day = 1; day <= 5; day++)
        {
            Committed(actor.Use(1, OfDay(day)));
            snapshots.Add(Snapshotter.Of(Scope, actor.State!, actor.Hash));
        }

        var snapshot = with.Contains("older") ? snapshots[0] : with.Contains("newer") ? snapshots[4] : snapshots[2];
        if (with != "no snapshot" && !with.Contains("late")) Commit(new SnapshotUnit([snapshot]));
        await Retire(4);
        if (with.Contains("late")) Commit(new SnapshotUnit([snapshot]));
        if (with.Contains("lost")) Host.Tamper("delete from snapshot");
        Assert.Equal("begins at 4, keeps 5 6", await Left(actor));
        await MustBeRight(actor);
        await Restart();
        Committed(actor.Use(1, OfDay(9)));
        await MustBeRight(actor);
    }

    [Fact]
    public async Task Numbers_of_rows_that_are_gone_are_never_given_again()
    {
        var (actor, other) = (Joined(1), Joined(2));
        Committed(actor.Use(1, OfDay(1)));
        Committed(other.Use(2, OfDay(1)));
        await Retire(5);
        Assert.Equal("begins at 2, keeps nothing", await Left(actor));
        await Restart();
        Committed(other.Use(3, OfDay(6)));
        Committed(actor.Use(4, OfDay(6)));
        await MustBeRight(actor);
        await MustBeRight(other);
        Assert.Equal([4m], (await Store.ListEvents(new UsageQuery(Scope, 10, actor.Key))).Select(static used => used.Value.Value));
    }

    [Fact]
    public async Task Who_is_deleted_leaves_no_checkpoint_also_when_both_come_at_once()
    {
        var (ada, bob) = (Joined(1), Joined(2));
        Committed(ada.Use(1, OfDay(1)), bob.Use(1, OfDay(1)));
        await Retire(1);
        var prepared = new List<Retirement>();
        await foreach (var some in Retention.FindOld(OfDay(5), Terms)) prepared.AddRange(await Prepared(some));
        Committed(ada.Do(OfDay(6), new CustomerEvent.Deleted()));
        Assert.Equal(1, await Retention.Retire(prepared));
        Assert.Equal(0, await Retention.Retire(prepared));
        Assert.Null(await Audit.ReadCheckpoint(Scope, ada.Key));
        Assert.Empty(await Faults(ada));
        await MustBeStored(ada);
        Assert.Equal("begins at 2, keeps nothing", await Left(bob));
        Committed(bob.Do(OfDay(7), new CustomerEvent.Deleted()));
        Assert.Null(await Audit.ReadCheckpoint(Scope, bob.Key));
    }

    [Fact]
    public async Task A_sandbox_that_is_erased_leaves_no_checkpoint()
    {
        var actor = Joined(1);
        Committed(actor.Use(1, OfDay(1)));
        await Retire(1);
        var shell = (IShellStore)Store;
        await shell.EndScope(Scope, OfDay(2));
        while (await shell.EraseSomeEnded(10, OfDay(2)))
        {
        }

        Assert.Null(await Audit.ReadCheckpoint(Scope, actor.Key));
    }

    [Fact]
    public async Task A_customer_with_a_clock_of_its_own_keeps_everything_and_does_not_stand_in_the_way()
    {
        var (ahead, frozen, actor) = (Joined(1), Joined(2), Joined(3));
        Committed(ahead.Do(OfDay(900), new CustomerEvent.ClockSet(OfDay(900))), frozen.Do(OfDay(1), new CustomerEvent.ClockSet(OfDay(1))));
        Committed(ahead.Use(1, OfDay(900)), frozen.Use(1, OfDay(1)), actor.Use(1, OfDay(2)));
        await Retire(50);
        Assert.Equal("begins at 1, keeps 2 3", await Left(ahead));
        Assert.Equal("begins at 0, keeps 1 2 3", await Left(frozen));
        Assert.Equal("begins at 2, keeps nothing", await Left(actor));
        foreach (var one in (Actor[])[ahead, frozen, actor]) await MustBeRight(one);
    }

    [Fact]
    public async Task It_is_noted_how_far_it_has_come_and_never_goes_back()
    {
        Assert.Equal(new Instant(0), await Retention.RetiredBefore());
        await Retire(5);
        await Retire(3);
        await Restart();
        Assert.Equal(OfDay(5), await Retention.RetiredBefore());
    }

    [Fact]
    public async Task A_journal_that_does_not_add_up_is_kept()
    {
        var actor = Joined(1);
        Committed(actor.Use(3, OfDay(1)));
        Host.Tamper("update journal set body = replace(body, '\"amount\":3', '\"amount\":2') where version = 2");
        await foreach (var some in Retention.FindOld(OfDay(5), Terms)) await Assert.ThrowsAsync<InvariantViolation>(async () => await Prepared(some));
        Assert.Equal("begins at 0, keeps 1 2", await Left(actor));
    }

    public static TheoryData<string, string> Changes => new()
    {
        { "update checkpoint set body = replace(body, '\"balance\":997', '\"balance\":999') where customer = 1", "its journal does not begin: the checkpoint of version 2 does not match its seal" },
        { "update checkpoint set hash = seal where customer = 1", "does not match its seal" },
        { "update checkpoint set seal = hash where customer = 1", "does not match its seal" },
        { "update checkpoint set version = 1 where customer = 1", "the checkpoint says version 2" },
        { "update checkpoint set at = at - 1 where customer = 1", "the checkpoint says version 2" },
        { "delete from checkpoint where customer = 1", "entry 1 cannot be read: entry 3 follows entry 0" },
        { "update journal set body = replace(body, '\"amount\":4', '\"amount\":2') where customer = 1 and version = 3", "entry 3 cannot be read: it does not match its hash" },
        { "delete from journal where customer = 1 and version = 4", "its journal ends at entry" },
        { "update usage_day set sum = '9' where customer = 1 and day = (select max(day) from usage_day)", "sums of usage by day" },
        { "delete from usage_day where customer = 1 and day = (select max(day) from usage_day)", "sums of usage by day" },
        { "update plan_holder set held = 2 where customer = 1", "plans it holds" },
        { "update customer set name = 'Eve' where key = 1", "id, name, email" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_change_behind_its_back_is_found_and_named(string sql, string says)
    {
        foreach (var actor in (Actor[])[Joined(1), Joined(2)])
        {
            for (var day = 1; day <= 3; day++) Committed(actor.Use(day + 2, OfDay(day)));
        }

        await Retire(2);
        Assert.Empty(await Faults(Actor.Number(1)));
        Host.Tamper(sql);
        var faults = await Faults(Actor.Number(1));
        Assert.True(faults.Any(fault => fault.Contains(says, StringComparison.Ordinal)), $"{sql}: {string.Join(" | ", faults)}");
        Assert.Empty(await Faults(Actor.Number(2)));
    }

    [Fact]
    public async Task A_life_with_every_kind_of_event_is_the_same_wherever_its_journal_begins()
    {
        var actor = Actor.Number(42);
        var (at, round) = (Now, 0);
        foreach (var (moment, events) in Sample.Life())
        {
            at = Instant.Max(at, moment);
            Committed(actor.Do(at, [.. events]));
            if (++round % 3 != 0) continue;
            await RetireBefore(new Instant(at.Milliseconds + 1));
            await MustBeRight(actor);
        }

        await Restart();
        await MustBeStored(actor);
    }

    [Fact]
    public async Task Thousands_of_entries_of_many_customers_go_at_random_moments_and_nothing_else_changes()
    {
        var random = new Random(Seed.Print());
        var actors = Enumerable.Range(1, 12).Select(key => Joined(key)).ToArray();
        var used = actors.ToDictionary(static actor => actor.Key, static _ => new List<(Instant At, long Version)>());
        var sums = new Dictionary<(long, long), decimal>();
        var before = OfDay(0);
        for (var day = 1; day <= 40; day++)
        {
            for (var round = 0; round < 3; round++)
            {
                var units = Enumerable.Range(0, random.Next(1, 60)).Select(_ =>
                {
                    var actor = actors[(int)(random.NextDouble() * random.NextDouble() * actors.Length)];
                    var value = random.Next(1, 5);
                    var unit = TestUnit.Of(actor.Use(value, OfDay(day)));
                    used[actor.Key].Add((OfDay(day), actor.State!.Version));
                    sums[(actor.Key.Value, FirstDay + day)] = sums.GetValueOrDefault((actor.Key.Value, FirstDay + day)) + value;
                    return unit;
                }).ToArray();
                Assert.All(Commit(units), static fate => Assert.Equal(FateKind.Committed, fate));
            }

            if (random.Next(5) == 0) Commit(new SnapshotUnit([.. actors.Where(_ => random.Next(3) == 0).Select(actor => Snapshotter.Of(Scope, actor.State!, actor.Hash))]));
            if (random.Next(6) == 0)
            {
                var to = OfDay(random.Next(day + 2));
                await RetireBefore(to);
                before = Instant.Max(before, to);
            }

            if (random.Next(10) == 0) await Restart();
        }

        foreach (var actor in actors)
        {
            await MustBeRight(actor);
            var left = used[actor.Key].Where(one => one.At >= before).Select(static one => one.Version).Order();
            Assert.Equal(left, (await Store.ListEvents(new UsageQuery(Scope, 10_000, actor.Key))).Select(static one => one.Version).Order());
            Assert.Equal(left, (await Versions(actor)).Where(version => version > 1));
        }

        var stored = await Store.SumUsageByDay(new UsageDayQuery(Scope, null, ["messages"], FirstDay, FirstDay + 100));
        Assert.Equal(sums.OrderBy(static pair => pair.Key).Select(static pair => (pair.Key, pair.Value)), stored.Select(static day => ((day.Customer.Value, day.Day), day.Sum)).Order());
    }

    [Fact]
    public async Task One_customer_with_thousands_of_entries_goes_step_by_step()
    {
        var actor = Joined(1);
        for (var round = 0; round < 13; round++) Commit([.. Enumerable.Range(0, 100).Select(_ => TestUnit.Of(actor.Use(1, OfDay(1))))]);
        Committed(actor.Use(1, OfDay(9)));
        var steps = 0;
        await foreach (var some in Retention.FindOld(OfDay(5), Terms))
        {
            steps++;
            Assert.InRange(some.Sum(static old => old.Rows.Count), 1, 500);
            await Retention.Retire(await Prepared(some));
            await MustBeRight(actor);
        }

        Assert.Equal(3, steps);
        Assert.Equal("begins at 1301, keeps 1302", await Left(actor));
    }

    private static Instant OfDay(long day) => Now.Plus(TimeSpan.FromDays(day));

    private static List<int> Numbers(string words) => [.. words.Split(' ', ',').Where(static word => word.Length > 0 && char.IsAsciiDigit(word[0])).Select(static word => int.Parse(word, CultureInfo.InvariantCulture))];

    private static Terms? Terms(ScopeId scope) => Sample.Terms;

    private Task Retire(int day) => RetireBefore(OfDay(day));

    private async Task RetireBefore(Instant before)
    {
        await using var turn = await Retention.TakeRetention();
        Assert.NotNull(turn);
        await foreach (var some in Retention.FindOld(before, Terms)) await Retention.Retire(await Prepared(some));
        await Retention.EndRetention(before);
    }

    private async Task<List<Retirement>> Prepared(IReadOnlyList<OldEntries> some)
    {
        var prepared = new List<Retirement>();
        foreach (var old in some)
        {
            if (await Retention.Prepare(old, Sample.Terms) is { } one) prepared.Add(one);
        }

        return prepared;
    }

    private async Task MustBeRight(Actor actor)
    {
        await MustBeStored(actor);
        Assert.Empty(await Faults(actor));
    }

    private async Task<IReadOnlyList<string>> Faults(Actor actor) => await CustomerAudit.Check(Audit, (await Audit.ReadFile(Scope, actor.Key))!, Sample.Terms);

    private async Task<string> Left(Actor actor)
    {
        var versions = await Versions(actor);
        return $"begins at {(await Audit.ReadCheckpoint(Scope, actor.Key))?.Version ?? 0}, keeps {(versions.Count == 0 ? "nothing" : string.Join(' ', versions))}";
    }

    private async Task<List<long>> Versions(Actor actor)
    {
        var versions = new List<long>();
        await foreach (var row in Audit.ReadJournal(Scope, actor.Key, 1, long.MaxValue)) versions.Add(row.Version);
        return versions;
    }

    private async Task<List<UsageDay>> Sums(Actor actor) =>
        [.. (await Store.SumUsageByDay(new UsageDayQuery(Scope, actor.Key, ["messages"], FirstDay, FirstDay + 100))).OrderBy(static day => day.Day)];
}
