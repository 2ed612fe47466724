using System.Text.Json.Nodes;

namespace Sluice.Server.Api.Versions;

// Before 2.0 a feature's type said whether it is used up.
internal static partial class V1_2
{
    private static JsonObject Feature(JsonObject feature)
    {
        var older = new JsonObject().With(feature, "id", "name");
        older["type"] = feature.Text("type") == "metered" ? (feature.Flag("consumable") ? "single_use" : "continuous_use") : feature.Copy("type");
        older["display"] = feature.Copy("display");
        older["credit_schema"] = feature["credit_schema"] is JsonArray
            ? new JsonArray([.. feature.Objects("credit_schema").Select(row => new JsonObject().With(row, "metered_feature_id", "credit_cost"))])
            : null;
        return older.With(feature, "archived");
    }

    /// <summary>A feature sent at 1.2, in today's words.</summary>
    private static JsonObject FeatureSent(JsonObject request)
    {
        var newer = request.Each("credit_schema", row => row.Renamed("feature_id", "metered_feature_id").Renamed("credit_amount", "credit_cost"));
        if (newer.ContainsKey("credit_schema") && newer["credit_schema"] is null) newer = newer.Without("credit_schema");
        if (request.Text("type") is not ("single_use" or "continuous_use")) return newer;
        newer = newer.Put("type", "metered");
        newer["consumable"] = request.Text("type") == "single_use";
        return newer;
    }
}
