using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Server.Tests.Versions;

/// <summary>
/// A conversation at one version, a line each: what is sent, and what has to come back, member by member. "*" is any
/// value at all; "&amp;name" is a part that an earlier line of the file gives; lists of things with ids are compared
/// without their order.
/// </summary>
internal static class Dialogue
{
    private const string Any = "*";

    public static async Task<IReadOnlyList<string>> Play(RunningServer server, string file, string version)
    {
        var (parts, faults) = (new Dictionary<string, JsonNode?>(), new List<string>());
        foreach (var line in Lines(file))
        {
            if (line["part"] is { } part) parts["&" + part] = line["is"];
            else faults.AddRange(await Step(server, line, version, parts));
        }

        return faults;
    }

    private static async Task<IEnumerable<string>> Step(RunningServer server, JsonObject line, string version, Dictionary<string, JsonNode?> parts)
    {
        List<(string, string)> headers = [("x-api-version", version)];
        if (line["key"] is { } key) headers.Add(("Idempotency-Key", key.GetValue<string>()));
        var reply = await server.Api.Send(new HttpMethod(line["method"]!.GetValue<string>()), line["path"]!.GetValue<string>(), line["send"]?.ToJsonString(), [.. headers]);
        var at = $"{line["path"]} {line["send"]?.ToJsonString()}";
        if (reply.Status != line["status"]!.GetValue<int>()) return [$"{at}: {reply}, not {line["status"]}"];
        return line.TryGetPropertyValue("answer", out var answer) ? Differences(answer, JsonNode.Parse(reply.Text), "answer", parts).Select(fault => $"{at}: {fault}") : [];
    }

    public static IEnumerable<string> Differences(JsonNode? expected, JsonNode? actual, string path, IReadOnlyDictionary<string, JsonNode?> parts)
    {
        var text = expected is JsonValue value && value.TryGetValue<string>(out var word) ? word : null;
        if (text == Any) return [];
        if (text is not null && parts.TryGetValue(text, out var part)) return Differences(part, actual, path, parts);
        return (expected, actual) switch
        {
            (JsonObject left, JsonObject right) => Members(left, right, path, parts),
            (JsonArray left, JsonArray right) => left.Count != right.Count
                ? [$"{path} has {right.Count} rows, not {left.Count}"]
                : Sorted(left).Zip(Sorted(right)).SelectMany((pair, i) => Differences(pair.First, pair.Second, $"{path}[{i}]", parts)),
            _ => JsonNode.DeepEquals(expected, actual) ? [] : [$"{path} is {actual?.ToJsonString() ?? "null"}, not {expected?.ToJsonString() ?? "null"}"],
        };
    }

    private static IEnumerable<string> Members(JsonObject expected, JsonObject actual, string path, IReadOnlyDictionary<string, JsonNode?> parts)
    {
        foreach (var name in expected.Select(member => member.Key).Union(actual.Select(member => member.Key)))
        {
            if (!actual.ContainsKey(name)) yield return $"{path} lacks {name}";
            else if (!expected.TryGetPropertyValue(name, out var member)) yield return $"{path} has {name}: {actual[name]?.ToJsonString()}";
            else
            {
                foreach (var fault in Differences(member, actual[name], $"{path}.{name}", parts)) yield return fault;
            }
        }
    }

    private static IEnumerable<JsonNode?> Sorted(JsonArray list) => list.OrderBy(item => item is JsonObject one ? (one["feature_id"] ?? one["id"])?.ToString() : null, StringComparer.Ordinal);

    private static IEnumerable<JsonObject> Lines(string file)
    {
        using var stream = typeof(Dialogue).Assembly.GetManifestResourceStream(file)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line) yield return JsonNode.Parse(line)!.AsObject();
    }
}
