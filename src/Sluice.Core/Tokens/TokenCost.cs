namespace Sluice.Core;

/// <summary>Tokens of one request. The pools share none: cached tokens are not counted among the input again.</summary>
public sealed record TokenCounts(long Input, long Output)
{
    /// <summary>The most of one kind that a request may have: beyond it numbers of JSON are not exact.</summary>
    public const long Most = 9_007_199_254_740_991;

    public long CacheRead { get; init; }

    public long CacheWrite { get; init; }

    public long AudioInput { get; init; }

    public long AudioOutput { get; init; }

    public long Reasoning { get; init; }

    /// <summary>What the size of the context is counted by.</summary>
    public long TotalInput => Input + CacheRead + CacheWrite;
}

/// <summary>What the tokens of one request cost, in USD.</summary>
/// <param name="Base">At list price.</param>
/// <param name="Cost">With the markup.</param>
/// <param name="Markup">Percent.</param>
/// <param name="TierOver">The context tier whose rates apply; null = none.</param>
public sealed record TokenCost(Quantity Base, Quantity Cost, decimal Markup, MarkupSource Source, ModelRates Rates, long? TierOver)
{
    /// <summary>A refusal when the model has no price.</summary>
    public static (TokenCost? Cost, Refusal? Refusal) Of(Feature feature, ModelPrices prices, ModelId model, TokenCounts tokens)
    {
        var markups = feature.Markups ?? Markups.None;
        if (model.IsCustom) return OfCustom(feature, markups, model, tokens);
        return prices.Find(model) is { } price
            ? Priced(markups, model, price.For(tokens.TotalInput), tokens)
            : (null, new Refusal(RefusalCode.InvalidRequest, $"There is no price for the model {model}. Write it as provider/model, add it to the price file, or use custom/… with its costs in model_markups of feature {feature.Id}."));
    }

    // Models of one's own know two rates; tokens of other kinds cost nothing.
    private static (TokenCost?, Refusal?) OfCustom(Feature feature, Markups markups, ModelId model, TokenCounts tokens) =>
        markups.Model(model) is { InputCost: { } input, OutputCost: { } output }
            ? Priced(markups, model, (new ModelRates(input, output), null), new TokenCounts(tokens.Input, tokens.Output))
            : (null, new Refusal(RefusalCode.InvalidRequest, $"The model {model} is your own, so feature {feature.Id} must say its input_cost and output_cost (USD for a million tokens) in model_markups."));

    private static (TokenCost?, Refusal?) Priced(Markups markups, ModelId model, (ModelRates Rates, long? Over) at, TokenCounts tokens)
    {
        var rates = at.Rates;
        var micro = (tokens.Input * rates.Input) + (tokens.Output * rates.Output)
            + (tokens.CacheRead * (rates.CacheRead ?? rates.Input)) + (tokens.CacheWrite * (rates.CacheWrite ?? rates.Input))
            + (tokens.AudioInput * (rates.AudioInput ?? rates.Input)) + (tokens.AudioOutput * (rates.AudioOutput ?? rates.Output))
            + (tokens.Reasoning * (rates.Reasoning ?? rates.Output));
        var (percent, source) = markups.For(model);
        var (plain, full) = (micro / 1_000_000m, micro / 1_000_000m * (1m + (percent / 100m)));
        return Quantity.TryOf(plain, out var listed) && Quantity.TryOf(full, out var cost)
            ? (new TokenCost(listed, cost, percent, source, rates, at.Over), null)
            : (null, new Refusal(RefusalCode.InvalidInputs, $"These tokens would cost more than {Quantity.Limit} USD: nothing was recorded."));
    }
}
