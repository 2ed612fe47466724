using System.Text;
using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class SqliteRewarding() : Rewarding(new SqliteHost());

public sealed class PostgresRewarding() : Rewarding(new PostgresHost());

/// <summary>Rewards as a part of the catalog, uses of codes, and who was brought by whom.</summary>
public abstract class Rewarding(StoreHost host) : StoreSuite(host)
{
    private static readonly CodeKey Spring = new(Scope, CodeKind.Promo, "spring", "SPRING");

    private IRewardStore Rewards => (IRewardStore)Store;

    [Fact]
    public async Task Rewards_and_programs_load_as_they_were_put_in_the_order_of_creation()
    {
        Assert.Equal([FateKind.Committed], Commit(new TestUnit { Catalog = Change(0) with { PutRewards = RewardBookFormatTests.Rewards, PutPrograms = RewardBookFormatTests.Programs } }));
        await Restart();
        var book = (await Store.LoadCatalog(Scope)).Catalog.Rewards;
        Assert.Equal(RewardBookFormatTests.Rewards.Select(Text).Order(StringComparer.Ordinal), book.Rewards.Select(Text).Order(StringComparer.Ordinal));
        Assert.Equal(RewardBookFormatTests.Programs.Select(Text), book.Programs.Select(Text));

        var renamed = RewardBookFormatTests.Rewards[0] with { Name = "Renamed" };
        Commit(new TestUnit { Catalog = Change(1) with { PutRewards = [renamed], DropRewards = ["once", "nothing"], DropPrograms = ["friends"] } });
        book = (await Store.LoadCatalog(Scope)).Catalog.Rewards;
        Assert.Equal(("Renamed", null, null), (book.Reward("percent")!.Name, book.Reward("once"), book.Program("friends")));
        Assert.Equal([FateKind.Moved], Commit(new TestUnit { Catalog = Change(1) with { PutRewards = [renamed] } }));
    }

    [Fact]
    public async Task A_code_is_used_as_often_as_it_may_be_and_who_comes_later_writes_nothing()
    {
        var (a, b, c) = (Joined(1), Joined(2), Joined(3));
        var untouched = c.StateText;
        var fates = Store.Commit([Using(a, 2), Using(b, 2), Using(c, 2), TestUnit.Of(c.Use())]);
        Assert.Equal([FateKind.Committed, FateKind.Committed, FateKind.UsedUp, FateKind.Overtaken], fates.Select(fate => fate.Kind));
        Assert.Equal(Spring, fates[2].UsedUp);
        Assert.Equal(untouched, Actor.Text((await Load(c)).Customer));
        await Restart();
        Assert.Equal(2, await Rewards.CodeUses(Spring));
        Assert.Equal(0, await Rewards.CodeUses(Spring with { Code = "OTHER" }));
    }

    [Fact]
    public async Task A_use_that_a_loser_asked_for_is_left_for_the_next_in_the_same_batch()
    {
        var (a, b) = (Joined(1), Joined(2));
        var other = a.Twin();
        Committed(a.Use());
        var lost = new TestUnit { Changes = [b.Twin().Use()], Uses = [new CodeUse(Spring, 1, 1)], Takes = [new Claim(new ClaimKey(Scope, ClaimKind.CustomerId, "c1"), b.Key, Now, null)] };
        Commit(new TestUnit { Takes = lost.Takes });
        Assert.Equal([FateKind.Moved, FateKind.ClaimLost, FateKind.Committed], Commit(Using(other, 1), lost, new TestUnit { Uses = [new CodeUse(Spring, 1, 1)] }));
        Assert.Equal(1, await Rewards.CodeUses(Spring));
    }

    [Fact]
    public async Task A_use_that_is_given_back_is_free_again_and_without_a_limit_there_is_always_one()
    {
        Commit(new TestUnit { Uses = [new CodeUse(Spring, 1, 1)] });
        Assert.Equal([FateKind.UsedUp], Commit(new TestUnit { Uses = [new CodeUse(Spring, 1, 1)] }));
        Assert.Equal([FateKind.Committed], Commit(new TestUnit { Uses = [new CodeUse(Spring, -1, null), new CodeUse(Spring, 1, 1)] }));
        Assert.Equal([FateKind.Committed], Commit(new TestUnit { Uses = [new CodeUse(Spring, 1, null)] }));
        Assert.Equal(2, await Rewards.CodeUses(Spring));
    }

