using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class SqliteListingEntities() : ListingEntities(new SqliteHost());

public sealed class PostgresListingEntities() : ListingEntities(new PostgresHost());

public abstract class ListingEntities(StoreHost host) : StoreSuite(host)
{
    [Fact]
    public async Task Entities_come_newest_first_and_pages_join_without_gap()
    {
        var (a, b) = (Joined(1), Joined(2));
        foreach (var hour in Enumerable.Range(1, 4)) Committed(a.Do(Hour(hour / 2), Created(10 + hour, $"a{hour}", Hour(hour / 2))), b.Do(Hour(hour / 2), Created(10 + hour, $"b{hour}", Hour(hour / 2))));
        var all = new List<string>();
        var query = new EntityQuery(Scope, 3);
        while (await Store.ListEntities(query) is { Count: > 0 } page)
        {
            all.AddRange(page.Select(row => $"{row.Customer.Value}.{row.No.Value}"));
            query = query with { After = page[^1] };
        }

        Assert.Equal(["2.14", "1.14", "2.13", "2.12", "1.13", "1.12", "2.11", "1.11"], all);
        Assert.Equal([14, 13, 12, 11], await Numbers(new EntityQuery(Scope, 10, Customer: a.Key)));
        Assert.Equal([13, 12], await Numbers(new EntityQuery(Scope, 2, Customer: a.Key, Offset: 1)));
        Assert.Equal((8, 4), (await Store.CountEntities(new EntityQuery(Scope, 0)), await Store.CountEntities(new EntityQuery(Scope, 0, Customer: b.Key))));
    }

    [Fact]
    public async Task Entities_are_found_by_id_over_all_customers()
    {
        Committed(Joined(1).Do(Now, Created(10, "seat")), Joined(2).Do(Now, Created(10, "seat"), Created(11, "other")));
        Assert.Equal([1L, 2], (await Store.CustomersWithEntity(Scope, "seat", 5)).Select(key => key.Value));
        Assert.Equal([1L], (await Store.CustomersWithEntity(Scope, "seat", 1)).Select(key => key.Value));
        Assert.Equal([2L], (await Store.CustomersWithEntity(Scope, "other", 5)).Select(key => key.Value));
        Assert.Empty(await Store.CustomersWithEntity(Scope, "nobody", 5));
    }

    [Fact]
    public async Task Lists_follow_what_becomes_of_an_entity()
    {
        var actor = Joined(1);
        Committed(actor.Do(Now, Created(10, null)));
        Committed(actor.Do(Now, new CustomerEvent.EntityNamed(new EntityNo(10), "id", "Große Straße")));
        Assert.Equal([10], await Numbers(new EntityQuery(Scope, 10, Search: "GROßE")));
        Assert.Equal([10], await Numbers(new EntityQuery(Scope, 10, Search: "ID")));
        Assert.Empty(await Numbers(new EntityQuery(Scope, 10, Search: "%")));
        Assert.Single(await Store.CustomersWithEntity(Scope, "id", 5));
        Committed(actor.Do(Now, new CustomerEvent.EntityDeleted(new EntityNo(10), [])));
        Assert.Equal(0, await Store.CountEntities(new EntityQuery(Scope, 0)));
    }

    [Fact]
    public async Task Entities_are_filtered_by_the_plans_they_hold_themselves()
    {
        var (actor, pro) = (Joined(1), new PlanId("pro"));
        Committed(actor.Do(Now, Created(10, "a"), Created(11, "b"), Held(12, 10, 2)));
        Assert.Equal([10], await Numbers(new EntityQuery(Scope, 10, HoldsPlan: true)));
        Assert.Equal([10], await Numbers(new EntityQuery(Scope, 10, Plans: [(pro, [1, 2])])));
        Assert.Empty(await Numbers(new EntityQuery(Scope, 10, Plans: [(pro, [1]), (new PlanId("free"), [])])));
        Assert.Equal(new PlanHolders(1, 1), await Store.CountHolders(Scope, pro, 2));
        Committed(actor.Do(Now, new CustomerEvent.PlanEnded(new SubscriptionNo(12), pro, 2, new EntityNo(10)), new CustomerEvent.EntityDeleted(new EntityNo(10), [])));
        Assert.Empty(await Numbers(new EntityQuery(Scope, 10, HoldsPlan: true)));
        Assert.Equal(new PlanHolders(0, 1), await Store.CountHolders(Scope, pro, null));
    }

