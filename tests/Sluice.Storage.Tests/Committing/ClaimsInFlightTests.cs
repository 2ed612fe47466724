using Sluice.Core;

namespace Sluice.Storage.Tests;

public sealed class ClaimsInFlightTests
{
    private readonly ClaimsInFlight _claims = new(new CommitterLimits(Places: 1_000));

    [Fact]
    public async Task A_free_key_is_had_at_once()
    {
        Assert.True(_claims.Reserve(Key("a")).IsCompletedSuccessfully);
        using var other = await _claims.Reserve(Key("b"));
    }

    [Fact]
    public async Task No_more_wait_than_may()
    {
        var claims = new ClaimsInFlight(new CommitterLimits(Places: 2));
        var first = await claims.Reserve(Key("a"));
        var waiting = Enumerable.Range(0, 2).Select(_ => claims.Reserve(Key("a")).AsTask()).ToList();
        await Assert.ThrowsAsync<OverloadedException>(async () => await claims.Reserve(Key("a")));
        first.Dispose();
        (await waiting[0]).Dispose();
        var third = claims.Reserve(Key("a")).AsTask();
        (await waiting[1]).Dispose();
        (await third).Dispose();
        Assert.True(claims.Reserve(Key("a")).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_held_key_goes_from_one_to_the_next_in_order()
    {
        var first = await _claims.Reserve(Key("a"));
        var (second, third) = (_claims.Reserve(Key("a")).AsTask(), _claims.Reserve(Key("a")).AsTask());
        Assert.False(second.IsCompleted);
        first.Dispose();
        var held = await second;
        Assert.False(third.IsCompleted);
        held.Dispose();
        (await third).Dispose();
        Assert.True(_claims.Reserve(Key("a")).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Giving_back_twice_gives_back_once()
    {
        var first = await _claims.Reserve(Key("a"));
        first.Dispose();
        using var second = await _claims.Reserve(Key("a"));
        first.Dispose();
        Assert.False(_claims.Reserve(Key("a")).IsCompleted);
    }

    [Fact]
    public async Task Who_gives_up_waiting_is_passed_over()
    {
        using var patience = new CancellationTokenSource();
        var first = await _claims.Reserve(Key("a"));
        var (gone, third) = (_claims.Reserve(Key("a"), patience.Token).AsTask(), _claims.Reserve(Key("a")).AsTask());
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        first.Dispose();
        (await third).Dispose();
    }

    [Fact]
    public async Task Several_keys_asked_for_in_any_order_and_twice_never_lock_each_other_out()
    {
        var inside = 0;
        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => Task.Run(async () =>
        {
            var keys = new[] { Key("a"), Key("b"), Key("a") };
            using var all = await _claims.ReserveAll(number % 2 == 0 ? keys : keys.Reverse());
            Assert.Equal(1, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
        })));
        Assert.True(_claims.Reserve(Key("a")).IsCompletedSuccessfully);
    }

    private static ClaimKey Key(string key) => new(new ScopeId(1), ClaimKind.BodyKey, key);
}
