using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.Server.Api;

namespace Sluice.Server.Tests.Isolation;

/// <summary>For every route the requests that reach for what is somebody else's: each field that names something, alone and with the others.</summary>
internal static partial class ForeignRequests
{
    /// <summary>Fields that end like a name of something stored and are none: of a model, a tax office, a form, or made by the caller only.</summary>
    public static readonly IReadOnlySet<string> NameNothing = new HashSet<string>
    {
        "account_id", "account_tax_ids", "tax_ids", "configuration_id", "installation_id", "model_id", "meter_id", "price_id", "entitlement_id", "tax_rate_id", "with_autumn_id",
        "base_variant_id", "update_variant_ids", "credit_note_id", "invoice_template_id", "phase_id", "schedule_id", "processor_subscription_id",
    };

    // What a request needs beside its required fields to get as far as looking for what it names.
    private static readonly Dictionary<string, string> Also = new()
    {
        ["billing.multi_attach"] = """{"plans": [{"plan_id": "x"}]}""",
        ["billing.preview_multi_attach"] = """{"plans": [{"plan_id": "x"}]}""",
        ["billing.create_schedule"] = """{"phases": [{"starts_at": "now", "plans": [{"plan_id": "x"}]}]}""",
        ["billing.update"] = """{"cancel_action": "cancel_immediately"}""",
        ["billing.multi_update"] = """{"updates": [{"plan_id": "x", "cancel_action": "cancel_immediately"}]}""",
        ["billing.preview_multi_update"] = """{"updates": [{"plan_id": "x", "cancel_action": "cancel_immediately"}]}""",
        ["invoices.insert"] = """{"invoices": [{"customer_id": "x", "stripe_id": "x", "status": "paid", "total": 5, "created_at": 1700000000000}]}""",
        ["invoices.create"] = """{"custom_line_items": [{"amount": 1, "description": "Work"}]}""",
        ["invoices.reissue"] = """{"invoice": {"memo": "Mine"}}""",
        ["licenses.attach"] = """{"entities": [{"entity_id": "x"}]}""",
        ["licenses.release"] = """{"entities": [{"entity_id": "x"}], "entity_ids": ["x"]}""",
        ["customers.update"] = """{"name": "Taken"}""",
        ["entities.update"] = """{"name": "Taken"}""",
        ["features.update"] = """{"name": "Taken"}""",
        ["plans.update"] = """{"name": "Taken"}""",
        ["balances.update"] = """{"add_to_balance": 1}""",
        ["customers.set_test_card"] = """{"payment_method": "pm_card_visa"}""",
        ["balances.batch_track"] = """{"feature_id": "x"}""",
        ["balances.finalize"] = """{"action": "release"}""",
        ["webhooks.update"] = """{"url": "https://example.com/"}""",
        ["catalog.update"] = """{"features": [], "plans": []}""",
    };

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Parameter { get; }

    /// <summary>Everything in a request or a path that names something stored.</summary>
    public static IEnumerable<string> NamesAsked => ApiDocument.Ours.Operations
        .SelectMany(described => ApiDocument.Ours.RequestSchema(described.Operation) is { } schema ? RequestFields.Of(ApiDocument.Ours, schema, []).Select(one => one.Path[(one.Path.LastIndexOf('.') + 1)..]) : [])
        .Where(name => !name.EndsWith(']') && (name is "id" or "code" or "promotion_code" || name.EndsWith("_id", StringComparison.Ordinal) || name.EndsWith("_ids", StringComparison.Ordinal)))
        .Concat(Routes.Served.SelectMany(route => Parameter.Matches(route.Path).Select(match => match.Groups[1].Value)))
        .Distinct();

    /// <summary>With every name from <paramref name="foreign"/>; and, to come further, with the caller's own customer and the rest from there.</summary>
    public static IEnumerable<(string Path, JsonNode? Body)> Of(Endpoint route, Furnished foreign, string? ownCustomer)
    {
        foreach (var ids in Naming(route, foreign, ownCustomer))
        {
            var path = Parameter.Replace(route.Path, match => Uri.EscapeDataString(ids[match.Groups[1].Value].ToString()));
            if (route.Method == "GET")
            {
                yield return (path, null);
                yield return ($"{path}?customer_id={ids["customer_id"]}&entity_id={ids["entity_id"]}&expand=invoices,entities,referrals,rewards", null);
                continue;
            }

            foreach (var body in Bodies(route, ids)) yield return (path, body);
        }
    }

