using Sluice.Core;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Entities;

/// <summary>entities.delete: the entity is gone with what it held, its unit of its feature free again.</summary>
internal static class Delete
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var (customerId, entityId) = (body.Text("customer_id", minLength: 1), body.RequiredText("entity_id"));
        return body.Refusal is { } wrong ? new(call.Refuse(wrong)) : Deleted(call, customerId, entityId);
    }

    public static ValueTask<Answer> HandleOlder(Call call) =>
        Deleted(call, call.Request.RouteValues.ContainsKey("customer_id") ? call.Route("customer_id") : call.Query("customer_id"), call.Route("entity_id"));

    private static async ValueTask<Answer> Deleted(Call call, string? customerId, string entityId)
    {
        var (customer, _, refusal) = await EntityFields.Find(call, customerId, entityId);
        if (refusal is not null) return call.Refuse(refusal);
        var ran = await call.Run([new Addressed(customer!.Key, new Command.DeleteEntity { Entity = entityId })]);
        return ran.End == RunEnd.Done ? Answer.Ok(SuccessBody.True, ApiJson.Default.SuccessBody) : call.Failure(ran);
    }
}