    [Fact]
    public async Task A_customer_has_one_code_for_each_program_and_no_two_have_the_same()
    {
        var (a, b) = (Joined(1), Joined(2));
        var candidates = new Queue<string>(["X", "X", "Y"]);
        var first = await Rewards.ReferralCodeOf(Scope, a.Key, "friends", candidates.Dequeue, Now);
        Assert.Equal(first, await Rewards.ReferralCodeOf(Scope, a.Key, "friends", candidates.Dequeue, Now.Plus(TimeSpan.FromHours(1))));
        Assert.Equal("Y", (await Rewards.ReferralCodeOf(Scope, b.Key, "friends", candidates.Dequeue, Now)).Code);
        await Restart();
        Assert.Equal(new ReferralCode("X", "friends", a.Key, Now), await Rewards.FindReferralCode(Scope, "X"));
        Assert.Null(await Rewards.FindReferralCode(Scope, "Z"));
        Committed(a.Do(Now, new CustomerEvent.Deleted()));
        Assert.Null(await Rewards.FindReferralCode(Scope, "X"));
    }

    [Fact]
    public async Task Who_was_brought_waits_is_due_and_is_done()
    {
        var (a, b, c) = (Joined(1), Joined(2), Joined(3));
        Committed(b.Do(Now, Brought(a, earned: false)), c.Do(Hour(1), Brought(a, earned: true)));
        Assert.Equal([(b.Key, false), (c.Key, true)], (await Rewards.ReferralsBy(Scope, a.Key, 10)).Select(one => (one.Customer, one.IsDue)));

        var due = Assert.Single(await Rewards.LeaseEarnedReferrals(Now, Hour(2), 10));
        Assert.Equal((c.Key, a.Key, "friends", Hour(1)), (due.Customer, due.Referrer, due.Program, due.CreatedAt));
        Assert.Empty(await Rewards.LeaseEarnedReferrals(Hour(1), Hour(2), 10));
        Assert.Single(await Rewards.LeaseEarnedReferrals(Hour(2), Hour(3), 10));
        await Rewards.PutOffReferral(due, Hour(4));
        Assert.Equal(1, Assert.Single(await Rewards.LeaseEarnedReferrals(Hour(4), Hour(5), 10)).Tries);
        await Rewards.EndReferral(due, rewarded: true);
        Assert.Empty(await Rewards.LeaseEarnedReferrals(Hour(9), Hour(9), 10));
        Assert.Equal((true, false), (await Rewards.FindReferral(Scope, c.Key, "friends")) is { } done ? (done.Rewarded, done.IsDue) : default);

        Committed(b.Do(Hour(2), Brought(a, earned: true)));
        Assert.Equal(b.Key, Assert.Single(await Rewards.LeaseEarnedReferrals(Hour(2), Hour(3), 10)).Customer);
    }

    [Fact]
    public async Task What_is_due_outlives_who_was_brought()
    {
        var (a, b, c) = (Joined(1), Joined(2), Joined(3));
        Committed(b.Do(Now, Brought(a, earned: true)), c.Do(Now, Brought(a, earned: false)));
        Committed(b.Do(Now, new CustomerEvent.Deleted()), c.Do(Now, new CustomerEvent.Deleted()));
        Assert.Equal(b.Key, Assert.Single(await Rewards.ReferralsBy(Scope, a.Key, 10)).Customer);
    }

    private static CustomerEvent Brought(Actor referrer, bool earned) => new CustomerEvent.Referred(new Referral("friends", referrer.Key, [], CountsTrials: false, earned));

    private static TestUnit Using(Actor actor, int most) => new() { Changes = [actor.Use()], Uses = [new CodeUse(Spring, 1, most)] };

    private static CatalogChange Change(long expected) => new(Scope, expected, [], [], [], [], []);

    private static Instant Hour(int hours) => Now.Plus(TimeSpan.FromHours(hours));

    private static string Text(Reward reward) => Encoding.UTF8.GetString(RewardBookFormat.Write(reward));

    private static string Text(ReferralProgram program) => Encoding.UTF8.GetString(RewardBookFormat.Write(program));
}
