using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class EntryChainTests
{
    private static readonly Instant Now = Sample.Start;

    [Fact]
    public void A_change_carries_what_lists_need_of_its_usage()
    {
        var actor = Joined();
        var usage = actor.Use(2.5m, Now, "chat", """{"a":1}""", listed: false).Entries[0].Usage;
        Assert.Equal(new UsageColumns("chat", Quantity.Of(2.5m), Now, new JsonText("""{"a":1}"""), Listed: false), usage);
    }

    [Fact]
    public void Several_entries_chain_into_one_change()
    {
        var actor = Joined();
        var (before, hash) = (actor.State!, actor.Hash);
        var chain = new EntryChain(Actor.Scope, before, hash);
        foreach (var value in new[] { 1m, 2m, 3m })
        {
            var used = new CustomerEvent.Used("messages", Quantity.Of(value), Now, null, [Sample.Draw(2, value)], Listed: true);
            var after = CustomerState.ApplyEntry(before, [used], Now);
            chain.Append([used], after, Now);
            before = after;
        }

        var change = chain.ToChange();
        Assert.Equal([2L, 3L, 4L], change.Entries.Select(entry => entry.Version));
        Assert.Equal(1, change.ExpectedVersion);
        Assert.Equal(chain.Hash, change.Entries[^1].Hash);
        Assert.Equal(chain.Bytes, change.Entries.Sum(entry => entry.Bytes));
    }

    [Fact]
    public void Holders_change_with_attach_and_end()
    {
        var actor = Joined();
        var change = actor.Do(Now, new CustomerEvent.PlanEnded(new SubscriptionNo(1), new PlanId("free"), 1), Sample.Attach("pro", 3, 4, version: 2));
        Assert.Equal([new HolderChange(new PlanId("free"), 1, null, -1), new HolderChange(new PlanId("pro"), 2, null, 1)], change.Entries[0].Plans.ToArray());
    }

    [Fact]
    public void A_plan_that_is_dropped_and_comes_all_the_same_counts_once_and_one_that_is_not_held_never_ends()
    {
        var actor = Joined();
        var (attach, pro) = (Sample.Attach("pro", 3, 4), new PlanId("pro"));
        Assert.Equal([1, -1, 1], Deltas(new CustomerEvent.PlanPlanned(attach.Subscription), new CustomerEvent.PlanDropped(attach.Subscription.No, pro, 1), attach));
        Assert.Empty(Deltas(new CustomerEvent.PlanDropped(attach.Subscription.No, pro, 1), new CustomerEvent.PlanEnded(attach.Subscription.No, pro, 1)));

        int[] Deltas(params CustomerEvent[] events) => [.. EntryChain.Entry(actor.Hash, actor.State, [.. events], actor.State!, Now).Plans.Select(static change => change.Delta)];
    }

    [Fact]
    public void Deleting_a_customer_ends_every_plan_it_still_held()
    {
        var actor = Joined();
        actor.Do(Now, Sample.Attach("pro", 3, 4));
        var change = actor.Do(Now, new CustomerEvent.PlanEnded(new SubscriptionNo(1), new PlanId("free"), 1), new CustomerEvent.Deleted());
        Assert.Equal([new HolderChange(new PlanId("free"), 1, null, -1), new HolderChange(new PlanId("pro"), 1, null, -1)], change.Entries[0].Plans.ToArray());
        Assert.True(change.Erase);
    }

    [Fact]
    public void Only_a_grant_that_came_with_no_plan_counts_as_granted_alone()
    {
        var actor = Joined();
        Assert.Equal(new[] { new FeatureId("messages") }, actor.Do(Now, new CustomerEvent.GrantOpened(Sample.Grant(5))).Entries[0].GrantedAlone.ToArray());
        Assert.Empty(actor.Do(Now, Sample.Attach("pro", 6, 7)).Entries[0].GrantedAlone);
    }

    [Fact]
    public void The_head_moves_only_when_the_profile_or_the_next_due_moment_does()
    {
        var actor = Actor.Number(1);
        Assert.True(actor.Join().HeadMoved);
        Assert.False(actor.Use().HeadMoved);
        Assert.True(actor.Do(Now, new CustomerEvent.GrantReset(new GrantNo(2), Quantity.One, Sample.NextMonth.Plus(TimeSpan.FromDays(31)))).HeadMoved);
        Assert.True(actor.Do(Now, new CustomerEvent.ProfileChanged(actor.State!.Profile with { Name = "New" })).HeadMoved);
    }

    [Fact]
    public void Two_usages_in_one_entry_are_a_bug()
    {
        var actor = Joined();
        var used = new CustomerEvent.Used("messages", Quantity.One, Now, null, [], Listed: true);
        Assert.Throws<InvariantViolation>(() => actor.Do(Now, used, used));
    }

    private static Actor Joined()
    {
        var actor = Actor.Number(1);
        actor.Join();
        return actor;
    }
}
