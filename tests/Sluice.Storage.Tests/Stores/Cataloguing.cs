using System.Collections.Immutable;
using System.Text;
using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class SqliteCataloguing() : Cataloguing(new SqliteHost());

public sealed class PostgresCataloguing() : Cataloguing(new PostgresHost());

public abstract class Cataloguing(StoreHost host) : StoreSuite(host)
{
    [Fact]
    public async Task A_catalog_loads_as_it_was_put()
    {
        Assert.Equal([FateKind.Committed], Commit(Change(0, Sample.Features(), Sample.Plans(), [Sample.Messages, Sample.Own with { Id = new TermsId(8) }])));
        await Restart();
        var stored = await Store.LoadCatalog(Scope);
        Assert.Equal(1, stored.Catalog.Version);
        Assert.Equal(Texts(Sample.Features(), CatalogFormat.Write), Texts(stored.Catalog.Features, CatalogFormat.Write));
        Assert.Equal(Texts(Sample.Plans(), CatalogFormat.Write), Texts(stored.Catalog.Plans, CatalogFormat.Write));
        Assert.Equal([7L, 8L], stored.Terms.Keys.Select(id => id.Value).Order());
        Assert.Same(stored.Terms[Sample.Messages.Id], stored.Catalog.Plans[0].Items[0]);
    }

    [Fact]
    public async Task What_a_plan_granted_formerly_is_remembered()
    {
        var plan = Sample.Plans()[0] with { FormerFeatures = [new FeatureId("seats"), new FeatureId("sso")] };
        Commit(Change(0, [], [plan], [Sample.Messages]));
        Assert.True(plan.SameAs(Assert.Single((await Store.LoadCatalog(Scope)).Catalog.Plans)));
    }

    [Fact]
    public async Task Terms_outlive_the_plan_that_carried_them()
    {
        Commit(Change(0, [], Sample.Plans(), [Sample.Messages]));
        Commit(new TestUnit { Catalog = new CatalogChange(Scope, 1, [], [], [], [(new PlanId("free"), 1)], []) });
        var stored = await Store.LoadCatalog(Scope);
        Assert.Equal("pro", Assert.Single(stored.Catalog.Plans).Id.Value);
        Assert.Single(stored.Terms);
    }

    [Fact]
    public async Task An_edit_keeps_the_order_of_creation()
    {
        Commit(Change(0, Sample.Features(), [], []));
        Commit(Change(1, [Sample.Features()[0] with { Name = "Renamed" }], [], []));
        Commit(new TestUnit { Catalog = new CatalogChange(Scope, 2, [], [new FeatureId("sso")], [], [], []) });
        var features = (await Store.LoadCatalog(Scope)).Catalog.Features;
        Assert.Equal(["Renamed", "Credits", "Tokens"], features.Select(feature => feature.Name));
    }

    [Fact]
    public async Task A_change_on_an_old_version_is_left_out_with_those_that_follow_it()
    {
        Commit(Change(0, Sample.Features(), [], []));
        var actor = Joined(1);
        var late = Change(0, [Sample.Features()[0] with { Name = "Late" }], [], []);
        var onIt = Change(1, [Sample.Features()[0] with { Name = "On it" }], [], []);
        Assert.Equal([FateKind.Moved, FateKind.Committed, FateKind.Overtaken], Commit(late, TestUnit.Of(actor.Use()), onIt));
        Assert.Equal("Messages", (await Store.LoadCatalog(Scope)).Catalog.Features[0].Name);
    }

    [Fact]
    public async Task A_scope_without_a_catalog_has_an_empty_one()
    {
        var stored = await Store.LoadCatalog(Scope);
        Assert.Equal((0L, 0, 0), (stored.Catalog.Version, stored.Catalog.Features.Length, stored.Terms.Count));
    }

    [Fact]
    public async Task Scopes_are_added_once()
    {
        var live = await Store.AddScope("acme", "live", "main", Now);
        Assert.Equal(live, await Store.AddScope("acme", "live", "main", Now.Plus(TimeSpan.FromDays(1))));
        await Restart();
        Assert.Equal([new ScopeRow(Scope, "acme", "sandbox", "main", Now), live], await Store.Scopes());
    }

    [Fact]
    public async Task Keys_are_found_by_their_hash()
    {
        var key = new KeyRow([1, 2, 3], Scope, KeyKind.Publishable, "am_pk_test_abc", Now);
        await Store.AddKey(key);
        await Restart();
        Assert.Equal(key with { Hash = [] }, (await Store.FindKey([1, 2, 3]))! with { Hash = [] }, KeyRows);
        Assert.Null(await Store.FindKey([1, 2, 4]));
        Assert.Equal([1, 2, 3], Assert.Single(await Store.Keys()).Hash);
    }

    [Fact]
    public async Task Numbers_for_customers_are_never_handed_out_twice()
    {
        var firsts = new List<long> { await Store.ReserveCustomerKeys(100), await Store.ReserveCustomerKeys(1), await Store.ReserveCustomerKeys(10) };
        Assert.Equal([1L, 101, 102], firsts);
        await Restart();
        Assert.Equal(112, await Store.ReserveCustomerKeys(5));
    }

    private static bool KeyRows(KeyRow a, KeyRow b) =>
        (a.Scope, a.Kind, a.Prefix, a.CreatedAt) == (b.Scope, b.Kind, b.Prefix, b.CreatedAt);

    private static TestUnit Change(long expected, ImmutableArray<Feature> features, ImmutableArray<Plan> plans, ImmutableArray<ItemTerms> terms) =>
        new() { Catalog = new CatalogChange(Scope, expected, features, [], plans, [], terms) };

    private static IEnumerable<string> Texts<T>(IEnumerable<T> items, Func<T, byte[]> write) => items.Select(item => Encoding.UTF8.GetString(write(item)));
}
