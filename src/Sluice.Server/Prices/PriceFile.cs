using System.Text.Json;
using Sluice.Core;

namespace Sluice.Server.Prices;

/// <summary>A price file that cannot be used; the message says where and why.</summary>
public sealed class PriceFileException(string message) : Exception(message);

/// <summary>The file of model prices: what docs/model-prices.md describes. Members it does not know are refused, so that no rate is lost to a slip of the pen.</summary>
internal static class PriceFile
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private static readonly string[] Parts = ["as_of", "source", "models"];
    private static readonly string[] TierParts = ["over", "input", "output", "cache_read", "cache_write"];
    private static readonly string[] ModelParts = ["input", "output", "cache_read", "cache_write", "audio_input", "audio_output", "reasoning", "tiers"];

    public static ModelPrices Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            var root = document.RootElement;
            Known(root, "the file", Parts);
            if (!root.TryGetProperty("models", out var models) || models.ValueKind != JsonValueKind.Object) throw new PriceFileException("there is no object \"models\".");
            var prices = new Dictionary<string, ModelPrice>(StringComparer.Ordinal);
            foreach (var model in models.EnumerateObject())
            {
                if (model.Name.IndexOf('/', StringComparison.Ordinal) < 1) throw new PriceFileException($"\"{model.Name}\" is not written provider/model.");
                if (!prices.TryAdd(model.Name, Model(model.Name, model.Value))) throw new PriceFileException($"{model.Name} is there twice.");
            }

            return new ModelPrices(prices);
        }
        catch (JsonException malformed)
        {
            throw new PriceFileException($"it is not JSON: {malformed.Message}");
        }
    }

    private static ModelPrice Model(string name, JsonElement from)
    {
        Known(from, name, ModelParts);
        var rates = new ModelRates(Required(from, name, "input"), Required(from, name, "output"))
        {
            CacheRead = Rate(from, name, "cache_read"),
            CacheWrite = Rate(from, name, "cache_write"),
            AudioInput = Rate(from, name, "audio_input"),
            AudioOutput = Rate(from, name, "audio_output"),
            Reasoning = Rate(from, name, "reasoning"),
        };
        if (!from.TryGetProperty("tiers", out var tiers)) return new ModelPrice(rates, []);
        if (tiers.ValueKind != JsonValueKind.Array) throw new PriceFileException($"{name}.tiers is not a list.");
        return new ModelPrice(rates, [.. tiers.EnumerateArray().Select(tier => Tier($"{name}.tiers", tier))]);
    }

    private static ContextTier Tier(string where, JsonElement from)
    {
        Known(from, where, TierParts);
        if (!from.TryGetProperty("over", out var over) || over.ValueKind != JsonValueKind.Number || !over.TryGetInt64(out var size) || size < 0)
            throw new PriceFileException($"{where}: a tier needs \"over\", a whole number of tokens.");
        return new ContextTier(size, Rate(from, where, "input"), Rate(from, where, "output"), Rate(from, where, "cache_read"), Rate(from, where, "cache_write"));
    }

    private static decimal Required(JsonElement from, string where, string name) => Rate(from, where, name) ?? throw new PriceFileException($"{where} has no \"{name}\".");

    private static decimal? Rate(JsonElement from, string where, string name)
    {
        if (!from.TryGetProperty(name, out var value)) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var rate) && rate is >= 0m and <= ModelRates.Most
            ? rate
            : throw new PriceFileException($"{where}.{name} is {value.GetRawText()}: it is USD for a million tokens, a number from 0 to {ModelRates.Most}.");
    }

    private static void Known(JsonElement from, string where, string[] parts)
    {
        if (from.ValueKind != JsonValueKind.Object) throw new PriceFileException($"{where} is not an object.");
        foreach (var part in from.EnumerateObject())
        {
            if (!parts.Contains(part.Name)) throw new PriceFileException($"{where} has \"{part.Name}\", which is not known. Known: {string.Join(", ", parts)}.");
        }
    }
}
