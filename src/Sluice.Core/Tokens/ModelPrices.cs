using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>A model, written <c>provider/model</c>: split at the first slash.</summary>
public readonly record struct ModelId(string Value)
{
    /// <summary>The provider of models of one's own: their prices stand with the feature.</summary>
    public const string Custom = "custom";

    public string Provider => Value.Split('/', 2)[0];

    public bool IsCustom => Value.StartsWith(Custom + "/", StringComparison.Ordinal);

    public override string ToString() => Value;
}

/// <summary>USD for a million tokens. Null = as input (cached and audio input), as output (audio output and reasoning).</summary>
public sealed record ModelRates(decimal Input, decimal Output)
{
    /// <summary>The most that a million tokens may cost.</summary>
    public const decimal Most = 1_000_000_000m;

    public decimal? CacheRead { get; init; }

    public decimal? CacheWrite { get; init; }

    public decimal? AudioInput { get; init; }

    public decimal? AudioOutput { get; init; }

    public decimal? Reasoning { get; init; }
}

/// <summary>Rates for requests with a long input; null members as they are without.</summary>
/// <param name="Over">Applies when the input, cached parts counted in, has more tokens than this.</param>
public sealed record ContextTier(long Over, decimal? Input, decimal? Output, decimal? CacheRead, decimal? CacheWrite);

/// <summary>What a model costs.</summary>
/// <param name="Tiers">In any order; the highest that is exceeded applies.</param>
public sealed record ModelPrice(ModelRates Rates, ImmutableArray<ContextTier> Tiers)
{
    /// <summary>The rates for an input of so many tokens, and the size of the tier they are of.</summary>
    public (ModelRates Rates, long? Over) For(long inputTokens)
    {
        ContextTier? best = null;
        foreach (var tier in Tiers)
        {
            if (tier.Over < inputTokens && !(best?.Over >= tier.Over)) best = tier;
        }

        return best is null ? (Rates, null) : (Rates with
        {
            Input = best.Input ?? Rates.Input,
            Output = best.Output ?? Rates.Output,
            CacheRead = best.CacheRead ?? Rates.CacheRead,
            CacheWrite = best.CacheWrite ?? Rates.CacheWrite,
        }, best.Over);
    }
}

/// <summary>The list prices of known models.</summary>
public sealed class ModelPrices(IEnumerable<KeyValuePair<string, ModelPrice>> models)
{
    private readonly FrozenDictionary<string, ModelPrice> _models = models.ToFrozenDictionary(StringComparer.Ordinal);

    public int Count => _models.Count;

    public IEnumerable<string> Models => _models.Keys;

    public ModelPrice? Find(ModelId model) => _models.GetValueOrDefault(model.Value);
}
