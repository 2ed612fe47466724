using Sluice.Core;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Rewards;

/// <summary>rewards.redeem: a promo code for a customer. And what older callers do without a code: put a coupon on a customer, and take all of them off.</summary>
internal static class Redeem
{
    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var (word, customerId) = (body.RequiredText("code"), body.RequiredText("customer_id"));
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (call.Catalog.Rewards.OfCode(word) is not { } reward) return call.Refuse(RewardRules.NoCode(word));
        var uses = await call.Engine.Rewards.CodeUses(CodeUses.OfPromo(call.Scope.Id, reward.Id, word));
        var ran = await Run(call, customerId, new Command.Redeem(reward, word, uses));
        if (ran.End != RunEnd.Done) return call.Failure(ran);
        var granted = ran.Events[0].OfType<CustomerEvent.GrantOpened>().Where(static opened => opened.Grant.Subscription is null);
        return Answer.Ok(new RedeemedBody(reward.Id, [.. granted.Select(static opened => new GrantedBody(opened.Grant.Feature, opened.Grant.Balance))]), ApiJson.Default.RedeemedBody);
    }

    public static async ValueTask<Answer> PutCoupon(Call call)
    {
        var (customerId, id) = (call.Route("customer_id"), call.Route("coupon_id"));
        if (call.Catalog.Rewards.Reward(id) is not { } reward) return call.Refuse(RewardRules.NoReward(id));
        return Done(call, await Run(call, customerId, reward.Gift is Gift.MoneyOff off ? new Command.AddDiscount(off.Discount) : new Command.Redeem(reward, Code: null, UsesSoFar: 0)));
    }

    public static async ValueTask<Answer> EndCoupons(Call call) => Done(call, await Run(call, call.Route("customer_id"), new Command.EndDiscounts()));

    private static async ValueTask<Ran> Run(Call call, string customerId, Command command)
    {
        await using var turn = await call.BillingTurn(customerId);
        var ran = await call.Run(customerId, command);
        if (ran.End == RunEnd.Done) await call.Engine.Payments.Settle(call.Scope, ran.Customer, call.Now);
        return ran;
    }

    private static Answer Done(Call call, Ran ran) => ran.End == RunEnd.Done ? Answer.Ok(SuccessBody.True, ApiJson.Default.SuccessBody) : call.Failure(ran);
}

/// <param name="EntitlementsGranted">What was granted; nothing where money is taken off.</param>
public sealed record RedeemedBody(string RewardId, IReadOnlyList<GrantedBody> EntitlementsGranted);

/// <param name="Balance">0 for a flag.</param>
public sealed record GrantedBody(FeatureId FeatureId, Quantity Balance);
