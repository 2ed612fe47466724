using Sluice.Core;

namespace Sluice.Server.Api.Plans;

/// <summary>plans.create: version 1 of a plan.</summary>
internal static class Create
{
    public static ValueTask<Answer> Handle(Call call) => Created(call, rest: false);

    public static ValueTask<Answer> HandleRest(Call call) => Created(call, rest: true);

    private static async ValueTask<Answer> Created(Call call, bool rest)
    {
        var body = Body.Of(call.Json);
        var command = PlanFields.Create(body, PlanFields.Id(body, rest), call.Version.ProratesSeats);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        return await call.ChangeCatalog(
            context => new(PlanRules.Create(context, command)),
            after => Answer.Ok(PlanBody.Of(call, after, after.Plan(command.Id)!), ApiJson.Default.PlanBody));
    }
}
