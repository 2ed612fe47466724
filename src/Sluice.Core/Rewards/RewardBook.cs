using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>The rewards of a scope, and the programs that give them; a part of its catalog.</summary>
public sealed class RewardBook
{
    public static readonly RewardBook Empty = new([], []);

    private readonly ImmutableDictionary<string, Reward> _rewards;
    private readonly ImmutableDictionary<string, ReferralProgram> _programs;
    private readonly ImmutableDictionary<string, Reward> _codes;

    public RewardBook(IEnumerable<Reward> rewards, IEnumerable<ReferralProgram> programs)
    {
        Rewards = [.. rewards.OrderBy(static reward => reward.CreatedAt).ThenBy(static reward => reward.Id, StringComparer.Ordinal)];
        Programs = [.. programs.OrderBy(static program => program.CreatedAt).ThenBy(static program => program.Id, StringComparer.Ordinal)];
        _rewards = Rewards.ToImmutableDictionary(static reward => reward.Id);
        _programs = Programs.ToImmutableDictionary(static program => program.Id);
        _codes = Rewards.SelectMany(static reward => reward.Codes.Select(code => (code.Code, reward))).ToImmutableDictionary(static pair => pair.Code, static pair => pair.reward);
    }

    /// <summary>In the order they were created.</summary>
    public ImmutableArray<Reward> Rewards { get; }

    /// <summary>In the order they were created.</summary>
    public ImmutableArray<ReferralProgram> Programs { get; }

    public Reward? Reward(string id) => _rewards.GetValueOrDefault(id);

    public ReferralProgram? Program(string id) => _programs.GetValueOrDefault(id);

    /// <summary>The one reward that a promo code is of.</summary>
    public Reward? OfCode(string code) => _codes.GetValueOrDefault(code);
}
