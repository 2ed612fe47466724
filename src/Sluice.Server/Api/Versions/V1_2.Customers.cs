using System.Text.Json.Nodes;
using Sluice.Core;

namespace Sluice.Server.Api.Versions;

// Before 2.0 a customer had products and features.
internal static partial class V1_2
{
    // A product always came with what it grants; features always came with their names, which the catalog has.
    private static JsonObject WithPlans(JsonObject request)
    {
        var asked = V2_0.Expands(request);
        if (asked is null && request.ContainsKey("expand")) return request;
        asked ??= [];
        asked.RemoveAll(one => one is "balances.feature" or "flags.feature");
        asked.Add("subscriptions.plan");
        return V2_0.WithExpands(request, asked);
    }

    /// <summary>A customer or an entity at 1.2.</summary>
    private static JsonObject Holder(JsonObject holder, Passage passage)
    {
        // Entities that were created together.
        if (holder["list"] is JsonArray) return holder.Each("list", one => Holder(one, passage));
        var older = new JsonObject().With(holder, "autumn_id", "id", "created_at", "name", "customer_id", "feature_id", "email", "fingerprint", "stripe_id", "env", "metadata", "send_email_receipts");
        older["products"] = new JsonArray(
            [.. holder.Objects("subscriptions").Concat(holder.Objects("scheduled_subscriptions")).Select(held => CustomerProduct(held, passage))]);
        older["features"] = new JsonObject((holder["balances"] as JsonObject ?? [])
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value is JsonObject balance ? (JsonNode)CustomerFeature(balance, passage.Catalog) : null)));
        older.With(holder.Each("invoices", invoice => invoice.Renamed("plan_ids", "product_ids")), "invoices");
        older.With(holder.Each("trials_used", trial => trial.Renamed("plan_id", "product_id")), "trials_used");
        return older.With(holder, "entities", "rewards", "referrals", "payment_method");
    }

    private static JsonObject CustomerProduct(JsonObject held, Passage passage)
    {
        var plan = held["plan"] as JsonObject;
        var id = held.Text("plan_id") ?? "";
        var older = new JsonObject { ["id"] = id };
        older["name"] = plan is null ? passage.Catalog.Plan(new PlanId(id))?.Name : plan.Copy("name");
        older["group"] = plan?.Copy("group");
        older["status"] = Status(held, passage.Now);
        older.With(held, "canceled_at", "started_at");
        older["is_default"] = held.Flag("default");
        older["is_add_on"] = held.Flag("add_on");
        if (plan is not null) older.With(plan, "version");
        older.With(held, "current_period_start", "current_period_end");
        older["items"] = plan is null ? null : Items(plan, passage.Catalog);
        return older.With(held, "quantity");
    }

    private static string? Status(JsonObject held, Instant now) =>
        held.Flag("past_due") ? "past_due"
        : held.NumberOrNull("trial_ends_at") > now.Milliseconds ? "trialing"
        : held.Text("status");

    private static JsonObject CustomerFeature(JsonObject balance, Catalog catalog)
    {
        var older = new JsonObject().With(balance, "feature_id").Renamed("feature_id", "id");
        var feature = V2_0.Of(balance, catalog);
        older["type"] = feature is null ? "static" : UseOf(feature);
        older["name"] = feature?.Name;
        return older.With(Figures(balance, catalog));
    }

    /// <summary>How something is used, in the words of 1.2. Credits are used up as well.</summary>
    private static string UseOf(Feature feature) => feature.IsBoolean ? "static" : feature.IsCredits || feature.Consumable ? "single_use" : "continuous_use";

    // What a check put beside "allowed", and a customer into each feature.
    private static JsonObject Figures(JsonObject balance, Catalog catalog)
    {
        var feature = V2_0.Of(balance, catalog);
        var (rows, unlimited) = (balance.Objects("breakdown").ToList(), balance.Flag("unlimited"));
        var prepaid = rows.Sum(row => row.Number("prepaid_quantity"));
        var countless = unlimited || feature is { IsBoolean: true };
        var older = Every(balance, countless);
        older["unlimited"] = unlimited;
        older.With(Amounts(balance, prepaid, unlimited));
        older["next_reset_at"] = (balance["reset"] as JsonObject)?.Copy("resets_at");
        older.With(Limits(balance, prepaid));
        older["breakdown"] = new JsonArray([.. rows.Select(row => Row(row, countless, unlimited))]);
        if (feature is { IsCredits: true })
        {
            older["credit_schema"] = new JsonArray([.. feature.CreditSchema.Select(cost =>
                (JsonNode)new JsonObject { ["feature_id"] = cost.Feature.Value, ["credit_amount"] = JsonTree.Exact(cost.Cost.Value) })]);
        }

        return older.With(balance, "rollovers");
    }

    private static JsonObject Row(JsonObject row, bool countless, bool unlimited)
    {
        var prepaid = row.Number("prepaid_quantity");
        var older = Every(row, countless).With(Amounts(row, prepaid, unlimited));
        older["next_reset_at"] = (row["reset"] as JsonObject)?.Copy("resets_at");
        return older.With(row, "expires_at").With(Limits(row, prepaid));
    }

    // "lifetime" for what is granted once; null for what never resets, "multiple" when there is no one interval.
    private static JsonObject Every(JsonObject of, bool countless)
    {
        var reset = of["reset"] as JsonObject;
        var interval = reset?.Text("interval");
        return new JsonObject
        {
            ["interval"] = interval == "one_off" ? "lifetime" : interval,
            ["interval_count"] = countless || interval == "multiple" ? null : JsonTree.Exact(reset?.NumberOrNull("interval_count") ?? 1m),
        };
    }

    // What was bought counted as included; what was used beyond all that made the balance negative. Unlimited counted nothing.
    private static JsonObject Amounts(JsonObject of, decimal prepaid, bool unlimited) => new()
    {
        ["balance"] = unlimited ? JsonTree.Zero : JsonTree.Exact(of.Number("current_balance") - (of.Number("purchased_balance") - prepaid)),
        ["usage"] = unlimited ? JsonTree.Zero : JsonTree.Exact(of.Number("usage")),
        ["included_usage"] = unlimited ? JsonTree.Zero : JsonTree.Exact(of.Number("granted_balance") + prepaid),
    };

    // Overage with an end was told by the end alone.
    private static JsonObject Limits(JsonObject of, decimal prepaid)
    {
        var most = of.NumberOrNull("max_purchase");
        var older = new JsonObject { ["overage_allowed"] = most is null && of.Flag("overage_allowed") };
        if (most is { } purchase) older["usage_limit"] = JsonTree.Exact(purchase + of.Number("granted_balance") + prepaid);
        return older;
    }
}
