using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>
/// Adds usage up by bin, feature and, when asked, group. A group beyond the largest of its bin is folded into
/// <see cref="Other"/>; every bin then shows every group that is left, zero where it has nothing.
/// </summary>
/// <param name="grouped">Whether amounts carry a group.</param>
/// <param name="maxGroups">Groups kept in one bin.</param>
public sealed class UsageSums(Bins bins, ImmutableArray<string> features, bool grouped, int maxGroups)
{
    /// <summary>The name of what is folded together.</summary>
    public const string Other = "Other";

    private readonly Dictionary<(Instant Bin, string Feature), decimal> _values = [];
    private readonly Dictionary<(Instant Bin, string Feature, string Group), decimal> _groups = [];
    private readonly Dictionary<string, (long Count, decimal Sum)> _totals = features.ToDictionary(feature => feature, _ => (0L, 0m));

    /// <param name="feature">One of those asked for.</param>
    /// <param name="count">Events that stand behind the amount.</param>
    public void Add(Instant at, string feature, string? group, long count, decimal amount)
    {
        var bin = bins.StartOf(at);
        _values[(bin, feature)] = _values.GetValueOrDefault((bin, feature)) + amount;
        if (group is not null) _groups[(bin, feature, group)] = _groups.GetValueOrDefault((bin, feature, group)) + amount;
        var total = _totals[feature];
        _totals[feature] = (total.Count + count, total.Sum + amount);
    }

    public (long Count, decimal Sum) Total(string feature) => _totals[feature];

    /// <summary>All bins in order.</summary>
    public ImmutableArray<UsageBin> Result()
    {
        var starts = bins.Starts();
        if (!grouped) return [.. starts.Select(start => new UsageBin(start, Values(start), null))];

        var folded = Folded();
        var shown = features.ToDictionary(feature => feature, feature => folded.Keys.Where(key => key.Feature == feature).Select(key => key.Group).Distinct().Order(StringComparer.Ordinal).ToList());
        return [.. starts.Select(start => new UsageBin(start, Values(start), Groups(start)))];

        ImmutableDictionary<string, ImmutableDictionary<string, decimal>> Groups(Instant start) => features.ToImmutableDictionary(
            feature => feature, feature => shown[feature].ToImmutableDictionary(group => group, group => folded.GetValueOrDefault((start, feature, group))));
    }

    private ImmutableDictionary<string, decimal> Values(Instant start) =>
        features.ToImmutableDictionary(feature => feature, feature => _values.GetValueOrDefault((start, feature)));

    private Dictionary<(Instant Bin, string Feature, string Group), decimal> Folded()
    {
        var folded = new Dictionary<(Instant, string, string), decimal>();
        foreach (var bin in _groups.GroupBy(pair => (pair.Key.Bin, pair.Key.Feature)))
        {
            var ranked = bin.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key.Group, StringComparer.Ordinal);
            foreach (var (pair, rank) in ranked.Select((pair, rank) => (pair, rank)))
            {
                var key = (bin.Key.Bin, bin.Key.Feature, rank < maxGroups ? pair.Key.Group : Other);
                folded[key] = folded.GetValueOrDefault(key) + pair.Value;
            }
        }

        return folded;
    }
}

/// <param name="Values">By feature.</param>
/// <param name="Groups">By feature and group; null when nothing was grouped.</param>
public sealed record UsageBin(Instant Start, ImmutableDictionary<string, decimal> Values, ImmutableDictionary<string, ImmutableDictionary<string, decimal>>? Groups);
