using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Server.Api.Versions;

/// <summary>The steps between one route at one version and the newest version: requests go up, answers come down.</summary>
internal sealed class Chain
{
    /// <summary>Newest first. What is between two of them is the same to a caller.</summary>
    public static readonly ImmutableArray<OlderVersion> Versions = [V2_2.Changes, V2_1.Changes, V2_0.Changes, V1_2.Changes];

    private static readonly Chain Empty = new([]);
    private static readonly ConcurrentDictionary<(Endpoint, ApiVersion), Chain> Known = new();

    private readonly ImmutableArray<Change> _newestFirst;

    private Chain(ImmutableArray<Change> newestFirst) => _newestFirst = newestFirst;

    /// <summary>True when the caller speaks what the endpoint does.</summary>
    public bool IsEmpty => _newestFirst.IsEmpty;

    public static Chain Of(Endpoint endpoint, ApiVersion caller)
    {
        var version = endpoint.Speaks ?? caller;
        return version > Versions[0].Version ? Empty : Known.GetOrAdd((endpoint, version), static key => Build(key.Item1, key.Item2));
    }

    /// <summary>The request as the newest version would send it. A list is a list of requests.</summary>
    public JsonNode Up(JsonNode request, Passage passage) => request switch
    {
        JsonObject one => UpOne(one, passage),
        JsonArray list => list.Each(item => UpOne(item, passage)),
        _ => request,
    };

    public Answer Down(Answer answer, Passage passage)
    {
        if (IsEmpty || answer.Failed || JsonTree.Of(JsonSerializer.SerializeToElement(answer.Body, answer.Type)) is not JsonObject body) return answer;
        foreach (var change in _newestFirst) body = change.Down?.Invoke(body, passage) ?? body;
        return answer with { Body = body, Type = ApiJson.Default.JsonNode };
    }

    private JsonObject UpOne(JsonObject request, Passage passage)
    {
        for (var i = _newestFirst.Length - 1; i >= 0; i--) request = _newestFirst[i].Up?.Invoke(request, passage) ?? request;
        return request;
    }

    private static Chain Build(Endpoint endpoint, ApiVersion version) =>
        new([.. Versions.Where(older => version <= older.Version).SelectMany(older => older.Changes).Where(change => change.Concerns(endpoint))]);
}
