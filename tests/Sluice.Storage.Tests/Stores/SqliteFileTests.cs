using Microsoft.Data.Sqlite;
using Sluice.Core;

namespace Sluice.Storage.Tests;

/// <summary>What is true of the SQLite file alone.</summary>
public sealed class SqliteFileTests : IAsyncLifetime
{
    private readonly SqliteHost _host = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_copy_cut_right_after_an_acknowledged_commit_opens_with_all_of_it()
    {
        await using var store = await _host.Open();
        await using var copies = new SqliteHost();
        var actor = Actor.Number(1);
        store.Commit([TestUnit.Of(actor.Join())]);
        for (var round = 0; round < 20; round++)
        {
            Assert.True(store.Commit([TestUnit.Of(actor.Use())])[0].IsCommitted);
            foreach (var file in Directory.GetFiles(_host.Directory).Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
                File.Copy(file, Path.Combine(copies.Directory, Path.GetFileName(file)), overwrite: true);
            await using var copy = await copies.Open();
            Assert.Equal(actor.StateText, Actor.Text((await copy.Load(Actor.Scope, actor.Key, Sample.Terms))!.Customer));
        }
    }

    [Theory]
    [InlineData("torn")]
    [InlineData("garbage")]
    [InlineData("zeros")]
    public async Task What_a_power_cut_leaves_at_the_end_of_the_log_is_passed_over(string tail)
    {
        var actor = Actor.Number(1);
        await using var copies = new SqliteHost();
        await using (var store = await _host.Open())
        {
            store.Commit([TestUnit.Of(actor.Join())]);
            for (var round = 0; round < 10; round++) Assert.True(store.Commit([TestUnit.Of(actor.Use())])[0].IsCommitted);
            foreach (var file in Directory.GetFiles(_host.Directory).Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)))
                File.Copy(file, Path.Combine(copies.Directory, Path.GetFileName(file)));
        }

        var log = copies.File + "-wal";
        var frame = (await File.ReadAllBytesAsync(log))[32..(32 + 24 + 4096)];
        await using (var end = new FileStream(log, FileMode.Append))
        {
            // A frame that was begun and not finished, one of an older round of the log, or blocks that were only allocated.
            await end.WriteAsync(tail switch { "torn" => frame.AsMemory(0, 1_000), "garbage" => frame, _ => new byte[3 * 4_120] });
        }

        await using var copy = await copies.Open();
        Assert.Equal(actor.StateText, Actor.Text((await copy.Load(Actor.Scope, actor.Key, Sample.Terms))!.Customer));
        Assert.True(copy.Commit([TestUnit.Of(actor.Use())])[0].IsCommitted);
    }

    // Asked every second, and every ten: however many customers there are, only those that are due are looked at.
    [Theory]
    [InlineData(SqlStore.DueFirst)]
    [InlineData(SqlStore.Waiting)]
    public async Task What_is_due_is_found_by_when_it_is(string question)
    {
        await using var store = await _host.Open();
        await using var connection = new SqliteConnection($"Data Source={_host.File};Pooling=False");
        await connection.OpenAsync();
        await using var command = new SqliteCommand($"explain query plan {question}", connection);
        command.Parameters.AddWithValue("@now", 0);
        if (question.Contains("@limit", StringComparison.Ordinal)) command.Parameters.AddWithValue("@limit", 0);
        await using var reader = await command.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync()) plan.Add(reader.GetString(3));
        Assert.Contains(plan, static step => step.Contains("customer_due", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, static step => step.Contains("customer USING PRIMARY KEY", StringComparison.Ordinal) || step.Contains("SCAN customer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_commit_is_synced_to_the_write_ahead_log()
    {
        await using var store = (SqliteStore)await _host.Open();
        Assert.Equal(("wal", 2L), store.Durability());
    }

    [Fact]
    public async Task The_log_is_emptied_beside_the_commits_and_does_not_grow_with_them()
    {
        await using var store = await _host.Open();
        var actors = Enumerable.Range(1, 200).Select(static number => Actor.Number(number)).ToList();
        foreach (var actor in actors) store.Commit([TestUnit.Of(actor.Join())]);
        var (rows, longest) = (0, 0L);
        while (rows < 30_000)
        {
            var batch = actors.Select(static actor => TestUnit.Of(actor.Use())).ToList();
            Assert.All(store.Commit(batch), static fate => Assert.True(fate.IsCommitted));
            rows += batch.Count;
            longest = Math.Max(longest, new FileInfo(_host.File + "-wal").Length);
        }

        // Some 20,000 pages were written; SQLite alone would have kept all of them here, as it begins at 64,000.
        Assert.InRange(longest, 0, 64_000_000);
        Assert.True(new FileInfo(_host.File).Length > 5_000_000, "the database holds what the log held");
    }

    [Fact]
    public async Task A_database_of_a_newer_Sluice_is_refused_untouched()
    {
        await (await _host.Open()).DisposeAsync();
        Execute("insert into schema_migration (number, name) values (999, '999_future.sql')");
        await Assert.ThrowsAsync<NewerDatabaseException>(_host.Open);
    }

    [Fact]
    public async Task Migrating_again_changes_nothing()
    {
        await using (var store = await _host.Open()) await store.ReserveCustomerKeys(5);
        await using var again = await _host.Open();
        Assert.Equal(6, await again.ReserveCustomerKeys(1));
    }

    [Theory]
    [InlineData("update journal set body = replace(body, '\"amount\":1', '\"amount\":0') where version = 2")]
    [InlineData("update journal set properties = '{}' where version = 3")]
    [InlineData("delete from journal where version = 2")]
    [InlineData("delete from journal where version = 3")]
    public async Task A_journal_that_was_changed_is_refused_and_not_guessed_at(string damage)
    {
        var actor = Actor.Number(1);
        await using (var first = await _host.Open()) first.Commit([TestUnit.Of(actor.Join()), TestUnit.Of(actor.Use()), TestUnit.Of(actor.Use())]);
        Execute(damage);
        await using var store = await _host.Open();
        await Assert.ThrowsAsync<InvariantViolation>(async () => await store.Load(Actor.Scope, actor.Key, Sample.Terms));
    }

    [Fact]
    public async Task A_commit_that_cannot_be_written_is_an_exception_and_the_next_one_works()
    {
        await using var store = await _host.Open();
        var actor = Actor.Number(1);
        Execute("create trigger full before insert on journal begin select raise(rollback, 'database or disk is full'); end");
        Assert.Throws<SqliteException>(() => store.Commit([TestUnit.Of(actor.Twin().Join())]));
        Execute("drop trigger full");
        Assert.True(store.Commit([TestUnit.Of(actor.Join())])[0].IsCommitted);
    }

    [Fact]
    public async Task Amounts_are_stored_as_text()
    {
        await using var store = await _host.Open();
        var actor = Actor.Number(1);
        store.Commit([TestUnit.Of(actor.Join()), TestUnit.Of(actor.Use(0.1m + 0.2m))]);
        Assert.Equal("0.3 text", Scalar("select value || ' ' || typeof(value) from journal where version = 2"));
    }

    private void Execute(string sql) => Scalar(sql);

    private object? Scalar(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_host.File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
