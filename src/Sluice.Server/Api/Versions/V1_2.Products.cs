using System.Text.Json.Nodes;
using Sluice.Core;

namespace Sluice.Server.Api.Versions;

// Before 2.0 a plan was a product: a list of items, its base price one of them.
internal static partial class V1_2
{
    private const string Unbounded = "inf";

    /// <summary>A plan of today as a product: previews show plans so at every version.</summary>
    public static JsonObject ProductOf(JsonObject plan, Passage passage) => Product(V2_0.Plan(plan, passage), passage).With(plan, "billing_controls");

    private static JsonObject Product(JsonObject plan, Passage passage)
    {
        var older = new JsonObject().With(plan, "id", "name", "group", "env");
        older["is_add_on"] = plan.Flag("add_on");
        older["is_default"] = plan.Flag("default");
        older.With(plan, "archived", "version", "created_at");
        var items = Items(plan, passage.Catalog);
        older["items"] = items;
        older["free_trial"] = plan["free_trial"] is JsonObject trial ? Trial(trial) : null;
        older["base_variant_id"] = plan.Copy("base_variant_id");
        if (plan["customer_eligibility"] is JsonObject held) older["scenario"] = Scenario(held.Text("attach_action"));
        older["properties"] = Properties(plan, items);
        return older;
    }

    private static JsonObject Trial(JsonObject trial)
    {
        var older = new JsonObject { ["duration"] = trial.Copy("duration_type"), ["length"] = trial.Copy("duration_length"), ["unique_fingerprint"] = false };
        return older.With(trial, "card_required", "on_end");
    }

    // What attaching it would be.
    private static string Scenario(string? action) => action switch
    {
        "upgrade" => "upgrade",
        "downgrade" => "downgrade",
        "none" => "active",
        _ => "new",
    };

    private static JsonObject Properties(JsonObject plan, JsonArray items)
    {
        var priced = items.OfType<JsonObject>().Where(item => item.Text("type") != "feature").ToList();
        return new JsonObject
        {
            ["is_free"] = priced.Count == 0,
            ["is_one_off"] = priced.Count > 0 && priced.All(item => item["interval"] is null),
            ["has_trial"] = plan["free_trial"] is JsonObject,
            ["updateable"] = priced.Any(item => item.Text("usage_model") == "prepaid"),
        };
    }

    private static JsonArray Items(JsonObject plan, Catalog catalog)
    {
        var items = plan.Objects("features").Select(feature => (JsonNode)Item(feature, catalog));
        return new JsonArray([.. plan["price"] is JsonObject price ? items.Prepend(BasePrice(price)) : items]);
    }

    private static JsonObject BasePrice(JsonObject price)
    {
        var older = new JsonObject { ["type"] = "price", ["feature_id"] = null }.With(Interval(price));
        return older.With(price, "amount").Renamed("amount", "price").With(price, "display");
    }

    private static JsonObject Item(JsonObject granted, Catalog catalog)
    {
        var (feature, price) = (V2_0.Of(granted, catalog), granted["price"] as JsonObject);
        var older = new JsonObject { ["type"] = price is null ? "feature" : "priced_feature" }.With(granted, "feature_id");
        if (feature is not null)
        {
            older["feature_type"] = UseOf(feature);
            older["feature"] = Named(feature);
        }

        older["included_usage"] = granted.Flag("unlimited") ? Unbounded : granted.Copy("granted_balance");
        older.With(Interval(price ?? granted["reset"] as JsonObject ?? []));
        if (price is not null)
        {
            older.With(price, "amount", "tiers", "tier_behavior", "usage_model", "billing_units");
            older = older.Renamed("amount", "price");
            if (price.NumberOrNull("max_purchase") is { } most) older["usage_limit"] = JsonTree.Exact(most + granted.Number("granted_balance"));
        }

        older["reset_usage_when_enabled"] = feature is { IsBoolean: false } && (feature.IsCredits || feature.Consumable);
        older["entity_feature_id"] = granted.Copy("entity_feature_id");
        older.With(granted, "display");
        if (granted["rollover"] is JsonObject rollover) older["config"] = new JsonObject { ["rollover"] = Rollover(rollover) };
        return older;
    }

