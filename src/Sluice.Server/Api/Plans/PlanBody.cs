using System.Globalization;
using System.Text.Json.Serialization;
using Sluice.Core;
using Sluice.Server.Api.Controls;

namespace Sluice.Server.Api.Plans;

/// <summary>One version of a plan as the API shows it.</summary>
public sealed record PlanBody(
    PlanId Id,
    string Name,
    string? Description,
    string? Group,
    int Version,
    bool AddOn,
    bool AutoEnable,
    BasePriceBody? Price,
    IReadOnlyList<ItemBody> Items,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FreeTrialBody? FreeTrial,
    Instant CreatedAt,
    string Env,
    bool Archived,
    PlanConfigBody Config,
    ControlsBody BillingControls,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<LicenseBody>? Licenses,
    JsonText Metadata,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] EligibilityBody? CustomerEligibility,
    PlanId? BaseVariantId)
{
    private static readonly JsonText Empty = new("{}");

    /// <param name="catalog">The one the plan is in.</param>
    internal static PlanBody Of(View view, Catalog catalog, Plan plan, bool withFeatures = false, EligibilityBody? eligibility = null) => new(
        plan.Id,
        plan.Name,
        plan.Description,
        plan.Group,
        plan.Version,
        plan.AddOn,
        plan.AutoEnable,
        plan.Price is { } price ? BasePriceBody.Of(plan, price) : null,
        [.. plan.Items.Select(item => ItemBody.Of(item, catalog.Feature(item.Feature)!, withFeatures))],
        plan.FreeTrial is { } trial ? FreeTrialBody.Of(trial) : null,
        plan.CreatedAt,
        view.Scope.Environment,
        plan.Archived,
        new PlanConfigBody(plan.IgnorePastDue),
        ControlsBody.Of(plan.Controls),
        LicenseBody.AllOf(catalog, plan),
        plan.Metadata ?? Empty,
        eligibility,
        BaseVariantId: null);

    /// <summary>The version that a customer holds; null when it has been deleted since.</summary>
    internal static PlanBody? Held(View view, Subscription held)
    {
        var catalog = view.Catalog;
        return catalog.Plan(held.Plan, held.Version) is { } plan ? Of(view, catalog, plan) : null;
    }
}

/// <summary>The base price of a plan.</summary>
public sealed record BasePriceBody(
    Price Amount,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<CurrencyPriceBody>? AdditionalCurrencies,
    string Interval,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? IntervalCount,
    string PriceId,
    DisplayTextBody Display)
{
    internal static BasePriceBody Of(Plan plan, PlanPrice price) => new(
        price.Amount,
        CurrencyPriceBody.Of(price.OtherCurrencies),
        Words.Of(price.Interval.Unit),
        EveryBody.CountOf(price.Interval),
        string.Create(CultureInfo.InvariantCulture, $"pr_{plan.Id}_{plan.Version}"),
        DisplayTextBody.Of(DisplayTexts.Of(price)));
}

/// <summary>A time without charge at the start.</summary>
public sealed record FreeTrialBody(int DurationLength, string DurationType, bool CardRequired, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? OnEnd)
{
    internal static FreeTrialBody Of(FreeTrial trial) => new(
        trial.Length, Words.Of(trial.Unit), trial.CardRequired, trial.Reverts is { } reverts ? (reverts ? "revert" : "bill") : null);
}

public sealed record PlanConfigBody(bool IgnorePastDue);

/// <summary>How a plan stands to one customer.</summary>
public sealed record EligibilityBody(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Canceling,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Trialing,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? TrialAvailable,
    string AttachAction)
{
    internal static EligibilityBody Of(Eligibility eligibility) => new(
        eligibility.Held ? "active" : eligibility.IsScheduled ? "scheduled" : null,
        eligibility.Held ? eligibility.IsCanceling : null,
        eligibility.Held ? eligibility.IsTrialing : null,
        eligibility.TrialAvailable ? true : null,
        Words.Of(eligibility.AttachAction));
}
