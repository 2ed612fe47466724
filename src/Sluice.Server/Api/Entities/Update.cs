using Sluice.Core;
using Sluice.Server.Api.Controls;
using Sluice.Server.Api.Customers;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Entities;

/// <summary>entities.update: an entity's billing controls and its name.</summary>
internal static class Update
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        return Changed(call, body, body.RequiredText("entity_id"));
    }

    public static ValueTask<Answer> HandleOlder(Call call) => Changed(call, Body.Of(call.Json), call.Route("entity_id"));

    private static async ValueTask<Answer> Changed(Call call, Body body, string entityId)
    {
        var customerId = body.Text("customer_id", minLength: 1);
        var command = new Command.UpdateEntity(body.Text("name"), ControlFields.Read(body, topUps: false)) { Entity = entityId };
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        var (customer, _, refusal) = await EntityFields.Find(call, customerId, entityId);
        if (refusal is not null) return call.Refuse(refusal);
        var ran = await call.Run([new Addressed(customer!.Key, command)]);
        return ran.End == RunEnd.Done
            ? Answer.Ok(EntityBody.Of(call, ran.Customer, ran.Customer.Entities.Find(entityId)!, CustomerExpand.None), ApiJson.Default.EntityBody)
            : call.Failure(ran);
    }
}
