namespace Sluice.Server.Api.Customers;

/// <summary>customers.get, and its REST twin with the id in the path.</summary>
internal static class Get
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        return Shown(call, body, CustomerFields.Id(body), CustomerExpand.Read(body, call.Query("expand")), body.Flag("with_autumn_id", otherwise: false));
    }

    // Old tools ask for expands that are gone by now, and expect them to be passed over.
    public static ValueTask<Answer> HandleRest(Call call)
    {
        var body = Body.Of(call.Json);
        return Shown(call, body, call.Route("customer_id"), CustomerExpand.Read(body, call.Query("expand"), strict: false), withInternalId: false);
    }

    private static async ValueTask<Answer> Shown(Call call, Body body, string id, CustomerExpand expand, bool withInternalId)
    {
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        return await call.Read(id) is { } customer
            ? Answer.Ok(await CustomerBody.Whole(call, customer, expand, withInternalId), ApiJson.Default.CustomerBody)
            : call.NoSuchCustomer(id);
    }
}
