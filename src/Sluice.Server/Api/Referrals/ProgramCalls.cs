using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Core;

namespace Sluice.Server.Api.Referrals;

/// <summary>referral_programs.create, get, list, update and delete: what customers who bring customers are given.</summary>
internal static class ProgramCalls
{
    private static readonly FrozenDictionary<string, ReferralMoment> Moments =
        new Dictionary<string, ReferralMoment> { ["customer_creation"] = ReferralMoment.Redeemed, ["checkout"] = ReferralMoment.Paid }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, ReferralReceiver> Receivers =
        new Dictionary<string, ReferralReceiver> { ["referrer"] = ReferralReceiver.Referrer, ["all"] = ReferralReceiver.Both }.ToFrozenDictionary();

    public static async ValueTask<Answer> Create(Call call)
    {
        var body = Body.Of(call.Json);
        var program = Read(body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        return await call.ChangeCatalog(context => new(RewardRules.Create(context, program)), after => Shown(after, program.Id));
    }

    public static ValueTask<Answer> Get(Call call)
    {
        var body = Body.Of(call.Json);
        var id = body.RequiredText("referral_program_id");
        if (body.Refusal is { } wrong) return new(call.Refuse(wrong));
        return new(call.Catalog.Rewards.Program(id) is null ? call.Refuse(RewardRules.NoProgram(id)) : Shown(call.Catalog, id));
    }

    public static ValueTask<Answer> List(Call call) =>
        new(Answer.Ok(new ListBody<ProgramBody>([.. call.Catalog.Rewards.Programs.Select(ProgramBody.Of)]), ApiJson.Default.ListBodyProgramBody));

    public static async ValueTask<Answer> Update(Call call)
    {
        var body = Body.Of(call.Json);
        var id = body.RequiredText("referral_program_id");
        var change = Change(body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        return await call.ChangeCatalog(context => new(RewardRules.UpdateProgram(context, id, change)), after => Shown(after, id));
    }

    /// <summary>Codes of it are worth nothing any more, and who waits for a first payment is not rewarded.</summary>
    public static async ValueTask<Answer> Delete(Call call)
    {
        var body = Body.Of(call.Json);
        var id = body.RequiredText("referral_program_id");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        return await call.ChangeCatalog(context => new(RewardRules.DeleteProgram(context, id)), static _ => Answer.Ok(SuccessBody.True, ApiJson.Default.SuccessBody));
    }

    /// <summary>A whole program.</summary>
    public static ReferralProgram Read(Body body)
    {
        var (id, reward) = (body.RequiredText("id"), body.RequiredText("reward_id"));
        body.Later("internal_id");
        var (when, receiver) = (body.Choice("redeem_on", Moments, required: true), body.Choice("received_by", Receivers, required: true));
        return Change(body)(new ReferralProgram(id, reward, when ?? default, [], CountsTrials: true, null, receiver ?? default));
    }

    // Fields that are left out stay; null stands for none.
    private static Func<ReferralProgram, ReferralProgram> Change(Body body)
    {
        var (reward, when, receiver) = (body.Text("reward_id", minLength: 1), body.Choice("redeem_on", Moments), body.Choice("received_by", Receivers));
        var most = body.Has("max_redemptions") ? body.WholeNumber("max_redemptions", min: 1) : null;
        ImmutableArray<PlanId> plans = body.Has("plan_ids") ? [.. (body.Texts("plan_ids") ?? []).Distinct().Select(static id => new PlanId(id))] : [];
        var excludesTrials = body.Has("exclude_trial") && body.Flag("exclude_trial", otherwise: false);
        return before => before with
        {
            Reward = reward ?? before.Reward,
            When = when ?? before.When,
            Receiver = receiver ?? before.Receiver,
            MostRedemptions = body.IsSent("max_redemptions") ? most : before.MostRedemptions,
            Plans = body.IsSent("plan_ids") ? plans : before.Plans,
            CountsTrials = body.IsSent("exclude_trial") ? !excludesTrials : before.CountsTrials,
        };
    }

    private static Answer Shown(Catalog catalog, string id) => Answer.Ok(ProgramBody.Of(catalog.Rewards.Program(id)!), ApiJson.Default.ProgramBody);
}

/// <param name="MaxRedemptions">Of each customer's code; left out = no limit.</param>
/// <param name="PlanIds">Left out = paying for any plan counts.</param>
public sealed record ProgramBody(
    string Id,
    string RewardId,
    string RedeemOn,
    string ReceivedBy,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? MaxRedemptions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PlanId>? PlanIds,
    bool ExcludeTrial,
    Instant CreatedAt)
{
    internal static ProgramBody Of(ReferralProgram program) => new(
        program.Id,
        program.Reward,
        program.When == ReferralMoment.Paid ? "checkout" : "customer_creation",
        program.Receiver == ReferralReceiver.Both ? "all" : "referrer",
        program.MostRedemptions,
        program.Plans.IsEmpty ? null : [.. program.Plans],
        !program.CountsTrials,
        program.CreatedAt);
}
