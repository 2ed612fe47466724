using Npgsql;
using Sluice.Core;
using Sluice.Tests;

namespace Sluice.Storage.Tests;

/// <summary>What is true of PostgreSQL alone.</summary>
public sealed class PostgresTests : IAsyncLifetime
{
    private readonly PostgresHost _host = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Nodes_that_start_at_once_migrate_once()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _host.Open()));
        Assert.Equal("0", _host.Ask("select count(*) - count(distinct number) from schema_migration"));
        foreach (var node in nodes) await node.DisposeAsync();
    }

    [Fact]
    public async Task A_database_of_a_newer_Sluice_is_refused_untouched()
    {
        await (await _host.Open()).DisposeAsync();
        _host.Ask("insert into schema_migration (number, name) values (999, '999_future.sql')");
        await Assert.ThrowsAsync<NewerDatabaseException>(_host.Open);
    }

    [Theory]
    [InlineData("update journal set body = replace(body, '\"amount\":1', '\"amount\":0') where version = 2")]
    [InlineData("update journal set properties = '{}' where version = 3")]
    [InlineData("delete from journal where version = 2")]
    [InlineData("delete from journal where version = 3")]
    public async Task A_journal_that_was_changed_is_refused_and_not_guessed_at(string damage)
    {
        await using var store = await _host.Open();
        var actor = Actor.Number(1);
        store.Commit([TestUnit.Of(actor.Join()), TestUnit.Of(actor.Use()), TestUnit.Of(actor.Use())]);
        _host.Ask(damage);
        await Assert.ThrowsAsync<InvariantViolation>(async () => await store.Load(Actor.Scope, actor.Key, Sample.Terms));
    }

    [Fact]
    public async Task What_cannot_be_stored_does_not_take_the_rest_of_its_batch_with_it()
    {
        await using var store = await _host.Open();
        var (a, b) = (Actor.Number(1), Actor.Number(2));
        _host.Ask("alter table journal add constraint small check (value is null or value < 1000)");
        store.Commit([TestUnit.Of(a.Join(), b.Join())]);
        var fates = store.Commit([TestUnit.Of(b.Use()), TestUnit.Of(a.Twin().Use(5_000)), TestUnit.Of(b.Use())]);
        Assert.Equal([FateKind.Committed, FateKind.Unknown, FateKind.Committed], fates.Select(static fate => fate.Kind));
        Assert.Equal(b.StateText, Actor.Text((await store.Load(Actor.Scope, b.Key, Sample.Terms))!.Customer));
    }

    [Fact]
    public async Task Two_nodes_that_take_one_claim_at_once_are_told_who_has_it()
    {
        await using var one = await _host.Open();
        await using var other = await _host.Open();
        for (var round = 0; round < 20; round++)
        {
            var key = new ClaimKey(Actor.Scope, ClaimKind.BodyKey, $"k{round}");
            var fates = await Task.WhenAll(((IStore[])[one, other]).Select(store => Task.Run(() =>
                store.Commit([new TestUnit { Takes = [new Claim(key, new CustomerKey(1), Sample.Start, null)] }])[0].Kind)));
            Assert.Equal([FateKind.Committed, FateKind.ClaimLost], fates.Order());
        }
    }

    [Fact]
    public async Task Claims_of_any_length_are_told_apart()
    {
        await using var store = await _host.Open();
        var longest = new string('x', 5_000);
        Claim Claim(string key) => new(new ClaimKey(Actor.Scope, ClaimKind.BodyKey, key), null, Sample.Start, null);
        Assert.True(store.Commit([new TestUnit { Takes = [Claim(longest + "a"), Claim(longest + "b")] }])[0].IsCommitted);
        Assert.Equal(FateKind.ClaimLost, store.Commit([new TestUnit { Takes = [Claim(longest + "a")] }])[0].Kind);
        Assert.NotNull(await store.FindClaim(new ClaimKey(Actor.Scope, ClaimKind.BodyKey, longest + "b"), Sample.Start));
    }

    [Fact]
    public async Task Who_is_due_is_given_to_one_node()
    {
        await using var one = await _host.Open();
        await using var other = await _host.Open();
        var scope = (await one.AddScope("acme", "sandbox", "main", Sample.Start)).Id;
        one.Commit([TestUnit.Of([.. Enumerable.Range(1, 20).Select(static number => Actor.Number(number).Join())])]);
        Assert.Equal(Actor.Scope, scope);
        var (now, until) = (Sample.NextMonth, Sample.NextMonth.Plus(TimeSpan.FromSeconds(30)));
        var due = await Task.WhenAll(one.LeaseDueCustomers(now, until, 15).AsTask(), other.LeaseDueCustomers(now, until, 15).AsTask());
        Assert.Equal(20, due.Sum(static some => some.Count));
        Assert.Equal(20, due.SelectMany(static some => some).Distinct().Count());
        Assert.Empty(await one.LeaseDueCustomers(now, until, 15));
        Assert.Equal(15, (await one.LeaseDueCustomers(until, until.Plus(TimeSpan.FromSeconds(30)), 15)).Count);
    }

    [Fact]
    public void Every_step_of_the_schema_is_there_for_both_databases() =>
        Assert.Equal(Migrations.Missing("Sqlite", 0).Select(static file => file.Name), Migrations.Missing("Postgres", 0).Select(static file => file.Name));

    [Theory]
    [InlineData("postgres://sluice:p%40ss@db1:5433/shop", "Host=db1:5433;Username=sluice;Password=p@ss;Database=shop")]
    [InlineData("postgresql://db/shop?sslmode=require&connect_timeout=3", "Host=db;Database=shop;SSL Mode=Require;Timeout=3")]
    [InlineData("postgres://u@db1,db2:5433/shop", "Host=db1,db2:5433;Username=u;Database=shop;Target Session Attributes=primary")]
    public void An_address_names_server_user_and_settings(string url, string means)
    {
        var read = DatabaseUrl.Read(url);
        foreach (var (name, value) in new NpgsqlConnectionStringBuilder(means).Select(static pair => (pair.Key, pair.Value))) Assert.Equal(value, read[name]);
    }

    [Theory]
    [InlineData("mysql://db/shop")]
    [InlineData("postgres://db")]
    [InlineData("postgres:///shop")]
    [InlineData("postgres://db/shop?colour=red")]
    public void An_address_that_makes_no_sense_is_told(string url) => Assert.NotNull(DatabaseUrl.Fault(url));
}
