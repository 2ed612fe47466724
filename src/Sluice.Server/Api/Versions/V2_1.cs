using System.Text.Json.Nodes;
using Sluice.Core;

namespace Sluice.Server.Api.Versions;

/// <summary>2.1, and what 2.2 changed. Paging by cursor came with 2.3 and is up to the lists themselves.</summary>
internal static class V2_1
{
    private static readonly string[] WhatIsHeld = ["status", "canceling", "trialing"];

    public static readonly OlderVersion Changes = new(new ApiVersion(2, 1), new ApiVersion(2, 2), new DateOnly(2026, 3, 18),
    [
        new Change("A plan listed for a customer tells whether that customer holds it (`customer_eligibility`: `status`, `canceling`, `trialing`).", ["plans.list"])
        {
            Down = (answer, _) => answer.Each("list", plan => plan["customer_eligibility"] is JsonObject held ? plan.Put("customer_eligibility", held.Without(WhatIsHeld)) : plan),
        },
        new Change("`GET /v1/customers/{customer_id}` no longer repeats each balance in the words of 2.0, nor `scheduled_subscriptions`. (Ours: the command line atmn speaks 2.1 and reads both.)", ["GET /v1/customers/{customer_id}"])
        {
            Down = (answer, _) => WithOldBalances(answer),
        },
        new Change("`POST /v1/events/aggregate` has bins with `values` and `grouped_values` (before: as at 2.0, one member for each feature). (Ours: atmn adds up whatever it finds in a bin, so it must find each value once.)", ["POST /v1/events/aggregate"])
        {
            Down = (answer, _) => answer.Each("list", V2_0.Bin),
        },
    ]);

    private static JsonObject WithOldBalances(JsonObject customer)
    {
        var balances = customer["balances"] as JsonObject ?? [];
        var both = new JsonObject(balances.Select(pair => KeyValuePair.Create(pair.Key, pair.Value is JsonObject balance ? Both(balance) : pair.Value.Cloned())));
        var answer = customer.Put("balances", both);
        answer["scheduled_subscriptions"] = new JsonArray([.. customer.Objects("subscriptions").Where(held => held.Text("status") == "scheduled").Select(held => held.Cloned())]);
        return answer;
    }

    private static JsonNode Both(JsonObject balance) =>
        balance.Cloned()!.AsObject().With(V2_0.Balance(balance), "granted_balance", "purchased_balance", "current_balance", "reset");
}
