using System.Collections.Immutable;
using Sluice.Core;
using Sluice.Server.Api.Entities;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Licenses;

/// <summary>licenses.*: plans that a customer hands out to its entities, from the number that its own plans offer.</summary>
internal static class LicenseCalls
{
    /// <summary>licenses.attach: to each of the entities, all or none.</summary>
    public static ValueTask<Answer> Attach(Call call)
    {
        var body = Body.Of(call.Json);
        var (customerId, plan) = (body.RequiredText("customer_id"), new PlanId(body.RequiredText("plan_id")));
        var entities = (body.Objects("entities") ?? []).Select(entity => (
            entity.RequiredText("entity_id"),
            entity.Text("name", nullable: true),
            entity.Text("feature_id", minLength: 1) is { } feature ? new FeatureId(feature) : (FeatureId?)null)).ToImmutableArray();
        Named(body, "entities", entities.Select(static entity => entity.Item1));
        return Run(call, body, customerId, new Command.AssignLicenses(plan, entities));
    }

    /// <summary>licenses.release: all or none.</summary>
    public static ValueTask<Answer> Release(Call call)
    {
        var body = Body.Of(call.Json);
        var (customerId, plan) = (body.RequiredText("customer_id"), body.Text("license_plan_id", minLength: 1));
        var entities = body.Texts("entity_ids") ?? [];
        Named(body, "entity_ids", entities);
        return Run(call, body, customerId, new Command.ReleaseLicenses(plan is null ? null : new PlanId(plan), [.. entities]));
    }

    /// <summary>licenses.list: how many of each licence the customer's plans offer, and how many are handed out. With an entity, those it has.</summary>
    public static async ValueTask<Answer> List(Call call)
    {
        var body = Body.Of(call.Json);
        var (customerId, entityId) = (body.RequiredText("customer_id"), EntityFields.Id(body));
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        var (subject, notThere) = await call.Read(customerId, entityId);
        if (subject is not { } holder) return call.Refuse(notThere!);
        var pools = LicensePoolBody.All(call, holder.Customer);
        var held = holder.Entity?.Own.Subscriptions.Where(static one => one.IsLicense).Select(static one => one.Plan).ToHashSet();
        return Answer.Ok(new ListBody<LicensePoolBody>(held is null ? pools : [.. pools.Where(pool => held.Contains(pool.LicensePlanId))]), ApiJson.Default.ListBodyLicensePoolBody);
    }

    /// <summary>licenses.list_assignments: who has which, or with <c>active: false</c> who had.</summary>
    public static async ValueTask<Answer> ListAssignments(Call call)
    {
        var body = Body.Of(call.Json);
        var (customerId, entityId, plan) = (body.RequiredText("customer_id"), EntityFields.Id(body), body.Text("plan_id", minLength: 1));
        var active = body.Flag("active", otherwise: true);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await call.Read(customerId) is not { } customer) return call.NoSuchCustomer(customerId);
        var rows = (await call.Engine.Store.ListLicenseAssignments(call.Scope.Id, customer.Key, ended: !active))
            .Where(row => (entityId is null || row.EntityId == entityId) && (plan is null || row.Plan.Value == plan))
            .Select(row => new LicenseAssignmentBody(PublicIds.Of(customer.Key, row.No), row.EntityId ?? "", row.Plan, row.StartedAt, row.EndedAt));
        return Answer.Ok(new ListBody<LicenseAssignmentBody>([.. rows]), ApiJson.Default.ListBodyLicenseAssignmentBody);
    }

    private static void Named(Body body, string field, IEnumerable<string> ids)
    {
        var named = ids.ToList();
        if (named.Count == 0) body.Fault(field, "name one entity or more");
        if (named.Distinct().Count() < named.Count) body.Fault(field, "names an entity twice");
    }

    private static async ValueTask<Answer> Run(Call call, Body body, string customerId, Command command)
    {
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        var ran = await call.Run(customerId, command);
        return ran.End == RunEnd.Done ? Answer.Ok(SuccessBody.True, ApiJson.Default.SuccessBody) : call.Failure(ran);
    }
}

/// <summary>The licences of one plan that one held plan offers.</summary>
/// <param name="PaidQuantity">Those bought beyond what comes with the plan.</param>
public sealed record LicensePoolBody(PlanId LicensePlanId, PlanId ParentPlanId, string LicensePlanName, int Granted, int Usage, int Remaining, int PaidQuantity)
{
    internal static IReadOnlyList<LicensePoolBody> All(View view, Customer customer) =>
    [
        .. Core.Licenses.Pools(customer, view.Catalog).Select(pool => new LicensePoolBody(
            pool.License, pool.Parent, view.Catalog.Plan(pool.License)?.Name ?? pool.License.Value, pool.Granted, pool.Usage, pool.Remaining, PaidQuantity: 0)),
    ];
}

public sealed record LicenseAssignmentBody(string Id, string EntityId, PlanId LicensePlanId, Instant StartedAt, Instant? EndedAt);
