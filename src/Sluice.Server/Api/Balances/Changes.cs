using Sluice.Core;
using Sluice.Server.Api.Entities;
using Sluice.Server.Api.Plans;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Balances;

/// <summary>balances.create: a balance that comes with no plan.</summary>
internal static class Create
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var customerId = body.RequiredText("customer_id");
        var command = new Command.CreateBalance(
            new FeatureId(body.RequiredText("feature_id")),
            body.Text("balance_id", minLength: 1),
            body.Quantity("included_grant") ?? body.Quantity("granted_balance"),
            body.Flag("unlimited", otherwise: false),
            Intervals.Read(body, "reset", Words.ResetIntervals),
            body.Moment("next_reset_at"),
            body.Moment("expires_at"),
            ItemFields.Rollover(body))
        {
            Entity = EntityFields.Id(body),
        };
        return BalanceChanges.Run(call, body, customerId, command);
    }
}

/// <summary>balances.update: sets or changes what a customer has of a feature.</summary>
internal static class Update
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var customerId = body.RequiredText("customer_id");
        var feature = new FeatureId(body.RequiredText("feature_id"));
        var changes = new List<BalanceChange>();
        if ((body.Quantity("remaining") ?? body.Quantity("current_balance")) is { } remaining) changes.Add(new BalanceChange.SetRemaining(remaining));
        if (body.Quantity("usage") is { } usage) changes.Add(new BalanceChange.SetUsage(usage));
        if (body.Quantity("add_to_balance") is { } amount) changes.Add(new BalanceChange.Add(amount));
        if (changes.Count > 1) body.Fault(null, "send only one of remaining, usage and add_to_balance");
        return BalanceChanges.Run(call, body, customerId, new Command.UpdateBalance(
            BalanceChanges.Select(body, feature, "customer_entitlement_id"), changes.FirstOrDefault(), body.Quantity("included_grant"), body.Moment("next_reset_at"), body.Moment("expires_at"))
        {
            Entity = EntityFields.Id(body),
        });
    }
}

/// <summary>balances.delete: takes balances away that came with no price.</summary>
internal static class Delete
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var customerId = body.RequiredText("customer_id");
        var feature = body.Text("feature_id", minLength: 1);
        return BalanceChanges.Run(call, body, customerId, new Command.DeleteBalance(
            BalanceChanges.Select(body, feature is null ? null : new FeatureId(feature), rowField: null), body.Flag("recalculate_balances", otherwise: false))
        {
            Entity = EntityFields.Id(body),
        });
    }
}

/// <summary>/v1/usage: sets the usage of a feature.</summary>
internal static class SetUsage
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var customerId = body.RequiredText("customer_id");
        var feature = new FeatureId(body.RequiredText("feature_id"));
        var usage = body.Quantity("value", required: true) ?? Quantity.Zero;
        body.Later("customer_data");
        return BalanceChanges.Run(call, body, customerId, new Command.UpdateBalance(BalanceChanges.Select(body, feature, rowField: null), new BalanceChange.SetUsage(usage), null, null, null)
        {
            Entity = EntityFields.Id(body),
        });
    }
}

/// <summary>What the changes of balances by hand have in common.</summary>
internal static class BalanceChanges
{
    /// <summary>At most one of balance_id, interval and the row's own id.</summary>
    public static GrantSelector Select(Body body, FeatureId? feature, string? rowField)
    {
        var balanceId = body.Text("balance_id", minLength: 1);
        var rowId = rowField is null ? null : body.Text(rowField, minLength: 1);
        var interval = body.Choice("interval", Words.ResetIntervals);
        if ((balanceId is null ? 0 : 1) + (rowId is null ? 0 : 1) + (interval is null ? 0 : 1) > 1)
            body.Fault(null, "choose the balances by only one of balance_id and interval");
        var id = balanceId ?? rowId;
        return id is not null && PublicIds.Grant(id) is { } row ? new GrantSelector(feature, Row: row, Interval: interval) : new GrantSelector(feature, id, Interval: interval);
    }

    public static async ValueTask<Answer> Run(Call call, Body body, string customerId, Command command)
    {
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        var ran = await call.Run(customerId, command);
        return ran.End == RunEnd.Done ? Answer.Ok(SuccessBody.True, ApiJson.Default.SuccessBody) : call.Failure(ran);
    }
}
