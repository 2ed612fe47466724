using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Customers;
using Sluice.Storage;

namespace Sluice.Server.Api.Plans;

/// <summary>/v1/products/{plan_id}/copy: the latest version under another id and name, in the same environment.</summary>
internal static class Copy
{
    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var (from, id, name) = (new PlanId(call.Route("plan_id")), new PlanId(body.RequiredText("id")), body.RequiredText("name"));
        if (body.Text("env") is { } environment && environment != call.Scope.Environment) body.Unbuilt($"env: {environment}, from a key of {call.Scope.Environment}");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        return await call.ChangeCatalog(
            context => new(Copied(call, context, from, id, name)),
            after => Answer.Ok(PlanBody.Of(call, after, after.Plan(id)!), ApiJson.Default.PlanBody));
    }

    // What plans.get shows is what plans.create takes.
    private static CatalogDecision Copied(Call call, CatalogContext context, PlanId from, PlanId id, string name)
    {
        if (context.Catalog.Plan(from) is not { } plan) return new CatalogDecision.Refused(Info.NoSuchPlan(from));
        var shown = JsonSerializer.SerializeToNode(PlanBody.Of(call, context.Catalog, plan), ApiJson.Default.PlanBody)!.AsObject();
        (shown["plan_id"], shown["name"]) = (id.Value, name);
        var body = Body.Of(JsonSerializer.SerializeToElement(shown, ApiJson.Default.JsonNode));
        var command = PlanFields.Create(body, id);
        return body.Refusal is { } wrong ? new CatalogDecision.Refused(wrong) : PlanRules.Create(context, command);
    }
}

/// <summary>What tools ask before they change or delete a plan.</summary>
internal static class Info
{
    /// <summary>/v1/products/{plan_id}/has_customers</summary>
    public static async ValueTask<Answer> HasCustomers(Call call)
    {
        var id = new PlanId(call.Route("plan_id"));
        if (call.Catalog.Plan(id) is not { } plan) return call.Refuse(NoSuchPlan(id));
        var held = (await call.Engine.Store.CountHolders(call.Scope.Id, id, plan.Version)).Holding > 0;
        return Answer.Ok(new HasCustomersBody(plan.Version, held, held, plan.Archived), ApiJson.Default.HasCustomersBody);
    }

    /// <summary>/v1/products/{plan_id}/deletion_info</summary>
    public static async ValueTask<Answer> Deletion(Call call)
    {
        var id = new PlanId(call.Route("plan_id"));
        if (call.Catalog.Plan(id) is not { } plan) return call.Refuse(NoSuchPlan(id));
        var store = call.Engine.Store;
        var ever = (await store.CountHolders(call.Scope.Id, id, null)).Ever > 0;
        var latest = (await store.CountHolders(call.Scope.Id, id, plan.Version)).Ever > 0;
        var holders = new CustomerQuery(call.Scope.Id, 1, null, 0, OldestFirst: false, [(id, [])], null, null, null, HoldsPlan: false);
        var first = (await store.ListCustomers(holders)).FirstOrDefault();
        var customer = first is null ? null : (await call.Engine.Customers.Load(call.Scope, first.Key))?.Committed;
        return Answer.Ok(
            new PlanDeletionBody(plan.Version, ever, latest, customer?.Profile.Name ?? customer?.Profile.Email ?? customer?.Profile.Id, await store.CountCustomers(holders)),
            ApiJson.Default.PlanDeletionBody);
    }

    internal static Refusal NoSuchPlan(PlanId id) => new(RefusalCode.PlanNotFound, $"Plan {id} does not exist.");
}

/// <summary>What deleting a feature would meet.</summary>
internal static class FeatureInfo
{
    /// <summary>/v1/features/{feature_id}/deletion_info</summary>
    public static ValueTask<Answer> Deletion(Call call)
    {
        var id = new FeatureId(call.Route("feature_id"));
        if (call.Catalog.Feature(id) is null) return new(call.Refuse(RefusalCode.FeatureNotFound, $"Feature {id} does not exist."));
        var plans = call.Catalog.LatestPlans.Where(plan => plan.Uses(id)).ToList();
        return new(Answer.Ok(new FeatureDeletionBody(plans.FirstOrDefault()?.Name, plans.Count), ApiJson.Default.FeatureDeletionBody));
    }
}

public sealed record HasCustomersBody(int CurrentVersion, bool HasCustomers, bool WillVersion, bool Archived);

/// <summary>In the spelling its callers know.</summary>
/// <param name="NumVersion">The latest.</param>
/// <param name="HasCusProducts">Somebody holds or held any version.</param>
/// <param name="CustomerName">One who holds it now.</param>
/// <param name="TotalCount">How many hold it now.</param>
public sealed record PlanDeletionBody(
    [property: JsonPropertyName("numVersion")] int NumVersion,
    [property: JsonPropertyName("hasCusProducts")] bool HasCusProducts,
    [property: JsonPropertyName("hasCusProductsLatest")] bool HasCusProductsLatest,
    [property: JsonPropertyName("customerName")] string? CustomerName,
    [property: JsonPropertyName("totalCount")] long TotalCount);

/// <summary>One of the plans that grant the feature, and how many do.</summary>
public sealed record FeatureDeletionBody([property: JsonPropertyName("productName")] string? ProductName, [property: JsonPropertyName("totalCount")] int TotalCount);
