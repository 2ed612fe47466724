using Sluice.Core;
using Sluice.Server.Api.Events;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Balances;

/// <summary>Tokens to be tracked, as asked: a track whose feature and value are found by the price of the model.</summary>
internal sealed record TokensAsked(Tracked Tracked, FeatureId? Feature, ModelId Model, TokenCounts Tokens)
{
    public static TokensAsked Read(Body body)
    {
        var feature = body.Text("feature_id", minLength: 1);
        var tokens = new TokenCounts(body.Count("input_tokens", required: true) ?? 0, body.Count("output_tokens", required: true) ?? 0)
        {
            CacheRead = body.Count("cache_read_tokens") ?? 0,
            CacheWrite = body.Count("cache_write_tokens") ?? 0,
            AudioInput = body.Count("audio_input_tokens") ?? 0,
            AudioOutput = body.Count("audio_output_tokens") ?? 0,
            Reasoning = body.Count("reasoning_tokens") ?? 0,
        };
        return new TokensAsked(
            Tracked.Of(body, null, null, Quantity.Zero),
            feature is null ? null : new FeatureId(feature),
            new ModelId(body.RequiredText("model_id")),
            tokens);
    }

    /// <summary>The track of the AI credit system that pays, at the cost in USD. An answer when there is none, or no price.</summary>
    public async ValueTask<(Tracked? Tracked, Refusal? Refusal)> Priced(Call call)
    {
        var (feature, unpaid) = await PaidFrom(call);
        if (feature is null) return (null, unpaid);
        var (cost, unpriced) = TokenCost.Of(feature, call.Engine.Prices.Prices, Model, Tokens);
        if (cost is null) return (null, unpriced);
        var properties = new TokenProperties(Tracked.Command.Properties, Model, Tokens, cost);
        return (Tracked with
        {
            Command = Tracked.Command with
            {
                Feature = feature.Id,
                Value = cost.Cost,
                Property = PropertyText.Of(properties.With([], feature.Id)),
                PropertiesAfter = draws => properties.With(draws, feature.Id),
            },
        }, null);
    }

    private async ValueTask<(Feature? Feature, Refusal? Refusal)> PaidFrom(Call call)
    {
        if (Feature is { } named) return AiCredits.Named(call.Catalog, named);
        var (subject, notThere) = await call.Read(Tracked.CustomerId, Tracked.Command.Entity);
        return subject is { } holder ? AiCredits.PayingFor(holder, call.Catalog) : (null, notThere);
    }
}
