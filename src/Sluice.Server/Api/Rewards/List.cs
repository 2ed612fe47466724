using Sluice.Core;

namespace Sluice.Server.Api.Rewards;

/// <summary>rewards.list and referral_programs.list: there can be none yet, and clients ask for the list all the same.</summary>
internal static class List
{
    public static ValueTask<Answer> HandleRewards(Call call) => new(Answer.Ok(new RewardsBody([], []), ApiJson.Default.RewardsBody));

    public static ValueTask<Answer> HandleReferralPrograms(Call call) => new(Answer.Ok(new ListBody<JsonText>([]), ApiJson.Default.ListBodyJsonText));
}

public sealed record RewardsBody(IReadOnlyList<JsonText> Coupons, IReadOnlyList<JsonText> FeatureGrants);