    // Without a name for one and for many, the feature's own stood for both.
    private static JsonObject Named(Feature feature)
    {
        var older = new JsonObject
        {
            ["id"] = feature.Id.Value,
            ["name"] = feature.Name,
            ["type"] = TypeOf(feature),
            ["display"] = new JsonObject { ["singular"] = feature.Display?.Singular ?? feature.Name, ["plural"] = feature.Display?.Plural ?? feature.Name },
        };
        if (feature.IsCredits)
        {
            older["credit_schema"] = new JsonArray([.. feature.CreditSchema.Select(cost =>
                (JsonNode)new JsonObject { ["metered_feature_id"] = cost.Feature.Value, ["credit_cost"] = JsonTree.Exact(cost.Cost.Value) })]);
        }

        return older;
    }

    private static string TypeOf(Feature feature) => feature.Type == FeatureType.Metered ? UseOf(feature) : Words.Of(feature.Type);

    private static JsonObject Interval(JsonObject every)
    {
        var interval = every.Text("interval");
        var older = new JsonObject { ["interval"] = interval == "one_off" ? null : interval };
        return older.With(every, "interval_count");
    }

    private static JsonObject Rollover(JsonObject rollover)
    {
        var older = new JsonObject { ["max"] = rollover.Copy("max") }.With(rollover, "max_percentage");
        older["duration"] = rollover.Copy("expiry_duration_type");
        older["length"] = rollover.Copy("expiry_duration_length");
        return older;
    }

    /// <summary>A product sent at 1.2, in the words of 2.0. A price without a feature is the plan's own.</summary>
    private static JsonObject ProductSent(JsonObject request)
    {
        var newer = request.Renamed("is_add_on", "add_on").Renamed("is_default", "default");
        if (newer["free_trial"] is JsonObject trial) newer = newer.Put("free_trial", trial.Renamed("length", "duration_length").Renamed("duration", "duration_type"));
        if (newer["items"] is not JsonArray items) return newer;
        var own = items.OfType<JsonObject>().FirstOrDefault(IsBasePrice);
        var granted = items.Select(item => item is JsonObject one ? (one == own ? null : ItemSent(one)) : item.Cloned()).Where(item => item is not null);
        newer = newer.Without("items").Put("features", new JsonArray([.. granted]));
        return newer.Put("price", own is null ? newer.Copy("price") : new JsonObject { ["amount"] = own.Copy("price") }.With(Sent(own)));
    }

    private static bool IsBasePrice(JsonObject item) => item["feature_id"] is null && item["price"] is not null;

    private static JsonObject ItemSent(JsonObject item)
    {
        var newer = new JsonObject().With(item, "feature_id");
        if (item.Text("included_usage") == Unbounded) newer["unlimited"] = true;
        else if (item["included_usage"] is not null) newer["granted_balance"] = item.Copy("included_usage");
        if (item["price"] is not null || item["tiers"] is JsonArray { Count: > 0 }) newer["price"] = PriceSent(item);
        else if (item.Text("interval") is not null) newer["reset"] = Sent(item);
        newer.With(item, "entity_feature_id");
        if (item["config"] is JsonObject config)
        {
            if (config["rollover"] is JsonObject rollover) newer["rollover"] = rollover.Renamed("duration", "expiry_duration_type").Renamed("length", "expiry_duration_length").Cloned();
            if (config["on_increase"] is not null && config["on_decrease"] is not null) newer["proration"] = new JsonObject().With(config, "on_increase", "on_decrease");
        }

        return newer;
    }

    private static JsonObject PriceSent(JsonObject item)
    {
        var newer = Sent(item);
        if (item["price"] is not null && item["tiers"] is not JsonArray { Count: > 0 }) newer["amount"] = item.Copy("price");
        if (item["tiers"] is JsonArray { Count: > 0 }) newer.With(item, "tiers", "tier_behavior");
        if (item["billing_units"] is not null) newer.With(item, "billing_units");
        newer["usage_model"] = item["usage_model"] is null ? "prepaid" : item.Copy("usage_model");
        if (item.NumberOrNull("usage_limit") is { } most) newer["max_purchase"] = JsonTree.Exact(most - item.Number("included_usage"));
        return newer;
    }

    // No interval was "once".
    private static JsonObject Sent(JsonObject every)
    {
        var newer = new JsonObject { ["interval"] = every["interval"] is null ? "one_off" : every.Copy("interval") };
        return every["interval_count"] is null ? newer : newer.With(every, "interval_count");
    }
}
