using Sluice.Core;
using Sluice.Server.Api.Entities;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Customers;

/// <summary>Before 2.1, a customer or an entity that is not there yet came into being with the first check or track.</summary>
internal static class Newcomers
{
    /// <summary>False: nobody comes into being with this request.</summary>
    public static bool MayCome(Call call) => call.Version.MakesCustomers && !call.IsPublishable;

    /// <summary>
    /// Makes the customer, and the entity, a request is about where its version does that and they are not there. Never for
    /// a publishable key: whoever reads a web page could fill the list of customers. Null when the request can go on.
    /// </summary>
    public static async ValueTask<Answer?> Make(Call call, Body body)
    {
        if (!MayCome(call) || body.Text("customer_id") is not { } id) return null;
        if (await call.Engine.Customers.FindCommitted(call.Scope, id, call.Now) is null)
        {
            var newcomer = CustomerFields.Newcomer(body, id);

            // An entity that cannot be made is refused before its customer is there.
            var undescribed = EntityFields.Id(body) is { } named && EntityFields.Data(body, named) is null ? EntityFields.Undescribed(named) : null;
            if ((body.Refusal ?? undescribed) is { } wrong) return call.Refuse(wrong);
            if (await MakeCustomer(call, id, newcomer) is { } notMade) return notMade;
        }

        return EntityFields.Id(body) is { } entityId ? await MakeEntity(call, body, id, entityId) : null;
    }

    /// <summary>Makes the customer, unless there is one.</summary>
    public static async ValueTask<Answer?> MakeCustomer(Call call, string id, Newcomer newcomer)
    {
        if (await call.Engine.Customers.FindCommitted(call.Scope, id, call.Now) is not null) return null;

        // Without the request's claims: they go with what it asks for, which is still to come.
        var (ran, _) = await call.Engine.Runner.GetOrCreate(call.Scope, newcomer.Profile, newcomer.Create, [], call.Now);
        return ran.End == RunEnd.Done ? null : call.Failure(ran);
    }

    /// <summary>Makes the entity that entity_data describes, unless there is one.</summary>
    public static async ValueTask<Answer?> MakeEntity(Call call, Body body, string customerId, string entityId)
    {
        var entity = EntityFields.Data(body, entityId);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if ((await call.Engine.Customers.FindCommitted(call.Scope, customerId, call.Now))?.Entities.Find(entityId) is not null) return null;
        if (entity is null) return call.Refuse(EntityFields.Undescribed(entityId));
        var ran = await call.Engine.Runner.Run(call.Scope, customerId, entity, [], call.Now);
        return ran.End == RunEnd.Done || ran.Refusal?.Code == RefusalCode.EntityExists ? null : call.Failure(ran);
    }
}
