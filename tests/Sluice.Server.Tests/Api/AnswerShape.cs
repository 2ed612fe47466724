using System.Text.Json;

namespace Sluice.Server.Tests;

/// <summary>Holds an answer against the document: required members there, optional ones never null, none undescribed.</summary>
internal static class AnswerShape
{
    public static Reply MustFit(this Reply reply, string operation)
    {
        var faults = Faults(ApiDocument.Ours, reply.MustBe(200).Json, ApiDocument.Ours.ResponseSchema(operation), "answer");
        return faults.Count == 0 ? reply : throw new InvalidOperationException($"{operation}: {string.Join("; ", faults)} in {reply.Text}");
    }

    private static IReadOnlyList<string> Faults(ApiDocument document, JsonElement value, JsonElement schema, string path)
    {
        IReadOnlyList<string> least = [$"{path} has no alternative"];
        var alternatives = document.Alternatives(schema);
        for (var i = 0; i < alternatives.Count; i++)
        {
            var faults = Check(document, value, alternatives[i], path).ToList();
            if (faults.Count == 0) return [];
            if (i == 0 || faults.Count < least.Count) least = faults;
        }

        return least;
    }

    private static IEnumerable<string> Check(ApiDocument document, JsonElement value, JsonElement schema, string path)
    {
        var types = document.Types(schema);
        if (!types.Contains("any") && !KindsOf(value).Any(types.Contains)) return [$"{path} is {value.ValueKind}, not {string.Join(" or ", types)}"];
        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(word => word.GetRawText() == value.GetRawText())) return [$"{path} is {value}, which is none of {words}"];
        return value.ValueKind switch
        {
            JsonValueKind.Object => Members(document, value, schema, path),
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) => value.EnumerateArray().SelectMany((item, i) => Faults(document, item, items, $"{path}[{i}]")),
            _ => [],
        };
    }

    private static IEnumerable<string> Members(ApiDocument document, JsonElement value, JsonElement schema, string path)
    {
        var known = schema.TryGetProperty("properties", out var properties) ? properties.EnumerateObject().ToDictionary(one => one.Name, one => one.Value) : [];
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _))) yield return $"{path} lacks {name}";
        }

        var others = schema.TryGetProperty("additionalProperties", out var more) ? more : (JsonElement?)null;
        foreach (var member in value.EnumerateObject())
        {
            var here = $"{path}.{member.Name}";
            if (!known.TryGetValue(member.Name, out var of))
            {
                if (others is null or { ValueKind: JsonValueKind.False }) yield return $"{here} is not described";
                else if (others is { ValueKind: JsonValueKind.Object } each)
                    foreach (var fault in Faults(document, member.Value, each, here)) yield return fault;
                continue;
            }

            foreach (var fault in Faults(document, member.Value, of, here)) yield return fault;
        }
    }

    private static IEnumerable<string> KindsOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => decimal.Truncate(value.GetDecimal()) == value.GetDecimal() ? ["number", "integer"] : ["number"],
        JsonValueKind.String => ["string"],
        JsonValueKind.True or JsonValueKind.False => ["boolean"],
        JsonValueKind.Array => ["array"],
        JsonValueKind.Object => ["object"],
        _ => ["null"],
    };
}
