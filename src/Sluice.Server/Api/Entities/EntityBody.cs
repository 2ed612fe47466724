using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Balances;
using Sluice.Server.Api.Controls;
using Sluice.Server.Api.Customers;
using Sluice.Server.Api.Invoices;

namespace Sluice.Server.Api.Entities;

/// <summary>An entity as the API shows it: what it holds by itself, and what it shares with its customer.</summary>
public sealed record EntityBody(
    string? Id,
    string? Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CustomerId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FeatureId? FeatureId,
    Instant CreatedAt,
    string Env,
    IReadOnlyList<SubscriptionBody> Subscriptions,
    IReadOnlyList<PurchaseBody> Purchases,
    IReadOnlyDictionary<string, BalanceBody> Balances,
    IReadOnlyDictionary<string, FlagBody> Flags,
    ControlsBody BillingControls)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<CustomerInvoiceBody>? Invoices { get; init; }

    /// <param name="customer">As of now.</param>
    internal static EntityBody Of(View view, Customer customer, Entity entity, CustomerExpand expand)
    {
        var subject = new Subject(customer, entity);
        return new EntityBody(
            entity.Id,
            entity.Name,
            customer.Profile.Id,
            entity.Feature,
            entity.CreatedAt,
            view.Scope.Environment,
            HeldBody.Subscriptions(view, subject, expand),
            HeldBody.Purchases(view, subject, expand),
            HeldBody.Balances(view, subject, expand),
            HeldBody.Flags(view, subject, expand),
            ControlsBody.Of(entity.Own.Controls));
    }

    /// <summary>With what must be read from the store.</summary>
    internal static async ValueTask<EntityBody> Whole(Call call, Customer customer, Entity entity, CustomerExpand expand) => expand.Asked.Contains("invoices")
        ? Of(call, customer, entity, expand) with { Invoices = entity.Id is null ? [] : await CustomerInvoiceBody.All(call, customer.Key, entity.Id) }
        : Of(call, customer, entity, expand);

    /// <summary>
    /// As the creation of an entity is answered: the balance of its feature stands as it was before the entity took its
    /// unit, and the feature is not named.
    /// </summary>
    /// <param name="created">The customer right after it.</param>
    internal static EntityBody OfNew(Call call, Customer created, IEnumerable<CustomerEvent> events, Entity entity)
    {
        var seats = events.OfType<CustomerEvent.EntityCreated>().Where(happened => happened.Entity.No == entity.No).SelectMany(static happened => happened.Seats);
        var before = CustomerState.Apply(created, new CustomerEvent.BalanceSet([.. seats.Select(static draw => draw with { Amount = -draw.Amount })]), created.LastMoment);
        return Of(call, before, entity, CustomerExpand.None) with { FeatureId = null };
    }
}

/// <summary>An entity in a customer's list of them.</summary>
public sealed record EntityInShortBody(string? Id, string? Name, string? CustomerId, FeatureId FeatureId, Instant CreatedAt, string Env)
{
    /// <summary>Those of a customer, newest first.</summary>
    internal static IReadOnlyList<EntityInShortBody> All(View view, Customer customer) =>
        [.. customer.Entities.Reverse().Select(entity => new EntityInShortBody(entity.Id, entity.Name, customer.Profile.Id, entity.Feature, entity.CreatedAt, view.Scope.Environment))];
}
