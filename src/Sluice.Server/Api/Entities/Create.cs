using System.Text.Json;
using Sluice.Core;
using Sluice.Server.Api.Customers;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Entities;

/// <summary>entities.create: one entity, or on the older route several, all or none. A customer who is not there comes into being with it.</summary>
internal static class Create
{
    private const int MaxAtOnce = 1_000;

    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        return Created(call, CustomerFields.Id(body), [body], EntityFields.New(body, "entity_id", mayLackId: false));
    }

    /// <summary>The older route has the customer in the path, and takes a list too.</summary>
    public static ValueTask<Answer> HandleOlder(Call call)
    {
        var isList = call.Json.ValueKind == JsonValueKind.Array;
        if (isList && call.Json.GetArrayLength() is 0 or > MaxAtOnce) return new(call.Refuse(RefusalCode.InvalidInputs, $"input: expected 1 to {MaxAtOnce} entities"));
        var bodies = isList ? Body.ItemsOf(call.Json) : [Body.Of(call.Json)];
        return Created(call, call.Route("customer_id"), bodies, [.. bodies.Select(body => EntityFields.New(body, "id", mayLackId: true))]);
    }

    private static async ValueTask<Answer> Created(Call call, string customerId, IReadOnlyList<Body> bodies, params IReadOnlyList<Command.CreateEntity> entities)
    {
        var newcomer = CustomerFields.Newcomer(bodies[0], customerId);
        if (bodies[0].Refusal is { } wrong) return call.Refuse(wrong);

        // Before the customer is made, so that none comes of a wrong request.
        if (entities.Select(entity => Entity.Unfit(call.Catalog, entity.Feature)).FirstOrDefault(static unfit => unfit is not null) is { } unfit) return call.Refuse(unfit);
        if (await Newcomers.MakeCustomer(call, customerId, newcomer) is { } notMade) return notMade;
        var ran = await call.Run([.. entities.Select(entity => new Addressed(customerId, entity))]);
        if (ran.End == RunEnd.Refused && entities.Count > 1) return call.Refuse(ran.Refusal!.Of($"items[{ran.RefusedAt}]"));
        if (ran.End != RunEnd.Done) return call.Failure(ran);
        var bodiesOut = Enumerable.Range(0, entities.Count).Select(i => EntityBody.OfNew(call, ran.Customers[i], ran.Events[i], Made(ran.Customers[i], entities[i]))).ToList();
        return bodiesOut.Count == 1 ? Answer.Ok(bodiesOut[0], ApiJson.Default.EntityBody) : Answer.Ok(new ListBody<EntityBody>(bodiesOut), ApiJson.Default.ListBodyEntityBody);
    }

    private static Entity Made(Customer customer, Command.CreateEntity created) => (created.Id is { } id ? customer.Entities.Find(id) : customer.Entities.WithoutId)!;
}
