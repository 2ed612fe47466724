using System.Reflection;
using System.Text.Json;
using Sluice.Server.Api;

namespace Sluice.Server.Tests;

/// <summary>The document at /openapi.json, with its references followed.</summary>
internal sealed class ApiDocument
{
    public static readonly ApiDocument Ours = Read();

    private const string SchemaPrefix = "#/components/schemas/";
    private readonly JsonElement _root;

    private ApiDocument(JsonElement root) => _root = root;

    public JsonElement Root => _root;

    public IEnumerable<(string Method, string Path, JsonElement Operation)> Operations =>
        from path in _root.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select (operation.Name.ToUpperInvariant(), path.Name, operation.Value);

    public static ApiDocument Of(string text) => new(JsonDocument.Parse(text).RootElement);

    public JsonElement? RequestSchema(JsonElement operation) =>
        operation.TryGetProperty("requestBody", out var body) ? body.GetProperty("content").GetProperty("application/json").GetProperty("schema") : null;

    public JsonElement ResponseSchema(string operation) => Operations.First(one => one.Path == "/v1/" + operation).Operation
        .GetProperty("responses").EnumerateObject().First().Value.GetProperty("content").GetProperty("application/json").GetProperty("schema");

    public JsonElement Resolve(JsonElement schema)
    {
        while (schema.TryGetProperty("$ref", out var reference))
            schema = _root.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()![SchemaPrefix.Length..]);
        return schema;
    }

    /// <summary>The alternatives of a schema; itself when it has none.</summary>
    public IReadOnlyList<JsonElement> Alternatives(JsonElement schema)
    {
        var resolved = Resolve(schema);
        return resolved.TryGetProperty("anyOf", out var any) ? [.. any.EnumerateArray().SelectMany(Alternatives)] : [resolved];
    }

    /// <summary>The JSON types that a schema lets through.</summary>
    public IReadOnlySet<string> Types(JsonElement schema) => Alternatives(schema).SelectMany(TypesOf).ToHashSet();

    private static IEnumerable<string> TypesOf(JsonElement schema)
    {
        if (schema.TryGetProperty("const", out var constant)) return [constant.ValueKind == JsonValueKind.String ? "string" : "boolean"];
        if (!schema.TryGetProperty("type", out var type)) return ["any"];
        return type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!) : [type.GetString()!];
    }

    private static ApiDocument Read()
    {
        using var stream = typeof(Routes).Assembly.GetManifestResourceStream("openapi.json")!;
        return new ApiDocument(JsonDocument.Parse(stream).RootElement);
    }
}
