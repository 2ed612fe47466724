using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>The rewards and programs of a push: all that are wanted at once, as one may take over what another gives up.</summary>
internal static class RewardPush
{
    /// <summary>What a push comes to. Null lists leave all as it is.</summary>
    public static (ImmutableArray<(string Id, PushAction Action)> Rewards, ImmutableArray<(string Id, PushAction Action)> Programs, CatalogDecision Decision) Decide(CatalogContext context, CatalogPush push)
    {
        var (catalog, before) = (context.Catalog, context.Catalog.Rewards);
        var rewards = push.Rewards is { } wanted ? wanted.Select(reward => Kept(before.Reward(reward.Id), reward, context.Now)).ToImmutableArray() : before.Rewards;
        var programs = push.Programs is { } named ? named.Select(program => Kept(before.Program(program.Id), program, context.Now)).ToImmutableArray() : before.Programs;
        var gone = push.KeepOthers || push.Rewards is null ? [] : before.Rewards.Where(IsPushed).Select(static reward => reward.Id).Except(rewards.Select(static reward => reward.Id)).ToImmutableArray();
        var ended = push.KeepOthers || push.Programs is null ? [] : before.Programs.Select(static program => program.Id).Except(programs.Select(static program => program.Id)).ToImmutableArray();
        var edit = new CatalogEdit
        {
            PutRewards = [.. rewards.Where(reward => before.Reward(reward.Id)?.IsSame(reward) != true)],
            DropRewards = gone,
            PutPrograms = [.. programs.Where(program => before.Program(program.Id)?.IsSame(program) != true)],
            DropPrograms = ended,
        };
        var others = before.Rewards.Where(reward => !gone.Contains(reward.Id) && !rewards.Any(one => one.Id == reward.Id)).Concat(rewards).ToList();
        foreach (var reward in edit.PutRewards)
        {
            if (RewardRules.Check(catalog, reward, others) is { } refusal) return Refused(refusal.Of($"rewards[{reward.Id}]"));
        }

        foreach (var program in edit.PutPrograms)
        {
            if (RewardRules.Check(catalog, new RewardBook(others, []), program) is { } refusal) return Refused(refusal.Of($"referral_programs[{program.Id}]"));
        }

        return (
            [.. (push.Rewards ?? []).Select(reward => (reward.Id, Of(before.Reward(reward.Id) is not null, edit.PutRewards.Any(put => put.Id == reward.Id)))), .. gone.Select(static id => (id, PushAction.Remove))],
            [.. (push.Programs ?? []).Select(program => (program.Id, Of(before.Program(program.Id) is not null, edit.PutPrograms.Any(put => put.Id == program.Id)))), .. ended.Select(static id => (id, PushAction.Remove))],
            edit.IsEmpty && RewardRules.Check(catalog, before) is null ? new CatalogDecision.Accepted(edit, catalog) : CatalogDecision.Accept(catalog, edit));

        static (ImmutableArray<(string, PushAction)>, ImmutableArray<(string, PushAction)>, CatalogDecision) Refused(Refusal refusal) => ([], [], refusal);
    }

    // A configuration file has words for these only; what it cannot name, it does not delete.
    private static bool IsPushed(Reward reward) => reward.Gift is Gift.MoneyOff or Gift.Units;

    private static Reward Kept(Reward? before, Reward wanted, Instant now) => wanted with { CreatedAt = before?.CreatedAt ?? now };

    private static ReferralProgram Kept(ReferralProgram? before, ReferralProgram wanted, Instant now) => wanted with { CreatedAt = before?.CreatedAt ?? now };

    private static PushAction Of(bool isThere, bool isPut) => (isThere, isPut) switch
    {
        (false, _) => PushAction.Create,
        (true, true) => PushAction.Update,
        _ => PushAction.None,
    };
}
