using Sluice.Server.Customers;

namespace Sluice.Server.Api.Customers;

/// <summary>customers.delete: the customer is gone, its id free; its name and email are removed from the store.</summary>
internal static class Delete
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var id = CustomerFields.Id(body);
        body.Later("delete_in_stripe");
        return body.Refusal is { } wrong ? new(call.Refuse(wrong)) : Deleted(call, id);
    }

    public static ValueTask<Answer> HandleRest(Call call) => Deleted(call, call.Route("customer_id"));

    private static async ValueTask<Answer> Deleted(Call call, string id)
    {
        var ran = call.Spent(await call.Engine.Runner.Delete(call.Scope, id, call.Claims, call.Now));
        return ran.End == RunEnd.Done ? Answer.Ok(SuccessBody.True, ApiJson.Default.SuccessBody) : call.Failure(ran);
    }
}