    // "id" stands for another thing in each group of routes.
    private static IEnumerable<Dictionary<string, JsonNode>> Naming(Endpoint route, Furnished foreign, string? ownCustomer)
    {
        var group = route.Operation.Split('.')[0];
        var ids = new Dictionary<string, JsonNode>(foreign.Ids);
        ids["id"] = group switch { "plans" => ids["plan_id"], "features" => ids["feature_id"], "entities" => ids["entity_id"], "rewards" => ids["reward_id"], "referral_programs" => ids["program_id"], _ => ids["customer_id"] };
        if (route.Operation == "rewards.redeem") ids["code"] = ids["promotion_code"];
        yield return ids;
        if (ownCustomer is null) yield break;
        yield return new(ids) { ["customer_id"] = ownCustomer, ["new_customer_id"] = "somebody-else", ["id"] = group == "customers" ? ownCustomer : ids["id"] };
    }

    private static IEnumerable<JsonNode> Bodies(Endpoint route, IReadOnlyDictionary<string, JsonNode> ids)
    {
        // Everything at once, for routes that no document describes, too.
        var all = new JsonObject();
        foreach (var (name, value) in ids) if (name is not ("new_customer_id" or "new_feature_id" or "new_plan_id")) all[name] = value.DeepClone();
        yield return all;

        var also = Also.TryGetValue(route.Operation, out var more) ? Named(JsonNode.Parse(more)!, ids).AsObject() : [];
        yield return Merged(all, also);
        foreach (var (_, _, operation) in ApiDocument.Ours.Operations.Where(one => one.Path == "/v1/" + route.Operation || (one.Path == route.Path && one.Method == route.Method)))
        {
            if (ApiDocument.Ours.RequestSchema(operation) is not { } schema) continue;
            foreach (var named in Of(schema, ids, also)) yield return named;
        }
    }

    // The smallest request that is right, then once more with each field that names something.
    private static IEnumerable<JsonNode> Of(JsonElement schema, IReadOnlyDictionary<string, JsonNode> ids, JsonObject also)
    {
        var resolved = ApiDocument.Ours.Resolve(schema);
        var isList = ApiDocument.Ours.Types(resolved).Contains("array");
        var smallest = Named(isList ? RequestFields.Sample(ApiDocument.Ours, resolved.GetProperty("items")) : RequestFields.Sample(ApiDocument.Ours, resolved), ids);
        if (smallest is not JsonObject one) yield break;
        JsonNode Sent(JsonObject body) => isList ? new JsonArray(body) : body;
        yield return Sent((JsonObject)one.DeepClone());
        yield return Sent(Merged(one, also));
        var fields = ApiDocument.Ours.Alternatives(isList ? resolved.GetProperty("items") : resolved).Where(part => part.TryGetProperty("properties", out _)).SelectMany(part => part.GetProperty("properties").EnumerateObject());
        foreach (var field in fields.Where(field => !one.ContainsKey(field.Name)))
        {
            if (ids.TryGetValue(field.Name, out var id)) yield return Sent(Merged(one, also, (field.Name, id)));
            else if (ApiDocument.Ours.Types(field.Value).Contains("array") || ApiDocument.Ours.Types(field.Value).Contains("object")) yield return Sent(Merged(one, also, (field.Name, Named(Inside(field.Value), ids))));
        }
    }

    // A list with one of what it may hold.
    private static JsonNode Inside(JsonElement schema)
    {
        var list = ApiDocument.Ours.Alternatives(schema).FirstOrDefault(part => part.TryGetProperty("items", out _));
        return list.ValueKind == JsonValueKind.Object ? new JsonArray(RequestFields.Sample(ApiDocument.Ours, list.GetProperty("items"))) : RequestFields.Sample(ApiDocument.Ours, schema);
    }

    private static JsonObject Merged(JsonObject one, JsonObject more, params (string Name, JsonNode Value)[] fields)
    {
        var merged = (JsonObject)one.DeepClone();
        foreach (var (name, value) in more) merged[name] = value!.DeepClone();
        foreach (var (name, value) in fields) merged[name] = value.DeepClone();
        return merged;
    }

    private static JsonNode Named(JsonNode node, IReadOnlyDictionary<string, JsonNode> ids)
    {
        if (node is JsonArray list) return new JsonArray([.. list.Select(item => Named(item!, ids))]);
        if (node is not JsonObject sent) return node.DeepClone();
        var named = new JsonObject();
        foreach (var (name, value) in sent) named[name] = ids.TryGetValue(name, out var id) ? id.DeepClone() : Named(value!, ids);
        return named;
    }
}
