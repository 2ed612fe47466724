using System.Collections.Immutable;
using Sluice.Core;

namespace Sluice.Server.Api.Features;

/// <summary>The markups of an AI credit system as callers send them. Null takes what stands away.</summary>
internal static class MarkupFields
{
    public static MarkupsChange Read(Body body) => new()
    {
        Models = body.IsSent("model_markups") ? Models(body) : default(Change<ImmutableArray<ModelMarkup>>),
        Providers = body.IsSent("provider_markups") ? Providers(body) : default(Change<ImmutableArray<ProviderMarkup>>),
        Default = body.IsSent("default_markup") ? body.Number("default_markup", nullable: true, min: Markups.Least, max: Markups.Most) : default(Change<decimal?>),
    };

    private static ImmutableArray<ModelMarkup> Models(Body body) => [.. (body.Map("model_markups", nullable: true) ?? []).Select(model => new ModelMarkup(
        model.Key,
        model.Value.Number("markup", nullable: true, min: Markups.Least, max: Markups.Most),
        model.Value.Number("input_cost", nullable: true, min: 0m, max: ModelRates.Most),
        model.Value.Number("output_cost", nullable: true, min: 0m, max: ModelRates.Most)))];

    private static ImmutableArray<ProviderMarkup> Providers(Body body) => [.. (body.Map("provider_markups", nullable: true) ?? []).Select(provider => new ProviderMarkup(
        provider.Key, provider.Value.Number("markup", required: true, min: Markups.Least, max: Markups.Most) ?? 0m))];
}
