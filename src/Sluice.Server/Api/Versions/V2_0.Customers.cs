using System.Text.Json.Nodes;

namespace Sluice.Server.Api.Versions;

// Before 2.1 a customer's flags stood among the balances, and purchases among the subscriptions.
internal static partial class V2_0
{
    // Asked for one way, and needed for both kinds of rows.
    private static JsonObject WithPlansOfPurchases(JsonObject request)
    {
        var asked = Expands(request);
        if (asked is null) return request;
        if (asked.Remove("scheduled_subscriptions.plan")) asked.Add("subscriptions.plan");
        if (asked.Contains("subscriptions.plan")) asked.Add("purchases.plan");
        return WithExpands(request, asked);
    }

    /// <summary>What a request wants carried along; null when it does not say, or not in a way that is understood.</summary>
    public static List<string>? Expands(JsonObject request)
    {
        if (request.Text("expand") is { } text) return [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
        return request["expand"] is JsonArray list && list.All(one => one is JsonValue value && value.TryGetValue<string>(out _)) ? [.. list.Select(one => one!.GetValue<string>())] : null;
    }

    public static JsonObject WithExpands(JsonObject request, IEnumerable<string> expands)
    {
        var newer = request.Without("expand");
        newer["expand"] = new JsonArray([.. expands.Distinct().Select(one => (JsonNode)one)]);
        return newer;
    }

    /// <summary>A customer or an entity at 2.0.</summary>
    private static JsonObject Holder(JsonObject holder, Passage passage)
    {
        // Entities that were created together.
        if (holder["list"] is JsonArray) return holder.Each("list", one => Holder(one, passage));
        var rows = holder.Objects("subscriptions").Select(held => Subscription(held, passage))
            .Concat(holder.Objects("purchases").Select(bought => Purchase(bought, passage)))
            .GroupBy(row => (row.Text("plan_id"), row.Text("status")))
            .Select(AddedUp)
            .ToList();
        var older = holder.Without("subscriptions", "purchases", "balances", "flags", "licenses", "config", "processors", "scheduled_subscriptions");
        older["subscriptions"] = new JsonArray([.. rows.Where(row => row.Text("status") != "scheduled")]);
        older["scheduled_subscriptions"] = new JsonArray([.. rows.Where(row => row.Text("status") == "scheduled")]);
        var balances = Each(holder["balances"] as JsonObject ?? []);
        foreach (var (feature, flag) in holder["flags"] as JsonObject ?? []) balances[feature] = flag is JsonObject held ? Zeros(held) : null;
        older["balances"] = balances;
        return older;
    }

    private static JsonObject Subscription(JsonObject held, Passage passage)
    {
        var older = new JsonObject();
        if (held["plan"] is JsonObject plan) older["plan"] = Plan(plan, passage);
        older["plan_id"] = held.Copy("plan_id");
        older["default"] = held.Flag("auto_enable");
        return older.With(held, "add_on", "status", "past_due", "canceled_at", "expires_at", "trial_ends_at", "started_at", "current_period_start", "current_period_end", "quantity");
    }

    private static JsonObject Purchase(JsonObject bought, Passage passage)
    {
        var older = new JsonObject();
        if (bought["plan"] is JsonObject plan) older["plan"] = Plan(plan, passage);
        older["plan_id"] = bought.Copy("plan_id");
        older["default"] = false;
        older["add_on"] = true;
        older["status"] = "active";
        older["past_due"] = false;
        older["canceled_at"] = null;
        older["expires_at"] = bought.Copy("expires_at");
        older["trial_ends_at"] = null;
        older["started_at"] = bought.Copy("started_at");
        older["current_period_start"] = null;
        older["current_period_end"] = null;
        older["quantity"] = bought.Copy("quantity");
        return older;
    }

    // A plan held more than once was one row: all of them, since the first began.
    private static JsonObject AddedUp(IEnumerable<JsonObject> same)
    {
        var rows = same.ToList();
        var sum = rows[0];
        if (rows.Count == 1) return sum;
        sum["quantity"] = JsonTree.Exact(rows.Sum(row => row.Number("quantity")));
        sum["started_at"] = JsonTree.Exact(rows.Min(row => row.Number("started_at")));
        return sum;
    }
}
