using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Core;

namespace Sluice.Server.Api.Versions;

/// <summary>1.2 and the beta of 2.0, and what 2.0 changed: products became plans, and a check got a balance of its own.</summary>
internal static partial class V1_2
{
    private static readonly ImmutableArray<string> OneHolder =
    [
        "customers.get", "customers.get_or_create", "customers.update", "entities.get", "entities.create", "entities.update",
    ];

    private static readonly ImmutableArray<string> Holders = ["customers.list", "entities.list"];

    private static readonly ImmutableArray<string> OneProduct =
    [
        "GET /v1/products/{plan_id}", "POST /v1/products/{plan_id}", "PATCH /v1/products/{plan_id}", "POST /v1/products", "POST /v1/plans", "POST /v1/products/{plan_id}/copy",
    ];

    private static readonly ImmutableArray<string> ProductsSent = ["POST /v1/products/{plan_id}", "PATCH /v1/products/{plan_id}", "POST /v1/products", "POST /v1/plans"];

    private static readonly ImmutableArray<string> FeaturesSent = ["POST /v1/features", "POST /v1/features/{feature_id}", "PATCH /v1/features/{feature_id}"];

    public static readonly OlderVersion Changes = new(new ApiVersion(1, 2), new ApiVersion(2, 0), new DateOnly(2026, 3, 16),
    [
        new Change("A check has a `balance` (before: its figures beside `allowed`, with `code`; below zero when more was used than granted).", ["balances.check"])
        {
            Down = Check,
        },
        new Change("A track has `value` and `balance` (before: `id`, `code` and the feature).", ["balances.track", "balances.track_tokens"])
        {
            Down = Track,
        },
        new Change("The amount of a track stands in `value` only (before also in `properties.value`).", ["balances.track", "balances.batch_track"])
        {
            Up = (request, _) => WithValueOfProperties(request),
        },
        new Change("A customer has `subscriptions` and `balances` (before: `products`, with what they grant, and `features`).", OneHolder)
        {
            Up = (request, _) => WithPlans(request),
            Down = Holder,
        },
        new Change("So has every customer of a list.", Holders)
        {
            Up = (request, _) => WithPlans(request),
            Down = (answer, passage) => answer.Each("list", holder => Holder(holder, passage)),
        },
        new Change("The products of a customer are part of the customer (before also: a list of their own).", ["GET /v1/customers/{customer_id}/products"])
        {
            Down = (answer, _) => new JsonObject { ["list"] = answer.Copy("products") },
        },
        new Change("A product is a plan: `features`, `add_on`, `default`, `price` (before: `items`, `is_add_on`, `is_default`).", OneProduct)
        {
            Down = Product,
        },
        new Change("So is every product of a list.", ["plans.list"])
        {
            Down = (answer, passage) => answer.Each("list", plan => Product(plan, passage)),
        },
        new Change("A plan is sent in the same words.", ProductsSent)
        {
            Up = (request, _) => ProductSent(request),
        },
        new Change("A feature is `metered` and `consumable` or not (before: `single_use`, `continuous_use`), and is shown with its event names.", ["GET /v1/features/{feature_id}", "features.get", .. FeaturesSent])
        {
            Down = (answer, _) => Feature(answer),
        },
        new Change("So is every feature of a list.", ["features.list"])
        {
            Down = (answer, _) => answer.Each("list", Feature),
        },
        new Change("A feature is sent in the same words.", FeaturesSent)
        {
            Up = (request, _) => FeatureSent(request),
        },
        new Change("`billing.attach` takes `plan_id` and `feature_quantities` (before: `product_id` and `options`, whose quantities did not count what is included).", ["billing.attach"])
        {
            Up = AttachSent,
        },
    ]);

    private static JsonObject Check(JsonObject answer, Passage passage)
    {
        if (V2_0.IsOfPlan(answer)) return answer;
        var older = new JsonObject().With(answer, "allowed");
        older["code"] = "feature_found";
        older["customer_id"] = answer.Copy("customer_id");
        older["feature_id"] = answer["balance"] is JsonObject { } own ? own.Copy("feature_id") : passage.Request.Copy("feature_id");
        older.With(answer, "entity_id", "required_balance");
        if (answer["balance"] is JsonObject balance) older = older.With(Figures(balance, passage.Catalog));
        return older.With(answer, "preview", "explanation");
    }

    // Recorded under one feature: the credit system, when credits were taken; of several that an event names, the first.
    private static JsonObject Track(JsonObject answer, Passage passage)
    {
        var older = new JsonObject { ["id"] = "placeholder", ["code"] = "event_received" }.With(answer, "customer_id", "entity_id", "event_name");
        if (answer["balance"] is JsonObject balance) return older.With(balance, "feature_id");
        if (answer["balances"] is JsonObject { Count: > 0 } several) older["feature_id"] = several.First().Key;
        return older.With(passage.Request, "feature_id");
    }

    private static JsonObject AttachSent(JsonObject request, Passage passage)
    {
        var newer = request.Renamed("product_id", "plan_id");
        if (newer.ContainsKey("feature_quantities")) return newer;
        var version = newer.NumberOrNull("version") is { } asked and >= 1 and <= int.MaxValue ? (int?)asked : null;
        var plan = newer.Text("plan_id") is { } id ? passage.Catalog.Plan(new PlanId(id), version) : null;
        return newer.Each("options", option => plan?.Items.FirstOrDefault(item => item.IsPrepaid && item.Feature.Value == option.Text("feature_id")) is { } item && option.NumberOrNull("quantity") is { } bought
            ? option.Put("quantity", JsonTree.Exact(bought + item.Included.Value))
            : option).Renamed("options", "feature_quantities");
    }

    private static JsonObject WithValueOfProperties(JsonObject request) =>
        !request.ContainsKey("value") && request["properties"] is JsonObject properties && properties["value"] is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? request.Put("value", value.Cloned())
            : request;
}
