using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Server.Customers;
using Sluice.Storage;

namespace Sluice.Server.Api.Billing;

/// <summary>Discounts as callers ask for them: a coupon by its id, which the caller answers for, or by a code, as its customer typed it.</summary>
internal static class DiscountFields
{
    /// <summary>The same discount twice counts once.</summary>
    public static ImmutableArray<DiscountWish> Read(Call call, Body body)
    {
        var wishes = ImmutableArray.CreateBuilder<DiscountWish>();
        foreach (var sent in body.Objects("discounts") ?? [])
        {
            var (id, word) = (sent.Text("reward_id", minLength: 1), sent.Text("promotion_code", minLength: 1));
            if (id is null == word is null) sent.Fault("reward_id", "send either reward_id or promotion_code");
            else if (Of(call.Catalog.Rewards, id, word) is var (wish, refusal) && refusal is not null) body.Refuse(refusal);
            else if (!wishes.Any(other => other.Discount.Id == wish!.Discount.Id)) wishes.Add(wish!);
        }

        return wishes.DrainToImmutable();
    }

    /// <summary>What older clients send: one reward, by its id or by a code of it.</summary>
    public static ImmutableArray<DiscountWish> ReadOlder(Call call, Body body)
    {
        if (body.Text("reward", minLength: 1) is not { } word) return Read(call, body);
        var (wish, refusal) = Of(call.Catalog.Rewards, call.Catalog.Rewards.Reward(word) is null ? null : word, word);
        if (refusal is not null) body.Refuse(refusal);
        return wish is null ? [] : [wish];
    }

    /// <summary>The discount of a code; or why there is none.</summary>
    public static (DiscountWish? Wish, Refusal? Refusal) OfCode(RewardBook book, string word) => Of(book, id: null, word);

    /// <summary>Why codes are refused by now; the last word has the commit that uses them.</summary>
    public static async ValueTask<Refusal?> UsedUp(Call call, string customerId, IEnumerable<DiscountWish> wishes)
    {
        var limited = wishes.Where(static wish => wish.Code is { MostUses: not null }).ToList();
        return limited.Count == 0 ? null : await UsedUp(call.Engine.Rewards, call.Scope.Id, await call.Stored(customerId), limited);
    }

    /// <param name="customer">What it used itself, and did not pay yet, it may try again; null = there is none yet.</param>
    public static async ValueTask<Refusal?> UsedUp(IRewardStore store, ScopeId scope, Customer? customer, IEnumerable<DiscountWish> wishes)
    {
        foreach (var wish in wishes)
        {
            if (customer?.Billing.Redeemed.Any(one => one.Reward == wish.Discount.Id && one.Code == wish.Code?.Code) == true) continue;
            if (wish.Code is { } code && Redeeming.UsedUp(code, await store.CodeUses(CodeUses.OfPromo(scope, wish.Discount.Id, code.Code))) is { } usedUp) return usedUp;
        }

        return null;
    }

    private static (DiscountWish? Wish, Refusal? Refusal) Of(RewardBook book, string? id, string? word)
    {
        var reward = id is null ? book.OfCode(word!) : book.Reward(id);
        return reward switch
        {
            null => (null, id is null ? RewardRules.NoCode(word!) : RewardRules.NoReward(id)),
            { Gift: Gift.MoneyOff off } => (off.Discount with { Code = id is null ? reward.Code(word!) : null }, null),
            _ => (null, new Refusal(RefusalCode.InvalidRequest, $"Reward {reward.Id} takes nothing off an invoice: redeem it with rewards.redeem.")),
        };
    }
}
