using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Server.Tests;

/// <summary>
/// Every field that a request schema names, at every depth, each with a request that is right but for this one field.
/// </summary>
internal static class RequestFields
{
    /// <param name="Path">As errors name it: "items[0].price.amount".</param>
    /// <param name="Request">The field in it has a value of a type that its schema does not allow.</param>
    public sealed record Field(string Path, JsonElement Schema, JsonNode Request);

    public static IEnumerable<Field> Of(ApiDocument document, JsonElement schema, JsonObject also)
    {
        var resolved = document.Resolve(schema);
        if (document.Types(resolved).Contains("array"))
            return Below(document, resolved.GetProperty("items"), "items[0]", also, item => new JsonArray(item));
        return Below(document, resolved, "", also, whole => whole);
    }

    /// <summary>The smallest value that the schema allows.</summary>
    public static JsonNode Sample(ApiDocument document, JsonElement schema)
    {
        var one = document.Alternatives(schema)[0];
        if (one.TryGetProperty("const", out var constant)) return JsonNode.Parse(constant.GetRawText())!;
        if (one.TryGetProperty("enum", out var words)) return JsonNode.Parse(words[0].GetRawText())!;
        var types = document.Types(one);
        if (types.Contains("string")) return "x";
        if (types.Contains("number") || types.Contains("integer")) return JsonValue.Create(one.TryGetProperty("minimum", out var least) ? Math.Max(1, least.GetDecimal()) : 1m);
        if (types.Contains("boolean")) return true;
        return types.Contains("array") ? new JsonArray() : Required(document, one);
    }

    private static JsonObject Required(ApiDocument document, JsonElement schema)
    {
        var sample = new JsonObject();
        if (!schema.TryGetProperty("required", out var required)) return sample;
        foreach (var name in required.EnumerateArray().Select(name => name.GetString()!))
            sample[name] = Sample(document, schema.GetProperty("properties").GetProperty(name));
        return sample;
    }

    private static IEnumerable<Field> Below(ApiDocument document, JsonElement schema, string path, JsonObject also, Func<JsonNode, JsonNode> within)
    {
        foreach (var alternative in document.Alternatives(schema))
        {
            if (alternative.TryGetProperty("properties", out var properties))
            {
                foreach (var property in properties.EnumerateObject())
                {
                    foreach (var field in Property(document, alternative, property, path, also, within)) yield return field;
                }
            }
            else if (alternative.TryGetProperty("items", out var items))
            {
                foreach (var field in Below(document, items, path + "[0]", [], item => within(new JsonArray(item)))) yield return field;
            }
            else if (alternative.TryGetProperty("additionalProperties", out var values) && values.ValueKind == JsonValueKind.Object)
            {
                foreach (var field in Below(document, values, path + ".key", [], value => within(new JsonObject { ["key"] = value }))) yield return field;
            }
        }
    }

    private static IEnumerable<Field> Property(
        ApiDocument document, JsonElement owner, JsonProperty property, string path, JsonObject also, Func<JsonNode, JsonNode> within)
    {
        JsonNode Around(JsonNode value)
        {
            var sample = Required(document, owner);
            foreach (var (name, more) in also) sample[name] = more!.DeepClone();
            sample[property.Name] = value;
            return within(sample);
        }

        var here = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
        var types = document.Types(property.Value);
        if (!types.Contains("any")) yield return new Field(here, property.Value, Around(types.Contains("boolean") ? "wrong" : true));
        foreach (var field in Below(document, property.Value, here, [], Around)) yield return field;
    }
}
