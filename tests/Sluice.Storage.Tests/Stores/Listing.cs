using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class SqliteListing() : Listing(new SqliteHost());

public sealed class PostgresListing() : Listing(new PostgresHost());

public abstract class Listing(StoreHost host) : StoreSuite(host)
{
    [Fact]
    public async Task Customers_come_newest_first_and_pages_join_without_gap()
    {
        foreach (var key in Enumerable.Range(1, 7)) Joined(key, at: Hour(key / 2));
        Assert.Equal([7L, 6, 5, 4, 3, 2, 1], await Paged(oldestFirst: false));
        Assert.Equal([1L, 2, 3, 4, 5, 6, 7], await Paged(oldestFirst: true));
        Assert.Equal([5L, 4], await Customers(new CustomerQuery(Scope, 2, Offset: 2)));
    }

    [Fact]
    public async Task Customers_are_searched_by_id_name_and_email_in_any_case()
    {
        Named(1, new Profile("acme-1", "ÉCOLE 100%"));
        Named(2, new Profile("other", "Smith", "Ada@Example.com"));
        Named(3, new Profile(null, null, "under_score@example.com"));
        foreach (var (search, found) in new[] { ("ACME", "1"), ("école", "1"), ("100%", "1"), ("%", "1"), ("_", "3"), ("example", "3,2"), ("smith", "2"), ("zzz", "") })
            Assert.Equal(found, string.Join(',', await Customers(new CustomerQuery(Scope, 10, Search: search))));
    }

    [Fact]
    public async Task A_search_sees_the_profile_as_it_is_now()
    {
        var actor = Joined(1, "old");
        Committed(actor.Do(Now, new CustomerEvent.ProfileChanged(new Profile("new"))));
        Assert.Empty(await Customers(new CustomerQuery(Scope, 10, Search: "old")));
        Assert.Equal([1L], await Customers(new CustomerQuery(Scope, 10, Search: "new")));
    }

    [Fact]
    public async Task Customers_are_filtered_by_when_they_came_and_what_they_hold()
    {
        var actors = Enumerable.Range(1, 4).Select(key => Joined(key, at: Hour(key))).ToArray();
        Committed(actors[1].Do(Hour(5), Sample.Attach("pro", 3, 4, version: 2)));
        Committed(actors[2].Do(Hour(5), new CustomerEvent.PlanEnded(new SubscriptionNo(1), new PlanId("free"), 1)));
        var (free, pro) = (new PlanId("free"), new PlanId("pro"));
        Assert.Equal([3L, 2], await Customers(new CustomerQuery(Scope, 10, CreatedFrom: Hour(2), CreatedTo: Hour(4))));
        Assert.Equal([4L, 2, 1], await Customers(new CustomerQuery(Scope, 10, Plans: [(free, [])])));
        Assert.Equal([2L], await Customers(new CustomerQuery(Scope, 10, Plans: [(pro, [1, 2])])));
        Assert.Empty(await Customers(new CustomerQuery(Scope, 10, Plans: [(pro, [1])])));
        Assert.Equal([4L, 2, 1], await Customers(new CustomerQuery(Scope, 10, Plans: [(pro, [2]), (free, [1])])));
    }

    [Fact]
    public async Task Usage_comes_newest_first_by_when_it_happened_and_pages_join_without_gap()
    {
        var (a, b) = (Joined(1, "a"), Joined(2, "b"));
        foreach (var hour in new[] { 3, 1, 2, 2 }) Committed(a.Use(hour, Hour(hour)), b.Use(hour + 10, Hour(hour)));
        Assert.Equal([13m, 3, 12, 12, 2, 2, 11, 1], await PagedEvents(new UsageQuery(Scope, 3)));
        Assert.Equal([13m, 12, 12, 11], await PagedEvents(new UsageQuery(Scope, 3, Customer: b.Key)));
        Assert.Equal([12m, 12], await Events(new UsageQuery(Scope, 2, Customer: b.Key, Offset: 1)));
    }

    [Fact]
    public async Task A_usage_event_tells_all_that_was_recorded()
    {
        var actor = Joined(1, "a");
        Committed(actor.Use(2.5m, Hour(1), "chat", """{"model":"gpt"}"""));
        var usage = Assert.Single(await Store.ListEvents(new UsageQuery(Scope, 10)));
        Assert.Equal((actor.Key, "a", 2L, Hour(1), "chat", Quantity.Of(2.5m)), (usage.Customer, usage.CustomerId, usage.Version, usage.UsedAt, usage.Feature, usage.Value));
        Assert.Equal(new JsonText("""{"model":"gpt"}"""), usage.Properties);
        Assert.Equal(Sample.Draw(2, 2.5m), Assert.Single(usage.Draws));
    }

    [Fact]
    public async Task Usage_is_filtered_by_feature_and_time_and_unlisted_usage_is_left_out()
    {
        var actor = Joined(1);
        Committed(actor.Use(1, Hour(1), "chat"));
        Committed(actor.Use(2, Hour(2), "images"));
        Committed(actor.Use(3, Hour(3), "chat"));
        Committed(actor.Use(4, Hour(4), "chat", listed: false));
        Assert.Equal([3m, 1], await Events(new UsageQuery(Scope, 10, Features: ["chat"])));
        Assert.Equal([3m, 2, 1], await Events(new UsageQuery(Scope, 10, Features: ["chat", "images"])));
        Assert.Equal([2m, 1], await Events(new UsageQuery(Scope, 10, From: Hour(1), To: Hour(3))));
    }

