using Npgsql;
using Sluice.Core;

namespace Sluice.Storage.Tests;

/// <summary>The journal of PostgreSQL lies in months.</summary>
public sealed class PostgresMonthTests : IAsyncLifetime
{
    private readonly PostgresHost _host = new();
    private PostgresStore _store = null!;

    public async Task InitializeAsync() => _store = (PostgresStore)await _host.Open();

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Each_entry_lies_in_the_month_of_its_moment_and_the_rest_together()
    {
        Assert.True(await _store.KeepMonths(Sample.Start));
        Assert.True(await _store.KeepMonths(Sample.Start));
        var actor = Actor.Number(1);
        Commit(actor.Join());
        Commit(actor.Use(1, Sample.NextMonth.Plus(TimeSpan.FromMilliseconds(-1))));
        Commit(actor.Use(1, Sample.NextMonth));
        Commit(actor.Use(1, Sample.Start.Plus(TimeSpan.FromDays(4_000))));
        Assert.Equal("journal_2025_12: 1 2, journal_2026_01: 3, journal_rest: 4", Places());
        await MustBeStored(actor);
    }

    [Fact]
    public async Task What_was_written_before_its_month_was_made_moves_there()
    {
        var (ada, bob) = (Actor.Number(1), Actor.Number(2));
        Commit(ada.Join(), bob.Join());
        Commit(ada.Use(1, Sample.NextMonth), bob.Use(1, Sample.NextMonth.Plus(TimeSpan.FromDays(300))));
        Assert.Equal("journal_rest: 1 1 2 2", Places());
        Assert.True(await _store.KeepMonths(Sample.Start));
        Assert.Equal("journal_2025_12: 1 1, journal_2026_01: 2, journal_rest: 2", Places());
        await MustBeStored(ada);
        await MustBeStored(bob);
        Assert.Equal(2, (await _store.ListEvents(new UsageQuery(Actor.Scope, 10))).Count);
    }

