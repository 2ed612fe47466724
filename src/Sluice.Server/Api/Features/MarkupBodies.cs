using System.Text.Json.Serialization;
using Sluice.Core;

namespace Sluice.Server.Api.Features;

/// <summary>What a model costs beyond its list price, and what one of your own costs, in USD for a million tokens.</summary>
public sealed record ModelMarkupBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? Markup,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? InputCost,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] decimal? OutputCost)
{
    internal static IReadOnlyDictionary<string, ModelMarkupBody>? Of(Markups? markups) => markups is not { Models.IsEmpty: false } ? null
        : markups.Models.ToDictionary(model => model.Model, model => new ModelMarkupBody(model.Percent, model.InputCost, model.OutputCost));
}

public sealed record ProviderMarkupBody(decimal Markup)
{
    internal static IReadOnlyDictionary<string, ProviderMarkupBody>? Of(Markups? markups) => markups is not { Providers.IsEmpty: false } ? null
        : markups.Providers.ToDictionary(provider => provider.Provider, provider => new ProviderMarkupBody(provider.Percent));
}
