using System.Collections.Immutable;

namespace Sluice.Core;

/// <summary>The recurring or one-off base price of a plan.</summary>
public sealed record PlanPrice(Price Amount, Interval Interval, CurrencyPrices? OtherCurrencies = null)
{
    /// <summary>With the amount given for that currency; its own when none is given.</summary>
    public PlanPrice In(Currency currency) => OtherCurrencies?.In(currency)?.Amount is { } amount ? this with { Amount = amount } : this;
}

public enum TrialUnit
{
    Day,
    Month,
    Year,
}

/// <summary>A time without charge at the start. <c>Reverts</c>: null when not said, true = back to the plan before.</summary>
public sealed record FreeTrial(int Length, TrialUnit Unit, bool CardRequired, bool? Reverts);

/// <summary>One version of a plan.</summary>
/// <param name="Group">Main plans of one group replace each other; null is a group of its own kind, the default one.</param>
/// <param name="Later">Fields of the contract that are stored and given back but have no effect yet (a JSON object).</param>
public sealed record Plan(
    PlanId Id,
    int Version,
    string Name,
    string? Description,
    string? Group,
    bool AddOn,
    bool AutoEnable,
    PlanPrice? Price,
    ImmutableArray<ItemTerms> Items,
    FreeTrial? FreeTrial,
    bool IgnorePastDue,
    BillingControls? Controls,
    PlanLicenses? Licenses,
    JsonText? Metadata,
    bool Archived,
    Instant CreatedAt,
    JsonText? Later = null)
{
    /// <summary>Features that an edit in place took out after customers had held this version: some had them from it.</summary>
    public ImmutableArray<FeatureId> FormerFeatures { get; init; } = [];

    public bool IsFree => Price is null && Items.All(item => item.Price is null);

    /// <summary>A purchase, not a subscription: it has prices and none of them recurs.</summary>
    public bool IsOneOff => !IsFree && (Price is null || !Price.Interval.Recurs) && Items.All(item => item.Price is null || !item.Price.Interval.Recurs);

    /// <summary>With the amounts given for that currency, to be compared.</summary>
    internal Plan In(Currency currency) => this with { Price = Price?.In(currency), Items = [.. Items.Select(item => item.Price is { } price ? item with { Price = price.In(currency) } : item)] };

    /// <summary>Equal in content, items by their terms' ids.</summary>
    public bool SameAs(Plan other) =>
        this with { Items = other.Items, FormerFeatures = other.FormerFeatures } == other
        && FormerFeatures.AsSpan().SequenceEqual(other.FormerFeatures.AsSpan())
        && Items.Select(item => item.Id).SequenceEqual(other.Items.Select(item => item.Id));

    /// <summary>True when who holds this version has, or may have had, a balance or flag of the feature from it.</summary>
    public bool Grants(FeatureId feature) => Uses(feature) || FormerFeatures.Contains(feature);

    /// <summary>True when an item is of the feature, or counted for each entity of it.</summary>
    public bool Uses(FeatureId feature) => Items.Any(item => item.Feature == feature || item.EntityFeature == feature);

    /// <summary>Names the field whose effect is not built yet; null when the plan can be attached.</summary>
    public string? NeedsLater =>
        Licenses?.Offers.Any(static license => license.IsCustomized) == true ? "licenses.customize"
        : Items.Select(item => item.NeedsLater).FirstOrDefault(need => need is not null);
}