    [Fact]
    public async Task Commits_go_on_while_their_months_are_made()
    {
        var actor = Actor.Number(1);
        Commit(actor.Join());
        var last = Sample.Start;
        using var stop = new CancellationTokenSource();
        var made = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await _store.KeepMonths(last);
        });
        for (var round = 0; round < 150; round++) Commit(actor.Use(1, last = last.Plus(TimeSpan.FromDays(9))));
        await stop.CancelAsync();
        await made;
        await MustBeStored(actor);
        Assert.Equal(150, (await _store.ListEvents(new UsageQuery(Actor.Scope, 1_000))).Count);
    }

    // A customer whose clock was put forward has rows of months to come.
    [Fact]
    public async Task Whoever_reads_while_rows_move_into_their_month_misses_none()
    {
        const int months = 40;
        var actor = Actor.Number(1);
        Commit(actor.Join());
        for (var month = 0; month < months; month++) Commit(actor.Use(1, Sample.Start.Plus(TimeSpan.FromDays(30 * month))));
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                Assert.Equal(months, (await _store.ListEvents(new UsageQuery(Actor.Scope, 1_000))).Count);
                Assert.Equal(actor.Hash, (await _store.Load(Actor.Scope, actor.Key, Sample.Terms))!.Hash);
            }
        })).ToArray();
        for (var month = 0; month < months; month++)
        {
            while (!await _store.KeepMonths(Sample.Start.Plus(TimeSpan.FromDays(30 * month))))
            {
                // The readers were in the way for as long as it waits.
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task Nodes_that_make_months_at_once_make_each_once()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _host.Open()));
        var at = Sample.Start;
        for (var round = 0; round < 5; round++, at = at.Plus(TimeSpan.FromDays(31)))
            Assert.Contains(true, await Task.WhenAll(nodes.Select(node => ((IRetentionStore)node).KeepMonths(at).AsTask())));
        Assert.Equal("0", _host.Ask("select count(*) - count(distinct pg_get_expr(c.relpartbound, c.oid)) from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'journal'::regclass"));
        foreach (var node in nodes) await node.DisposeAsync();
    }

    [Fact]
    public async Task A_month_that_is_empty_goes_and_one_with_somebody_left_in_it_stays()
    {
        await _store.KeepMonths(Sample.Start);
        await _store.KeepMonths(Sample.NextMonth.Plus(TimeSpan.FromDays(60)));
        var (actor, frozen) = (Actor.Number(1), Actor.Number(2));
        Commit(actor.Join());
        for (var day = 1; day < 90; day++) Commit(actor.Use(1, Sample.Start.Plus(TimeSpan.FromDays(day))));
        Commit(frozen.Join(at: Sample.NextMonth));
        Commit(frozen.Do(Sample.NextMonth, new CustomerEvent.ClockSet(Sample.NextMonth)));
        Commit(frozen.Use());
        await Retire(Sample.Start.Plus(TimeSpan.FromDays(75)));
        Assert.DoesNotContain("journal_2025_12", Tables(), StringComparison.Ordinal);
        Assert.Contains("journal_2026_01", Tables(), StringComparison.Ordinal);
        Assert.Contains("journal_2026_02", Tables(), StringComparison.Ordinal);
        await MustBeStored(actor);
        await MustBeStored(frozen);
        Commit(actor.Use(1, Sample.Start.Plus(TimeSpan.FromDays(95))));
        await MustBeStored(actor);
    }

    [Fact]
    public async Task A_month_that_is_in_use_is_dropped_another_time_and_commits_do_not_wait_for_it()
    {
        await _store.KeepMonths(Sample.Start);
        await _store.KeepMonths(Sample.Start.Plus(TimeSpan.FromDays(100)));
        var actor = Actor.Number(1);
        Commit(actor.Join());
        await using var reader = new NpgsqlConnection(DatabaseUrl.Read(_host.Url).ToString());
        await reader.OpenAsync();
        await using (var reading = await reader.BeginTransactionAsync())
        {
            await using var command = new NpgsqlCommand("select count(*) from journal", reader, reading);
            await command.ExecuteScalarAsync();
            var retiring = Task.Run(() => Retire(Sample.Start.Plus(TimeSpan.FromDays(95))));
            var longest = TimeSpan.Zero;
            while (!retiring.IsCompleted)
            {
                var started = TimeProvider.System.GetTimestamp();
                Commit(actor.Use(1, Sample.Start.Plus(TimeSpan.FromDays(99))));
                longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, TimeProvider.System.GetElapsedTime(started).Ticks));
            }

            await retiring;
            Assert.InRange(longest.TotalSeconds, 0, 5);
            Assert.Contains("journal_2025_12", Tables(), StringComparison.Ordinal);
            Assert.False(await _store.KeepMonths(Sample.Start.Plus(TimeSpan.FromDays(500))));
        }

        await Retire(Sample.Start.Plus(TimeSpan.FromDays(96)));
        Assert.DoesNotContain("journal_2025_12", Tables(), StringComparison.Ordinal);
        Assert.True(await _store.KeepMonths(Sample.Start.Plus(TimeSpan.FromDays(500))));
        await MustBeStored(actor);
    }

    [Fact]
    public async Task Of_two_nodes_one_retires_and_what_the_other_has_prepared_changes_nothing()
    {
        await using var other = (PostgresStore)await _host.Open();
        var actor = Actor.Number(1);
        Commit(actor.Join());
        for (var day = 1; day < 6; day++) Commit(actor.Use(1, Sample.Start.Plus(TimeSpan.FromDays(day))));
        await using (var turn = await _store.TakeRetention())
        {
            Assert.NotNull(turn);
            Assert.Null(await other.TakeRetention());
            await foreach (var late in other.FindOld(Sample.Start.Plus(TimeSpan.FromDays(4)), static _ => Sample.Terms))
            {
                var prepared = await other.Prepare(late[0], Sample.Terms);
                await Retire(Sample.Start.Plus(TimeSpan.FromDays(3)), alone: false);
                Assert.Equal(0, await other.Retire([prepared!]));
            }
        }

        await (await other.TakeRetention())!.DisposeAsync();
        Assert.Equal(3, (await _store.ReadCheckpoint(Actor.Scope, actor.Key))!.Version);
        await MustBeStored(actor);
    }

    [Fact]
    public async Task A_journal_from_before_there_were_months_is_kept_and_goes_as_one()
    {
        var url = _host.Url;
        await _store.DisposeAsync();
        _host.Ask("drop schema public cascade");
        _host.Ask("create schema public");
        _host.Ask(Migrations.Table);
        foreach (var migration in Migrations.Missing("Postgres", 0).Where(static one => one.Number < 10))
        {
            _host.Ask(migration.Sql());
            _host.Ask($"insert into schema_migration (number, name) values ({migration.Number}, '{migration.Name}')");
        }

        _store = new PostgresStore(url);
        var (actor, ahead) = (Actor.Number(1), Actor.Number(2));
        Commit(actor.Join(), ahead.Join());
        for (var day = 1; day < 6; day++) Commit(actor.Use(1, Sample.Start.Plus(TimeSpan.FromDays(day))));
        Commit(ahead.Use(1, Sample.Start.Plus(TimeSpan.FromDays(40_000))));
        await _store.Migrate();
        Assert.Equal("journal_before: 1 1 2 3 4 5 6, journal_rest: 2", Places());
        await MustBeStored(actor);
        await MustBeStored(ahead);
        Assert.Equal(6, (await _store.ListEvents(new UsageQuery(Actor.Scope, 10))).Count);
        Commit(actor.Use(1, Sample.Start.Plus(TimeSpan.FromDays(10_000))));
        await Retire(Sample.Start.Plus(TimeSpan.FromDays(9_999)));
        Assert.DoesNotContain("journal_before", Tables(), StringComparison.Ordinal);
        await MustBeStored(actor);
        await MustBeStored(ahead);
    }

    private void Commit(params CustomerChange[] changes) => Assert.True(_store.Commit([TestUnit.Of(changes)])[0].IsCommitted);

    private async Task Retire(Instant before, bool alone = true)
    {
        await using var turn = alone ? await _store.TakeRetention() : null;
        await foreach (var some in _store.FindOld(before, static _ => Sample.Terms))
        {
            var prepared = new List<Retirement>();
            foreach (var old in some)
            {
                if (await _store.Prepare(old, Sample.Terms) is { } one) prepared.Add(one);
            }

            await _store.Retire(prepared);
        }

        await _store.EndRetention(before);
    }

    private async Task MustBeStored(Actor actor)
    {
        Assert.Equal(actor.StateText, Actor.Text((await _store.Load(Actor.Scope, actor.Key, Sample.Terms))!.Customer));
        Assert.Empty(await CustomerAudit.Check(_store, (await _store.ReadFile(Actor.Scope, actor.Key))!, Sample.Terms));
    }

    // Which versions lie where.
    private string Places() => _host.Ask("""
        select string_agg(place || ': ' || versions, ', ' order by place) from
        (select tableoid::regclass::text as place, string_agg(version::text, ' ' order by version) as versions from journal group by 1) p
        """);

    private string Tables() => _host.Ask("select string_agg(inhrelid::regclass::text, ' ') from pg_inherits where inhparent = 'journal'::regclass");
}
