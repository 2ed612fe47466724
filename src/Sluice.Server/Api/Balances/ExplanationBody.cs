using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Controls;

namespace Sluice.Server.Api.Balances;

/// <summary>Why a check or a track is answered as it is. docs/explain.md says what each code means.</summary>
public sealed record ExplanationBody(
    QuestionBody Question,
    string CustomerId,
    string? EntityId,
    Instant At,
    bool Allowed,
    string Summary,
    IReadOnlyList<ConsiderationBody> Considered,
    IReadOnlyList<ControlInForceBody> Controls,
    IReadOnlyList<LeftOutBody> LeftOut,
    int LeftOutTotal)
{
    /// <param name="stored">As committed: to name what has ended since.</param>
    internal static ExplanationBody OfCheck(Call call, Check.Asked asked, Feature feature, Subject subject, Customer? stored) => Of(
        QuestionBody.Of(feature.Id, asked.Required), asked.CustomerId, subject.Customer, Core.Explain.Check(subject, call.Catalog, feature, asked.Required, call.NowOf(subject.Customer), asked.Property, stored));

    internal static ExplanationBody Of(QuestionBody question, string customerId, Customer customer, Explanation explanation) => new(
        question,
        customerId,
        explanation.Entity?.Id,
        explanation.At,
        explanation.Allowed,
        Said(explanation),
        [.. explanation.Considered.Select(considered => ConsiderationBody.Of(customer.Key, considered))],
        [.. explanation.Controls.Select(ControlInForceBody.Of)],
        [.. explanation.LeftOut.Select(leftOut => LeftOutBody.Of(customer.Key, leftOut))],
        explanation.LeftOutInAll);

    private static string Said(Explanation explanation)
    {
        var decides = explanation.Considered.Where(static considered => considered.Decides).Select(static considered =>
            $"{ExplanationWords.Rule(considered)}, {considered.Compared.Required} of {considered.Compared.Feature} asked for{(considered.Compared.Available is { } available ? $", {available} available" : "")}");
        return $"{(explanation.Allowed ? "Allowed" : "Denied")}: {string.Join("; ", decides)}.";
    }
}

/// <summary>What was asked: a check of so much of a feature, or a track of a feature or an event.</summary>
public sealed record QuestionBody(
    string Kind,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FeatureId? FeatureId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? EventName,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? RequiredBalance,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? Value,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? OverageBehavior)
{
    internal static QuestionBody Of(FeatureId feature, Quantity required) => new("check", feature, null, required, null, null);

    internal static QuestionBody Of(Command.Track command) =>
        new("track", command.Feature, command.EventName, null, command.Value, Words.Overage.First(pair => pair.Value == command.Overage).Key);
}

/// <summary>Of a check a balance that was evaluated; of a track a feature that is tracked.</summary>
public sealed record ConsiderationBody(FeatureId FeatureId, bool Decides, bool Allowed, string Rule, ComparedBody Compared, IReadOnlyList<ConsideredBalanceBody> Balances)
{
    internal static ConsiderationBody Of(CustomerKey customer, Consideration considered) => new(
        considered.Feature,
        considered.Decides,
        considered.Allowed,
        ExplanationWords.Rule(considered),
        new ComparedBody(considered.Compared.Feature, considered.Compared.Required, considered.Compared.Available),
        [.. considered.Balances.Select(balance => ConsideredBalanceBody.Of(customer, balance, isTrack: considered.Track is not null))]);
}

/// <summary>The numbers that were held against each other. <c>Available</c> is null where there is no end to it, or nothing is compared.</summary>
public sealed record ComparedBody(FeatureId FeatureId, Quantity Required, Quantity? Available);

/// <summary>A balance, or the units saved in it, in the order of drawing.</summary>
public sealed record ConsideredBalanceBody(
    string BalanceId,
    FeatureId FeatureId,
    PlanId? PlanId,
    int? PlanVersion,
    string? EntityId,
    bool Rollover,
    string PlacedBy,
    bool Unlimited,
    ResetBody? Reset,
    Instant? ExpiresAt,
    Quantity CreditCost,
    Quantity Holds,
    Quantity? Left,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonText? Overage,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? Units,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? Amount,
    string Stop)
{
    private static readonly JsonText NoEnd = new("null");

    internal static ConsideredBalanceBody Of(CustomerKey customer, ConsideredBalance balance, bool isTrack)
    {
        var grant = balance.Grant;
        return new ConsideredBalanceBody(
            grant.BalanceId ?? PublicIds.Of(customer, grant.No),
            grant.Feature,
            grant.Plan,
            balance.PlanVersion,
            balance.EntityId,
            balance.Saved is not null,
            ExplanationWords.Of(balance.PlacedBy),
            grant.Terms.Unlimited,
            grant.Terms.Unlimited ? null : ResetBody.Of(grant.Terms.Reset, grant.NextResetAt),
            balance.Saved is { } saved ? saved.ExpiresAt : grant.ExpiresAt,
            balance.CreditCost,
            balance.Holds,
            balance.Left,
            isTrack ? null : balance.Overage is { } units ? new JsonText(units.ToString()) : NoEnd,
            isTrack ? balance.Units : null,
            isTrack ? balance.Amount : null,
            ExplanationWords.Of(balance.Stop));
    }
}

/// <summary>A billing control that holds for a feature of the question.</summary>
public sealed record ControlInForceBody(
    string Kind,
    FeatureId FeatureId,
    string Source,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Enabled,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? Limit,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? Used,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? Left,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Quantity? Counted,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Interval,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Instant? StartsAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Instant? EndsAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, JsonText>? Properties)
{
    internal static ControlInForceBody Of(ControlInForce control) => new(
        ExplanationWords.Of(control.Kind),
        control.Feature,
        ExplanationWords.Of(control.Source),
        control.Enabled,
        control.Limit,
        control.Used,
        control.Left,
        control.Counted,
        control.Window is { } window ? Words.Of(window.Interval) : null,
        control.Period?.Start,
        control.Period?.End,
        control.Window?.Filter?.Properties.ToDictionary(static match => match.Name, static match => match.Json));
}

/// <summary>A balance of a feature of the question that does not count for it.</summary>
public sealed record LeftOutBody(string BalanceId, FeatureId FeatureId, PlanId? PlanId, int? PlanVersion, string? EntityId, Instant? ExpiresAt, Quantity Holds, string Reason)
{
    internal static LeftOutBody Of(CustomerKey customer, LeftOut leftOut)
    {
        var grant = leftOut.Grant;
        return new LeftOutBody(
            grant.BalanceId ?? PublicIds.Of(customer, grant.No), grant.Feature, grant.Plan, leftOut.PlanVersion, leftOut.EntityId, grant.ExpiresAt, grant.Balance, ExplanationWords.Of(leftOut.Reason));
    }
}
