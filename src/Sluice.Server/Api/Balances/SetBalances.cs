using System.Collections.Frozen;
using Sluice.Core;
using Sluice.Server.Api.Entities;
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
        var entity = EntityFields.Id(body);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        var ran = await call.Run([.. changes.Select(change => new Addressed(customerId, change with { Entity = entity }))]);
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
