using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Customers;
using Sluice.Server.Api.Entities;
using Sluice.Server.Api.Events;
using Sluice.Server.Customers;

namespace Sluice.Server.Api.Balances;

/// <summary>balances.check: may this customer, or this entity of it, use so much of a feature? With send_event it is used in the same step.</summary>
internal static class Check
{
    public static async ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        if (body.Has("product_id")) return await CheckOfPlan.Handle(call, body);
        var asked = Asked.Read(body, call.Catalog) with { WithPreview = body.Flag("with_preview", otherwise: false), Explain = body.Flag("explain", otherwise: false) };
        if (call.IsPublishable && asked.Consumes)
            return call.Refuse(RefusalCode.InvalidRequest, "send_event and lock are not open to publishable keys: call from your server with a secret key.");
        if (asked.Consumes && !call.Allows("balances:write")) return Answer.Error(403, "insufficient_scopes", "Insufficient scopes. Missing: balances:write (send_event and lock use the balance up)", call.Scope.Environment);
        if (body.Refusal is { } wrong) return call.Refuse(wrong);
        if (asked.Feature is not { } feature) return call.Refuse(RefusalCode.FeatureNotFound, $"Feature {asked.FeatureId} does not exist.");
        if (await Newcomers.Make(call, body) is { } notMade) return notMade;
        return asked.Consumes ? await Consume(call, asked, feature) : await Look(call, asked, feature);
    }

    private static async ValueTask<Answer> Look(Call call, Asked asked, Feature feature)
    {
        var stored = await call.Stored(asked.CustomerId);
        var (subject, notThere) = call.Holder(stored, asked.CustomerId, asked.EntityId);
        if (subject is not { } holder) return call.Refuse(notThere!);
        if (asked.Backfill is { } backfill && !call.IsPublishable && holder.Customer.Profile.Backfilled(backfill) != holder.Customer.Profile)
        {
            var ran = await call.Run(asked.CustomerId, backfill with { Entity = asked.EntityId });
            if (ran.End != RunEnd.Done) return call.Failure(ran, asked.EntityId);
            holder = ran.Customer.Subject(asked.EntityId);
        }

        var check = Access.Check(holder, call.Catalog, feature, asked.Required, call.NowOf(holder.Customer), asked.Property);
        return Answered(call, asked, holder.Customer, check, linked: null, asked.Explain ? ExplanationBody.OfCheck(call, asked, feature, holder, stored) : null);
    }

    private static async ValueTask<Answer> Consume(Call call, Asked asked, Feature feature)
    {
        if (feature.IsBoolean) return call.Refuse(RefusalCode.InvalidRequest, $"send_event: {feature.Id} is a boolean feature, there is nothing to use up.");
        var track = asked.Track(feature);
        var ran = await call.Run(asked.Backfill is null
            ? [new Addressed(asked.CustomerId, track)]
            : [new Addressed(asked.CustomerId, asked.Backfill), new Addressed(asked.CustomerId, track)]);
        if (ran is { End: RunEnd.Refused, Refusal.Code: RefusalCode.InsufficientBalance })
        {
            var denied = Access.Check(ran.Customer.Subject(asked.EntityId), call.Catalog, feature, asked.Required, call.NowOf(ran.Customer), asked.Property);
            var explanation = asked.Explain ? Core.Explain.Track(ran.Customer.Subject(asked.EntityId), call.Catalog, track, call.NowOf(ran.Customer)).Explanation : null;
            return Answered(
                call, asked, ran.Customer, denied with { Allowed = false }, linked: null,
                explanation is null ? null : ExplanationBody.Of(QuestionBody.Of(track), asked.CustomerId, ran.Customer, explanation));
        }

        if (ran.End != RunEnd.Done) return call.Failure(ran, asked.EntityId);
        var answer = TrackAnswer.Of(ran.Customer, call.Catalog, track, ran.Events[^1]);
        return Answered(call, asked, ran.Customer, Access.Recorded(call.Catalog, feature, asked.Required, answer, asked.Property), BalancesBody.Of(ran.Customer.Key, answer.Linked));
    }

    private static Answer Answered(Call call, Asked asked, Customer customer, CheckAnswer check, IReadOnlyDictionary<string, BalanceBody?>? linked, ExplanationBody? explanation = null) => Answer.Ok(
        new CheckBody(
            check.Allowed,
            asked.CustomerId,
            asked.EntityId,
            check.Required,
            check.Balance is { } balance ? BalanceBody.Of(customer.Key, balance, asked.ExpandBalance ? call.Catalog.Feature(balance.Feature) : null) : null,
            linked,
            check.Flag is { } flag ? FlagBody.Of(customer.Key, flag, asked.ExpandFlag ? call.Catalog.Feature(flag.Feature) : null) : null)
        {
            Preview = asked.WithPreview ? CheckPreviewBody.Of(call, customer.Subject(asked.EntityId), asked.Feature!, check) : null,
            Explanation = explanation,
        },
        ApiJson.Default.CheckBody);

    /// <summary>What a check asks, in words of the field.</summary>
    internal readonly record struct Asked(
        string CustomerId, string? EntityId, string FeatureId, Feature? Feature, Quantity Required, bool SendEvent, HoldTerms? Hold, OverageBehavior Overage, bool Listed, JsonText? Properties,
        Command.Backfill? Backfill, bool ExpandBalance, bool ExpandFlag)
    {
        /// <summary>It takes what it asks for.</summary>
        public bool Consumes => SendEvent || Hold is not null;

        public bool WithPreview { get; init; }

        public bool Explain { get; init; }

        /// <summary>Taking what is asked for.</summary>
        public Command.Track Track(Feature feature) => new(feature.Id, null, Required, Overage, null, Properties, Listed) { Property = Property, Hold = Hold, Entity = EntityId };

        public Func<string, string?>? Property => PropertyText.Of(Properties);

        public static Asked Read(Body body, Catalog catalog)
        {
            var customerId = body.RequiredText("customer_id");
            var (hold, overage) = LockFields.Read(body);
            var featureId = body.RequiredText("feature_id");
            var required = body.Quantity("required_balance") ?? body.Quantity("required_quantity") ?? Quantity.One;
            var expand = body.Texts("expand", orOne: true);
            return new Asked(
                customerId,
                EntityFields.Id(body),
                featureId,
                catalog.Feature(new FeatureId(featureId)),
                required,
                body.Flag("send_event", otherwise: false),
                hold,
                overage,
                Listed: !body.Flag("skip_event", otherwise: false),
                body.Json("properties"),
                CustomerFields.Data(body),
                expand?.Contains("balance.feature") ?? false,
                expand?.Contains("flag.feature") ?? false);
        }
    }
}

/// <summary>The answer to a check. <c>RequiredBalance</c> is in credits when a credit system answers.</summary>
public sealed record CheckBody(
    bool Allowed,
    string CustomerId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EntityId,
    Quantity RequiredBalance,
    BalanceBody? Balance,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, BalanceBody?>? Balances,
    FlagBody? Flag)
{
    /// <summary>Left out when it was not asked for; JSON null when the check was allowed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonText? Preview { get; init; }

    /// <summary>Only when it was asked for, and nothing was recorded: what was recorded is in the deductions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ExplanationBody? Explanation { get; init; }
}
