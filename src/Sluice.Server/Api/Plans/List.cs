using Sluice.Core;
using Sluice.Server.Api.Entities;

namespace Sluice.Server.Api.Plans;

/// <summary>
/// plans.list: main plans by price, then add-ons. With the id of a customer, or of an entity of one, each plan says what attaching it would be;
/// someone who is no customer yet holds nothing.
/// </summary>
internal static class List
{
    public static ValueTask<Answer> Handle(Call call) => Listed(call, Body.Of(call.Json));

    public static ValueTask<Answer> HandleRest(Call call) => Listed(call, Body.OfQuery(call.Request.Query, numbers: [], flags: ["include_archived", "all_versions"]));

    private static async ValueTask<Answer> Listed(Call call, Body body)
    {
        var customerId = body.Text("customer_id");
        var (archived, allVersions) = (body.Flag("include_archived", otherwise: false), body.Flag("all_versions", otherwise: false));
        var withFeatures = PlanExpand.Read(body, call.Query("expand"));
        var entityId = EntityFields.Id(body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);

        // The customer first: whatever version it holds is in every later catalog.
        var customer = customerId is null ? null : await call.Read(customerId);
        if (customer is not null && entityId is not null && customer.Entities.Find(entityId) is null) return call.Refuse(Decider.NoSuchEntity(entityId));
        Subject? subject = customer?.Subject(entityId);
        var catalog = call.Catalog;
        var plans = (allVersions ? catalog.Plans : catalog.LatestPlans).Where(plan => archived || !plan.Archived);
        return Answer.Ok(
            new ListBody<PlanBody>([.. PlanComparison.InOrder(catalog, plans).Select(plan => PlanBody.Of(
                call, catalog, plan, withFeatures, customerId is null ? null : EligibilityBody.Of(Eligibility.Of(catalog, plan, subject))))]),
            ApiJson.Default.ListBodyPlanBody);
    }
}
