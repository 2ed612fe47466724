using System.Text.Json.Nodes;
using Sluice.Core;

namespace Sluice.Server.Api.Versions;

// Before 2.1 a plan granted features.
internal static partial class V2_0
{
    /// <summary>A plan at 2.0.</summary>
    public static JsonObject Plan(JsonObject plan, Passage passage)
    {
        var older = new JsonObject().With(plan, "id", "name", "description", "group", "version", "add_on");
        older["default"] = plan.Flag("auto_enable");
        older.With(plan, "price");
        older["features"] = new JsonArray([.. plan.Objects("items").Select(item => Feature(item, passage.Catalog))]);
        older["free_trial"] = plan.Copy("free_trial");
        return older.With(plan, "created_at", "env", "archived", "base_variant_id", "customer_eligibility");
    }

    private static JsonObject Feature(JsonObject item, Catalog catalog)
    {
        var older = new JsonObject().With(item, "feature_id", "feature");
        older["granted_balance"] = item.Copy("included");
        older["unlimited"] = item.Flag("unlimited");
        if (item["reset"] is JsonObject reset)
        {
            var every = new JsonObject().With(reset, "interval", "interval_count");
            every["reset_when_enabled"] = Of(item, catalog)?.Consumable ?? true;
            older["reset"] = every;
        }
        else
        {
            older["reset"] = null;
        }

        older["price"] = item["price"] is JsonObject price ? Price(price, item.Number("included")) : null;
        return older.With(item, "display", "rollover", "entity_feature_id");
    }

    /// <summary>The feature that an item or a balance is of; null when it is gone.</summary>
    public static Feature? Of(JsonObject item, Catalog catalog) => item.Text("feature_id") is { } id ? catalog.Feature(new FeatureId(id)) : null;

    // The bounds of tiers did not count what is included without charge.
    private static JsonObject Price(JsonObject price, decimal included)
    {
        var older = new JsonObject().With(price.Each("tiers", tier => Moved(tier, -included)), "amount", "tiers", "tier_behavior", "interval", "interval_count", "billing_units");
        older["usage_model"] = price.Text("billing_method") == "prepaid" ? "prepaid" : "pay_per_use";
        return older.With(price, "max_purchase");
    }

    /// <summary>A plan sent at 2.0, in today's words; what already is in them stays.</summary>
    private static JsonObject PlanSent(JsonObject request)
    {
        var newer = request.Renamed("default", "auto_enable");
        return newer.ContainsKey("items") ? newer.Without("features") : newer.Each("features", Item).Renamed("features", "items");
    }

    private static JsonObject Item(JsonObject feature)
    {
        var newer = feature.Renamed("granted_balance", "included");
        if (newer["reset"] is JsonObject reset) newer = newer.Put("reset", reset.Without("reset_when_enabled"));
        if (newer["price"] is not JsonObject price || price.Text("usage_model") is not { } model) return newer;
        var renamed = price.Without("usage_model").Each("tiers", tier => Moved(tier, newer.Number("included")));
        renamed["billing_method"] = model == "prepaid" ? "prepaid" : model == "pay_per_use" ? "usage_based" : model;
        return newer.Put("price", renamed);
    }

    private static JsonObject Moved(JsonObject tier, decimal by) => tier.NumberOrNull("to") is { } to ? tier.Put("to", JsonTree.Exact(to + by)) : tier;
}
