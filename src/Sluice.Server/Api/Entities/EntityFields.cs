using Sluice.Core;
using Sluice.Server.Api.Controls;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Entities;

/// <summary>The fields of entities as callers send them, and the entity that a request names.</summary>
internal static class EntityFields
{
    /// <summary>entity_id of a request about a customer; null = the customer itself.</summary>
    public static string? Id(Body body) => body.Text("entity_id", minLength: 1);

    /// <summary>A new entity. <paramref name="idField"/> is required, and null is a value only where <paramref name="mayLackId"/>.</summary>
    public static Command.CreateEntity New(Body body, string idField, bool mayLackId)
    {
        // Older callers number their entities.
        var id = mayLackId && body.IsNumber(idField) ? body.Raw(idField)!.Value.Value : body.Text(idField, required: !mayLackId, nullable: mayLackId, minLength: 1);
        return new Command.CreateEntity(id, body.Text("name", nullable: true), new FeatureId(body.RequiredText("feature_id")), ControlFields.Read(body, topUps: false));
    }

    /// <summary>
    /// entity_data of a check, a track and the like: the entity it describes, under the request's entity_id. Null when none
    /// is described.
    /// </summary>
    public static Command.CreateEntity? Data(Body body, string id) => body.Object("entity_data", nullable: true) is { } data && data.Has("feature_id")
        ? new Command.CreateEntity(id, data.Text("name", nullable: true), new FeatureId(data.RequiredText("feature_id")), ControlFields.Read(data, topUps: false))
        : null;

    public static Refusal Undescribed(string id) => new(RefusalCode.InvalidInputs, $"entity_data: the customer has no entity {id}; name its feature_id and it is created.");

    /// <summary>The entity within its customer, or by its id alone where only one customer has it.</summary>
    public static async ValueTask<Found> Find(Call call, string? customerId, string entityId)
    {
        var customer = customerId is null ? await OnlyCustomer(call, entityId) : await call.Read(customerId);
        if (customer?.Entities.Find(entityId) is { } entity) return new Found(customer, entity, null);
        return new Found(null, null, customer is null && customerId is not null ? CommandRunner.NoSuchCustomer(customerId)
            : customerId is null && await IsAmbiguous(call, entityId) ? new Refusal(RefusalCode.InvalidRequest, $"Several customers have an entity {entityId}: say which with customer_id.")
            : Decider.NoSuchEntity(entityId));
    }

    private static async ValueTask<Customer?> OnlyCustomer(Call call, string entityId) =>
        await call.Engine.Store.CustomersWithEntity(call.Scope.Id, entityId, 2) is [var key] && (await call.Engine.Customers.Load(call.Scope, key))?.Committed is { Deleted: false } customer
            ? call.AsOfNow(customer)
            : null;

    private static async ValueTask<bool> IsAmbiguous(Call call, string entityId) => (await call.Engine.Store.CustomersWithEntity(call.Scope.Id, entityId, 2)).Count > 1;

    /// <summary>Both, or why not.</summary>
    public readonly record struct Found(Customer? Customer, Entity? Entity, Refusal? Refusal);
}
