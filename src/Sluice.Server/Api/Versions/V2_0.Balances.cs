using System.Text.Json.Nodes;

namespace Sluice.Server.Api.Versions;

// Before 2.1 a balance told what was granted, what was bought or used beyond it, and what is there now.
internal static partial class V2_0
{
    /// <summary>A balance at 2.0, of one as it is today.</summary>
    public static JsonObject Balance(JsonObject balance)
    {
        var rows = balance.Objects("breakdown").ToList();
        var prepaid = rows.Sum(row => row.Number("prepaid_grant"));
        var plans = rows.Select(row => row.Text("plan_id")).Distinct().ToList();
        var older = new JsonObject().With(balance, "feature_id", "feature", "unlimited");
        older["granted_balance"] = JsonTree.Exact(balance.Number("granted") - prepaid);
        older["purchased_balance"] = JsonTree.Exact(prepaid + rows.Sum(Overage));
        older["current_balance"] = balance.Copy("remaining");
        older.With(balance, "usage", "overage_allowed", "max_purchase");
        older["reset"] = Reset(rows, balance);
        older["plan_id"] = plans.Count == 1 ? plans[0] : null;
        older["breakdown"] = new JsonArray([.. rows.Select(Row)]);
        if (balance["rollovers"] is JsonArray) older["rollovers"] = new JsonArray([.. balance.Objects("rollovers").Select(rollover => new JsonObject().With(rollover, "balance", "expires_at"))]);
        return older;
    }

    /// <summary>How a boolean feature that is held looked among the balances.</summary>
    private static JsonObject Zeros(JsonObject flag)
    {
        var older = new JsonObject().With(flag, "feature_id", "feature");
        older["unlimited"] = false;
        older["granted_balance"] = JsonTree.Zero;
        older["purchased_balance"] = JsonTree.Zero;
        older["current_balance"] = JsonTree.Zero;
        older["usage"] = JsonTree.Zero;
        older["overage_allowed"] = false;
        older["max_purchase"] = null;
        older["reset"] = null;
        older["plan_id"] = flag.Copy("plan_id");
        var row = new JsonObject().With(flag, "id", "plan_id");
        row["granted_balance"] = JsonTree.Zero;
        row["purchased_balance"] = JsonTree.Zero;
        row["current_balance"] = JsonTree.Zero;
        row["usage"] = JsonTree.Zero;
        row["overage_allowed"] = false;
        row["max_purchase"] = null;
        row["reset"] = null;
        row["prepaid_quantity"] = JsonTree.Zero;
        row["expires_at"] = flag.Copy("expires_at");
        older["breakdown"] = new JsonArray(row);
        return older;
    }

    private static JsonObject Row(JsonObject row)
    {
        var price = row["price"] as JsonObject;
        var older = new JsonObject().With(row, "id", "plan_id");
        older["granted_balance"] = row.Copy("included_grant");
        older["purchased_balance"] = JsonTree.Exact(row.Number("prepaid_grant") + Overage(row));
        older["current_balance"] = row.Copy("remaining");
        older["usage"] = row.Copy("usage");
        older["overage_allowed"] = price?.Text("billing_method") == "usage_based";
        older["max_purchase"] = price?.Copy("max_purchase");
        older["reset"] = row.Copy("reset");
        older["prepaid_quantity"] = row.Copy("prepaid_grant");
        older["expires_at"] = row.Copy("expires_at");
        return older;
    }

    // How far a grant is used beyond what it grants.
    private static decimal Overage(JsonObject row) =>
        row.Flag("unlimited") ? 0m : Math.Max(0m, row.Number("usage") - row.Number("included_grant") - row.Number("prepaid_grant"));

    // One interval stands for the balance; several are "multiple", and there is no one moment then.
    private static JsonObject? Reset(List<JsonObject> rows, JsonObject balance)
    {
        var resets = rows.Select(row => row["reset"] as JsonObject).OfType<JsonObject>().DistinctBy(reset => (reset.Text("interval"), reset.NumberOrNull("interval_count") ?? 1m)).ToList();
        if (resets.Count == 0) return null;
        if (resets.Count > 1) return new JsonObject { ["interval"] = "multiple", ["resets_at"] = null };
        var older = new JsonObject().With(resets[0], "interval", "interval_count");
        older["resets_at"] = balance.Copy("next_reset_at");
        return older;
    }
}
