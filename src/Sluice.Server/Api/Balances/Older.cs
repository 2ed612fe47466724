using System.Collections.Frozen;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Customers;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Balances;

/// <summary>/v1/customers/{customer_id}/balances: what is to be left of several features. What was used stays used.</summary>
internal static class SetBalances
{
    private static readonly FrozenDictionary<string, IntervalUnit> Intervals = Words.ResetIntervals.Append(new("lifetime", IntervalUnit.OneOff)).ToFrozenDictionary();

    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var customerId = call.Route("customer_id");
        var changes = (body.Objects("balances") ?? []).Select(Read).ToList();
        if (changes.Count == 0) body.Fault("balances", "name one feature or more");
        body.Later("entity_id");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        var ran = await call.Run([.. changes.Select(change => new Addressed(customerId, change))]);
        if (ran.End == RunEnd.Refused && changes.Count > 1) return call.Refuse(ran.Refusal!.Of($"balances[{ran.RefusedAt}]"));
        return ran.End == RunEnd.Done ? Answer.Ok(SuccessBody.True, ApiJson.Default.SuccessBody) : call.Failure(ran);
    }

    private static Command.UpdateBalance Read(Body row)
    {
        var feature = new FeatureId(row.RequiredText("feature_id"));
        var remaining = row.Quantity("balance", required: true, min: 0) ?? Quantity.Zero;
        var interval = row.Has("interval") ? row.Choice("interval", Intervals) : null;
        row.Later("unlimited");
        return new Command.UpdateBalance(new GrantSelector(feature, Interval: interval), new BalanceChange.SetRemainingByGrant(remaining), null, null, null);
    }
}

/// <summary>/v1/balances/list: the balances of a customer that came with no plan.</summary>
internal static class ListLoose
{
    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.OfQuery(call.Request.Query);
        var customerId = CustomerFields.Id(body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (await call.Read(customerId) is not { } customer) return call.NoSuchCustomer(customerId);
        return Answer.Ok(
            new LooseBalancesBody([.. customer.Grants.Where(grant => grant.Subscription is null).Select(grant => LooseBalanceBody.Of(customer, grant))]),
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
