using Sluice.Server.Api.Customers;

namespace Sluice.Server.Api.Entities;

/// <summary>entities.get, and its older twins with the ids in the path.</summary>
internal static class Get
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        return Shown(call, body, body.Text("customer_id", minLength: 1), body.RequiredText("entity_id"), CustomerExpand.ReadOfEntity(body, call.Query("expand")));
    }

    public static ValueTask<Answer> HandleOlder(Call call)
    {
        var body = Body.Of(call.Json);
        var customerId = call.Request.RouteValues.ContainsKey("customer_id") ? call.Route("customer_id") : call.Query("customer_id");
        return Shown(call, body, customerId, call.Route("entity_id"), CustomerExpand.Read(body, call.Query("expand"), strict: false));
    }

    private static async ValueTask<Answer> Shown(Call call, Body body, string? customerId, string entityId, CustomerExpand expand)
    {
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        var (customer, entity, refusal) = await EntityFields.Find(call, customerId, entityId);
        return refusal is not null ? call.Refuse(refusal) : Answer.Ok(await EntityBody.Whole(call, customer!, entity!, expand), ApiJson.Default.EntityBody);
    }
}
