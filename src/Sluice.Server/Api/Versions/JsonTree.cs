using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Core;

namespace Sluice.Server.Api.Versions;

/// <summary>JSON as a tree that functions of a version take apart and put together.</summary>
internal static class JsonTree
{
    private const decimal Largest = 1e20m;
    private const decimal One = 1.0000000000000000000000000000m;

    /// <summary>
    /// A copy of the element. A member named twice counts once, the last. Text that holds half a character stays as it
    /// was written, because there is no other way to write it.
    /// </summary>
    public static JsonNode? Of(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new JsonObject();
                foreach (var member in element.EnumerateObject()) members[member.Name] = Of(member.Value);
                return members;
            case JsonValueKind.Array:
                return new JsonArray([.. element.EnumerateArray().Select(Of)]);
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.String:
                return Body.TryGetText(element, out var text) ? JsonValue.Create(text) : AsWritten(element.GetRawText());
            default:
                return JsonValue.Create(element.Clone());
        }
    }

    public static JsonElement ToElement(JsonNode node) => JsonSerializer.SerializeToElement(node, ApiJson.Default.JsonNode);

    /// <summary>A copy of the whole.</summary>
    public static JsonNode? Cloned(this JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                return new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, member.Value.Cloned())));
            case JsonArray list:
                return new JsonArray([.. list.Select(item => item.Cloned())]);
            case JsonValue value when value.TryGetValue<JsonText>(out var written):
                return AsWritten(written.Value);
            default:
                return node?.DeepClone();
        }
    }

    /// <summary>The member copied, so that it can stand in another object; null also when it is not there.</summary>
    public static JsonNode? Copy(this JsonObject from, string name) => from[name].Cloned();

    /// <summary>A copy without some members.</summary>
    public static JsonObject Without(this JsonObject from, params ReadOnlySpan<string> names)
    {
        var copy = from.Cloned()!.AsObject();
        foreach (var name in names) copy.Remove(name);
        return copy;
    }

    /// <summary>A copy in which one member is another.</summary>
    public static JsonObject Put(this JsonObject from, string name, JsonNode? value)
    {
        var copy = from.Without();
        copy[name] = Free(value);
        return copy;
    }

    /// <summary>Carries members over, each only where it is there.</summary>
    public static JsonObject With(this JsonObject to, JsonObject from, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (from.TryGetPropertyValue(name, out var value)) to[name] = value.Cloned();
        }

        return to;
    }

    /// <summary>Carries all members over.</summary>
    public static JsonObject With(this JsonObject to, JsonObject from)
    {
        foreach (var (name, value) in from) to[name] = value.Cloned();
        return to;
    }

    /// <summary>A member under another name, where it is there and the other is not.</summary>
    public static JsonObject Renamed(this JsonObject from, string name, string to)
    {
        if (!from.TryGetPropertyValue(name, out var value) || from.ContainsKey(to)) return from;
        var copy = from.Without(name);
        copy[to] = value.Cloned();
        return copy;
    }

    /// <summary>The objects of a list; those of nothing when it is none.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonObject from, string name) => (from[name] as JsonArray ?? []).OfType<JsonObject>();

    /// <summary>A copy in which a list of objects is changed one by one. Anything else stays, for the endpoint to refuse.</summary>
    public static JsonObject Each(this JsonObject from, string name, Func<JsonObject, JsonObject> change)
    {
        return from[name] is JsonArray list ? from.Put(name, list.Each(change)) : from;
    }

    public static JsonArray Each(this JsonArray list, Func<JsonObject, JsonObject> change) => new([.. list.Select(item => item is JsonObject one ? Free(change(one)) : item.Cloned())]);

    // What stands somewhere already is copied before it is put elsewhere.
    private static JsonNode? Free(JsonNode? node) => node?.Parent is null ? node : node.Cloned();

    public static decimal Number(this JsonObject from, string name) => from.NumberOrNull(name) ?? 0m;

    /// <summary>Null also for a number so large that sums with it could overflow: it is left for the endpoint to refuse.</summary>
    public static decimal? NumberOrNull(this JsonObject from, string name) =>
        from[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<decimal>(out var number) && Math.Abs(number) <= Largest ? number : null;

    public static bool Flag(this JsonObject from, string name) => from[name] is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    public static string? Text(this JsonObject from, string name) =>
        from[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String && value.TryGetValue<string>(out var text) ? text : null;

    public static JsonNode Zero => Exact(0m);

    /// <summary>Without trailing zeros, as everywhere on the wire.</summary>
    public static JsonNode Exact(decimal number) => JsonValue.Create(number / One);

    public static JsonNode? Exact(decimal? number) => number is { } known ? Exact(known) : null;

    private static JsonValue AsWritten(string raw) => JsonValue.Create(new JsonText(raw), ApiJson.Default.JsonText)!;
}
