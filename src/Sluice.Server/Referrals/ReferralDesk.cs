using System.Globalization;
using Sluice.Core;
using Sluice.Server.Customers;
using Sluice.Server.Tenants;
using Sluice.Storage;

namespace Sluice.Server.Referrals;

/// <summary>
/// Rewards who brought somebody, and where the program says so who was brought. That somebody is to be rewarded is stored
/// with the commit that says so, and whoever is rewarded takes a claim with it: none is lost, and none comes twice.
/// </summary>
internal sealed partial class ReferralDesk(IRewardStore store, CommandRunner runner, ScopeDirectory scopes, Freshness freshness, TimeProvider time, ILogger<ReferralDesk> log)
{
    private const int MostTries = 12;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Leased = TimeSpan.FromMinutes(10);

    /// <summary>For the coming of one customer, at once. What fails here is tried again later by itself.</summary>
    public async ValueTask RewardFor(Scope scope, Customer brought, Instant now)
    {
        foreach (var referral in brought.Billing.Referrals.Where(static referral => referral.Earned))
        {
            if (await store.FindReferral(scope.Id, brought.Key, referral.Program) is { IsDue: true, Tries: 0 } stored) await TryReward(scope, stored, now);
        }
    }

    /// <summary>What is due over all customers; how many there were.</summary>
    public async ValueTask<int> RewardDue(Instant now, int limit)
    {
        var due = await store.LeaseEarnedReferrals(now, now.Plus(Leased), limit);
        if (due.Any(referral => scopes.Find(referral.Scope) is null)) await freshness.Look();
        foreach (var referral in due)
        {
            if (scopes.Find(referral.Scope) is { } scope) await TryReward(scope, referral, now);
            else await store.EndReferral(referral, rewarded: false);
        }

        return due.Count;
    }

    private async ValueTask TryReward(Scope scope, StoredReferral referral, Instant now)
    {
        try
        {
            var book = scope.Catalog.Rewards;
            if (book.Program(referral.Program) is not { } program || book.Reward(program.Reward) is not { } reward)
            {
                await store.EndReferral(referral, rewarded: false);
                return;
            }

            var refused = await Reward(scope, referral, referral.Referrer, reward, now);
            if (program.Receiver == ReferralReceiver.Both) refused = await Reward(scope, referral, referral.Customer, reward, now) ?? refused;
            if (refused is null || referral.Tries >= MostTries)
            {
                if (refused is not null) GivenUp(referral.Program, scope.Name, refused);
                await store.EndReferral(referral, rewarded: refused is null);
                return;
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Failed(referral.Program, scope.Name, failure);
        }

        await store.PutOffReferral(referral, Instant.Of(time.GetUtcNow()).Plus(FirstPause * Math.Pow(2, Math.Min(referral.Tries, MostTries))));
    }

    // Null: it was given, or nobody is there any more to have it. Else why not.
    private async ValueTask<string?> Reward(Scope scope, StoredReferral referral, CustomerKey who, Reward reward, Instant now)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"{referral.Customer.Value}/{referral.Program}/{who.Value}");
        var claim = new Claim(new ClaimKey(scope.Id, ClaimKind.ReferralReward, key), who, now, ExpiresAt: null);
        var ran = await runner.Run(scope, [new Addressed(who, new Command.Redeem(reward, Code: null, UsesSoFar: 0))], [claim], now);
        if (ran.End is RunEnd.Overloaded or RunEnd.StoreFailed) throw new IOException($"The queue or the store took nothing: {ran.End}.");
        return ran.Refusal is { } refusal && refusal != CommandRunner.Rewarded && refusal.Code != RefusalCode.CustomerNotFound ? refusal.Message : null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nobody is rewarded any more for a referral of program {Program} ({Scope}): {Why}")]
    private partial void GivenUp(string program, string scope, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Rewarding somebody for a referral of program {Program} ({Scope}) failed; it is tried again.")]
    private partial void Failed(string program, string scope, Exception failure);
}

/// <summary>Rewards what nobody rewarded at once: after a renewal that the sweeper stored, a restart, a failure.</summary>
internal sealed partial class ReferralWorker(ReferralDesk desk, TimeProvider time, ILogger<ReferralWorker> log) : BackgroundService
{
    private const int Page = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Pause, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                while (await desk.RewardDue(Instant.Of(time.GetUtcNow()), Page) == Page && !stopping.IsCancellationRequested)
                {
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Failed(failure);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Rewarding for referrals failed; it is tried again.")]
    private partial void Failed(Exception failure);
}
