using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>Percent on top of what tokens cost at list price: −100 = free, 0 = as listed. Those of a model go before its provider's, and these before the default.</summary>
/// <param name="Models">By model id, as <c>provider/model</c>.</param>
/// <param name="Providers">By the part of the model id before its first slash.</param>
public sealed record Markups(ImmutableArray<ModelMarkup> Models, ImmutableArray<ProviderMarkup> Providers, decimal? Default)
{
    public const decimal Least = -100m;
    public const decimal Most = 1_000_000m;

    public static readonly Markups None = new([], [], null);

    /// <summary>The markup of a model, and where it was said.</summary>
    public (decimal Percent, MarkupSource Source) For(ModelId model)
    {
        if (Model(model)?.Percent is { } own) return (own, MarkupSource.Model);
        foreach (var provider in Providers)
        {
            if (provider.Provider == model.Provider) return (provider.Percent, MarkupSource.Provider);
        }

        return Default is { } said ? (said, MarkupSource.Default) : (0m, MarkupSource.None);
    }

    public ModelMarkup? Model(ModelId model)
    {
        foreach (var known in Models)
        {
            if (known.Model == model.Value) return known;
        }

        return null;
    }

    /// <summary>Markups that say nothing are none.</summary>
    public static Markups? NullWhenEmpty(Markups? markups) => markups is { Models.IsEmpty: true, Providers.IsEmpty: true, Default: null } ? null : markups;

    internal static Refusal? Check(Markups? markups)
    {
        if (markups is null) return null;
        var percents = markups.Models.Select(model => (model.Percent, Name: $"model_markups.{model.Model}.markup"))
            .Concat(markups.Providers.Select(provider => ((decimal?)provider.Percent, $"provider_markups.{provider.Provider}.markup")))
            .Append((markups.Default, "default_markup"));
        foreach (var (percent, name) in percents)
        {
            if (percent is < Least or > Most) return Refuse($"{name} is {percent}: a markup is a percentage from {Least} (free) to {Most}.");
        }

        return markups.Models.SelectMany(model => new[] { model.InputCost, model.OutputCost }.Select(cost => (cost, model.Model))).FirstOrDefault(pair => pair.cost is < 0m or > ModelRates.Most) is { cost: { } bad } wrong
            ? Refuse($"model_markups.{wrong.Model} has a cost of {bad}: it is in USD for a million tokens, from 0 to {ModelRates.Most}.")
            : null;
    }

    public bool Equals(Markups? other) =>
        other is not null && Default == other.Default && Models.AsSpan().SequenceEqual(other.Models.AsSpan()) && Providers.AsSpan().SequenceEqual(other.Providers.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Default, Models.Length, Providers.Length);

    private static Refusal Refuse(string message) => new(RefusalCode.InvalidInputs, message);
}

/// <param name="Percent">Null = the provider's, or the default.</param>
/// <param name="InputCost">Of a model of one's own (<c>custom/…</c>): USD for a million tokens.</param>
public sealed record ModelMarkup(string Model, decimal? Percent, decimal? InputCost, decimal? OutputCost);

public sealed record ProviderMarkup(string Provider, decimal Percent);

/// <summary>Where the markup of a usage was said.</summary>
public enum MarkupSource
{
    None,
    Default,
    Provider,
    Model,
}

/// <summary>Lists that are said replace those that stand.</summary>
public readonly record struct MarkupsChange
{
    public Change<ImmutableArray<ModelMarkup>> Models { get; init; }

    public Change<ImmutableArray<ProviderMarkup>> Providers { get; init; }

    public Change<decimal?> Default { get; init; }

    /// <summary>All of them, to these; null says nothing.</summary>
    public static MarkupsChange To(Markups? wanted) =>
        wanted is null ? default : new MarkupsChange { Models = wanted.Models, Providers = wanted.Providers, Default = wanted.Default };

    public Markups? Of(Markups? standing)
    {
        var before = standing ?? Markups.None;
        return Markups.NullWhenEmpty(new Markups(Models.Or(before.Models), Providers.Or(before.Providers), Default.Or(before.Default)));
    }
}
