using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Storage;

namespace Sluice.Server.Api.Plans;

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
