using Sluice.Core;

namespace Sluice.Server.Api.Rewards;

/// <summary>rewards.create, get, list, update and delete: what can be given. A change or an end takes nothing back from who has it.</summary>
internal static class RewardCalls
{
    public static async ValueTask<Answer> Create(Call call)
    {
        var body = Body.Of(call.Json);
        var reward = RewardFields.Create(body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        return await call.ChangeCatalog(context => new(RewardRules.Create(context, reward)), after => Shown(after, reward.Id));
    }

    public static ValueTask<Answer> Get(Call call)
    {
        var body = Body.Of(call.Json);
        var id = body.RequiredText("reward_id");
        if (body.Refusal is { } wrong) return new(call.Refuse(wrong));
        return new(call.Catalog.Rewards.Reward(id) is null ? call.Refuse(RewardRules.NoReward(id)) : Shown(call.Catalog, id));
    }

    public static ValueTask<Answer> List(Call call) => new(Answer.Ok(RewardsBody.Of(call.Catalog.Rewards), ApiJson.Default.RewardsBody));

    public static async ValueTask<Answer> Update(Call call)
    {
        var body = Body.Of(call.Json);
        var id = body.RequiredText("reward_id");
        var change = RewardFields.Update(call, body, id);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        return await call.ChangeCatalog(context => new(RewardRules.Update(context, id, change)), after => Shown(after, id));
    }

    public static async ValueTask<Answer> Delete(Call call)
    {
        var body = Body.Of(call.Json);
        var id = body.RequiredText("reward_id");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        return await call.ChangeCatalog(context => new(RewardRules.Delete(context, id)), static _ => Answer.Ok(SuccessBody.True, ApiJson.Default.SuccessBody));
    }

    private static Answer Shown(Catalog catalog, string id) => Answer.Ok(RewardBody.Of(catalog.Rewards.Reward(id)!), ApiJson.Default.RewardBody);
}
