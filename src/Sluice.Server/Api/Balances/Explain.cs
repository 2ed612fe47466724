using Sluice.Core;

namespace Sluice.Server.Api.Balances;

/// <summary>
/// balances.explain: what a check or a track would answer right now, and why. It takes their bodies and changes nothing:
/// no usage, no new customer, no idempotency key.
/// </summary>
internal static class Explain
{
    private static readonly string[] OfTrack = ["value", "event_name", "overage_behavior", "timestamp"];

    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        if (body.Has("product_id")) body.Fault("product_id", "a check of a plan has nothing to explain: ask with feature_id");
        var word = OfTrack.FirstOrDefault(body.Has);
        if (word is not null)
        {
            foreach (var other in (string[])["required_balance", "required_quantity", "send_event"])
            {
                if (body.Has(other)) body.Fault(other, $"belongs to a check, and {word} to a track: send the body of one of them");
            }

            var tracked = Tracked.Read(body);
            return body.Refusal is { } no ? call.Refuse(no) : await Track(call, tracked.CustomerId, tracked.Command);
        }

        var asked = Check.Asked.Read(body, call.Catalog);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (asked.Feature is not { } feature) return NoSuchFeature(call, asked.FeatureId);
        return asked.Consumes ? await Track(call, asked.CustomerId, asked.Track(feature)) : await Checked(call, asked, feature);
    }

    private static async ValueTask<Answer> Checked(Call call, Check.Asked asked, Feature feature)
    {
        var stored = await call.Stored(asked.CustomerId);
        var (subject, notThere) = call.Holder(stored, asked.CustomerId, asked.EntityId);
        return subject is { } holder ? Answered(ExplanationBody.OfCheck(call, asked, feature, holder, stored)) : call.Refuse(notThere!);
    }

    private static async ValueTask<Answer> Track(Call call, string customerId, Command.Track command)
    {
        if (command.Feature is { } id && call.Catalog.Feature(id) is null) return NoSuchFeature(call, id.Value);
        var stored = await call.Stored(customerId);
        var (subject, notThere) = call.Holder(stored, customerId, command.Entity);
        if (subject is not { } holder) return call.Refuse(notThere!);
        var (explanation, refusal) = Core.Explain.Track(holder, call.Catalog, command, call.NowOf(holder.Customer), stored);
        return refusal is not null ? call.Refuse(refusal) : Answered(ExplanationBody.Of(QuestionBody.Of(command), customerId, holder.Customer, explanation!));
    }

    private static Answer NoSuchFeature(Call call, string id) => call.Refuse(RefusalCode.FeatureNotFound, $"Feature {id} does not exist.");

    private static Answer Answered(ExplanationBody body) => Answer.Ok(body, ApiJson.Default.ExplanationBody);
}
