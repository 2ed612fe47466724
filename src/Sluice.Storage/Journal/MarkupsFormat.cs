using System.Text.Json;
using Sluice.Core;

namespace Sluice.Storage;

/// <summary>What an AI credit system puts on top of list prices. It stands in "later", in the words of the API, as it did before Sluice charged it.</summary>
internal static class MarkupsFormat
{
    public static Markups? Read(JsonElement feature)
    {
        if (!feature.TryGetProperty("later"u8, out var from)) return null;
        return Markups.NullWhenEmpty(new Markups(
            from.TryGetProperty("model_markups"u8, out var models)
                ? [.. models.EnumerateObject().Select(static model => new ModelMarkup(model.Name, Number(model.Value, "markup"u8), Number(model.Value, "input_cost"u8), Number(model.Value, "output_cost"u8)))]
                : [],
            from.TryGetProperty("provider_markups"u8, out var providers)
                ? [.. providers.EnumerateObject().Select(static provider => new ProviderMarkup(provider.Name, provider.Value.GetProperty("markup"u8).GetDecimal()))]
                : [],
            Number(from, "default_markup"u8)));
    }

    public static void Write(Utf8JsonWriter to, Markups markups)
    {
        to.WriteStartObject("later"u8);
        if (!markups.Models.IsEmpty)
        {
            to.WriteStartObject("model_markups"u8);
            foreach (var model in markups.Models)
            {
                to.WriteStartObject(model.Model);
                Write(to, "markup"u8, model.Percent);
                Write(to, "input_cost"u8, model.InputCost);
                Write(to, "output_cost"u8, model.OutputCost);
                to.WriteEndObject();
            }

            to.WriteEndObject();
        }

        Write(to, "default_markup"u8, markups.Default);
        if (!markups.Providers.IsEmpty)
        {
            to.WriteStartObject("provider_markups"u8);
            foreach (var provider in markups.Providers)
            {
                to.WriteStartObject(provider.Provider);
                Write(to, "markup"u8, provider.Percent);
                to.WriteEndObject();
            }

            to.WriteEndObject();
        }

        to.WriteEndObject();
    }

    private static decimal? Number(JsonElement from, ReadOnlySpan<byte> name) => from.TryGetProperty(name, out var value) ? value.GetDecimal() : null;

    private static void Write(Utf8JsonWriter to, ReadOnlySpan<byte> name, decimal? value) => to.Price(name, value is { } number ? new Price(number) : null);
}
