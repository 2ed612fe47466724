using Sluice.Core;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Balances;

/// <summary>balances.finalize: settles a hold at what was used, or releases it.</summary>
internal static class Finalize
{
    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var id = body.RequiredText("lock_id");
        var isReleased = body.Choice("action", Words.FinalizeActions, required: true) ?? false;
        var value = body.Quantity("override_value");
        var properties = body.Json("properties");
        if (isReleased && value is not null) body.Fault("override_value", "goes with the action confirm only");
        if (body.Refusal is { } wrong) return call.Refuse(wrong);

        // The hold says whose it is.
        if (await call.Engine.Store.FindClaim(HoldClaims.Key(call.Scope.Id, id), call.Now) is not { Customer: { } key }) return call.Refuse(Holding.NoSuchHold(id));
        var ran = await call.Run([new Addressed(key, new Command.Settle(id, isReleased ? Quantity.Zero : value, isReleased, properties) { Property = PropertyText.Of(properties) })]);
        if (ran is { End: RunEnd.Refused, Refusal.Code: RefusalCode.CustomerNotFound }) return call.Refuse(Holding.NoSuchHold(id));
        return ran.End == RunEnd.Done ? Answer.Ok(SuccessBody.True, ApiJson.Default.SuccessBody) : call.Failure(ran);
    }
}
