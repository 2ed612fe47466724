using System.Text.Json.Nodes;
using Sluice.Core;

namespace Sluice.Server.Api.Versions;

/// <summary>2.2, and what 2.3 changed. Paging by cursor came with it too and is up to the lists themselves.</summary>
internal static class V2_2
{
    public static readonly OlderVersion Changes = new(new ApiVersion(2, 2), new ApiVersion(2, 3), new DateOnly(2026, 5, 13),
    [
        new Change("A customer's `billing_controls` hold the defaults of its plans too, each entry with its `source`, and usage limits their `usage` (before: only the customer's own).", ["customers.get", "customers.get_or_create", "customers.update"])
        {
            Down = (answer, _) => WithOwnControls(answer),
        },
        new Change("So do those of every customer of a list.", ["customers.list"])
        {
            Down = (answer, _) => answer.Each("list", WithOwnControls),
        },
    ]);

    private static JsonObject WithOwnControls(JsonObject customer)
    {
        if (customer["billing_controls"] is not JsonObject controls || controls.Count == 0) return customer;
        var own = new JsonObject();
        foreach (var (name, list) in controls)
        {
            var entries = (list as JsonArray ?? []).OfType<JsonObject>().Where(static entry => entry.Text("source") != "plan").Select(static JsonNode? (entry) => entry.Without("source", "usage")).ToArray();
            if (entries.Length > 0 || list is JsonArray { Count: 0 }) own[name] = new JsonArray(entries);
        }

        return customer.Put("billing_controls", own);
    }
}
