using System.Text.Json.Nodes;
using Sluice.Core;
using Sluice.Server.Api;
using Sluice.Server.Api.Versions;

namespace Sluice.Server.Tests.Versions;

/// <summary>An answer of today as an older caller gets it, with no server in between.</summary>
internal static class Told
{
    public static readonly Instant Now = new(1_760_000_000_000);

    public static readonly Catalog Catalog = new(
        1,
        [
            Feature("letters", "Letters", FeatureType.Metered, consumable: true),
            Feature("desks", "Desks", FeatureType.Metered, consumable: false),
            Feature("support", "Support", FeatureType.Boolean, consumable: false),
        ],
        []);

    public static JsonObject At(ApiVersion version, string operation, string answer, string request = "{}")
    {
        var endpoint = Routes.Served.First(route => route.Operation == operation && route.Path == "/v1/" + operation);
        var passage = new Passage(Catalog, Now, JsonNode.Parse(request)!.AsObject());
        var told = Chain.Of(endpoint, version).Down(new Answer(200, JsonNode.Parse(answer)!, ApiJson.Default.JsonNode), passage);
        return JsonNode.Parse(((JsonNode)told.Body).ToJsonString())!.AsObject();
    }

    /// <summary>The members named, as "name value".</summary>
    public static string Members(JsonNode? of, string names) =>
        string.Join(", ", names.Split(' ').Select(name => $"{name} {(of!.AsObject().ContainsKey(name) ? of[name]?.ToJsonString() ?? "null" : "-")}"));

    private static Feature Feature(string id, string name, FeatureType type, bool consumable) => new(new FeatureId(id), name, type, consumable, [], [], null, false, Now);
}
