using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Customers;
using Sluice.Server.Api.Entities;
using Sluice.Server.Api.Events;
using Sluice.Server.Customers;
using Sluice.Storage;

namespace Sluice.Server.Api.Balances;

/// <summary>balances.track: records usage and takes it from the balances that serve it.</summary>
internal static class Track
{
    public static ValueTask<Answer> Handle(Call call)
    {
        var body = Body.Of(call.Json);
        var tracked = Tracked.Read(body);
        var options = TrackOptions.Read(body);
        if (body.Refusal is { } wrong) return new(call.Refuse(wrong));
        if (tracked.Command.Feature is { } id && call.Catalog.Feature(id) is null) return new(call.Refuse(RefusalCode.FeatureNotFound, $"Feature {id} does not exist."));
        return Newcomers.MayCome(call) ? RecordOfNewcomer(call, body, tracked, options) : Record(call, tracked, options);
    }

    /// <summary>Takes the usage once for its idempotency key, and answers.</summary>
    public static ValueTask<Answer> Record(Call call, Tracked tracked, TrackOptions options) =>
        tracked.IdempotencyKey is null ? Recorded(call, tracked, options) : RecordOnce(call, tracked, options);

    private static async ValueTask<Answer> RecordOfNewcomer(Call call, Body body, Tracked tracked, TrackOptions options) =>
        await Newcomers.Make(call, body) ?? await Record(call, tracked, options);

    private static async ValueTask<Answer> RecordOnce(Call call, Tracked tracked, TrackOptions options)
    {
        using var held = await tracked.Hold(call);
        if (held.Claim is not { } claim) return call.Refuse(Idempotency.Duplicate);
        call.Claim(claim);
        return await Recorded(call, tracked, options);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<Answer> Recorded(Call call, Tracked tracked, TrackOptions options)
    {
        var ran = await call.Run(tracked.Commands);
        if (ran.End != RunEnd.Done) return call.Failure(ran, tracked.Command.Entity);
        return options.IsAsync ? Accepted(tracked) : Answered(call, tracked, ran, options.ExpandFeature);
    }

    // As durable as any other answer; only the balance is left out, as callers of async expect.
    private static Answer Accepted(Tracked tracked) => Answer.Of(
        202, new TrackBody(tracked.CustomerId, tracked.Command.Entity, tracked.Command.EventName, tracked.Command.Value, null, null, null), ApiJson.Default.TrackBody);

    private static Answer Answered(Call call, Tracked tracked, Ran ran, bool expandFeature)
    {
        var customer = ran.Customer;
        var answer = TrackAnswer.Of(customer, call.Catalog, tracked.Command, ran.Events[^1]);
        return Answer.Ok(
            new TrackBody(
                tracked.CustomerId,
                tracked.Command.Entity,
                tracked.Command.EventName,
                tracked.Command.Value,
                answer.Balance is { } balance ? BalanceBody.Of(customer.Key, balance, expandFeature ? call.Catalog.Feature(balance.Feature) : null) : null,
                BalancesBody.Of(customer.Key, answer.Linked),
                new DeductionsBody(customer.Key, answer.Draws)),
            ApiJson.Default.TrackBody);
    }
}

/// <summary>How a track is to be answered.</summary>
internal readonly record struct TrackOptions(bool IsAsync, bool ExpandFeature)
{
    public static TrackOptions Read(Body body) => new(body.Flag("async", otherwise: false), body.Texts("expand", orOne: true)?.Contains("balance.feature") ?? false);
}

/// <summary>One track as asked, in words of the field.</summary>
internal sealed record Tracked(string CustomerId, Command.Track Command, Command.Backfill? Backfill, string? IdempotencyKey)
{
    /// <summary>What is to be run, as one step; the track comes last.</summary>
    public ImmutableArray<Addressed> Commands => Backfill is null
        ? [new Addressed(CustomerId, Command)]
        : [new Addressed(CustomerId, Backfill), new Addressed(CustomerId, Command)];

    public static Tracked Read(Body body)
    {
        var feature = body.Text("feature_id", minLength: 1);
        var eventName = body.Text("event_name", minLength: 1);
        if (feature is null == eventName is null) body.Fault(null, "send exactly one of feature_id and event_name");
        return Of(body, feature is null ? null : new FeatureId(feature), eventName, body.Quantity("value") ?? Quantity.One);
    }

    /// <summary>What every kind of track says besides its feature and value.</summary>
    public static Tracked Of(Body body, FeatureId? feature, string? eventName, Quantity value)
    {
        var customerId = body.RequiredText("customer_id");
        var (hold, overage) = LockFields.Read(body);
        var properties = body.Json("properties");
        var command = new Command.Track(
            feature,
            eventName,
            value,
            body.Choice("overage_behavior", Words.Overage) ?? (hold is null ? OverageBehavior.Cap : overage),
            body.Moment("timestamp"),
            properties,
            Listed: !body.Flag("skip_event", otherwise: false))
        {
            Property = PropertyText.Of(properties), Hold = hold, Entity = EntityFields.Id(body),
        };
        return new Tracked(customerId, command, CustomerFields.Data(body), body.Text("idempotency_key", minLength: 1));
    }

    public ClaimKey? BodyKey(Call call) => IdempotencyKey is { } key ? new ClaimKey(call.Scope.Id, ClaimKind.BodyKey, key) : null;

    public ValueTask<Idempotency.Held> Hold(Call call) => BodyKey(call) is { } key ? call.Engine.Idempotency.Hold(key, call.Now) : default;
}

/// <summary>The answer to a track. <c>Value</c> is what was asked for; the deductions say what was taken.</summary>
public sealed record TrackBody(
    string CustomerId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EntityId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EventName,
    Quantity Value,
    BalanceBody? Balance,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, BalanceBody?>? Balances,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DeductionsBody? Deductions);

/// <summary>The map <c>balances</c> of a check or track.</summary>
internal static class BalancesBody
{
    /// <summary>Null (left out) when no credit system lists the feature.</summary>
    public static IReadOnlyDictionary<string, BalanceBody?>? Of(CustomerKey customer, ImmutableArray<KeyValuePair<FeatureId, Balance?>> linked)
    {
        if (linked.IsDefault) return null;
        var bodies = new Dictionary<string, BalanceBody?>(linked.Length);
        foreach (var (feature, balance) in linked) bodies.Add(feature.Value, balance is null ? null : BalanceBody.Of(customer, balance));
        return bodies;
    }
}
