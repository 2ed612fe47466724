using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class SqliteClaiming() : Claiming(new SqliteHost());

public sealed class PostgresClaiming() : Claiming(new PostgresHost());

public abstract class Claiming(StoreHost host) : StoreSuite(host)
{
    private static readonly Instant Later = Now.Plus(TimeSpan.FromHours(1));

    [Fact]
    public async Task A_claim_is_found_until_it_is_freed()
    {
        Assert.Null(await Store.FindClaim(Id("a"), Now));
        Commit(Taking("a", 1));
        Assert.Equal(new ClaimFound(new CustomerKey(1), null), await Store.FindClaim(Id("a"), Now));
        Commit(new TestUnit { Frees = [Id("a")] });
        Assert.Null(await Store.FindClaim(Id("a"), Now));
    }

    [Fact]
    public void A_claim_that_someone_holds_is_lost_and_named()
    {
        Commit(Taking("a", 1));
        var fate = Assert.Single(Store.Commit([Taking("a", 2)]));
        Assert.Equal(new Fate(FateKind.ClaimLost, Id("a")), fate);
    }

    [Fact]
    public async Task Who_loses_a_claim_writes_nothing_and_the_rest_commits()
    {
        var (a, b) = (Joined(1), Joined(2));
        Commit(Taking("taken", 9));
        var untouched = a.StateText;
        var loser = new TestUnit { Changes = [a.Use()], Takes = [Claim("mine", 1), Claim("taken", 1)] };

        Assert.Equal([FateKind.ClaimLost, FateKind.Committed, FateKind.Overtaken], Commit(loser, TestUnit.Of(b.Use()), TestUnit.Of(a.Use())));

        Assert.Equal(untouched, Actor.Text((await Load(a)).Customer));
        Assert.Null(await Store.FindClaim(Id("mine"), Now));
        await MustBeStored(b);
    }

    [Fact]
    public async Task A_claim_that_a_loser_asked_for_is_free_for_the_next_in_the_same_batch()
    {
        var (a, b) = (Joined(1), Joined(2));
        Committed(a.Twin().Use());
        Commit(Taking("taken", 9));
        var moved = new TestUnit { Changes = [a.Use()], Takes = [Claim("x", 1)] };
        var lost = new TestUnit { Takes = [Claim("y", 3), Claim("taken", 3)] };
        var winner = new TestUnit { Changes = [b.Use()], Takes = [Claim("x", 2), Claim("y", 2)] };

        Assert.Equal([FateKind.Moved, FateKind.ClaimLost, FateKind.Committed, FateKind.Committed], Commit(moved, lost, winner, TestUnit.Of(b.Use())));

        Assert.Equal(new CustomerKey(2), (await Store.FindClaim(Id("x"), Now))!.Customer);
        Assert.Equal(new CustomerKey(2), (await Store.FindClaim(Id("y"), Now))!.Customer);
        await MustBeStored(b);
    }

    [Fact]
    public void The_first_of_a_batch_wins() =>
        Assert.Equal([FateKind.Committed, FateKind.ClaimLost], Commit(Taking("a", 1), Taking("a", 2)));

    [Fact]
    public void A_unit_may_free_and_take_again() =>
        Assert.Equal([FateKind.Committed, FateKind.Committed], Commit(Taking("a", 1), new TestUnit { Frees = [Id("a")], Takes = [Claim("a", 2)] }));

    [Fact]
    public async Task A_claim_that_ran_out_is_not_found_and_is_taken_over()
    {
        Commit(Taking("a", 1, expires: Later));
        Assert.NotNull(await Store.FindClaim(Id("a"), Now));
        Assert.Null(await Store.FindClaim(Id("a"), Later));
        Assert.Equal([FateKind.ClaimLost], Commit(Taking("a", 2, at: new Instant(Later.Milliseconds - 1))));
        Assert.Equal([FateKind.Committed], Commit(Taking("a", 2, at: Later)));
        Assert.Equal(new ClaimFound(new CustomerKey(2), null), await Store.FindClaim(Id("a"), Later));
    }

    [Fact]
    public async Task Claims_that_ran_out_are_dropped_the_oldest_first()
    {
        Commit(Taking("forever", 1), Taking("b", 1, expires: Later), Taking("a", 1, expires: Now));
        Assert.Equal(1, await Store.DropExpiredClaims(Later, 1));
        Assert.Null(await Store.FindClaim(Id("a"), new Instant(0)));
        Assert.Equal(1, await Store.DropExpiredClaims(Later, 10));
        Assert.Equal(0, await Store.DropExpiredClaims(Later, 10));
        Assert.NotNull(await Store.FindClaim(Id("forever"), Later));
    }

    [Fact]
    public void Kinds_scopes_and_letters_tell_claims_apart() => Assert.Equal(
        [FateKind.Committed],
        Commit(new TestUnit
        {
            Takes =
            [
                Claim("a", 1), Claim("A", 1), Claim("", 1), Claim("a\0b", 1), Claim("a\0c", 1),
                new Claim(new ClaimKey(Scope, ClaimKind.BodyKey, "a"), null, Now, null),
                new Claim(new ClaimKey(new ScopeId(2), ClaimKind.CustomerId, "a"), null, Now, null),
            ],
        }));

    private static ClaimKey Id(string key) => new(Scope, ClaimKind.CustomerId, key);

    private static Claim Claim(string key, long customer, Instant? at = null, Instant? expires = null) => new(Id(key), new CustomerKey(customer), at ?? Now, expires);

    private static TestUnit Taking(string key, long customer, Instant? at = null, Instant? expires = null) => new() { Takes = [Claim(key, customer, at, expires)] };
}
