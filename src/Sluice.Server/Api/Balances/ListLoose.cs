using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Customers;
using Sluice.Server.Api.Entities;

namespace Sluice.Server.Api.Balances;

/// <summary>/v1/balances/list: the balances of a customer, or of one of its entities, that came with no plan.</summary>
internal static class ListLoose
{
    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.OfQuery(call.Request.Query);
        var customerId = CustomerFields.Id(body);
        var entityId = EntityFields.Id(body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await call.Read(customerId) is not { } customer) return call.NoSuchCustomer(customerId);
        if (entityId is not null && customer.Entities.Find(entityId) is null) return call.Refuse(Decider.NoSuchEntity(entityId));
        return Answer.Ok(
            new LooseBalancesBody([.. customer.HeldBy(customer.Subject(entityId).Entity?.No).Grants.Where(grant => grant.Subscription is null).Select(grant => LooseBalanceBody.Of(customer, grant))]),
            ApiJson.Default.LooseBalancesBody);
    }
}

public sealed record LooseBalancesBody(IReadOnlyList<LooseBalanceBody> Balances);

/// <param name="ExternalId">The caller's own id of it.</param>
/// <param name="Balance">Signed; 0 when unlimited.</param>
public sealed record LooseBalanceBody(
    string Id,
    string? ExternalId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CustomerId,
    FeatureId FeatureId,
    bool Unlimited,
    Quantity Balance,
    Quantity Usage,
    Instant CreatedAt,
    Instant? NextResetAt,
    Instant? ExpiresAt)
{
    internal static LooseBalanceBody Of(Customer customer, Grant grant) => new(
        PublicIds.Of(customer.Key, grant.No),
        grant.BalanceId,
        customer.Profile.Id,
        grant.Feature,
        grant.Terms.Unlimited,
        grant.Terms.Unlimited ? Quantity.Zero : grant.Balance,
        grant.Terms.Unlimited ? Quantity.Zero : grant.Usage,
        grant.CreatedAt,
        grant.NextResetAt,
        grant.ExpiresAt);
}