    [Fact]
    public async Task A_deleted_customer_takes_its_entities_along()
    {
        var (gone, stays) = (Joined(1), Joined(2));
        Committed(gone.Do(Now, Created(10, "a"), Held(12, 10, 1)), stays.Do(Now, Created(10, "a")));
        Committed(gone.Do(Now, new CustomerEvent.Deleted()));
        Assert.Equal(2, Assert.Single(await Store.ListEntities(new EntityQuery(Scope, 10))).Customer.Value);
        Assert.Equal(2, Assert.Single(await Store.CustomersWithEntity(Scope, "a", 5)).Value);
        Assert.Equal(0, (await Store.CountHolders(Scope, new PlanId("pro"), null)).Holding);
    }

    [Fact]
    public async Task Usage_is_narrowed_to_an_entity_before_and_after_it_is_gathered()
    {
        var actor = Joined(1);
        Committed(actor.Do(Now, Created(10, "a"), Created(11, "b")));
        foreach (var (entity, value) in new[] { ("a", 1m), ("b", 2m), ("a", 3m) }) Committed(actor.Do(Now, Used(entity, value)));
        Committed(actor.Use(4));
        await Check();
        await Restart();
        await Check();

        async Task Check()
        {
            Assert.Equal([4m, 3, 2, 1], (await Store.ListEvents(new UsageQuery(Scope, 10, actor.Key))).Select(row => row.Value.Value));
            Assert.Equal([null, "a", "b", "a"], (await Store.ListEvents(new UsageQuery(Scope, 10))).Select(row => row.Entity));
            Assert.Equal([3m, 1], (await Store.ListEvents(new UsageQuery(Scope, 10, actor.Key, Entity: "a"))).Select(row => row.Value.Value));
            Assert.Equal([2m], (await Store.ListEvents(new UsageQuery(Scope, 10, Entity: "b"))).Select(row => row.Value.Value));
            foreach (var customer in (CustomerKey?[])[actor.Key, null])
            {
                var seen = new List<string>();
                await Store.ScanUsage(new UsageScan(Scope, customer, [], Now, Now.Plus(TimeSpan.FromDays(1)), WithDraws: false), (scoped in UsageSeen usage) => seen.Add($"{usage.Entity}{usage.Value}"));
                Assert.Equal(["4", "a1", "a3", "b2"], seen.Order(StringComparer.Ordinal));
                seen.Clear();
                await Store.ScanUsage(new UsageScan(Scope, customer, ["messages"], Now, Now.Plus(TimeSpan.FromDays(1)), WithDraws: true, "a"), (scoped in UsageSeen usage) => seen.Add($"{usage.Value} {usage.Draws.Length}"));
                Assert.Equal(["1 1", "3 1"], seen.Order(StringComparer.Ordinal));
            }
        }
    }

    [Fact]
    public async Task Licences_are_listed_while_they_are_held_and_after()
    {
        var (actor, at) = (Joined(1), Hour(1));
        var license = Held(12, 10, 1);
        Committed(actor.Do(Now, Created(10, "a"), license with { Subscription = license.Subscription with { IsLicense = true } }, Held(13, 10, 1)));
        Assert.Equal(new LicenseAssignment(new SubscriptionNo(12), "a", new PlanId("pro"), Now, null), Assert.Single(await Store.ListLicenseAssignments(Scope, actor.Key, ended: false)));
        Assert.Empty(await Store.ListLicenseAssignments(Scope, actor.Key, ended: true));
        Committed(actor.Do(at, new CustomerEvent.PlanEnded(new SubscriptionNo(12), new PlanId("pro"), 1, new EntityNo(10)), new CustomerEvent.PlanEnded(new SubscriptionNo(13), new PlanId("pro"), 1, new EntityNo(10))));
        Assert.Empty(await Store.ListLicenseAssignments(Scope, actor.Key, ended: false));
        Assert.Equal(at, Assert.Single(await Store.ListLicenseAssignments(Scope, actor.Key, ended: true)).EndedAt);
    }

    private static Instant Hour(int hour) => Now.Plus(TimeSpan.FromHours(hour));

    private static CustomerEvent.EntityCreated Created(int no, string? id, Instant? at = null) => new(new Entity(new EntityNo(no), id, null, new FeatureId("seats"), at ?? Now, Holdings.None), []);

    private static CustomerEvent.PlanAttached Held(int subscription, int entity, int version) =>
        new(new Subscription(new SubscriptionNo(subscription), null, new PlanId("pro"), version, null, false, false, false, 1, Now) { Entity = new EntityNo(entity) }, []);

    private static CustomerEvent.Used Used(string entity, decimal value) => new("messages", Quantity.Of(value), Now, null, [Sample.Draw(2, value)], Listed: true)
    {
        Entity = new EntityNo(entity == "a" ? 10 : 11), EntityId = entity,
    };

    private async Task<IEnumerable<int>> Numbers(EntityQuery query) => (await Store.ListEntities(query)).Select(row => row.No.Value);
}
