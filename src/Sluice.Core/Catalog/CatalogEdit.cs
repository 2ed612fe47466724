using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>What a catalog command comes to: rows to write and to drop, whole or not at all.</summary>
public sealed record CatalogEdit
{
    public ImmutableArray<Feature> PutFeatures { get; init; } = [];

    public ImmutableArray<FeatureId> DropFeatures { get; init; } = [];

    public ImmutableArray<Plan> PutPlans { get; init; } = [];

    public ImmutableArray<(PlanId Plan, int Version)> DropPlans { get; init; } = [];

    public ImmutableArray<ItemTerms> NewTerms { get; init; } = [];

    public ImmutableArray<Reward> PutRewards { get; init; } = [];

    public ImmutableArray<string> DropRewards { get; init; } = [];

    public ImmutableArray<ReferralProgram> PutPrograms { get; init; } = [];

    public ImmutableArray<string> DropPrograms { get; init; } = [];

    public bool IsEmpty => PutFeatures.IsEmpty && DropFeatures.IsEmpty && PutPlans.IsEmpty && DropPlans.IsEmpty
        && PutRewards.IsEmpty && DropRewards.IsEmpty && PutPrograms.IsEmpty && DropPrograms.IsEmpty;

    /// <summary>This edit and another one after it, as one.</summary>
    public CatalogEdit Then(CatalogEdit next) => new()
    {
        PutFeatures = [.. PutFeatures.Where(row => !next.PutFeatures.Any(put => put.Id == row.Id) && !next.DropFeatures.Contains(row.Id)), .. next.PutFeatures],
        DropFeatures = [.. DropFeatures.Where(id => !next.PutFeatures.Any(put => put.Id == id)).Union(next.DropFeatures)],
        PutPlans = [.. PutPlans.Where(row => !next.PutPlans.Any(put => put.Id == row.Id && put.Version == row.Version) && !next.DropPlans.Contains((row.Id, row.Version))), .. next.PutPlans],
        DropPlans = [.. DropPlans.Where(key => !next.PutPlans.Any(put => put.Id == key.Plan && put.Version == key.Version)).Union(next.DropPlans)],
        NewTerms = [.. NewTerms, .. next.NewTerms],
        PutRewards = [.. PutRewards.Where(row => !next.PutRewards.Any(put => put.Id == row.Id) && !next.DropRewards.Contains(row.Id)), .. next.PutRewards],
        DropRewards = [.. DropRewards.Where(id => !next.PutRewards.Any(put => put.Id == id)).Union(next.DropRewards)],
        PutPrograms = [.. PutPrograms.Where(row => !next.PutPrograms.Any(put => put.Id == row.Id) && !next.DropPrograms.Contains(row.Id)), .. next.PutPrograms],
        DropPrograms = [.. DropPrograms.Where(id => !next.PutPrograms.Any(put => put.Id == id)).Union(next.DropPrograms)],
    };

    /// <summary>The catalog after the edit, its version one higher; unchanged when the edit is empty.</summary>
    public Catalog ApplyTo(Catalog before) => IsEmpty ? before : new Catalog(
        before.Version + 1,
        Merge(before.Features, PutFeatures, DropFeatures, feature => feature.Id),
        Merge(before.Plans, PutPlans, DropPlans, plan => (plan.Id, plan.Version)))
        {
            Rewards = new RewardBook(
                Merge(before.Rewards.Rewards, PutRewards, DropRewards, static reward => reward.Id),
                Merge(before.Rewards.Programs, PutPrograms, DropPrograms, static program => program.Id)),
        };

    private static IEnumerable<T> Merge<T, TKey>(ImmutableArray<T> rows, ImmutableArray<T> put, ImmutableArray<TKey> drop, Func<T, TKey> key)
    {
        var gone = drop.Concat(put.Select(key)).ToHashSet();
        return rows.Where(row => !gone.Contains(key(row))).Concat(put);
    }
}

/// <summary>What the catalog's rules say to a command.</summary>
public abstract record CatalogDecision
{
    private CatalogDecision()
    {
    }

    /// <summary>An empty edit = accepted, and nothing to store.</summary>
    public sealed record Accepted(CatalogEdit Edit, Catalog After) : CatalogDecision;

    public sealed record Refused(Refusal Refusal) : CatalogDecision;

    public static implicit operator CatalogDecision(Refusal refusal) => new Refused(refusal);

    /// <summary>Accepts unless the plans that enable themselves would no longer make sense together, or a reward would name what is gone.</summary>
    internal static CatalogDecision Accept(Catalog before, CatalogEdit edit)
    {
        var after = edit.ApplyTo(before);
        return (AutoEnabling.Check(after) ?? RewardRules.Check(after, after.Rewards)) is { } refusal ? refusal : new Accepted(edit, after);
    }
}

/// <summary>What a rule needs besides the command.</summary>
/// <param name="NextTerms">
/// One above every id ever given to terms of the scope, also those no plan carries any more: customers may still refer
/// to them. The rule takes as many in a row as it needs.
/// </param>
public sealed record CatalogContext(Catalog Catalog, TermsId NextTerms, Instant Now);

/// <summary>Hands out terms: those that stand already where nothing changed, new ones otherwise.</summary>
internal sealed class TermsWriter(TermsId next)
{
    private readonly List<ItemTerms> _written = [];

    public ImmutableArray<ItemTerms> Written => [.. _written];

    public ItemTerms Write(ItemTerms wanted, ImmutableArray<ItemTerms> standing)
    {
        if (standing.Concat(_written).FirstOrDefault(terms => terms.SameAs(wanted)) is { } same) return same;
        var terms = wanted with { Id = new TermsId(next.Value + _written.Count) };
        _written.Add(terms);
        return terms;
    }
}
