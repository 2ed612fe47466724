using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Sluice.Core;

namespace Sluice.Server.Api.Versions;

/// <summary>2.0, and what 2.1 changed: balances, flags and purchases as they are today.</summary>
internal static partial class V2_0
{
    private static readonly ImmutableArray<string> OneHolder =
        ["customers.get", "customers.get_or_create", "customers.update", "entities.get", "entities.create", "entities.update"];

    private static readonly ImmutableArray<string> Holders = ["customers.list", "entities.list"];

    private static readonly ImmutableArray<string> OnePlan =
    [
        "GET /v1/products/{plan_id}", "POST /v1/products/{plan_id}", "PATCH /v1/products/{plan_id}", "POST /v1/products", "POST /v1/plans", "POST /v1/products/{plan_id}/copy",
    ];

    private static readonly ImmutableArray<string> PlansSent = ["POST /v1/products/{plan_id}", "PATCH /v1/products/{plan_id}", "POST /v1/products", "POST /v1/plans"];

    public static readonly OlderVersion Changes = new(new ApiVersion(2, 0), new ApiVersion(2, 1), new DateOnly(2026, 3, 17),
    [
        new Change("A check has `flag` for a boolean feature (before: a balance of zeros), and a balance in today's words (before: `granted_balance`, `purchased_balance`, `current_balance`, `reset`).", ["balances.check"])
        {
            Down = (answer, _) => Check(answer),
        },
        new Change("A track has `deductions`, and a balance in today's words.", ["balances.track", "balances.track_tokens"])
        {
            Down = (answer, _) => Track(answer),
        },
        new Change("A check or track no longer makes a customer who is not there.", ["balances.check", "balances.track", "balances.batch_track", "balances.track_tokens"]),
        new Change("A customer has `flags` and `purchases` (before: among `balances` and `subscriptions`), scheduled plans among `subscriptions` (before: `scheduled_subscriptions`), and rows of one plan each for itself (before: added up).", OneHolder)
        {
            Up = (request, _) => WithPlansOfPurchases(request),
            Down = (answer, passage) => Holder(answer, passage),
        },
        new Change("So has every customer of a list.", Holders)
        {
            Up = (request, _) => WithPlansOfPurchases(request),
            Down = (answer, passage) => answer.Each("list", holder => Holder(holder, passage)),
        },
        new Change("A plan has `items` and `auto_enable` (before: `features` and `default`).", OnePlan)
        {
            Down = Plan,
        },
        new Change("So has every plan of a list.", ["plans.list"])
        {
            Down = (answer, passage) => answer.Each("list", plan => Plan(plan, passage)),
        },
        new Change("A plan is sent in the same words.", PlansSent)
        {
            Up = (request, _) => PlanSent(request),
        },
        new Change("A bin of an aggregate has `values` and `grouped_values` (before: one member for each feature), and the answer may have `deductions`.", ["events.aggregate"])
        {
            Down = (answer, _) => answer.Without("deductions").Each("list", Bin),
        },
    ]);

    /// <summary>A check at 2.0.</summary>
    private static JsonObject Check(JsonObject answer)
    {
        if (IsOfPlan(answer)) return answer;
        var older = new JsonObject().With(answer, "allowed", "customer_id", "entity_id", "required_balance");
        older["balance"] = answer["balance"] is JsonObject balance ? Balance(balance) : answer["flag"] is JsonObject flag ? Zeros(flag) : null;
        if (answer["balances"] is JsonObject balances) older["balances"] = Each(balances);
        return older.With(answer, "preview", "explanation");
    }

    /// <summary>A check of a plan: the same at every version.</summary>
    public static bool IsOfPlan(JsonObject answer) => answer.ContainsKey("product_id");

    private static JsonObject Track(JsonObject answer)
    {
        var older = new JsonObject().With(answer, "customer_id", "entity_id", "event_name", "value");
        older["balance"] = answer["balance"] is JsonObject balance ? Balance(balance) : null;
        if (answer["balances"] is JsonObject balances) older["balances"] = Each(balances);
        return older;
    }

    private static JsonObject Each(JsonObject balances) =>
        new(balances.Select(pair => KeyValuePair.Create(pair.Key, pair.Value is JsonObject balance ? (JsonNode)Balance(balance) : null)));

    /// <summary>A bin of an aggregate at 2.0, with the groups of a feature in place of its value; one that is so already stays.</summary>
    public static JsonObject Bin(JsonObject bin)
    {
        if (bin["values"] is not JsonObject values) return bin;
        var older = new JsonObject().With(bin, "period");
        var groups = bin["grouped_values"] as JsonObject;
        foreach (var (feature, value) in values) older[feature] = groups?[feature] is { } grouped ? grouped.Cloned() : value.Cloned();
        return older;
    }
}