    [Fact]
    public async Task Usage_is_filtered_by_properties_compared_as_text()
    {
        var actor = Joined(1);
        Committed(actor.Use(1, properties: """{"model":"gpt","n":1.50,"ok":true,"a.b \"c\"":"x"}"""));
        Committed(actor.Use(2, properties: """{"model":"GPT","n":1.5,"none":null}"""));
        Committed(actor.Use(3));
        foreach (var (name, value, found) in new[]
                 {
                     ("model", "gpt", "1"), ("n", "1.50", "1"), ("n", "1.5", "2"), ("ok", "true", "1"), ("a.b \"c\"", "x", "1"), ("none", "null", "2"), ("model", "x' or 1", ""),
                 })
            Assert.Equal(found, string.Join(',', await Events(new UsageQuery(Scope, 10, Properties: [(name, value)]))));
        Assert.Equal([1m], await Events(new UsageQuery(Scope, 10, Properties: [("model", "gpt"), ("ok", "true")])));
    }

    [Fact]
    public async Task Customers_with_something_due_come_the_longest_due_first()
    {
        var (a, b) = (Joined(1), Joined(2));
        Joined(3);
        Committed(a.Do(Now, new CustomerEvent.GrantReset(new GrantNo(2), Quantity.One, Hour(2))));
        Committed(b.Do(Now, new CustomerEvent.GrantReset(new GrantNo(2), Quantity.One, Hour(1))));
        Assert.Equal([(Scope, b.Key), (Scope, a.Key)], await Store.DueCustomers(Hour(2), 10));
        Assert.Equal([(Scope, b.Key)], await Store.DueCustomers(Hour(2), 1));
        Committed(b.Do(Now, new CustomerEvent.Deleted()));
        Assert.Equal([(Scope, a.Key)], await Store.DueCustomers(Hour(2), 10));
    }

    [Fact]
    public async Task Holders_of_a_plan_are_counted_once_each_and_remembered()
    {
        var (a, b) = (Joined(1), Joined(2));
        var free = new PlanId("free");
        Committed(a.Do(Now, Sample.Attach("free", 3, 4), Sample.Attach("free", 5, 6, version: 2)));
        Assert.Equal(new PlanHolders(2, 2), await Store.CountHolders(Scope, free, null));
        Assert.Equal(new PlanHolders(1, 1), await Store.CountHolders(Scope, free, 2));
        Committed(a.Do(Now, new CustomerEvent.PlanEnded(new SubscriptionNo(1), free, 1)));
        Assert.Equal(new PlanHolders(2, 2), await Store.CountHolders(Scope, free, 1));
        Committed(b.Do(Now, new CustomerEvent.PlanEnded(new SubscriptionNo(1), free, 1)));
        Assert.Equal(new PlanHolders(1, 2), await Store.CountHolders(Scope, free, null));
        Assert.Equal(new PlanHolders(0, 0), await Store.CountHolders(Scope, new PlanId("pro"), null));
    }

    [Fact]
    public async Task A_feature_ever_granted_alone_is_remembered()
    {
        var actor = Joined(1);
        Assert.False(await Store.EverGrantedAlone(Scope, new FeatureId("messages")));
        Committed(actor.Do(Now, new CustomerEvent.GrantOpened(Sample.Grant(5))));
        Committed(actor.Do(Now, new CustomerEvent.GrantOpened(Sample.Grant(6)), new CustomerEvent.GrantClosed(new GrantNo(5), GrantEnd.Deleted)));
        Assert.True(await Store.EverGrantedAlone(Scope, new FeatureId("messages")));
        Assert.False(await Store.EverGrantedAlone(Scope, new FeatureId("seats")));
    }

    [Fact]
    public async Task A_deleted_customer_counts_no_more()
    {
        var (gone, stays) = (Joined(1), Joined(2));
        Committed(gone.Do(Now, new CustomerEvent.GrantOpened(Sample.Grant(5))));
        Committed(gone.Do(Now, new CustomerEvent.Deleted()));
        Assert.Equal(new PlanHolders(1, 1), await Store.CountHolders(Scope, new PlanId("free"), 1));
        Assert.False(await Store.EverGrantedAlone(Scope, new FeatureId("messages")));
        Committed(stays.Do(Now, new CustomerEvent.Deleted()));
        Assert.Equal(new PlanHolders(0, 0), await Store.CountHolders(Scope, new PlanId("free"), null));
    }

    private static Instant Hour(int hour) => Now.Plus(TimeSpan.FromHours(hour));

    private void Named(long key, Profile profile) => Committed(Actor.Number(key).Do(Now, new CustomerEvent.Created(new CustomerKey(key), profile)));

    private async Task<IEnumerable<long>> Customers(CustomerQuery query) => (await Store.ListCustomers(query)).Select(row => row.Key.Value);

    private async Task<IEnumerable<decimal>> Events(UsageQuery query) => (await Store.ListEvents(query)).Select(row => row.Value.Value);

    private async Task<List<long>> Paged(bool oldestFirst)
    {
        var (all, query) = (new List<CustomerListed>(), new CustomerQuery(Scope, 3, OldestFirst: oldestFirst));
        while (await Store.ListCustomers(query) is { Count: > 0 } page)
        {
            all.AddRange(page);
            query = query with { After = page[^1] };
        }

        return [.. all.Select(row => row.Key.Value)];
    }

    private async Task<List<decimal>> PagedEvents(UsageQuery query)
    {
        var all = new List<decimal>();
        while (await Store.ListEvents(query) is { Count: > 0 } page)
        {
            all.AddRange(page.Select(row => row.Value.Value));
            query = query with { After = new UsagePosition(page[^1].UsedAt, page[^1].Customer, page[^1].Version) };
        }

        return all;
    }
}
